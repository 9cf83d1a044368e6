using System.CommandLine;
using MemKD.Series;

namespace MemKD.Cli.Options;

/// <summary>
/// Which data: a name or path that the catalog knows, or a pair of files. TEST is read together with TRAIN, so that a
/// broken file is found before a long training; it is not looked at before the weights are fixed.
/// </summary>
internal sealed class DatasetOptions
{
    private const string Described = "Name (see 'memkd data list'), folder, or NAME_TRAIN file";
    private readonly Func<ParseResult, string?> nameIn;

    private readonly Option<string?> train = new("--train")
    {
        Description = "File of training cases, instead of DATASET",
        HelpName = "FILE",
    };

    private readonly Option<string?> test = new("--test")
    {
        Description = "File of test cases, instead of DATASET",
        HelpName = "FILE",
    };

    private readonly Option<long?> resample = NumberOption.Whole(
        "--resample",
        "Resample of the archive's protocol; 0 (default) is the split as given",
        0
    );

    /// <summary>Adds them to a verb; the name stands by itself, or behind <c>--data</c> where data are not always needed.</summary>
    public DatasetOptions(Command verb, bool optional = false)
    {
        if (optional)
        {
            var option = new Option<string?>("--data")
            {
                Description = $"Data to measure on: {Described}",
                HelpName = "DATASET",
            };
            option.CompletionSources.Add(_ => Names());
            verb.Add(option);
            nameIn = parsed => parsed.GetValue(option);
        }
        else
        {
            var argument = new Argument<string?>("DATASET")
            {
                Description = Described,
                HelpName = "DATASET",
                Arity = ArgumentArity.ZeroOrOne,
            };
            argument.CompletionSources.Add(_ => Names());
            verb.Add(argument);
            nameIn = parsed => parsed.GetValue(argument);
        }

        verb.Add(train);
        verb.Add(test);
        verb.Add(resample);
    }

    /// <summary>Whether data were named at all.</summary>
    public bool AreGiven(ParseResult parsed) =>
        nameIn(parsed) is not null || parsed.GetValue(train) is not null || parsed.GetValue(test) is not null;

    /// <summary>Reads both parts that are there.</summary>
    /// <exception cref="UsageException">Neither or both ways of naming data.</exception>
    /// <exception cref="InputException">Not found or broken.</exception>
    public LoadedData Load(ParseResult parsed)
    {
        var number = (int)(parsed.GetValue(resample) ?? 0);
        var (trainFile, testFile) = (parsed.GetValue(train), parsed.GetValue(test));
        if (nameIn(parsed) is { } named)
        {
            if (trainFile is not null || testFile is not null)
            {
                throw new UsageException("give DATASET, or --train and --test, not both.");
            }

            var (split, source) = new ArchiveCatalog().Load(named, number);
            return new LoadedData(split.Train, split.Test, number, source);
        }

        if (trainFile is null && testFile is null)
        {
            throw new UsageException("which data? Give DATASET, or --train FILE and --test FILE.");
        }

        if (trainFile is not null && testFile is not null)
        {
            var split = Series.Resample.Apply(
                new TrainTestSplit(SeriesFile.Read(trainFile), SeriesFile.Read(testFile)),
                number
            );
            return new LoadedData(split.Train, split.Test, number, null);
        }

        return number > 0 ? throw new UsageException("--resample needs both parts, --train and --test.")
            : trainFile is not null ? new LoadedData(SeriesFile.Read(trainFile), null, 0, null)
            : new LoadedData(null, SeriesFile.Read(testFile!), 0, null);
    }

    private static IEnumerable<System.CommandLine.Completions.CompletionItem> Names() =>
        new ArchiveCatalog()
            .List()
            .Where(e => e.Origin != DatasetOrigin.Downloadable)
            .Select(e => new System.CommandLine.Completions.CompletionItem(e.Name));
}

/// <summary>Data as read.</summary>
/// <param name="Train">The training part, if named.</param>
/// <param name="Test">The test part, if named.</param>
/// <param name="Resample">0 for the split as given.</param>
/// <param name="Source">Where it comes from, when the catalog found it.</param>
internal sealed record LoadedData(
    TimeSeriesDataset? Train,
    TimeSeriesDataset? Test,
    int Resample,
    DatasetSource? Source
)
{
    /// <summary>The data set's name.</summary>
    public string Name => (Train ?? Test)!.Name;

    /// <summary>The training part.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    /// <exception cref="InputException">Fewer than two classes.</exception>
    public TimeSeriesDataset RequireTrain()
    {
        var train = Train ?? throw new UsageException("training cases are needed: give DATASET or --train FILE.");
        return train.Classes.Count >= 2
            ? train
            : throw new InputException(
                $"{train.Name}: all training cases have the label '{train.Classes[0]}'; a classifier needs two classes."
            );
    }

    /// <summary>The test part.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public TimeSeriesDataset RequireTest() =>
        Test ?? throw new UsageException("test cases are needed: give DATASET or --test FILE.");
}

using System.CommandLine;
using MemKD.Series;

namespace MemKD.Cli.Options;

/// <summary>
/// Which data: a name or path that the catalog knows, or a pair of files. TEST is read together with TRAIN, so that a
/// broken file is found before a long training; it is not looked at before the weights are fixed.
/// </summary>
internal sealed class DatasetOptions
{
    private readonly Argument<string?> name = new("DATASET")
    {
        Description = "Name (see 'memkd data list'), folder, or NAME_TRAIN file",
        HelpName = "DATASET",
        Arity = ArgumentArity.ZeroOrOne,
    };

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

    /// <summary>Adds them to a verb.</summary>
    public DatasetOptions(Command verb)
    {
        name.CompletionSources.Add(_ =>
            new ArchiveCatalog()
                .List()
                .Where(e => e.Origin != DatasetOrigin.Downloadable)
                .Select(e => new System.CommandLine.Completions.CompletionItem(e.Name))
        );
        verb.Add(name);
        verb.Add(train);
        verb.Add(test);
        verb.Add(resample);
    }

    /// <summary>Reads both parts that are there.</summary>
    /// <exception cref="UsageException">Neither or both ways of naming data.</exception>
    /// <exception cref="InputException">Not found or broken.</exception>
    public LoadedData Load(ParseResult parsed)
    {
        var number = (int)(parsed.GetValue(resample) ?? 0);
        var (trainFile, testFile) = (parsed.GetValue(train), parsed.GetValue(test));
        if (parsed.GetValue(name) is { } named)
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

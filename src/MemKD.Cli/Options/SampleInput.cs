using System.CommandLine;
using System.Globalization;
using MemKD.Cli.Streams;
using MemKD.Series;

namespace MemKD.Cli.Options;

/// <summary>Where a stream's samples come from, and how fast.</summary>
internal sealed class SampleInput
{
    private const int MostReports = 20;

    private readonly Option<string?> format = ChoiceOption.Of(
        "--input",
        "csv: a line a time point, a column a channel (default); float32: raw, little-endian",
        "csv",
        "float32"
    );

    private readonly Option<string?> from = new("--from")
    {
        Description = "Replay a file instead of reading standard input",
        HelpName = "FILE",
    };

    private readonly Option<long?> number = NumberOption.Whole(
        "--case",
        "FILE is a data set: replay this case, counted from 0 (default for .ts, .arff, .tsv: 0)",
        0
    );

    private readonly Option<double?> rate = NumberOption.Real(
        "--rate",
        "Samples a second (default: as fast as they come)",
        x => x > 0,
        "above 0"
    );

    private readonly Option<string?> badLines = ChoiceOption.Of(
        "--bad-lines",
        "A line that is no sample is reported, and skipped (default) or the end",
        "skip",
        "stop"
    );

    private readonly Session session;
    private long reports;

    /// <summary>Adds the options to a verb.</summary>
    public SampleInput(Command verb, Session session)
    {
        this.session = session;
        foreach (var option in (Option[])[format, from, number, rate, badLines])
        {
            verb.Add(option);
        }
    }

    /// <summary>Lines that were passed over.</summary>
    public long Skipped => reports;

    /// <summary>Opens the source.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="channels">Channels of the model.</param>
    /// <param name="beforeWaiting">Called before waiting for samples.</param>
    /// <exception cref="UsageException">Options that do not go together.</exception>
    /// <exception cref="InputException">No such file or case, or other channels.</exception>
    public ISampleSource Open(ParseResult parsed, int channels, Action beforeWaiting)
    {
        var file = parsed.GetValue(from);
        if (file is null && parsed.GetResult(number) is not null)
        {
            throw new UsageException("--case needs --from FILE.");
        }

        var source =
            file is not null && IsDataSet(file, parsed)
                ? Case(file, (int)(parsed.GetValue(number) ?? 0), channels)
                : Bytes(parsed, file, beforeWaiting);
        return parsed.GetValue(rate) is { } perSecond
            ? new PacedSamples(source, perSecond, beforeWaiting, session.Stop)
            : source;
    }

    private bool IsDataSet(string file, ParseResult parsed)
    {
        var extension = Path.GetExtension(file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? file[..^3] : file);
        return parsed.GetResult(number) is not null || extension.ToLowerInvariant() is ".ts" or ".arff" or ".tsv";
    }

    private ISampleSource Bytes(ParseResult parsed, string? file, Action beforeWaiting)
    {
        var name = file ?? "standard input";
        var buffer = new InputBuffer(OpenBytes(file), name, beforeWaiting, session.Stop);
        var stops = parsed.GetValue(badLines) is "stop";
        void Bad(string line)
        {
            if (stops)
            {
                throw new InputException(line);
            }

            if (++reports <= MostReports)
            {
                session.Warn(line);
            }
        }

        return parsed.GetValue(format) is "float32"
            ? new FloatSamples(buffer, name, Bad)
            : new CsvSamples(buffer, name, Bad);
    }

    private Stream OpenBytes(string? file)
    {
        try
        {
            return file is null ? session.OpenInput() : File.OpenRead(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{file}: cannot be read; check the path.", e);
        }
    }

    private static CaseSamples Case(string file, int number, int channels)
    {
        var cases = SeriesFile.Read(file);
        if (number >= cases.Cases.Count)
        {
            throw new InputException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{file}: has the cases 0 to {cases.Cases.Count - 1}, not {number}; give one of them with --case."
                )
            );
        }

        return cases.ChannelCount == channels
            ? new CaseSamples(cases.Cases[number])
            : throw new InputException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{file}: the series have {cases.ChannelCount} channels, the model takes {channels}; use series with the same channels."
                )
            );
    }
}

using System.CommandLine;
using MemKD.Runtime;
using MemKD.Runtime.Integer;
using MemKD.Runtime.Streaming;

namespace MemKD.Cli.Options;

/// <summary>How a stream is classified: sample by sample, or window by window.</summary>
internal sealed class StreamChoice
{
    private readonly Option<string?> numbers = ChoiceOption.Of(
        "--numbers",
        "Compute in floating point (default), or with the integers of exported C, bit for bit",
        "float32",
        "int16",
        "int8",
        "int8-multiplier"
    );

    private readonly Option<long?> window = NumberOption.Whole(
        "--window",
        "Classify the latest N samples, prepared as in training, not all since the start",
        2,
        WindowOptions.MaxLength
    );

    private readonly Option<long?> hop = NumberOption.Whole(
        "--hop",
        "Samples from one window's answer to the next (default: the window's length)",
        1
    );

    private readonly Option<string?> scaling = ChoiceOption.Of(
        "--scaling",
        "For models trained on series-z, without --window: approximate by the samples so far",
        "running",
        "forgetting"
    );

    private readonly Option<double?> halfLife = NumberOption.Real(
        "--half-life",
        "Samples after which one counts half, with --scaling forgetting (default 1000)",
        x => x > 0,
        "above 0"
    );

    private readonly Option<string?> gaps = ChoiceOption.Of(
        "--gaps",
        "Missing values: the latest known one stands in (default), or the sample is skipped",
        "hold",
        "skip"
    );

    private readonly Option<long?> resetAfter = NumberOption.Whole(
        "--reset-after",
        "Start anew after N samples in a row without any known value (default: never)",
        1
    );

    private readonly Option<double?> samplesPerPoint = NumberOption.Real(
        "--samples-per-point",
        "Samples of the stream for one time point of the network, where training resampled (default 1)",
        x => x is >= 1 and <= int.MaxValue,
        "from 1"
    );

    /// <summary>Adds them to a verb.</summary>
    public StreamChoice(Command verb)
    {
        foreach (var option in (Option[])[numbers, window, hop, scaling, halfLife, gaps, resetAfter, samplesPerPoint])
        {
            verb.Add(option);
        }
    }

    /// <summary>Whether a long gap ends a recording and the stream waits for the next one.</summary>
    public bool StartsAnew(ParseResult parsed) => parsed.GetResult(resetAfter) is not null;

    /// <summary>The window: the one that was asked for; null: sample by sample.</summary>
    public int? Window(ParseResult parsed) => (int?)parsed.GetValue(window);

    /// <summary>
    /// The window: the one that was asked for, else for a model that needs one (series-z) the length of its training series,
    /// where that is known and no option of a stream without windows is given; null: sample by sample.
    /// </summary>
    public int? WindowOrUsual(StudentModel model, ParseResult parsed) =>
        Window(parsed)
        ?? (
            model.Scaling == SampleScaling.Series
            && model.WindowLength is >= 2 and <= WindowOptions.MaxLength
            && WithoutWindows(parsed) is null
                ? model.WindowLength
                : null
        );

    /// <summary>Begins a stream.</summary>
    /// <param name="model">The student.</param>
    /// <param name="parsed">The options.</param>
    /// <param name="length">Samples of a window; null: sample by sample.</param>
    /// <exception cref="UsageException">Options that do not go together.</exception>
    /// <exception cref="InputException">Options that do not go with the model.</exception>
    public IStreamClassifier Begin(StudentModel model, ParseResult parsed, int? length)
    {
        WeightFormat? format = parsed.GetValue(numbers) switch
        {
            "int16" => WeightFormat.SixteenBit,
            "int8" => WeightFormat.EightBitPowerOfTwo,
            "int8-multiplier" => WeightFormat.EightBitMultiplier,
            _ => null,
        };
        var integers = format is { } weights ? Quantizer.Quantize(model, weights) : null;
        var reset = (int?)parsed.GetValue(resetAfter);
        if (length is { } samples)
        {
            if (WithoutWindows(parsed) is { } other)
            {
                throw new UsageException(
                    $"{other.Name} does not go with --window: windows are prepared exactly as in training."
                );
            }

            var windows = new WindowOptions(samples, (int)(parsed.GetValue(hop) ?? samples), reset);
            return integers is null ? new WindowClassifier(model, windows) : new WindowClassifier(integers, windows);
        }

        if (parsed.GetResult(hop) is not null)
        {
            throw new UsageException("--hop needs --window.");
        }

        if (integers is not null && parsed.GetResult(scaling) is not null)
        {
            throw new UsageException(
                $"--scaling does not go with --numbers {parsed.GetValue(numbers)}: exported C scales by stored values, or by --window."
            );
        }

        var chosen = parsed.GetValue(scaling) switch
        {
            "running" => StreamScaling.Running,
            "forgetting" => StreamScaling.Forgetting,
            _ => StreamScaling.AsTrained,
        };
        if (parsed.GetResult(halfLife) is not null && chosen != StreamScaling.Forgetting)
        {
            throw new UsageException("--half-life needs --scaling forgetting.");
        }

        if (model.Scaling == SampleScaling.Series && chosen == StreamScaling.AsTrained)
        {
            throw new InputException(
                $"the model was trained on series normalised whole (series-z), which a stream cannot be: give --window N (exact),{(integers is null ? " or --scaling running or forgetting (approximate)," : "")} or train with --normalise train-channel-z."
            );
        }

        var options = new StreamOptions
        {
            Scaling = chosen,
            HalfLife = parsed.GetValue(halfLife) ?? 1000,
            Gaps = parsed.GetValue(gaps) is "skip" ? GapPolicy.Skip : GapPolicy.Hold,
            ResetAfterGap = reset,
            SamplesPerPoint = parsed.GetValue(samplesPerPoint) ?? 1,
        };
        return integers is null ? new StreamingStudent(model, options) : new StreamingStudent(integers, options);
    }

    /// <summary>A given option that windows do not know; null: none is given.</summary>
    private Option? WithoutWindows(ParseResult parsed) =>
        Array.Find((Option[])[scaling, halfLife, gaps, samplesPerPoint], o => parsed.GetResult(o) is not null);
}

using System.Globalization;
using MemKD.Series;

namespace MemKD.Export;

/// <summary>What an exported file takes.</summary>
public enum ExportStage
{
    /// <summary>Weights alone: whoever reads them prepares the series.</summary>
    Weights,

    /// <summary>A whole series at once.</summary>
    Sequence,

    /// <summary>One time point at once.</summary>
    Step,
}

/// <summary>The steps from a raw series to the network, in order, and whose they are; one sentence a step.</summary>
/// <param name="InFile">Done by the exported file.</param>
/// <param name="ByCaller">Left to its user.</param>
public sealed record PreparationSteps(IReadOnlyList<string> InFile, IReadOnlyList<string> ByCaller)
{
    /// <summary>The steps of a model's preparation, as <see cref="Preparation"/> does them.</summary>
    public static PreparationSteps Of(Preparation preparation, ExportStage stage)
    {
        var normalization = preparation.Normalization;
        var caller = new List<string>
        {
            "fill gaps: inner ones on a straight line, the ends with the nearest known value; a channel without any known value with "
                + (normalization == Normalization.TrainChannelZ ? "its mean in memkd.preparation" : "zeros"),
        };
        if (preparation.ChannelCount > 1)
        {
            caller.Add(
                "bring all channels of a series to the length of its longest: linear interpolation, first and last point kept"
            );
        }

        if (preparation.MaxLength is { } most)
        {
            caller.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"bring a series of more than {most} time points to {most}: linear interpolation, first and last point kept"
                )
            );
        }

        var file = new List<string>();
        var scaling = stage switch
        {
            ExportStage.Weights => caller,
            ExportStage.Step when normalization == Normalization.SeriesZ => caller,
            _ => file,
        };
        if (normalization == Normalization.TrainChannelZ)
        {
            scaling.Add("scale each channel by the mean and deviation of the training cases");
        }
        else if (normalization == Normalization.SeriesZ)
        {
            scaling.Add(
                "scale each channel of each series to mean 0 and population deviation 1, a constant one to zeros"
                    + (
                        stage == ExportStage.Step
                            ? "; that needs the whole series: for an endless stream train with --normalise train-channel-z"
                            : ""
                    )
            );
        }

        if (preparation.Differences != null)
        {
            (stage == ExportStage.Weights ? caller : file).Add(
                "add first differences of the scaled samples over their scale, 0 at the first time point"
            );
        }

        return new PreparationSteps(file, caller);
    }
}

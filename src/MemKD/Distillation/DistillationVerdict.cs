using System.Globalization;

namespace MemKD.Distillation;

/// <summary>Whether distillation helped, from one pair of runs on the same test cases.</summary>
/// <param name="Verdict"><c>helped</c>, <c>no difference</c> or <c>hurt</c>.</param>
/// <param name="Gain">Test AUC-PRC of the distilled student minus that of the student alone.</param>
/// <param name="Sentence">The same for a person.</param>
public sealed record DistillationVerdict(string Verdict, double Gain, string Sentence)
{
    /// <summary>Differences in AUC-PRC up to this one are called none: the last printed digits of one seed.</summary>
    public const double SmallestGain = 0.005;

    /// <summary>Judges a student.</summary>
    /// <param name="method">The method's id.</param>
    /// <param name="student">Test AUC-PRC of the distilled student.</param>
    /// <param name="alone">Test AUC-PRC of the student alone.</param>
    public static DistillationVerdict Of(string method, double student, double alone)
    {
        var gain = student - alone;
        var verdict =
            gain > SmallestGain ? "helped"
            : gain < -SmallestGain ? "hurt"
            : "no difference";
        var said =
            gain > SmallestGain ? "Distillation helped"
            : gain < -SmallestGain ? "Distillation hurt"
            : "Distillation made no difference";
        return new DistillationVerdict(
            verdict,
            gain,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{said}: test AUC-PRC {student:F4} with {method}, {alone:F4} alone ({gain:+0.0000;-0.0000;0.0000}; one seed)."
            )
        );
    }

    /// <summary>Whether a teacher knows too little to teach: it gets less than a tenth of what guessing the most frequent class gets wrong.</summary>
    /// <param name="accuracy">The teacher's accuracy.</param>
    /// <param name="majority">Share of the most frequent class.</param>
    public static bool IsWeakTeacher(double accuracy, double majority) => accuracy < majority + (0.1 * (1 - majority));
}

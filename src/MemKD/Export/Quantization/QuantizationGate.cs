using MemKD.Engine;
using MemKD.Evaluation;
using MemKD.Models;
using MemKD.Runtime;
using MemKD.Runtime.Integer;
using MemKD.Series;

namespace MemKD.Export.Quantization;

/// <summary>Labelled cases that a quantised student is measured on; not those of TEST.</summary>
/// <param name="Values">Prepared series without differences, each [channel, timepoint].</param>
/// <param name="Labels">Class number of each case.</param>
/// <param name="Probabilities">The float student's, [case, class].</param>
public sealed record GateCases(
    IReadOnlyList<float[]> Values,
    IReadOnlyList<int> Labels,
    IReadOnlyList<float> Probabilities
)
{
    /// <summary>Cases with the model's classes and channels.</summary>
    /// <param name="model">The float student.</param>
    /// <param name="cases">Cases as its preparation gives them.</param>
    /// <param name="team">The threads that share the work.</param>
    public static GateCases Of(RecurrentClassifier model, PreparedCases cases, WorkerTeam team) =>
        new(Series(model, cases), cases.Labels, new Inference(model.Network, team).Probabilities(cases));

    /// <summary>Prepared series without their differences, which an exported student computes itself, each [channel, timepoint].</summary>
    internal static float[][] Series(RecurrentClassifier model, PreparedCases cases)
    {
        var channels = model.Preparation.ChannelCount;
        return
        [
            .. Enumerable.Range(0, cases.Count).Select(i => cases.Values(i)[..(channels * cases.Lengths[i])].ToArray()),
        ];
    }
}

/// <summary>What a weight format costs on <see cref="GateCases"/>.</summary>
/// <param name="Format">The format.</param>
/// <param name="AucPrc">Macro AUC-PRC, 0 to 1.</param>
/// <param name="AucPrcLoss">That of the float student minus it.</param>
/// <param name="Agreement">Share of cases that both decide for the same class.</param>
/// <param name="Passes">Within the gate.</param>
public sealed record QuantizationCost(
    WeightFormat Format,
    double AucPrc,
    double AucPrcLoss,
    double Agreement,
    bool Passes
);

/// <summary>
/// Whether int8 is good enough: on validation cases at most 0.5 points of AUC-PRC less than the float student, and the same
/// class in 99.5 % of the cases. The first of int8 with powers of two, int8 with multipliers and int16 that is wins; int16 is
/// the last resort whatever it costs. Not gated: the largest difference of one probability, which a single series that tips
/// over can take near 1 while nothing else changes.
/// </summary>
public static class QuantizationGate
{
    /// <summary>Largest loss of AUC-PRC.</summary>
    public const double MostLoss = 0.005;

    /// <summary>Smallest share of equal decisions.</summary>
    public const double LeastAgreement = 0.995;

    /// <summary>Measures all three formats, in the order in which they are tried.</summary>
    /// <exception cref="InputException">The model cannot be quantised, or there is no case.</exception>
    public static IReadOnlyList<QuantizationCost> Measure(StudentModel model, GateCases cases)
    {
        int[] labels = [.. cases.Labels];
        float[] reference = [.. cases.Probabilities];
        var classes = model.Classes.Count;
        var full = RankingMetrics.AucPrc(labels, reference, classes).Mean;
        return
        [
            .. new[]
            {
                WeightFormat.EightBitPowerOfTwo,
                WeightFormat.EightBitMultiplier,
                WeightFormat.SixteenBit,
            }.Select(format =>
            {
                var probabilities = Probabilities(Quantizer.Quantize(model, format), cases.Values);
                var area = RankingMetrics.AucPrc(labels, probabilities, classes).Mean;
                var agreement = ModelAgreement.Of(probabilities, reference, classes).Share;
                var passes = full - area <= MostLoss && agreement >= LeastAgreement;
                return new QuantizationCost(format, area, full - area, agreement, passes);
            }),
        ];
    }

    /// <summary>The first format that passes, else int16.</summary>
    public static WeightFormat Choose(IReadOnlyList<QuantizationCost> costs) =>
        costs.FirstOrDefault(c => c.Passes)?.Format ?? WeightFormat.SixteenBit;

    /// <summary>
    /// An integer student's probabilities of prepared series, [case, class]: the exact soft-max of its logits. Its own scores
    /// end at e^−8, so that cases beyond would tie, in every format alike.
    /// </summary>
    /// <param name="student">The student.</param>
    /// <param name="series">Prepared series without differences, each [channel, timepoint].</param>
    public static float[] Probabilities(IntegerStudent student, IReadOnlyList<float[]> series)
    {
        var result = new float[series.Count * student.ClassCount];
        var state = new IntegerState(student);
        var sample = new short[student.ChannelCount];
        var logits = new int[student.ClassCount];
        for (var i = 0; i < series.Count; i++)
        {
            state.Reset();
            var length = series[i].Length / student.ChannelCount;
            for (var t = 0; t < length; t++)
            {
                for (var c = 0; c < sample.Length; c++)
                {
                    sample[c] = IntegerStudent.ToSample(series[i][(c * length) + t]);
                }

                student.Step(state, sample);
            }

            var best = student.Logits(state, logits);
            var highest = logits[best];
            var powers = Array.ConvertAll(logits, z => Math.Exp((z - highest) / 4096.0));
            for (var k = 0; k < powers.Length; k++)
            {
                result[(i * powers.Length) + k] = (float)(powers[k] / powers.Sum());
            }
        }

        return result;
    }
}

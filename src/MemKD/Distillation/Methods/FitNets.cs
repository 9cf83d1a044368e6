using System.Numerics;
using System.Runtime.InteropServices;
using MemKD.Engine.Layers;
using MemKD.Engine.Memory;
using MemKD.Engine.Random;

namespace MemKD.Distillation.Methods;

// FitNets: hints.
// Source    Romero, Ballas, Kahou, Chassang, Gatta, Bengio, "FitNets: Hints for Thin Deep Nets", ICLR 2015, arXiv 1412.6550.
// F1        e(t) = W h_S(t) − h_T(t),  W [H_T, H_S] without bias, the same at every time point, trained with the student
// F2        L = mean over cases, mean over the case's time points, mean over H_T of e²
// Gradient  s = λ·2/(B·T_i·H_T):  ∂/∂W = Σ s e h_Sᵀ;  ∂/∂h_S = s Wᵀ e
// Stages    two: hints alone in the first share of the budget, then labels alone (the hints' loss is not computed); one: L_CE + λ L all along

/// <summary>
/// FitNets: a linear regressor of the student's hidden states follows the teacher's at every time point. Romero et al.
/// 2015, Eqs. 3 and 4, with the last recurrent layers as hint and guided layer.
/// </summary>
public sealed class FitNets : IDistillationMethod
{
    private readonly double? hintShare;
    private readonly AuxiliaryParameters regressor;
    private readonly LinearMap map;
    private readonly StateColumns columns;
    private readonly PanelMatrix error;
    private readonly PanelMatrix gradient;

    /// <summary>Creates the method and draws its regressor, U(±0.005).</summary>
    /// <param name="studentSize">H_S.</param>
    /// <param name="teacherSize">H_T.</param>
    /// <param name="hintShare">Share of the budget for hints alone, before labels alone; null: both all along.</param>
    /// <param name="seed">The run's seed.</param>
    public FitNets(int studentSize, int teacherSize, double? hintShare, ulong seed)
    {
        this.hintShare = hintShare;
        var weights = new ParameterSet([("regressor.weight", [teacherSize, studentSize])]);
        var random = new SeededRandom(seed, "fitnet");
        foreach (ref var w in weights.Values)
        {
            w = ((2 * random.NextSingle()) - 1) * 0.005f;
        }

        regressor = new AuxiliaryParameters(weights, weights.ZerosLike());
        Auxiliary = [regressor];
        map = new LinearMap(studentSize, teacherSize);
        columns = new StateColumns(studentSize, teacherSize);
        error = new PanelMatrix(teacherSize);
        gradient = new PanelMatrix(studentSize);
    }

    /// <summary>The row of the method table.</summary>
    public static DistillationMethodRow Row { get; } =
        new()
        {
            Id = "fitnet",
            Name = "FitNets: hints",
            Source = "Romero, Ballas, Kahou, Chassang, Gatta, Bengio, ICLR 2015, arXiv 1412.6550",
            Needs = MethodNeeds.HiddenStates,
            Parameters =
            [
                MethodParameter.Choice("stages", "two: hints, then labels; one: both together", "two", "one"),
                MethodParameter.Real("hints", 0.5, "share of the budget for the hints of two stages", 0, 1),
            ],
            WeightGrid = [10, 30, 100, 300, 1000],
            UntunedWeight = 100,
            Create = c => new FitNets(
                c.Student.Shape.OutputSize,
                c.Teacher.HiddenSize,
                c.Parameters.Is("stages", "two") ? c.Parameters.Real("hints") : null,
                c.Seed
            ),
        };

    /// <inheritdoc/>
    public IReadOnlyList<AuxiliaryParameters> Auxiliary { get; }

    /// <inheritdoc/>
    public (double Label, double Method) Stage(double progress) =>
        hintShare is not { } share ? (1, 1)
        : progress < share ? (0, 1)
        : (1, 0);

    /// <inheritdoc/>
    public double Evaluate(in DistillationBatch batch)
    {
        if (batch.Weight == 0)
        {
            return 0; // the stage of labels alone: nothing would be added
        }

        batch.Teacher.Require(batch.Cases);
        map.Load(regressor.Values.Values);
        var loss = 0.0;
        for (var first = 0; first < batch.Cases.Length; )
        {
            first = columns.Load(batch, first, points: 0);
            map.Forward(columns.Student, error);
            for (var panel = 0; panel < error.PanelCount; panel++)
            {
                loss += EvaluatePanel(panel, (float)batch.Weight);
            }

            map.Backward(columns.Student, error, regressor.Gradient.Values, [], gradient);
            columns.AddGradient(gradient, batch.HiddenGradient);
        }

        return loss;
    }

    /// <summary>Turns W h_S into the gradient with respect to it, 16 columns at a time.</summary>
    private double EvaluatePanel(int panel, float weight)
    {
        Span<float> squares = stackalloc float[PanelMatrix.Lanes];
        squares.Clear();
        var scales = MemoryMarshal.Cast<float, Vector<float>>(columns.Scales(panel));
        var sums = MemoryMarshal.Cast<float, Vector<float>>(squares);
        var e = MemoryMarshal.Cast<float, Vector<float>>(error.At(panel));
        var target = MemoryMarshal.Cast<float, Vector<float>>(columns.Teacher.At(panel));
        var slope = 2 * weight / error.Rows;
        for (var v = 0; v < sums.Length; v++)
        {
            var sum = Vector<float>.Zero;
            var scale = scales[v] * slope;
            for (var row = v; row < e.Length; row += sums.Length)
            {
                var difference = e[row] - target[row];
                sum = Vector.FusedMultiplyAdd(difference, difference, sum);
                e[row] = difference * scale;
            }

            sums[v] = sum;
        }

        var loss = 0.0;
        for (var lane = 0; lane < squares.Length; lane++)
        {
            loss += (double)columns.Scales(panel)[lane] * squares[lane];
        }

        return loss / error.Rows;
    }
}

using System.Numerics;
using System.Runtime.InteropServices;
using MemKD.Engine.Layers;
using MemKD.Engine.Memory;
using MemKD.Engine.Random;

namespace MemKD.Distillation.Methods;

// Variational information distillation (VID).
// Source    Ahn, Hu, Damianou, Lawrence, Dai, "Variational Information Distillation for Knowledge Transfer", CVPR 2019,
//           arXiv 1904.05835, Eqs. 4 to 6; regressor and constants of the authors' and RepDistiller's code.
// V1        μ(h) = W₃ relu(W₂ relu(W₁ h)), no bias, H_S → H_T → H_T → H_T;  σ²_c = softplus(α_c) + ε
// V2        L = mean over cases, time points and units c of ½[(μ_c(h_S(t)) − h_T,c(t))²/σ²_c + log σ²_c]
// Gradient  s = λ/(B·T_i·H_T), e = μ − h_T:  ∂/∂μ_c = s e_c/σ²_c, then through the maps (relu' = 1 where its result is > 0);
//           ∂/∂α_c = ½ sigmoid(α_c) Σ s (1/σ²_c − e_c²/σ⁴_c)
// Points    A case's mean may be taken over some of its time points, drawn anew for every batch: an unbiased estimate.

/// <summary>
/// VID: the teacher's states are likely under a Gaussian whose mean is regressed from the student's states and whose
/// variance is learnt for each unit. Ahn et al. 2019, Eqs. 4 to 6.
/// </summary>
public sealed class VariationalInformation : IDistillationMethod
{
    private const double Epsilon = 1e-5;
    private const double StartVariance = 5;
    private static readonly string[] Names = ["regressor.0.weight", "regressor.2.weight", "regressor.4.weight"];
    private readonly int points;
    private readonly AuxiliaryParameters parameters;
    private readonly LinearMap[] maps;
    private readonly StateColumns columns;
    private readonly PanelMatrix[] outputs;
    private readonly PanelMatrix[] inputGradients;
    private readonly float[] inverseVariance;
    private readonly double[] squares;

    /// <summary>Creates the method and draws its regressor, U(±1/√inputs) as PyTorch does.</summary>
    /// <param name="studentSize">H_S.</param>
    /// <param name="teacherSize">H_T.</param>
    /// <param name="points">Time points of a case in an update; 0: all.</param>
    /// <param name="seed">The run's seed.</param>
    public VariationalInformation(int studentSize, int teacherSize, int points, ulong seed)
    {
        this.points = points;
        int[] inputs = [studentSize, teacherSize, teacherSize];
        var values = new ParameterSet([
            .. Names.Select((n, l) => (n, (int[])[teacherSize, inputs[l]])),
            ("log_scale", [teacherSize]),
        ]);
        var random = new SeededRandom(seed, "vid");
        for (var l = 0; l < Names.Length; l++)
        {
            var bound = 1 / MathF.Sqrt(inputs[l]);
            foreach (ref var w in values[Names[l]])
            {
                w = ((2 * random.NextSingle()) - 1) * bound;
            }
        }

        values["log_scale"].Fill((float)Math.Log(Math.Exp(StartVariance - Epsilon) - 1));
        parameters = new AuxiliaryParameters(values, values.ZerosLike());
        Auxiliary = [parameters];
        maps = [.. inputs.Select(n => new LinearMap(n, teacherSize))];
        columns = new StateColumns(studentSize, teacherSize);
        outputs = [.. inputs.Select(_ => new PanelMatrix(teacherSize))];
        inputGradients = [.. inputs.Select(n => new PanelMatrix(n))];
        inverseVariance = new float[teacherSize];
        squares = new double[teacherSize];
    }

    /// <summary>The row of the method table.</summary>
    public static DistillationMethodRow Row { get; } =
        new()
        {
            Id = "vid",
            Name = "Variational information distillation",
            Source = "Ahn, Hu, Damianou, Lawrence, Dai, CVPR 2019, arXiv 1904.05835",
            Needs = MethodNeeds.HiddenStates,
            Parameters =
            [
                MethodParameter.Whole("points", 4, "time points of a case in an update, drawn; 0: all", 0, 1_000_000),
            ],
            WeightGrid = [0.1, 0.3, 1, 3, 10],
            UntunedWeight = 1,
            Create = c => new VariationalInformation(
                c.Student.Shape.OutputSize,
                c.Teacher.HiddenSize,
                c.Parameters.Whole("points"),
                c.Seed
            ),
        };

    /// <inheritdoc/>
    public IReadOnlyList<AuxiliaryParameters> Auxiliary { get; }

    /// <inheritdoc/>
    public double Evaluate(in DistillationBatch batch)
    {
        batch.Teacher.Require(batch.Cases);
        var alpha = parameters.Values["log_scale"];
        for (var l = 0; l < maps.Length; l++)
        {
            maps[l].Load(parameters.Values[Names[l]]);
        }

        for (var c = 0; c < alpha.Length; c++)
        {
            inverseVariance[c] = (float)(1 / Variance(alpha[c]));
        }

        squares.AsSpan().Clear();
        for (var first = 0; first < batch.Cases.Length; )
        {
            first = columns.Load(batch, first, points);
            Pass((float)batch.Weight);
            columns.AddGradient(inputGradients[0], batch.HiddenGradient);
        }

        var loss = 0.0;
        var dAlpha = parameters.Gradient["log_scale"];
        for (var c = 0; c < alpha.Length; c++)
        {
            // squares: Σ of e² over all columns with their scales, which add up to 1
            var variance = Variance(alpha[c]);
            loss += 0.5 * ((squares[c] / variance) + Math.Log(variance)) / alpha.Length;
            var slope = 0.5 * (1 - (squares[c] / variance)) / variance / alpha.Length;
            dAlpha[c] += (float)(batch.Weight * slope / (1 + Math.Exp(-alpha[c])));
        }

        return loss;
    }

    /// <summary>σ² = softplus(α) + ε, without overflow.</summary>
    private static double Variance(double alpha) =>
        Math.Max(alpha, 0) + Math.Log(1 + Math.Exp(-Math.Abs(alpha))) + Epsilon;

    private void Pass(float weight)
    {
        for (var l = 0; l < maps.Length; l++)
        {
            maps[l].Forward(l == 0 ? columns.Student : outputs[l - 1], outputs[l]);
            for (var panel = 0; l < 2 && panel < outputs[l].PanelCount; panel++)
            {
                Rectify(outputs[l].At(panel));
            }
        }

        var mean = outputs[^1];
        for (var panel = 0; panel < mean.PanelCount; panel++)
        {
            Compare(panel, mean.At(panel), weight / mean.Rows);
        }

        for (var l = maps.Length - 1; l >= 0; l--)
        {
            var gradient = l == maps.Length - 1 ? mean : inputGradients[l + 1];
            var input = l == 0 ? columns.Student : outputs[l - 1];
            maps[l].Backward(input, gradient, parameters.Gradient[Names[l]], [], inputGradients[l]);
            for (var panel = 0; l > 0 && panel < input.PanelCount; panel++)
            {
                Mask(input.At(panel), inputGradients[l].At(panel));
            }
        }
    }

    /// <summary>Turns μ into the gradient with respect to it, 16 columns at a time, and sums the squares of each unit.</summary>
    private void Compare(int panel, Span<float> mean, float weight)
    {
        Span<float> lanes = stackalloc float[PanelMatrix.Lanes];
        var sums = Vectors(lanes);
        var scales = MemoryMarshal.Cast<float, Vector<float>>(columns.Scales(panel));
        var e = Vectors(mean);
        var target = Vectors(columns.Teacher.At(panel));
        for (var c = 0; c < inverseVariance.Length; c++)
        {
            var slope = weight * inverseVariance[c];
            for (var v = 0; v < sums.Length; v++)
            {
                var at = (c * sums.Length) + v;
                var difference = e[at] - target[at];
                var scaled = difference * scales[v];
                sums[v] = difference * scaled;
                e[at] = scaled * slope;
            }

            var sum = 0.0f;
            foreach (var lane in lanes)
            {
                sum += lane;
            }

            squares[c] += sum;
        }
    }

    private static void Rectify(Span<float> values)
    {
        foreach (ref var v in Vectors(values))
        {
            v = Vector.MaxNative(Vector<float>.Zero, v);
        }
    }

    private static void Mask(Span<float> rectified, Span<float> gradient)
    {
        var r = Vectors(rectified);
        var g = Vectors(gradient);
        for (var v = 0; v < r.Length; v++)
        {
            g[v] = Vector.ConditionalSelect(Vector.GreaterThan(r[v], Vector<float>.Zero), g[v], Vector<float>.Zero);
        }
    }

    private static Span<Vector<float>> Vectors(Span<float> values) => MemoryMarshal.Cast<float, Vector<float>>(values);
}

using System.Numerics;
using System.Runtime.InteropServices;
using MemKD.Engine.Memory;

namespace MemKD.Engine.Optimization;

/// <summary>
/// Adam (Kingma &amp; Ba 2015) as in torch.optim: m̂ = m/(1−β₁ᵗ), v̂ = v/(1−β₂ᵗ), θ −= η·m̂/(√v̂ + ε).
/// Weight decay is either coupled (added to the gradient, torch.optim.Adam) or decoupled (θ −= η·w·θ, AdamW,
/// Loshchilov &amp; Hutter 2019).
/// </summary>
public sealed class Adam : Optimizer
{
    private readonly ParameterSet first;
    private readonly ParameterSet second;
    private readonly double beta1;
    private readonly double beta2;
    private readonly double epsilon;
    private readonly double weightDecay;
    private readonly bool decoupled;

    /// <summary>Starts with zero moments.</summary>
    /// <param name="parameters">The parameters to be moved; only their layout is used.</param>
    /// <param name="weightDecay">Weight decay.</param>
    /// <param name="decoupled">AdamW's decay instead of the coupled one.</param>
    /// <param name="beta1">Decay of the first moment.</param>
    /// <param name="beta2">Decay of the second moment.</param>
    /// <param name="epsilon">Added to the root of the second moment.</param>
    public Adam(
        ParameterSet parameters,
        double weightDecay = 0,
        bool decoupled = false,
        double beta1 = 0.9,
        double beta2 = 0.999,
        double epsilon = 1e-8
    )
    {
        first = parameters.ZerosLike();
        second = parameters.ZerosLike();
        this.weightDecay = weightDecay;
        this.decoupled = decoupled;
        this.beta1 = beta1;
        this.beta2 = beta2;
        this.epsilon = epsilon;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, ParameterSet Values)> State => [("first", first), ("second", second)];

    /// <inheritdoc/>
    public override void Step(ParameterSet parameters, ParameterSet gradient, double learningRate)
    {
        UpdateCount++;
        var correction1 = 1 - Math.Pow(beta1, UpdateCount);
        var correction2 = 1 - Math.Pow(beta2, UpdateCount);
        var step = (float)(learningRate / correction1);
        var root = (float)(1 / Math.Sqrt(correction2));
        var coupled = decoupled ? 0f : (float)weightDecay;
        var keep = decoupled ? (float)(1 - (learningRate * weightDecay)) : 1f;
        var (b1, b2, eps) = ((float)beta1, (float)beta2, (float)epsilon);
        var (new1, new2) = ((float)(1 - beta1), (float)(1 - beta2)); // 1 − b2 in float would be off by 1e-5
        var p = parameters.Values;
        var g = gradient.Values;
        var m = first.Values;
        var v = second.Values;

        // The same operations in the vector body and in the scalar tail: one result on every width.
        var pv = Vectors(p);
        var gv = Vectors(g);
        var mv = Vectors(m);
        var vv = Vectors(v);
        for (var i = 0; i < pv.Length; i++)
        {
            var gradientHere = gv[i] + (pv[i] * coupled);
            mv[i] = (mv[i] * b1) + (gradientHere * new1);
            vv[i] = (vv[i] * b2) + (gradientHere * gradientHere * new2);
            var denominator = (Vector.SquareRoot(vv[i]) * root) + new Vector<float>(eps);
            pv[i] = (pv[i] * keep) - (mv[i] * step / denominator);
        }

        for (var i = pv.Length * Vector<float>.Count; i < p.Length; i++)
        {
            var gradientHere = g[i] + (p[i] * coupled);
            m[i] = (m[i] * b1) + (gradientHere * new1);
            v[i] = (v[i] * b2) + (gradientHere * gradientHere * new2);
            var denominator = (MathF.Sqrt(v[i]) * root) + eps;
            p[i] = (p[i] * keep) - (m[i] * step / denominator);
        }
    }

    private static Span<Vector<float>> Vectors(Span<float> values) => MemoryMarshal.Cast<float, Vector<float>>(values);
}

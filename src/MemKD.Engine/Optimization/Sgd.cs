using MemKD.Engine.Memory;

namespace MemKD.Engine.Optimization;

/// <summary>
/// Stochastic gradient descent with momentum as in torch.optim.SGD: v = μ·v + g + w·θ, θ −= η·v (Nesterov: η·(g + μ·v)).
/// </summary>
public sealed class Sgd : Optimizer
{
    private readonly ParameterSet velocity;
    private readonly float momentum;
    private readonly float weightDecay;
    private readonly bool nesterov;

    /// <summary>Starts at rest.</summary>
    /// <param name="parameters">The parameters to be moved; only their layout is used.</param>
    /// <param name="momentum">μ.</param>
    /// <param name="weightDecay">Coupled weight decay.</param>
    /// <param name="nesterov">Nesterov's form.</param>
    public Sgd(ParameterSet parameters, double momentum = 0.9, double weightDecay = 0, bool nesterov = false)
    {
        velocity = parameters.ZerosLike();
        this.momentum = (float)momentum;
        this.weightDecay = (float)weightDecay;
        this.nesterov = nesterov;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, ParameterSet Values)> State => [("velocity", velocity)];

    /// <inheritdoc/>
    public override void Step(ParameterSet parameters, ParameterSet gradient, double learningRate)
    {
        UpdateCount++;
        var p = parameters.Values;
        var g = gradient.Values;
        var v = velocity.Values;
        var rate = (float)learningRate;
        for (var i = 0; i < p.Length; i++)
        {
            var gradientHere = g[i] + (weightDecay * p[i]);
            v[i] = (momentum * v[i]) + gradientHere;
            p[i] -= rate * (nesterov ? gradientHere + (momentum * v[i]) : v[i]);
        }
    }
}

using MemKD.Engine.Memory;

namespace MemKD.Distillation.Methods;

/// <summary>A weighted sum of methods, such as <c>memkd+kd</c>.</summary>
/// <param name="terms">Weight and method of each term.</param>
public sealed class WeightedSum(IReadOnlyList<(double Weight, IDistillationMethod Method)> terms) : IDistillationMethod
{
    /// <inheritdoc/>
    public IReadOnlyList<AuxiliaryParameters> Auxiliary { get; } = [.. terms.SelectMany(t => t.Method.Auxiliary)];

    /// <inheritdoc/>
    public double Evaluate(in DistillationBatch batch)
    {
        var sum = 0.0;
        foreach (var (weight, method) in terms)
        {
            var factor = weight * method.Stage(batch.Progress).Method;
            sum += factor * method.Evaluate(batch.Scaled(factor));
        }

        return sum;
    }

    /// <inheritdoc/>
    public (double Label, double Method) Stage(double progress) => (terms.Min(t => t.Method.Stage(progress).Label), 1);
}

namespace MemKD.Evaluation;

/// <summary>
/// A measure of each class, one against the rest, and the unweighted mean of the classes where it is defined.
/// </summary>
/// <param name="Mean">Mean over the defined classes; NaN when there is none.</param>
/// <param name="PerClass">One value a class, by class number; NaN where the evaluated cases do not define it.</param>
public readonly record struct MacroAverage(double Mean, IReadOnlyList<double> PerClass)
{
    /// <summary>Averages the values that are not NaN, in class order.</summary>
    internal static MacroAverage Of(double[] perClass)
    {
        var sum = 0.0;
        var count = 0;
        foreach (var value in perClass)
        {
            if (!double.IsNaN(value))
            {
                sum += value;
                count++;
            }
        }

        return new MacroAverage(sum / count, perClass); // 0 / 0 is NaN: nothing defined
    }
}

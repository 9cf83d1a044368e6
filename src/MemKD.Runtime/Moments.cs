namespace MemKD.Runtime;

/// <summary>Mean and deviation of a series, the same for training and for windows of a stream.</summary>
public static class Moments
{
    /// <summary>Mean and population standard deviation, in two passes in double.</summary>
    /// <param name="values">At least one value.</param>
    public static (double Mean, double Deviation) Of(ReadOnlySpan<float> values)
    {
        var sum = 0.0;
        foreach (var value in values)
        {
            sum += value;
        }

        var mean = sum / values.Length;
        var squares = 0.0;
        foreach (var value in values)
        {
            squares += (value - mean) * (value - mean);
        }

        return (mean, Math.Sqrt(squares / values.Length));
    }
}

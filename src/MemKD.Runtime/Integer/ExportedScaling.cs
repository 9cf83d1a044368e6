namespace MemKD.Runtime.Integer;

/// <summary>
/// Scaling in float32, operation by operation as <c>NAME_norm</c> and <c>NAME_window</c> of exported C do it, before they
/// round to Q4.12 (<see cref="IntegerStudent.ToSample"/>). The C generator (<c>ScalingText</c>) prints the same lines: change both or neither.
/// </summary>
internal static class ExportedScaling
{
    // Newton's steps end long before.
    private const int MostSteps = 80;

    /// <summary>A value by stored statistics; <paramref name="factor"/> is 1 / deviation, or 0.</summary>
    public static float Norm(float raw, float mean, float factor) => (raw - mean) * factor;

    /// <summary>
    /// A channel of a window by its own mean and deviation, on straight lines to as many points as <paramref name="scaled"/> has.
    /// </summary>
    public static void Window(ReadOnlySpan<float> raw, Span<float> scaled)
    {
        var points = (float)scaled.Length;
        var (mean, rest, squares) = (0f, 0f, 0f);
        for (var t = 0; t < scaled.Length; t++)
        {
            scaled[t] = Point(raw, scaled.Length, t);
            mean += scaled[t];
        }

        mean /= points;
        foreach (var value in scaled)
        {
            rest += value - mean;
        }

        mean += rest / points;
        foreach (var value in scaled)
        {
            var d = value - mean;
            squares += d * d;
        }

        var factor = InverseRoot(squares / points);
        foreach (ref var value in scaled)
        {
            value = Norm(value, mean, factor);
        }
    }

    private static float Point(ReadOnlySpan<float> raw, int points, int t)
    {
        if (points == raw.Length)
        {
            return raw[t];
        }

        var (from, rest) = Math.DivRem((long)t * (raw.Length - 1), points - 1);
        var a = raw[(int)from];
        var b = rest == 0 ? a : raw[(int)from + 1];
        return a + ((b - a) * rest / (points - 1));
    }

    private static float InverseRoot(float v)
    {
        var root = v > 1 ? v : 1;
        for (var i = 0; i < MostSteps; i++)
        {
            var next = 0.5f * (root + (v / root));
            if (next >= root)
            {
                break;
            }

            root = next;
        }

        return v > 0 ? 1 / root : 0;
    }
}

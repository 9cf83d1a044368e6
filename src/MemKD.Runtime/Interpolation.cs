namespace MemKD.Runtime;

/// <summary>Straight lines between known time points: for gaps and for a change of length.</summary>
public static class Interpolation
{
    /// <summary>
    /// Fills missing values (NaN or infinite) in place: inner gaps by a straight line between their neighbours, the ends with the
    /// nearest known value.
    /// </summary>
    /// <returns>False, and nothing changed, when no value is known.</returns>
    public static bool FillGaps(Span<float> values)
    {
        var known = -1;
        for (var t = 0; t < values.Length; t++)
        {
            if (!float.IsFinite(values[t]))
            {
                continue;
            }

            if (known < 0)
            {
                values[..t].Fill(values[t]);
            }
            else
            {
                double from = values[known];
                double to = values[t];
                for (var gap = known + 1; gap < t; gap++)
                {
                    values[gap] = (float)(from + ((to - from) * (gap - known) / (t - known)));
                }
            }

            known = t;
        }

        if (known < 0)
        {
            return false;
        }

        values[(known + 1)..].Fill(values[known]);
        return true;
    }

    /// <summary>
    /// Writes <paramref name="source"/> with another number of time points: first and last value stay in place
    /// (align-corners), those between lie on straight lines. One time point is repeated.
    /// </summary>
    /// <param name="source">At least one value, none missing.</param>
    /// <param name="target">The new series, its length the new length.</param>
    public static void ToLength(ReadOnlySpan<float> source, Span<float> target)
    {
        if (source.Length == target.Length)
        {
            source.CopyTo(target);
            return;
        }

        var last = source.Length - 1;
        var steps = Math.Max(1, target.Length - 1);
        for (var t = 0; t < target.Length; t++)
        {
            // position = t·last/steps, split exactly into whole and fraction
            var (whole, rest) = Math.DivRem((long)t * last, steps);
            double from = source[(int)whole];
            double to = source[(int)Math.Min(whole + 1, last)];
            target[t] = (float)(from + ((to - from) * rest / steps));
        }
    }
}

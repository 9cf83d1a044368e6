namespace MemKD.Export.Onnx;

/// <summary>
/// A matrix as whole numbers q from −127 to 127 and one scale a row: w ≈ q · scale, scale = max|w| / 127, q rounded to the
/// nearest, so that no weight is off by more than half a scale.
/// </summary>
/// <param name="Values">q, [rows, width], row-major.</param>
/// <param name="Scales">One a row; 1 for a row of zeros.</param>
internal sealed record Int8Rows(sbyte[] Values, float[] Scales)
{
    private const int Most = 127;

    /// <summary>Rounds a matrix [rows, width].</summary>
    public static Int8Rows Of(ReadOnlySpan<float> matrix, int rows)
    {
        var width = matrix.Length / rows;
        var (values, scales) = (new sbyte[matrix.Length], new float[rows]);
        for (var row = 0; row < rows; row++)
        {
            var largest = 0f;
            foreach (var weight in matrix.Slice(row * width, width))
            {
                largest = Math.Max(largest, Math.Abs(weight));
            }

            // A row of weights too small for a scale of their own is a row of zeros.
            var scale = largest / Most;
            scales[row] = float.IsNormal(scale) ? scale : 1;
            for (var i = row * width; i < (row + 1) * width; i++)
            {
                values[i] = (sbyte)Math.Clamp(MathF.Round(matrix[i] / scales[row]), -Most, Most);
            }
        }

        return new Int8Rows(values, scales);
    }

    /// <summary>The weights that a runtime computes with, q · scale in float32.</summary>
    public float[] ToFloats()
    {
        var width = Values.Length / Scales.Length;
        return [.. Values.Select((q, i) => q * Scales[i / width])];
    }
}

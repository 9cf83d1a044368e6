using MemKD.Engine.Layers;

namespace MemKD.Distillation;

/// <summary>
/// One vector a case: the state after its last time point (of a backward direction: after its first), or the mean over
/// its time points.
/// </summary>
/// <param name="student">The student's architecture.</param>
/// <param name="teacher">The teacher's architecture.</param>
/// <param name="mean">Whether to take the mean.</param>
public sealed class CaseFeatures(NetworkShape student, NetworkShape teacher, bool mean)
{
    private float[] states = [];

    /// <summary>Reads a batch's features; the teacher's states must have been required.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="studentFeatures">Destination [H_S, case]; resized.</param>
    /// <param name="teacherFeatures">Destination [H_T, case]; resized.</param>
    public void Load(in DistillationBatch batch, PanelMatrix studentFeatures, PanelMatrix teacherFeatures)
    {
        var count = batch.Cases.Length;
        studentFeatures.Resize(count);
        teacherFeatures.Resize(count);
        if (states.Length < batch.Hidden.Length * student.OutputSize)
        {
            states = new float[batch.Hidden.Length * student.OutputSize];
        }

        for (var i = 0; i < count; i++)
        {
            var own = states.AsSpan(0, batch.Hidden.LengthOf(i) * student.OutputSize);
            batch.Hidden.CopyCase(i, own);
            Feature(student, own, i, studentFeatures);
            Feature(teacher, batch.Teacher.Hidden(batch.Cases[i]), i, teacherFeatures);
        }
    }

    /// <summary>Adds the gradient with respect to the student's features to that of its states.</summary>
    /// <param name="gradient">[H_S, case].</param>
    /// <param name="destination">The batch's gradient.</param>
    public void AddGradient(PanelMatrix gradient, HiddenStates destination)
    {
        var size = student.OutputSize;
        for (var i = 0; i < gradient.ColumnCount; i++)
        {
            var length = destination.LengthOf(i);
            var own = states.AsSpan(0, length * size);
            own.Clear();
            for (var u = 0; u < size; u++)
            {
                var value = gradient.At(i / PanelMatrix.Lanes)[(u * PanelMatrix.Lanes) + (i % PanelMatrix.Lanes)];
                if (!mean)
                {
                    own[(Last(student, u, length) * size) + u] = value;
                    continue;
                }

                for (var t = 0; t < length; t++)
                {
                    own[(t * size) + u] = value / length;
                }
            }

            destination.AddCase(i, own);
        }
    }

    private void Feature(NetworkShape shape, ReadOnlySpan<float> own, int index, PanelMatrix features)
    {
        var size = shape.OutputSize;
        var length = own.Length / size;
        var to = features.At(index / PanelMatrix.Lanes)[(index % PanelMatrix.Lanes)..];
        for (var u = 0; u < size; u++)
        {
            var sum = own[(Last(shape, u, length) * size) + u];
            if (mean)
            {
                sum = 0;
                for (var t = 0; t < length; t++)
                {
                    sum += own[(t * size) + u];
                }

                sum /= length;
            }

            to[u * PanelMatrix.Lanes] = sum;
        }
    }

    private static int Last(NetworkShape shape, int unit, int length) => unit < shape.HiddenSize ? length - 1 : 0;
}

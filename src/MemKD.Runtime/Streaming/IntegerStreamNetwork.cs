using MemKD.Runtime.Integer;

namespace MemKD.Runtime.Streaming;

/// <summary>An integer student and its state of one stream: scaled samples to Q4.12, then the arithmetic of exported C.</summary>
internal sealed class IntegerStreamNetwork(IntegerStudent student) : IStreamNetwork
{
    private readonly IntegerState state = new(student);
    private readonly short[] sample = new short[student.ChannelCount];
    private readonly int[] logits = new int[student.ClassCount];
    private readonly ushort[] scores = new ushort[student.ClassCount];

    public string Numbers => student.Format.ToString();

    public bool IsExported => true;

    public int Class => student.Class(state);

    public void Step(ReadOnlySpan<float> input)
    {
        for (var c = 0; c < sample.Length; c++)
        {
            sample[c] = IntegerStudent.ToSample(input[c]);
        }

        student.Step(state, sample);
    }

    public void Logits(Span<float> values)
    {
        student.Logits(state, logits);
        for (var k = 0; k < logits.Length; k++)
        {
            values[k] = logits[k] / (float)IntegerStudent.SampleOne;
        }
    }

    public void Scores(Span<float> probabilities)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(probabilities.Length, scores.Length);
        student.Scores(state, scores);
        for (var k = 0; k < scores.Length; k++)
        {
            probabilities[k] = scores[k] / (float)IntegerStudent.ProbabilityOne;
        }
    }

    public void Reset() => state.Reset();

    public void Write(BinaryWriter writer) => state.Write(writer);

    public bool Read(BinaryReader reader) => state.Read(reader);
}

using MemKD.Runtime.Kernels;

namespace MemKD.Runtime.Streaming;

/// <summary>A float student's network and its state of one stream.</summary>
internal sealed class FloatStreamNetwork(StudentModel model) : IStreamNetwork
{
    private readonly StepNetwork network = model.Network;
    private readonly NetworkState state = new(model.Network);
    private readonly float[] logits = new float[model.Network.ClassCount];

    public string Numbers => "Float";

    public bool IsExported => false;

    public int Class
    {
        get
        {
            network.Logits(state, logits);
            return Answer.Class(logits);
        }
    }

    public void Step(ReadOnlySpan<float> input) => network.Step(state, input);

    public void Logits(Span<float> values) => network.Logits(state, values);

    public void Scores(Span<float> probabilities)
    {
        network.Logits(state, logits);
        Answer.Softmax(logits, probabilities);
    }

    public void Reset() => state.Reset();

    public void Write(BinaryWriter writer) => state.Write(writer);

    public bool Read(BinaryReader reader) => state.Read(reader);
}

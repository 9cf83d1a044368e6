using System.Globalization;
using MemKD.Runtime.Kernels;

namespace MemKD.Runtime.Streaming;

/// <summary>
/// A student on a stream: one step of the network a time point, the answer about everything since the last reset. A step
/// allocates nothing.
/// </summary>
public sealed class StreamingStudent : IStreamClassifier
{
    private readonly StudentModel model;
    private readonly StreamOptions options;
    private readonly StepNetwork network;
    private readonly NetworkState state;
    private readonly SamplePreparation preparation;
    private readonly float[] logits;
    private readonly int resetAfterGap; // 0: never
    private int gap;

    /// <summary>Begins a stream.</summary>
    /// <param name="model">The student; shared, not changed.</param>
    /// <param name="options">Null: as trained, missing values held.</param>
    /// <exception cref="InputException">The model's scaling and the options do not go together.</exception>
    /// <exception cref="ArgumentException">A number in the options that cannot be.</exception>
    public StreamingStudent(StudentModel model, StreamOptions? options = null)
    {
        this.model = model;
        this.options = options ?? new StreamOptions();
        this.options.Check(model);
        resetAfterGap = this.options.ResetAfterGap ?? 0;
        network = model.Network;
        state = new NetworkState(network);
        preparation = new SamplePreparation(model, this.options);
        logits = new float[network.ClassCount];
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes => model.Classes;

    /// <inheritdoc/>
    public int ChannelCount => model.ChannelCount;

    /// <inheritdoc/>
    public long SampleCount { get; private set; }

    /// <inheritdoc/>
    public int Class
    {
        get
        {
            network.Logits(state, logits);
            return Answer.Class(logits);
        }
    }

    /// <inheritdoc/>
    public bool Step(ReadOnlySpan<float> sample)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(sample.Length, model.ChannelCount);
        if (resetAfterGap > 0 && !IsKnown(sample))
        {
            return false;
        }

        SampleCount++;
        if (!preparation.Take(sample))
        {
            return false;
        }

        network.Step(state, preparation.Input);
        return true;
    }

    /// <summary>The numbers that soft-max makes the probabilities of.</summary>
    /// <param name="values">Destination, one value a class.</param>
    public void Logits(Span<float> values)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, logits.Length);
        network.Logits(state, values);
    }

    /// <inheritdoc/>
    public void Scores(Span<float> probabilities)
    {
        network.Logits(state, logits);
        Answer.Softmax(logits, probabilities);
    }

    /// <inheritdoc/>
    public void Reset()
    {
        state.Reset();
        preparation.Reset();
        SampleCount = 0;
        gap = 0;
    }

    /// <inheritdoc/>
    public byte[] Snapshot() =>
        SnapshotFormat.Write(
            Owner(),
            writer =>
            {
                writer.Write(SampleCount);
                writer.Write(gap);
                preparation.Write(writer);
                state.Write(writer);
            }
        );

    /// <inheritdoc/>
    public void Restore(ReadOnlySpan<byte> snapshot)
    {
        Reset();
        try
        {
            SnapshotFormat.Read(
                snapshot,
                Owner(),
                reader =>
                {
                    SampleCount = reader.ReadInt64();
                    gap = reader.ReadInt32();
                    return SampleCount >= 0 && gap >= 0 & preparation.Read(reader) & state.Read(reader);
                }
            );
        }
        catch (InputException)
        {
            Reset();
            throw;
        }
    }

    private ulong Owner() =>
        model
            .MakeFingerprint()
            .With(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"stream {options.Scaling} {options.HalfLife} {options.Gaps} {options.ResetAfterGap} {options.SamplesPerPoint}"
                )
            );

    /// <summary>Counts samples without any known value; at the limit the stream is reset, and waits.</summary>
    private bool IsKnown(ReadOnlySpan<float> sample)
    {
        foreach (var value in sample)
        {
            if (float.IsFinite(value))
            {
                gap = 0;
                return true;
            }
        }

        if (gap < resetAfterGap && ++gap == resetAfterGap)
        {
            Reset();
            gap = resetAfterGap;
        }

        return gap < resetAfterGap;
    }
}

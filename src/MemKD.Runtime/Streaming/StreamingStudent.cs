using System.Globalization;
using MemKD.Runtime.Integer;

namespace MemKD.Runtime.Streaming;

/// <summary>
/// A student on a stream, in floats or in integers: one step of the network a time point, the answer about everything since
/// the last reset. A step allocates nothing.
/// </summary>
public sealed class StreamingStudent : IStreamClassifier
{
    private readonly StudentModel model;
    private readonly StreamOptions options;
    private readonly IStreamNetwork network;
    private readonly SamplePreparation preparation;
    private readonly int resetAfterGap; // 0: never
    private int gap;

    /// <summary>Begins a stream.</summary>
    /// <param name="model">The student; shared, not changed.</param>
    /// <param name="options">Null: as trained, missing values held.</param>
    /// <exception cref="InputException">The model's scaling and the options do not go together.</exception>
    /// <exception cref="ArgumentException">A number in the options that cannot be.</exception>
    public StreamingStudent(StudentModel model, StreamOptions? options = null)
        : this(model, new FloatStreamNetwork(model), options) { }

    /// <summary>
    /// Begins a stream in integers: scaling, steps and scores are those of exported C (<c>NAME_norm</c>, <c>NAME_step</c>,
    /// <c>NAME_scores</c>), bit for bit.
    /// </summary>
    /// <param name="student">The student; shared, not changed.</param>
    /// <param name="options">Null: missing values held.</param>
    /// <exception cref="InputException">The model's samples cannot be scaled one by one, or other scaling is asked for.</exception>
    /// <exception cref="ArgumentException">A number in the options that cannot be.</exception>
    public StreamingStudent(IntegerStudent student, StreamOptions? options = null)
        : this(student.Model, new IntegerStreamNetwork(student), options) { }

    private StreamingStudent(StudentModel model, IStreamNetwork network, StreamOptions? options)
    {
        this.model = model;
        this.network = network;
        this.options = options ?? new StreamOptions();
        this.options.Check(model, network.IsExported);
        resetAfterGap = this.options.ResetAfterGap ?? 0;
        preparation = new SamplePreparation(model, this.options, network.IsExported);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes => model.Classes;

    /// <inheritdoc/>
    public int ChannelCount => model.ChannelCount;

    /// <inheritdoc/>
    public long SampleCount { get; private set; }

    /// <inheritdoc/>
    public int Class => network.Class;

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

        network.Step(preparation.Input);
        return true;
    }

    /// <summary>The numbers that soft-max makes the probabilities of.</summary>
    /// <param name="values">Destination, one value a class.</param>
    public void Logits(Span<float> values)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, Classes.Count);
        network.Logits(values);
    }

    /// <inheritdoc/>
    public void Scores(Span<float> probabilities) => network.Scores(probabilities);

    /// <inheritdoc/>
    public void Reset()
    {
        network.Reset();
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
                network.Write(writer);
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
                    return SampleCount >= 0 && gap >= 0 & preparation.Read(reader) & network.Read(reader);
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
                    $"stream {network.Numbers} {options.Scaling} {options.HalfLife} {options.Gaps} {options.ResetAfterGap} {options.SamplesPerPoint}"
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

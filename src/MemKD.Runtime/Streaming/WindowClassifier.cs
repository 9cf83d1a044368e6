using System.Globalization;
using MemKD.Runtime.Integer;

namespace MemKD.Runtime.Streaming;

/// <summary>Which samples of a stream are classified together.</summary>
/// <param name="Length">Samples of a window, at least 2: those of the training series, as they were before preparation.</param>
/// <param name="Hop">Samples from one answer to the next, at least 1; as long as the window: windows side by side.</param>
/// <param name="ResetAfterGap">So many samples in a row without any known value empty the window; null: never.</param>
public sealed record WindowOptions(int Length, int Hop, int? ResetAfterGap = null)
{
    /// <summary>Longest window.</summary>
    public const int MaxLength = 1_000_000;
}

/// <summary>
/// A student on a stream, in floats or in integers, window by window: the latest <see cref="WindowOptions.Length"/> samples are prepared exactly as a
/// series of that length in training, and classified from a zero state, every <see cref="WindowOptions.Hop"/> samples. The
/// only way that is exact for models with <see cref="SampleScaling.Series"/>. Nothing is allocated after construction.
/// </summary>
public sealed class WindowClassifier : IStreamClassifier
{
    private readonly StudentModel model;
    private readonly WindowOptions options;
    private readonly IStreamNetwork network; // its state is that of the latest answer
    private readonly WindowPreparation preparation;
    private readonly float[] ring; // [channel][slot]; sample n lies in slot n mod Length
    private int gap;

    /// <summary>Begins a stream.</summary>
    /// <param name="model">The student; shared, not changed.</param>
    /// <param name="options">The windows.</param>
    /// <exception cref="ArgumentException">A number in the options that cannot be.</exception>
    public WindowClassifier(StudentModel model, WindowOptions options)
        : this(model, new FloatStreamNetwork(model), options) { }

    /// <summary>
    /// Begins a stream in integers: scaling, steps and scores are those of exported C (<c>NAME_window</c>, or <c>NAME_norm</c>
    /// of each value; <c>NAME_step</c>, <c>NAME_scores</c>), bit for bit.
    /// </summary>
    /// <param name="student">The student; shared, not changed.</param>
    /// <param name="options">The windows.</param>
    /// <exception cref="ArgumentException">A number in the options that cannot be.</exception>
    public WindowClassifier(IntegerStudent student, WindowOptions options)
        : this(student.Model, new IntegerStreamNetwork(student), options) { }

    private WindowClassifier(StudentModel model, IStreamNetwork network, WindowOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Length, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Length, WindowOptions.MaxLength);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Hop, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ResetAfterGap ?? 1, 1, nameof(options));
        this.model = model;
        this.options = options;
        this.network = network;
        preparation = new WindowPreparation(model, options.Length, network.IsExported);
        ring = new float[checked(model.ChannelCount * options.Length)];
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
    /// <remarks>True after the first full window and every hop from there on.</remarks>
    public bool Step(ReadOnlySpan<float> sample)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(sample.Length, model.ChannelCount);
        if (IsInGap(sample))
        {
            return false;
        }

        var slot = (int)(SampleCount++ % options.Length);
        for (var c = 0; c < sample.Length; c++)
        {
            ring[(c * options.Length) + slot] = sample[c];
        }

        if (SampleCount < options.Length || (SampleCount - options.Length) % options.Hop != 0)
        {
            return false;
        }

        Classify();
        return true;
    }

    /// <summary>
    /// Classifies what the window holds now, fewer than <see cref="WindowOptions.Length"/> samples where no more have come;
    /// with none, the answer is that of no sample.
    /// </summary>
    public void Classify()
    {
        var length = (int)Math.Min(SampleCount, options.Length);
        network.Reset();
        if (length > 0)
        {
            Run(length);
        }
    }

    /// <inheritdoc/>
    public void Scores(Span<float> probabilities) => network.Scores(probabilities);

    /// <inheritdoc/>
    public void Reset()
    {
        SampleCount = 0;
        gap = 0;
        network.Reset();
    }

    /// <inheritdoc/>
    public byte[] Snapshot() =>
        SnapshotFormat.Write(
            Owner(),
            writer =>
            {
                writer.Write(SampleCount);
                writer.Write(gap);
                network.Write(writer);
                foreach (var value in Held())
                {
                    writer.Write(value);
                }
            }
        );

    /// <inheritdoc/>
    public void Restore(ReadOnlySpan<byte> snapshot)
    {
        try
        {
            SnapshotFormat.Read(snapshot, Owner(), Read);
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
                    $"window {network.Numbers} {options.Length} {options.Hop} {options.ResetAfterGap}"
                )
            );

    /// <summary>The part of each channel's ring that holds samples.</summary>
    private IEnumerable<float> Held()
    {
        var length = (int)Math.Min(SampleCount, options.Length);
        return Enumerable
            .Range(0, model.ChannelCount)
            .SelectMany(c => new ArraySegment<float>(ring, c * options.Length, length));
    }

    private bool Read(BinaryReader reader)
    {
        SampleCount = reader.ReadInt64();
        gap = reader.ReadInt32();
        if (!network.Read(reader) || SampleCount < 0 || gap < 0)
        {
            return false;
        }

        var length = (int)Math.Min(SampleCount, options.Length);
        for (var c = 0; c < model.ChannelCount; c++)
        {
            foreach (ref var value in ring.AsSpan(c * options.Length, length))
            {
                value = reader.ReadSingle();
            }
        }

        return true;
    }

    private void Run(int length)
    {
        preparation.Begin(length);
        var first = (int)((SampleCount - length) % options.Length);
        for (var c = 0; c < model.ChannelCount; c++)
        {
            var slots = ring.AsSpan(c * options.Length, options.Length);
            var raw = preparation.Raw(length);
            var tail = Math.Min(length, options.Length - first);
            slots.Slice(first, tail).CopyTo(raw);
            slots[..(length - tail)].CopyTo(raw[tail..]);
            preparation.Prepare(c, length);
        }

        for (var t = 0; t < preparation.Length; t++)
        {
            network.Step(preparation.Input(t));
        }
    }

    /// <summary>Counts samples without any known value; at the limit the window is emptied, and waits.</summary>
    private bool IsInGap(ReadOnlySpan<float> sample)
    {
        foreach (var value in sample)
        {
            if (float.IsFinite(value))
            {
                gap = 0;
                return false;
            }
        }

        if (options.ResetAfterGap is { } limit && gap < limit && ++gap == limit)
        {
            Reset();
            gap = limit;
        }

        return gap == options.ResetAfterGap;
    }
}

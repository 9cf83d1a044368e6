using MemKD.Runtime;
using MemKD.Runtime.Integer;

namespace MemKD.Export.C99;

/// <summary>The series of a self-test and what must come out, computed in .NET by the same arithmetic.</summary>
internal sealed class SelfTest
{
    /// <summary>Series.</summary>
    public const int SeriesCount = 3;

    /// <summary>Samples of each.</summary>
    public const int Length = 24;

    private const uint HashStart = 2166136261;
    private const uint HashFactor = 16777619;

    private SelfTest(int channels) => Samples = MakeSamples(channels);

    /// <summary>[series, sample, channel], Q4.12: slow curves, noise, and steps from rail to rail.</summary>
    public short[] Samples { get; }

    /// <summary>Hash over the scores of each sample: h = (h ^ value) · 16777619, from 2166136261.</summary>
    public uint Hash { get; private set; } = HashStart;

    /// <summary>Classes at the end of each series.</summary>
    public List<int> Classes { get; } = [];

    /// <summary>Scores at the end of each series: Q1.15, or the bits of a float.</summary>
    public List<uint> Scores { get; } = [];

    /// <summary>Of an integer student.</summary>
    public static SelfTest Of(IntegerStudent student)
    {
        var test = new SelfTest(student.ChannelCount);
        var state = new IntegerState(student);
        var scores = new ushort[student.ClassCount];
        test.Run(
            student.ChannelCount,
            state.Reset,
            sample => student.Step(state, sample),
            () =>
            {
                student.Scores(state, scores);
                return Array.ConvertAll(scores, s => (uint)s);
            },
            () => student.Class(state)
        );
        return test;
    }

    /// <summary>Of a float student.</summary>
    public static SelfTest Of(StudentModel model)
    {
        var test = new SelfTest(model.ChannelCount);
        var oracle = new FloatOracle(model);
        test.Run(
            model.ChannelCount,
            oracle.Reset,
            sample => oracle.Step(Array.ConvertAll(sample, v => v / 4096.0f)),
            () => Array.ConvertAll(oracle.Scores(), BitConverter.SingleToUInt32Bits),
            oracle.Class
        );
        return test;
    }

    private void Run(int channels, Action reset, Action<short[]> step, Func<uint[]> scores, Func<int> decide)
    {
        for (var series = 0; series < SeriesCount; series++)
        {
            reset();
            uint[] values = [];
            for (var t = 0; t < Length; t++)
            {
                step(Samples.AsSpan(((series * Length) + t) * channels, channels).ToArray());
                values = scores();
                Hash = values.Aggregate(Hash, (hash, value) => (hash ^ value) * HashFactor);
            }

            Scores.AddRange(values);
            Classes.Add(decide());
        }
    }

    private static short[] MakeSamples(int channels)
    {
        var samples = new short[SeriesCount * Length * channels];
        var random = 12345u;
        for (var i = 0; i < samples.Length; i++)
        {
            var (series, t) = (i / (Length * channels), i / channels % Length);
            random = (random * 1664525) + 1013904223;
            var noise = (int)(random >> 20) - 2048;
            samples[i] = (short)(
                series switch
                {
                    0 => (Math.Abs((t % 12) - 6) * 2048) - 6144 + (noise / 4),
                    1 => noise * 4,
                    _ => (random & 0x80000000) != 0 ? short.MaxValue : short.MinValue,
                }
            );
        }

        return samples;
    }
}

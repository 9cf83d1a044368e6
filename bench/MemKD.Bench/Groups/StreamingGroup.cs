using MemKD.Bench.Measuring;
using MemKD.Export;
using MemKD.Models;
using MemKD.Runtime.Streaming;

namespace MemKD.Bench.Groups;

/// <summary>One step of a stream against ONNX Runtime's.</summary>
internal static class StreamingGroup
{
    private const int SignalLength = 1 << 14;

    private static readonly (int Units, double Nanoseconds, double OnnxRuntime)[] Sizes =
    [
        (4, 36, 160),
        (8, 45, 150),
        (16, 88, 80),
    ];

    public static Group Group { get; } =
        new(
            "streaming",
            "Streaming step",
            "One sample into a student 1→H (StreamingStudent.Step), and the same with the probabilities of five classes read after every sample. ONNX Runtime runs the file of `memkd export --format onnx-step` "
                + "through its C API, called from C#: tensors made once, states read and written in turn, one call a sample; its graph holds the linear layer. Our settings of .NET are those of an application that references MemKD.Runtime and chooses none. One thread, CPU time.",
            Run,
            [
                new("stream", w => new Stream(Worker.Number(w[0]), withScores: w[1] is "scores")),
                new("onnx-step", w => new OnnxStep(Worker.Number(w[0]))),
            ]
        );

    private static Section Run(Contest contest)
    {
        var section = new Section();
        var rows = new List<string[]>();
        using var ours = Contest.OursInApplication();
        using var scores = Contest.OursInApplication("with probabilities");
        using var onnx = contest.OnnxRuntime();
        foreach (var (units, nanoseconds, ratio) in contest.Quick(Sizes[..1], Sizes))
        {
            var m = contest.Measure(
                byWall: false,
                (ours, $"stream {units} step"),
                (scores, $"stream {units} scores"),
                (onnx, $"onnx-step {units}")
            );
            var own = m[0]!;
            rows.Add([
                $"LSTM 1→{units}",
                Show.Nanoseconds(own.Median),
                Show.Nanoseconds(own.Least),
                Show.Nanoseconds(m[1]!.Median),
                Show.Nanoseconds(m[2]?.Median),
                TrainingGroup.Ratio(own, m[2]),
                TrainingGroup.Ratio(m[1]!, m[2]),
            ]);
            section.Goals.Add(Goal.AtMost($"streaming step 1→{units}", nanoseconds, 1e9 * own.Median, "ns"));
            section.Goals.Add(
                Goal.AtLeast(
                    $"streaming step 1→{units}, ONNX Runtime's time",
                    ratio,
                    m[2] == null ? null : own.RatioTo(m[2]!)
                )
            );
        }

        section.Add(
            "One sample",
            [
                "student",
                "ns",
                "least",
                "with probabilities, ns",
                "ONNX Runtime, ns",
                "ONNX Runtime's time (of minima)",
                "the same, with probabilities",
            ],
            rows
        );
        return section;
    }

    private sealed class Stream(int units, bool withScores) : IWork
    {
        private readonly StreamingStudent student = new(MadeModel.Lstm(units, 1).ToStudent());
        private readonly float[] signal = MadeModel.Signal(SignalLength);
        private readonly float[] probabilities = new float[MadeModel.Classes];
        private int at;

        public void Run(int repetitions)
        {
            for (var i = 0; i < repetitions; i++)
            {
                at = (at + 1) & (SignalLength - 1);
                student.Step(signal.AsSpan(at, 1));
                if (withScores)
                {
                    student.Scores(probabilities);
                }
            }
        }
    }

    private sealed class OnnxStep : IWork
    {
        private readonly OnnxRuntime session;
        private readonly OnnxRuntime.Call[] calls;
        private readonly float[] signal = MadeModel.Signal(SignalLength);
        private readonly OnnxRuntime.Tensor sample;
        private int at;

        public OnnxStep(int units)
        {
            session = new OnnxRuntime(
                ExportFormats
                    .Find("onnx-step")
                    .Export(new ExportRequest(MadeModel.Lstm(units, 1), "step"))
                    .Files[0]
                    .Bytes
            );
            sample = session.Floats(1, 1);
            var logits = session.Floats(1, MadeModel.Classes);
            var (h, c) = (new OnnxRuntime.Tensor[2], new OnnxRuntime.Tensor[2]);
            for (var i = 0; i < 2; i++)
            {
                h[i] = session.Floats(1, 1, units);
                c[i] = session.Floats(1, 1, units);
            }

            calls =
            [
                .. Enumerable
                    .Range(0, 2)
                    .Select(i =>
                        OnnxRuntime.Prepare(
                            [("x", sample), ("h", h[i]), ("c", c[i])],
                            [("logits", logits), ("h_next", h[1 - i]), ("c_next", c[1 - i])]
                        )
                    ),
            ];
        }

        public void Run(int repetitions)
        {
            for (var i = 0; i < repetitions; i++)
            {
                at = (at + 1) & (SignalLength - 1);
                sample.Values[0] = signal[at];
                session.Run(calls[at & 1]);
            }
        }
    }
}

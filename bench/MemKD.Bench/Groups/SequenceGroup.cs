using MemKD.Bench.Measuring;
using MemKD.Engine;
using MemKD.Engine.Layers;
using MemKD.Export;
using MemKD.Models;
using MemKD.Runtime.Streaming;

namespace MemKD.Bench.Groups;

/// <summary>One whole series at a time.</summary>
internal static class SequenceGroup
{
    private const int Timepoints = 150;
    private static readonly (int Units, int Layers)[] Sizes = [(8, 1), (16, 1), (64, 2), (128, 2)];

    public static Group Group { get; } =
        new(
            "sequence",
            "Whole series, one at a time",
            "The probabilities of five classes for one series of 150 samples, batch 1. Two ways of ours: the runtime's steps (StreamingStudent), and the engine's forward pass, laid out for 16 series at a time. "
                + "oneDNN runs the layers alone; ONNX Runtime the file of `memkd export --format onnx` through its C API. One thread, CPU time.",
            Run,
            [
                new("sequence-steps", w => new Steps(Worker.Number(w[0]), Worker.Number(w[1]))),
                new("sequence-engine", w => new Pass(Worker.Number(w[0]), Worker.Number(w[1]))),
                new("onnx-sequence", w => new OnnxSequence(Worker.Number(w[0]), Worker.Number(w[1]))),
            ]
        );

    private static Section Run(Contest contest)
    {
        var section = new Section();
        var rows = new List<string[]>();
        using var steps = Contest.Ours("steps");
        using var engine = Contest.Ours("engine");
        using var oneDnn = contest.OneDnn();
        using var onnx = contest.OnnxRuntime();
        foreach (var (units, layers) in contest.Quick(Sizes[..1], Sizes))
        {
            var name = layers == 1 ? $"LSTM 1→{units}" : $"LSTM {layers}×{units}";
            var m = contest.Measure(
                byWall: false,
                (steps, $"sequence-steps {units} {layers}"),
                (engine, $"sequence-engine {units} {layers}"),
                (oneDnn, $"infer {new StepSize(CellKind.Lstm, 1, units, layers, Timepoints, Batch: 1).Words}"),
                (onnx, $"onnx-sequence {units} {layers}")
            );
            var best = m[0]!.Median < m[1]!.Median ? m[0]! : m[1]!;
            rows.Add([
                name,
                Microseconds(m[0]),
                Microseconds(m[1]),
                Microseconds(m[2]),
                Microseconds(m[3]),
                TrainingGroup.Ratio(best, m[2]),
                TrainingGroup.Ratio(best, m[3]),
            ]);
            if (units == 128)
            {
                section.Goals.Add(
                    Goal.AtLeast($"one series, {name}, oneDNN's time", 1, m[2] == null ? null : best.RatioTo(m[2]!))
                );
            }

            if (units == 8)
            {
                section.Goals.Add(
                    Goal.AtLeast(
                        $"one series, {name}, ONNX Runtime's time",
                        1,
                        m[3] == null ? null : best.RatioTo(m[3]!)
                    )
                );
            }
        }

        section.Add(
            "One series of 150 samples",
            [
                "network",
                "steps, µs",
                "engine, µs",
                "oneDNN, µs",
                "ONNX Runtime, µs",
                "oneDNN's time, best of ours = 1 (of minima)",
                "ONNX Runtime's time, best of ours = 1 (of minima)",
            ],
            rows
        );
        return section;
    }

    private static string Microseconds(Measurement? m) => Show.Number(1e6 * m?.Median);

    private sealed class Steps(int units, int layers) : IWork
    {
        private readonly StreamingStudent student = new(MadeModel.Lstm(units, layers).ToStudent());
        private readonly float[] signal = MadeModel.Signal(Timepoints);
        private readonly float[] probabilities = new float[MadeModel.Classes];

        public void Run(int repetitions)
        {
            for (var i = 0; i < repetitions; i++)
            {
                student.Reset();
                for (var t = 0; t < signal.Length; t++)
                {
                    student.Step(signal.AsSpan(t, 1));
                }

                student.Scores(probabilities);
            }
        }
    }

    private sealed class Pass : IWork
    {
        private readonly NetworkWorkspace workspace;
        private readonly SequenceBatch batch = new(1, 1, Timepoints);
        private readonly float[] signal = MadeModel.Signal(Timepoints);

        public Pass(int units, int layers) =>
            workspace = new NetworkWorkspace(MadeModel.Lstm(units, layers).Network, 1, Timepoints, new WorkerTeam(1));

        public void Run(int repetitions)
        {
            for (var i = 0; i < repetitions; i++)
            {
                batch.Begin(1, Timepoints);
                batch.Set(0, signal);
                workspace.Forward(batch, training: false);
            }
        }
    }

    private sealed class OnnxSequence : IWork
    {
        private readonly OnnxRuntime session;
        private readonly OnnxRuntime.Call call;

        public OnnxSequence(int units, int layers)
        {
            session = new OnnxRuntime(
                ExportFormats
                    .Find("onnx")
                    .Export(new ExportRequest(MadeModel.Lstm(units, layers), "series"))
                    .Files[0]
                    .Bytes
            );
            var x = session.Floats(1, Timepoints, 1);
            MadeModel.Signal(Timepoints).CopyTo(x.Values);
            call = OnnxRuntime.Prepare(
                [("x", x), ("lengths", session.Integer(Timepoints))],
                [("probabilities", session.Floats(1, MadeModel.Classes))]
            );
        }

        public void Run(int repetitions)
        {
            for (var i = 0; i < repetitions; i++)
            {
                session.Run(call);
            }
        }
    }
}

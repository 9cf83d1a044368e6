using System.Globalization;
using MemKD.Bench.Measuring;
using MemKD.Engine.Kernels;
using MemKD.Engine.Layers;
using MemKD.Engine.Memory;
using MemKD.Engine.Random;
using MemKD.Engine.Simd;

namespace MemKD.Bench.Groups;

/// <summary>Matrix kernels against the peak of the machine, by shape and vector path.</summary>
internal static class KernelGroup
{
    private const int Cases = 32;
    private const int Timepoints = 150;
    private const double LeastShare = 85;

    public static Group Group { get; } =
        new(
            "kernels",
            "Matrix kernels",
            "GFLOP/s of the recurrent product (4H×H by 32 cases) and of the weight gradient of an LSTM (4H×H, summed over 150 time points of 32 cases), "
                + "and their share of the peak: a loop of independent fused multiply-adds in C# on the same vector path, measured in the same rounds. The same operands each time: those of the product lie in the caches, those of the gradient only up to about 64 units.",
            Run,
            [
                new("fma", _ => PeakWork.Create()),
                new("multiply", w => new MultiplyWork(Worker.Number(w[0]))),
                new("gradient", w => new GradientWork(Worker.Number(w[0]))),
            ]
        );

    private static Section Run(Contest contest)
    {
        var section = new Section();
        var peaks = new List<string[]>();
        var rows = new List<string[]>();
        foreach (var path in VectorPaths.Supported)
        {
            var name = path.ToString().ToLowerInvariant();
            using var peak = Contest.Ours("peak", path: name);
            using var multiply = Contest.Ours("multiply", path: name);
            using var gradient = Contest.Ours("gradient", path: name);
            Measurement? best = null;
            foreach (var units in contest.Quick<int[]>([8], [8, 16, 32, 64, 100, 128, 256]))
            {
                var size = units.ToString(CultureInfo.InvariantCulture);
                var m = contest.Measure(
                    byWall: false,
                    (peak, "fma"),
                    (multiply, $"multiply {size}"),
                    (gradient, $"gradient {size}")
                );
                var (p, product, outer) = (m[0]!, m[1]!, m[2]!);
                best = best == null || p.Least < best.Least ? p : best;
                rows.Add([$"{name} H={size}", Giga(product), Share(product, p), Giga(outer), Share(outer, p)]);
                if (units is 64 or 100 or 128 or 256 && path == VectorPaths.Supported[^1])
                {
                    section.Goals.Add(
                        Goal.AtLeast($"recurrent product, H={size}, of peak", LeastShare, 100 * product.ShareOf(p), "%")
                    );
                    section.Goals.Add(
                        Goal.AtLeast($"weight gradient, H={size}, of peak", LeastShare, 100 * outer.ShareOf(p), "%")
                    );
                }
            }

            peaks.Add([name, Giga(best!), Show.Number(best!.Amount / best.Least / 1e9)]);
        }

        section.Add("Peak of fused multiply-adds, float32, one thread", ["path", "GFLOP/s, median", "best"], peaks);
        section.Add(
            "Kernels, one thread",
            [
                "path and hidden size",
                "recurrent product, GFLOP/s",
                "% of peak",
                "weight gradient, GFLOP/s",
                "% of peak",
            ],
            rows
        );
        return section;
    }

    private static string Giga(Measurement m) => Show.Number(m.Rate / 1e9);

    private static string Share(Measurement m, Measurement peak) => Show.Percent(m.ShareOf(peak));

    private static AlignedBuffer Random(SeededRandom random, int length)
    {
        var buffer = new AlignedBuffer(length);
        foreach (ref var value in buffer.Span)
        {
            value = random.NextSingle() - 0.5f;
        }

        return buffer;
    }

    /// <summary>Every panel of a batch times the recurrent weights, as one time step of a forward pass.</summary>
    private sealed unsafe class MultiplyWork : IWork
    {
        private static readonly int Panels = Panel.Count(Cases);
        private readonly PackedMatrix weights;
        private readonly AlignedBuffer x;
        private readonly AlignedBuffer bias;
        private readonly AlignedBuffer y;

        public MultiplyWork(int units)
        {
            var random = new SeededRandom(1);
            weights = new PackedMatrix(4 * units, units);
            weights.Pack(Random(random, 4 * units * units).Span);
            x = Random(random, Panels * units * Panel.Lanes);
            bias = Random(random, 4 * units);
            y = new AlignedBuffer(Panels * 4 * units * Panel.Lanes);
        }

        public double Amount => 2.0 * weights.Rows * weights.Columns * Cases;

        public void Run(int repetitions)
        {
            for (var i = 0; i < repetitions; i++)
            {
                for (var panel = 0; panel < Panels; panel++)
                {
                    VectorKernels.Current.Multiply(
                        weights,
                        x.Pointer + (panel * weights.Columns * Panel.Lanes),
                        bias.Pointer,
                        y.Pointer + (panel * weights.Rows * Panel.Lanes)
                    );
                }
            }
        }
    }

    /// <summary>The weight gradient of a whole batch.</summary>
    private sealed unsafe class GradientWork : IWork
    {
        private readonly OuterProductSize size;
        private readonly int gateStride;
        private readonly AlignedBuffer gates;
        private readonly AlignedBuffer hidden;
        private readonly AlignedBuffer scratch;
        private readonly AlignedBuffer gradient;
        private readonly AlignedBuffer sums;

        public GradientWork(int units)
        {
            var random = new SeededRandom(1);
            size = new OuterProductSize(4 * units, units, Panel.Count(Cases) * Timepoints);
            var layer = new RecurrentLayer(new NetworkShape(CellKind.Lstm, 1, units, 1, 2), 0, 0);
            gateStride = layer.GateBufferRows * Panel.Lanes;
            gates = Random(random, gateStride * size.Steps);
            hidden = Random(random, size.RightRows * size.Steps * Panel.Lanes);
            scratch = new AlignedBuffer(size.ScratchLength);
            gradient = new AlignedBuffer(size.LeftRows * size.RightRows);
            sums = new AlignedBuffer(size.LeftRows);
        }

        public double Amount => 2.0 * size.LeftRows * size.RightRows * size.Steps * Panel.Lanes;

        public void Run(int repetitions)
        {
            for (var i = 0; i < repetitions; i++)
            {
                VectorKernels.Current.OuterProduct(
                    new PanelRows(gates.Pointer, gateStride),
                    new PanelRows(hidden.Pointer, size.RightRows * Panel.Lanes),
                    size,
                    scratch.Pointer,
                    gradient.Pointer,
                    sums.Pointer
                );
            }
        }
    }
}

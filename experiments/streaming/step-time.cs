// Nanoseconds of one step and of one reading of the probabilities, for docs/streaming.md:
//     dotnet run -c Release experiments/streaming/step-time.cs
#:project ../../src/MemKD.Runtime/MemKD.Runtime.csproj
#:property PublishAot=false
#:property TieredCompilation=false
#:property RestorePackagesWithLockFile=false
#:property RunAnalyzers=false
#:property GenerateDocumentationFile=false
using System.Diagnostics;
using System.Globalization;
using MemKD.Runtime;
using MemKD.Runtime.Integer;
using MemKD.Runtime.Streaming;

const int Samples = 16_384;
const int Repetitions = 100;
var random = new Random(1);
float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];
var signal = Draw(Samples);

Console.WriteLine("cell units | bare | differences, mean, stored scaling | the same, running scaling | probabilities | int8: step | probabilities");
foreach (var cell in Enum.GetValues<Cell>())
{
    foreach (var units in (int[])[4, 8, 16, 32])
    {
        var bare = Time(new StreamingStudent(Model(cell, units, SampleScaling.Raw, StatePooling.Last, false)));
        var model = Model(cell, units, SampleScaling.TrainChannel, StatePooling.Mean, true);
        var usual = Time(new StreamingStudent(model));
        var running = Time(
            new StreamingStudent(
                Model(cell, units, SampleScaling.Series, StatePooling.Mean, true),
                new StreamOptions { Scaling = StreamScaling.Running }
            )
        );
        var integers = Time(new StreamingStudent(Quantizer.Quantize(model, WeightFormat.EightBitPowerOfTwo)));
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{cell} {units} | {bare.Step:F0} | {usual.Step:F0} | {running.Step:F0} | {usual.Scores:F0} | {integers.Step:F0} | {integers.Scores:F0}"
            )
        );
    }
}

// The best of many repetitions: other work on the machine only adds.
(double Step, double Scores) Time(StreamingStudent stream)
{
    var scores = new float[3];
    var (step, read) = (double.MaxValue, double.MaxValue);
    for (var r = 0; r < Repetitions; r++)
    {
        var start = Stopwatch.GetTimestamp();
        for (var t = 0; t < Samples; t++)
        {
            stream.Step(signal.AsSpan(t, 1));
        }

        step = Math.Min(step, Stopwatch.GetElapsedTime(start).TotalNanoseconds / Samples);
        start = Stopwatch.GetTimestamp();
        for (var t = 0; t < Samples; t++)
        {
            stream.Scores(scores);
        }

        read = Math.Min(read, Stopwatch.GetElapsedTime(start).TotalNanoseconds / Samples);
    }

    return (step, read);
}

StudentModel Model(Cell cell, int units, SampleScaling scaling, StatePooling pooling, bool differences)
{
    var gates = cell switch
    {
        Cell.Lstm => 4,
        Cell.Gru => 3,
        _ => 1,
    };
    var inputs = differences ? 2 : 1;
    return new StudentModel
    {
        Cell = cell,
        ChannelCount = 1,
        HiddenSize = units,
        Layers =
        [
            new(Draw(gates * units * inputs), Draw(gates * units * units), Draw(gates * units), Draw(gates * units)),
        ],
        Pooling = pooling,
        HeadWeights = Draw(3 * units),
        HeadBias = Draw(3),
        Classes = ["a", "b", "c"],
        Scaling = scaling,
        ChannelMeans = scaling == SampleScaling.TrainChannel ? [0.1] : [],
        ChannelDeviations = scaling == SampleScaling.TrainChannel ? [1.3] : [],
        DifferenceScales = differences ? [0.3] : null,
        TrainLength = 100,
    };
}

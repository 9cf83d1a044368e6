using System.Globalization;

namespace MemKD.Evaluation;

/// <summary>Reads one result file of tsml-eval, line by line.</summary>
internal sealed class TsmlResultReader(string path, TextReader reader)
{
    private const int MostClasses = 100_000;

    private int lineNumber;

    /// <summary>The file.</summary>
    /// <exception cref="InputException">A line is not of the layout.</exception>
    public TsmlResult Read()
    {
        var first = Line("the first line").Split(',', 6);
        if (first.Length < 5)
        {
            throw Error("line 1 has data set, estimator, split, resample and time unit, separated by commas");
        }

        var resample = first[3] is "None" ? (int?)null : Whole(first[3], "the resample", int.MaxValue);
        var parameters = Line("the parameters");
        var third = Line("accuracy and times").Split(',');
        if (third.Length != 9)
        {
            throw Error($"{third.Length} fields; accuracy, times, number of classes and train estimate are 9");
        }

        var accuracy = Real(third[0]);
        var classes = Whole(third[5], "the number of classes", MostClasses);
        var numbers = Array.ConvertAll([third[1], third[2], third[3], third[4], third[7], third[8]], Real);
        var labels = new List<int>();
        var predicted = new List<int>();
        var probabilities = new List<double>();
        while (NextLine() is { } line)
        {
            ReadCase(line, classes, labels, predicted, probabilities);
        }

        var result = new TsmlResult
        {
            Dataset = first[0],
            Estimator = first[1],
            Split = first[2] is "No split" ? "" : first[2].ToUpperInvariant(),
            Resample = resample,
            TimeUnit = first[4],
            Comment = first.Length > 5 ? first[5] : "",
            Parameters = parameters,
            FitTime = numbers[0],
            PredictTime = numbers[1],
            BenchmarkTime = numbers[2],
            MemoryBytes = numbers[3],
            TrainEstimateMethod = third[6],
            TrainEstimateTime = numbers[4],
            FitAndEstimateTime = numbers[5],
            ClassCount = classes,
            Labels = [.. labels],
            Predicted = [.. predicted],
            Probabilities = [.. probabilities],
        };
        if (labels.Count == 0)
        {
            throw new InputException($"{path}: no case below line 3; the file was cut off, write it again.");
        }

        if (accuracy >= 0 && !TsmlResultFile.AreEqual(accuracy, result.Accuracy))
        {
            throw new InputException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{path}: line 3 says accuracy {accuracy}, the {labels.Count} cases give {result.Accuracy}; the file was cut off or changed, write it again."
                )
            );
        }

        return result;
    }

    private void ReadCase(string line, int classes, List<int> labels, List<int> predicted, List<double> probabilities)
    {
        var fields = line.Split(',');
        if (fields.Length < 3 + classes || fields[2].Length != 0)
        {
            throw Error($"a case is label, prediction, nothing, and {classes} probabilities");
        }

        labels.Add(Whole(fields[0], "the label", classes - 1));
        predicted.Add(Whole(fields[1], "the prediction", classes - 1));
        var sum = 0.0;
        for (var k = 0; k < classes; k++)
        {
            var p = Real(fields[3 + k]);
            probabilities.Add(p);
            sum += p < 0 ? double.NaN : p;
        }

        if (!TsmlResultFile.IsOne(sum))
        {
            throw Error("the probabilities of a case are not negative and have the sum 1 within 0.00001");
        }
    }

    private string? NextLine()
    {
        lineNumber++;
        return reader.ReadLine();
    }

    private string Line(string what) =>
        NextLine() ?? throw new InputException($"{path}: the file ends before {what}; it was cut off, write it again.");

    private double Real(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? value
            : throw Error("a field that is to be a number is none");

    private int Whole(string text, string what, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= most
            ? value
            : throw Error($"{what} is a whole number from 0 to {most.ToString(CultureInfo.InvariantCulture)}");

    private InputException Error(string what) => new($"{path}, line {lineNumber}: {what}.");
}

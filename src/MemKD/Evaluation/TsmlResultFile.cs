using System.Globalization;
using System.Text;

namespace MemKD.Evaluation;

/// <summary>
/// Result files of tsml-eval, one a run: <c>&lt;results&gt;/&lt;Estimator&gt;/Predictions/&lt;Dataset&gt;/testResample&lt;r&gt;.csv</c>.
/// Line 1: data set, estimator, split, resample, time unit, comment. Line 2: parameters. Line 3: accuracy, fit time, predict time,
/// benchmark time, memory, number of classes, and method and times of the train estimate (9 fields, −1 for unknown). Then a line a case:
/// label, prediction, nothing, and the probabilities. Its validator accepts a time of a single prediction in no file (it asks one field to be
/// empty and a number), so none is written; where one is read, it is passed over.
/// </summary>
public static class TsmlResultFile
{
    private const double SumTolerance = 1e-5;

    private const double AccuracyTolerance = 1e-6;

    private const long MostBytes = 1L << 28;

    /// <summary>Where tsml-eval looks for a run.</summary>
    /// <param name="results">The folder of all results.</param>
    /// <param name="result">The run.</param>
    /// <exception cref="InputException">A name that cannot be a folder.</exception>
    public static string PathOf(string results, TsmlResult result)
    {
        foreach (var name in (string[])[result.Estimator, result.Dataset])
        {
            if (name.Length == 0 || name is "." or ".." || name.Any(c => char.IsControl(c) || c is '/' or '\\' or ':'))
            {
                throw new InputException(
                    $"'{name}' cannot be the name of a folder; name it with letters, digits, - and _."
                );
            }
        }

        var split = result.Split.ToLowerInvariant();
        var file = (split, result.Resample) switch
        {
            ("", null) => "results.csv",
            (_, null) => $"{split}Results.csv",
            ("", { } r) => $"resample{r}.csv",
            (_, { } r) => $"{split}Resample{r}.csv",
        };
        return Path.Combine(results, result.Estimator, "Predictions", result.Dataset, file);
    }

    /// <summary>Writes a run to its place below the folder of all results, whole or not at all; an older file is replaced.</summary>
    /// <returns>The file.</returns>
    /// <exception cref="InputException">See <see cref="Write"/>; or a name that cannot be a folder.</exception>
    public static string WriteBelow(string results, TsmlResult result)
    {
        var path = PathOf(results, result);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: its folder cannot be made; check that it may be written.", e);
        }

        Write(path, result);
        return path;
    }

    /// <summary>
    /// Writes a file, whole or not at all; a file of that name is replaced. A row of probabilities whose sum is not within
    /// 0.00001 of 1, as of a fixed-point model, is divided by its sum, because the layout knows no other.
    /// </summary>
    /// <exception cref="ArgumentException">Not as many predictions or rows of probabilities as labels.</exception>
    /// <exception cref="InputException">
    /// No case, a class number out of range, a row that is no distribution, a comma in a name, or a path that cannot be written.
    /// </exception>
    public static void Write(string path, TsmlResult result)
    {
        Check(result);
        WholeFile.Write(
            path,
            stream =>
            {
                using var writer = new StreamWriter(stream, new UTF8Encoding(), leaveOpen: true);
                writer.NewLine = "\n";
                WriteLines(writer, result);
            }
        );
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="InputException">It cannot be read, or a line is not of the layout; the message names it.</exception>
    public static TsmlResult Read(string path)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MostBytes })
            {
                throw new InputException($"{path}: larger than {MostBytes >> 20} MiB; this is no result file.");
            }

            using var reader = new StreamReader(path);
            return new TsmlResultReader(path, reader).Read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read; check that the file exists and may be read.", e);
        }
    }

    /// <summary>Whether a sum of probabilities passes tsml-eval's validator.</summary>
    internal static bool IsOne(double sum) => Math.Abs(sum - 1) <= SumTolerance;

    /// <summary>Whether two accuracies are the same but for printing.</summary>
    internal static bool AreEqual(double a, double b) => Math.Abs(a - b) <= AccuracyTolerance;

    private static void Check(TsmlResult result)
    {
        foreach (var field in (string[])[result.Dataset, result.Estimator, result.TimeUnit, result.TrainEstimateMethod])
        {
            if (field.Any(c => c == ',' || char.IsControl(c)))
            {
                throw new InputException(
                    $"'{field}' has a comma or a line break, which the result file cannot hold; rename it."
                );
            }
        }

        if (result.Split is not ("TRAIN" or "TEST" or ""))
        {
            throw new InputException($"'{result.Split}' is no split of a result file; it is TRAIN, TEST or empty.");
        }

        if (result.Predicted.Length != result.Labels.Length)
        {
            throw new ArgumentException("There must be one prediction a label.", nameof(result));
        }

        var rows = Array.ConvertAll(result.Probabilities, p => (float)p);
        EvaluationChecks.Probabilities(result.Labels, rows, result.ClassCount);
        EvaluationChecks.Probabilities(result.Predicted, rows, result.ClassCount);
    }

    private static void WriteLines(StreamWriter writer, TsmlResult result)
    {
        var split = result.Split.Length == 0 ? "No split" : result.Split;
        var resample = result.Resample?.ToString(CultureInfo.InvariantCulture) ?? "None";
        writer.WriteLine(
            $"{result.Dataset},{result.Estimator},{split},{resample},{result.TimeUnit.ToUpperInvariant()},{OneLine(result.Comment)}"
        );
        writer.WriteLine(OneLine(result.Parameters));
        writer.WriteLine(
            string.Join(
                ',',
                Number(result.Accuracy),
                Number(result.FitTime),
                Number(result.PredictTime),
                Number(result.BenchmarkTime),
                Number(result.MemoryBytes),
                Number(result.ClassCount),
                result.TrainEstimateMethod,
                Number(result.TrainEstimateTime),
                Number(result.FitAndEstimateTime)
            )
        );
        for (var i = 0; i < result.Labels.Length; i++)
        {
            writer.Write(Number(result.Labels[i]));
            writer.Write(',');
            writer.Write(Number(result.Predicted[i]));
            writer.Write(',');
            var row = result.Probabilities.AsSpan(i * result.ClassCount, result.ClassCount);
            var sum = 0.0;
            foreach (var p in row)
            {
                sum += p;
            }

            foreach (var p in row)
            {
                writer.Write(',');
                writer.Write(Probability(IsOne(sum) ? p : p / sum));
            }

            writer.WriteLine();
        }
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>With a point, as tsml's own files have it: 0.0, 1.0.</summary>
    private static string Probability(double p) => p is 0 or 1 ? $"{Number(p)}.0" : Number(p);

    private static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}

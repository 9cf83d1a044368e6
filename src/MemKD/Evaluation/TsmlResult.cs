namespace MemKD.Evaluation;

/// <summary>One run's answers, as a file of tsml-eval holds them (<see cref="TsmlResultFile"/>).</summary>
public sealed record TsmlResult
{
    /// <summary>Name of the data set; no comma.</summary>
    public required string Dataset { get; init; }

    /// <summary>Name of the classifier; no comma.</summary>
    public required string Estimator { get; init; }

    /// <summary>Which cases were predicted: <c>TRAIN</c>, <c>TEST</c>, or empty for neither (<c>No split</c> in the file).</summary>
    public string Split { get; init; } = "TEST";

    /// <summary>Number of the resample, 0 for the archive's split; null for none.</summary>
    public int? Resample { get; init; } = 0;

    /// <summary>Unit of the times.</summary>
    public string TimeUnit { get; init; } = "MILLISECONDS";

    /// <summary>End of the first line: where the file comes from. Commas are fine.</summary>
    public string Comment { get; init; } = "";

    /// <summary>The second line, free text: parameters. Commas are fine.</summary>
    public string Parameters { get; init; } = "No parameter info";

    /// <summary>Training time; −1 for unknown, as in every field below.</summary>
    public double FitTime { get; init; } = -1;

    /// <summary>Time of all predictions.</summary>
    public double PredictTime { get; init; } = -1;

    /// <summary>Time of a fixed task on the same machine.</summary>
    public double BenchmarkTime { get; init; } = -1;

    /// <summary>Memory in bytes.</summary>
    public double MemoryBytes { get; init; } = -1;

    /// <summary>How the training accuracy was estimated; text, no comma.</summary>
    public string TrainEstimateMethod { get; init; } = "";

    /// <summary>Time of that estimate.</summary>
    public double TrainEstimateTime { get; init; } = -1;

    /// <summary>Time of training and estimate together.</summary>
    public double FitAndEstimateTime { get; init; } = -1;

    /// <summary>Number of classes.</summary>
    public required int ClassCount { get; init; }

    /// <summary>Class number of each case, from 0.</summary>
    public required int[] Labels { get; init; }

    /// <summary>Class number decided for each case.</summary>
    public required int[] Predicted { get; init; }

    /// <summary>[case, class]; each row has the sum 1.</summary>
    public required double[] Probabilities { get; init; }

    /// <summary>Share of cases decided rightly; NaN without a case.</summary>
    public double Accuracy => Labels.Where((label, i) => label == Predicted[i]).Count() / (double)Labels.Length;

    /// <summary>The answers of a model.</summary>
    /// <param name="dataset">Name of the data set.</param>
    /// <param name="estimator">Name of the classifier.</param>
    /// <param name="resample">Number of the resample.</param>
    /// <param name="labels">Class number of each case.</param>
    /// <param name="probabilities">[case, class]; a case is decided as <see cref="ConfusionMatrix.Decide"/> does.</param>
    /// <param name="classCount">K, at least 2.</param>
    /// <exception cref="ArgumentException">Fewer than two classes, or not one row of probabilities a label.</exception>
    /// <exception cref="InputException">No case, a label outside 0 … K−1, or a row that is no distribution.</exception>
    public static TsmlResult Of(
        string dataset,
        string estimator,
        int resample,
        ReadOnlySpan<int> labels,
        ReadOnlySpan<float> probabilities,
        int classCount
    )
    {
        EvaluationChecks.Probabilities(labels, probabilities, classCount);
        var predicted = new int[labels.Length];
        for (var i = 0; i < predicted.Length; i++)
        {
            predicted[i] = ConfusionMatrix.Decide(probabilities.Slice(i * classCount, classCount));
        }

        return new TsmlResult
        {
            Dataset = dataset,
            Estimator = estimator,
            Resample = resample,
            ClassCount = classCount,
            Labels = labels.ToArray(),
            Predicted = predicted,
            Probabilities = Array.ConvertAll(probabilities.ToArray(), p => (double)p),
        };
    }
}

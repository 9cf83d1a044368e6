using MemKD.Engine;
using MemKD.Export.Quantization;
using MemKD.Models;
using MemKD.Series;

namespace MemKD.Export;

/// <summary>What is to be exported.</summary>
/// <param name="Model">The model.</param>
/// <param name="Name">Begins the names of the files: a letter, then letters, digits and underscores.</param>
public sealed record ExportRequest(RecurrentClassifier Model, string Name)
{
    /// <summary>Changed copies of the training cases on which a format that rounds may measure what that costs, and round less; null: none.</summary>
    public GateCases? Gate { get; init; }
}

/// <summary>A file of an export.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Bytes">Its content.</param>
public sealed record ExportedFile(string Name, byte[] Bytes);

/// <summary>An exported model, not yet on disk.</summary>
/// <param name="Files">The files, the main one first.</param>
public sealed record ExportedModel(IReadOnlyList<ExportedFile> Files)
{
    /// <summary>Who prepares the series: the files, or their user.</summary>
    public required PreparationSteps Preparation { get; init; }

    /// <summary>Bytes of the weights and their scales, without what else the files hold.</summary>
    public required long WeightBytes { get; init; }

    /// <summary>Bytes that one stream keeps from sample to sample; null where whole series are taken.</summary>
    public long? StateBytes { get; init; }

    /// <summary>What was checked and found in order, one sentence a check; a check that fails ends the export.</summary>
    public required IReadOnlyList<string> Checks { get; init; }

    /// <summary>What a user might take for checked and is not.</summary>
    public IReadOnlyList<string> NotChecked { get; init; } = [];

    /// <summary>The exported model's probabilities of series as read, [case, class].</summary>
    public required Func<TimeSeriesDataset, WorkerTeam, float[]> Probabilities { get; init; }

    /// <summary>What computes <see cref="Probabilities"/>.</summary>
    public required string ProbabilitiesBy { get; init; }
}

/// <summary>A format that models are exported to.</summary>
/// <param name="Id">As on the command line.</param>
/// <param name="Summary">What it is, in a few words.</param>
/// <param name="Files">Names of its files, NAME standing for the export's.</param>
/// <param name="Needs">What a model must have; empty when any will do.</param>
/// <param name="Export">
/// Makes it; throws <see cref="InputException"/> for a model that it cannot hold, before anything is written.
/// </param>
public sealed record ExportFormat(
    string Id,
    string Summary,
    string Files,
    string Needs,
    Func<ExportRequest, ExportedModel> Export
);

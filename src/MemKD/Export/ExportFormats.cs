using MemKD.Export.C99;
using MemKD.Export.Onnx;

namespace MemKD.Export;

/// <summary>The table of formats; a new one is its exporter and a row here.</summary>
public static class ExportFormats
{
    private const string CFiles = "NAME.h, NAME.c, NAME_test.c, NAME.json, NAME.mk";
    private const string CNeeds = "a model that reads forwards only, scaled samples";

    /// <summary>All formats.</summary>
    public static IReadOnlyList<ExportFormat> All { get; } =
    [
        new(
            "safetensors",
            "weights under PyTorch's names, as memkd itself reads them",
            "NAME.safetensors",
            "",
            SafetensorsExport.Export
        ),
        new("onnx", "whole series to probabilities", "NAME.onnx", "", OnnxExport.Sequence),
        new(
            "onnx-step",
            "one time point and the state to probabilities and the next state",
            "NAME.onnx",
            "a model that reads forwards only",
            OnnxExport.Step
        ),
        new("onnx-int8", "as onnx, with weights of 8 bits", "NAME.onnx", "", OnnxExport.SequenceInt8),
        new("c", "C for microcontrollers, weights of 16 bits", CFiles, CNeeds, C99Formats.SixteenBit),
        new("c-int8", "as c, with weights of 8 bits where they cost little", CFiles, CNeeds, C99Formats.EightBit),
        new(
            "c-float32",
            "as c, with floating point numbers",
            CFiles,
            "a model that reads forwards only",
            C99Formats.FloatingPoint
        ),
    ];

    /// <summary>The format with an id.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public static ExportFormat Find(string id) =>
        All.FirstOrDefault(f => string.Equals(f.Id, id, StringComparison.OrdinalIgnoreCase))
        ?? throw new InputException($"format '{id}' is not known; use {string.Join(", ", All.Select(f => f.Id))}.");
}

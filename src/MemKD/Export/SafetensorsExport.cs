using MemKD.Models;

namespace MemKD.Export;

/// <summary>The model file itself, under another name.</summary>
internal static class SafetensorsExport
{
    /// <summary>Writes the model, reads it again and compares the weights.</summary>
    public static ExportedModel Export(ExportRequest request)
    {
        var folder = Directory.CreateTempSubdirectory("memkd-export-").FullName;
        try
        {
            var path = Path.Combine(folder, ModelFile.FileName);
            ModelFile.Write(path, request.Model);
            var readBack = ModelFile.Read(path);
            if (!string.Equals(readBack.WeightHash, request.Model.WeightHash, StringComparison.Ordinal))
            {
                throw new InvalidOperationException("the written weights are not those of the model.");
            }

            return new ExportedModel([new ExportedFile($"{request.Name}.safetensors", File.ReadAllBytes(path))])
            {
                Preparation = PreparationSteps.Of(request.Model.Preparation, ExportStage.Weights),
                WeightBytes = request.Model.Bytes,
                Checks = ["the file was read back: all weights equal the model's bit for bit (SHA-256)"],
                Probabilities = readBack.Probabilities,
                ProbabilitiesBy = "MemKD's engine with the weights read back from the file",
            };
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

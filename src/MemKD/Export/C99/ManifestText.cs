using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using MemKD.Models;
using MemKD.Runtime.Integer;

namespace MemKD.Export.C99;

/// <summary>NAME.json: what the C code is, for programs (docs/formats/c99.md).</summary>
internal static class ManifestText
{
    /// <summary>The format's name; memkd verify asks for it.</summary>
    public const string Format = "memkd-c99-1";

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Of(CShape shape, IntegerStudent? student, C99Report report)
    {
        var model = shape.Model;
        var manifest = new JsonObject
        {
            ["format"] = Format,
            ["generator"] = $"MemKD {ModelOrigin.LibraryVersion}",
            ["name"] = shape.Name,
            ["numbers"] = student == null ? "float32" : WeightText(student.Format),
            ["cell"] = model.Cell.ToString().ToLowerInvariant(),
            ["channels"] = model.ChannelCount,
            ["inputs"] = model.InputSize,
            ["hidden"] = model.HiddenSize,
            ["classes"] = new JsonArray([.. model.Classes.Select(c => (JsonNode)c)]),
            ["pooling"] = model.Pooling.ToString().ToLowerInvariant(),
            ["differences"] = shape.HasDifferences,
            ["scaling"] =
                shape.HasNorm ? "train-channel-z"
                : shape.HasWindow ? "series-z"
                : "raw",
            ["length"] = model.TrainLength,
            ["max_length"] = model.MaxLength,
            ["parameters"] = model.ParameterCount,
            ["table_bytes"] = report.TableBytes,
            ["state_bytes"] = report.StateBytes,
            ["selftest_hash"] = $"{report.Hash:x8}",
        };
        if (shape.HasLayers)
        {
            manifest.Insert(manifest.IndexOf("hidden") + 1, "layers", shape.LayerCount);
        }

        if (model.RawLengths is { } raw)
        {
            manifest.Insert(
                manifest.IndexOf("max_length") + 1,
                "raw_lengths",
                new JsonObject { ["shortest"] = raw.Shortest, ["longest"] = raw.Longest }
            );
        }

        if (student != null)
        {
            manifest["formats"] = Formats(student);
        }

        if (report.Costs.Count > 0)
        {
            manifest["validation"] = new JsonArray([
                .. report.Costs.Select(c =>
                    (JsonNode)
                        new JsonObject
                        {
                            ["numbers"] = WeightText(c.Format),
                            ["auc_prc_float"] = c.AucPrc + c.AucPrcLoss,
                            ["auc_prc"] = c.AucPrc,
                            ["auc_prc_loss"] = c.AucPrcLoss,
                            ["agreement"] = c.Agreement,
                            ["passes"] = c.Passes,
                        }
                ),
            ]);
        }

        return manifest.ToJsonString(Json) + "\n";
    }

    /// <summary>The text of a weight format: int16, int8 (powers of two) or int8-multiplier.</summary>
    public static string WeightText(WeightFormat format) =>
        format switch
        {
            WeightFormat.SixteenBit => "int16",
            WeightFormat.EightBitPowerOfTwo => "int8",
            _ => "int8-multiplier",
        };

    private static JsonObject Formats(IntegerStudent student)
    {
        var formats = new JsonObject
        {
            ["sample"] = "Q4.12",
            ["hidden_state"] = "Q0.15",
            ["cell_state"] = "Q11.20",
            ["probability"] = "Q1.15",
            ["row_shifts"] = new JsonArray([.. student.RowShifts.Select(s => (JsonNode)(int)s)]),
            ["row_multipliers"] = new JsonArray([.. student.RowMultipliers.Select(m => (JsonNode)(int)m)]),
            ["head_shift"] = student.HeadShift,
        };
        if (student.Format == WeightFormat.SixteenBit)
        {
            formats["hidden_shifts"] = new JsonArray([.. student.HiddenShifts.Select(s => (JsonNode)(int)s)]);
        }

        if (student.DifferenceMultipliers.Count > 0)
        {
            formats["difference"] = "Q5.11";
        }

        return formats;
    }
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace MemKD.Export;

/// <summary>A model before and after its export, on the same cases.</summary>
/// <param name="Dataset">Name of the data set.</param>
/// <param name="Split">Which part of it.</param>
/// <param name="Cases">Number of cases.</param>
/// <param name="AucPrcBefore">Macro AUC-PRC of the model; NaN where the cases do not define it.</param>
/// <param name="AucPrcAfter">The same of the exported model.</param>
/// <param name="Agreement">Share of cases that both decide alike.</param>
public sealed record ExportScore(
    string Dataset,
    string Split,
    int Cases,
    double AucPrcBefore,
    double AucPrcAfter,
    double Agreement
);

/// <summary>
/// What a user of exported files must know: sizes, costs, what to do with a series first, what was checked, where the
/// model comes from. As JSON for programs and as Markdown for people; the same export gives the same card.
/// </summary>
/// <param name="Format">The format.</param>
/// <param name="Request">What was exported.</param>
/// <param name="Exported">What came of it.</param>
/// <param name="Score">Measured on data, where some were given.</param>
public sealed record ExportCard(ExportFormat Format, ExportRequest Request, ExportedModel Exported, ExportScore? Score)
{
    private const string Licence =
        "the weights are whoever's who trained them, under what the terms of the training data allow; MemKD is under the MIT licence and claims nothing";

    /// <summary>The card's files, without their folder: JSON, Markdown.</summary>
    public static IReadOnlyList<string> FileNames(string name) => [$"{name}.card.json", $"{name}.card.md"];

    /// <summary>The card as an object.</summary>
    public JsonObject ToJson()
    {
        var (model, shape) = (Request.Model, Request.Model.Network.Shape);
        return new JsonObject
        {
            ["name"] = Request.Name,
            ["format"] = Format.Id,
            ["files"] = new JsonArray([
                .. Exported.Files.Select(f =>
                    (JsonNode)
                        new JsonObject
                        {
                            ["name"] = f.Name,
                            ["bytes"] = f.Bytes.Length,
                            ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(f.Bytes)),
                        }
                ),
            ]),
            ["bytes"] = Exported.Files.Sum(f => (long)f.Bytes.Length),
            ["weight_bytes"] = Exported.WeightBytes,
            ["parameters"] = model.ParameterCount,
            ["state_bytes"] = Exported.StateBytes,
            ["multiply_adds_per_step"] = shape.MultiplyAddsPerStep,
            ["multiply_adds_per_answer"] = shape.ClassCount * shape.OutputSize,
            ["architecture"] = new JsonObject
            {
                ["cell"] = shape.Cell.ToString().ToLowerInvariant(),
                ["channels"] = model.Preparation.ChannelCount,
                ["inputs"] = shape.InputSize,
                ["hidden"] = shape.HiddenSize,
                ["layers"] = shape.LayerCount,
                ["bidirectional"] = shape.Bidirectional,
                ["pooling"] = shape.Pooling.ToString().ToLowerInvariant(),
            },
            ["classes"] = Texts(model.Classes),
            ["preparation"] = new JsonObject
            {
                ["by_caller"] = Texts(Exported.Preparation.ByCaller),
                ["in_file"] = Texts(Exported.Preparation.InFile),
                ["fitted"] = JsonNode.Parse(model.Preparation.ToJson()),
            },
            ["score"] = Score is null ? null : ToJson(Score),
            ["checks"] = Texts(Exported.Checks),
            ["not_checked"] = Texts(Exported.NotChecked),
            ["origin"] = new JsonObject
            {
                ["memkd"] = model.Origin.Version,
                ["dataset"] = model.Origin.Dataset,
                ["data_hash"] = model.Origin.DataHash,
                ["method"] = model.Origin.Method,
                ["seed"] = model.Origin.Seed,
                ["teacher_hash"] = model.Origin.TeacherHash,
                ["weight_hash"] = model.WeightHash,
            },
            ["licence"] = Licence,
        };
    }

    /// <summary>The card as a page.</summary>
    public string ToMarkdown()
    {
        var (model, shape) = (Request.Model, Request.Model.Network.Shape);
        var page = new StringBuilder();
        void Line(string text = "") => page.Append(text).Append('\n');
        void List(string title, IEnumerable<string> items)
        {
            Line();
            Line($"## {title}");
            Line();
            foreach (var item in items.DefaultIfEmpty("nothing"))
            {
                Line($"- {item}");
            }
        }

        Line($"# {Request.Name}: {Format.Id}");
        Line();
        Line($"{Format.Summary}. {Described(shape)}");
        Line();
        Line("| | |");
        Line("|---|---|");
        foreach (var file in Exported.Files)
        {
            Line($"| `{file.Name}` | {Count(file.Bytes.Length)} bytes |");
        }

        Line($"| weights | {Count(model.ParameterCount)} parameters, {Count(Exported.WeightBytes)} bytes |");
        Line(
            $"| state of one stream | {(Exported.StateBytes is { } state ? Count(state) + " bytes" : "none: whole series")} |"
        );
        Line(
            $"| multiply-adds | {Count(shape.MultiplyAddsPerStep)} a time point, {Count(shape.ClassCount * shape.OutputSize)} an answer |"
        );
        if (model.Preparation.RawLengthsOfTrain is { } raw)
        {
            Line(
                $"| training series, as recorded | {(raw.Shortest == raw.Longest ? "" : $"{Count(raw.Shortest)} to ")}{Count(raw.Longest)} time points |"
            );
        }

        Line($"| classes, in order | {string.Join(", ", model.Classes.Select(Escaped))} |");
        if (Score is { } score)
        {
            Line(
                $"| {Escaped(score.Dataset)}, {score.Split}, {Count(score.Cases)} cases | AUC-PRC {Measure(score.AucPrcBefore)} before, {Measure(score.AucPrcAfter)} after; the same decision in {Measure(100 * score.Agreement)} % of cases; computed by {Exported.ProbabilitiesBy} |"
            );
        }
        else
        {
            Line("| AUC-PRC, agreement | not measured: no data were given (--data) |");
        }

        List("What you must do with a series first", Exported.Preparation.ByCaller);
        List("What the file does itself", Exported.Preparation.InFile);
        List("Checked", Exported.Checks);
        List("Not checked", Exported.NotChecked);
        List(
            "Origin",
            [
                $"MemKD {model.Origin.Version}, data set {Escaped(model.Origin.Dataset)}, method {Escaped(model.Origin.Method)}, seed {model.Origin.Seed.ToString(CultureInfo.InvariantCulture)}",
                $"SHA-256 of the weights {model.WeightHash}",
                $"SHA-256 of the training data {(model.Origin.DataHash.Length > 0 ? Escaped(model.Origin.DataHash) : "not known")}",
                $"licence: {Licence}",
            ]
        );
        return page.ToString();
    }

    private JsonObject ToJson(ExportScore score) =>
        new()
        {
            ["dataset"] = score.Dataset,
            ["split"] = score.Split,
            ["cases"] = score.Cases,
            ["auc_prc_before"] = Number(score.AucPrcBefore),
            ["auc_prc_after"] = Number(score.AucPrcAfter),
            ["agreement"] = Number(score.Agreement),
            ["computed_by"] = Exported.ProbabilitiesBy,
        };

    private static string Described(Engine.Layers.NetworkShape shape) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{shape.Cell.ToString().ToUpperInvariant()}, {shape.LayerCount} × {shape.HiddenSize} units{(shape.Bidirectional ? " in two directions" : "")}, {(shape.Pooling == Engine.Layers.Pooling.Mean ? "mean over time" : "last state")}."
        );

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode?)t)]);

    private static JsonNode? Number(double value) => double.IsFinite(value) ? JsonValue.Create(value) : null;

    private static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Measure(double value) =>
        double.IsFinite(value) ? value.ToString("0.0###", CultureInfo.InvariantCulture) : "undefined";

    /// <summary>Class labels and names come from files: nothing in them may end a table's cell or a line.</summary>
    private static string Escaped(string text) =>
        text.ReplaceLineEndings(" ")
            .Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("|", "\\|", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal);
}

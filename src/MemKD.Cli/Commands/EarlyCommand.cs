using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using MemKD.Cli.Options;
using MemKD.Cli.Output;
using MemKD.Evaluation;
using MemKD.Models;
using MemKD.Runtime.Streaming;
using MemKD.Series;

namespace MemKD.Cli.Commands;

/// <summary><c>memkd early</c>: how early a stream can be decided, and what that costs.</summary>
internal static class EarlyCommand
{
    private const double UsualLoss = 0.01;

    /// <summary>The verb.</summary>
    public static Command Create(Session session)
    {
        var verb = new Verb(
            "early",
            "Choose when a stream may be decided before its end: rules, how early they are, what they cost",
            "memkd early runs/student --train my_VALIDATION.ts",
            "memkd early runs/student SyntheticControl --window 40 --hop 1 --max-loss 0.02 --json",
            "memkd early runs/student SyntheticControl --early 0.95,3 --split test"
        );
        var model = new Argument<string>("DIR") { Description = "Folder of a run, or a model file" };
        verb.Add(model);
        var data = new DatasetOptions(verb);
        var split = ChoiceOption.Of(
            "--split",
            "Which part to measure on (default train); choose no rule by test",
            "train",
            "test"
        );
        var early = EarlyOption.Of("Measure this rule alone (default: thresholds from 0.5 to 0.999, 1 to 10 in a row)");
        var maxLoss = NumberOption.Real(
            "--max-loss",
            "AUC-PRC that a decision may cost (default 0.01)",
            x => x is >= 0 and <= 1,
            "from 0 to 1"
        );
        verb.Add(split);
        verb.Add(early);
        verb.Add(maxLoss);
        var choice = new StreamChoice(verb);
        var common = new CommonOptions(verb);
        verb.SetAction(parsed =>
        {
            var classifier = ModelFile.Read(parsed.GetValue(model)!);
            var stream = choice.Begin(classifier.ToStudent(), parsed, choice.Window(parsed));
            var loaded = data.Load(parsed);
            var part = parsed.GetValue(split) ?? "train";
            var cases = part is "train" ? loaded.RequireTrain() : loaded.RequireTest();
            if (
                !common.Quiet(parsed)
                && string.Equals(DatasetSource.ContentHash(cases), classifier.Origin.DataHash, StringComparison.Ordinal)
            )
            {
                session.Note(
                    "these are the cases that the model learnt: on new ones it is sure later, and more often wrong; better give --train FILE with others."
                );
            }

            var rule = parsed.GetValue(early);
            var tradeOff = EarlyTradeOff.Measure(stream, cases, rule is null ? null : [rule]);
            var loss = parsed.GetValue(maxLoss) ?? UsualLoss;
            if (common.Json(parsed))
            {
                session.WriteJson(Json(tradeOff, loss, cases, part));
            }
            else
            {
                Print(tradeOff, loss, cases, part, session.Out);
            }

            return ExitCode.Ok;
        });
        return verb;
    }

    private static void Print(
        EarlyTradeOff tradeOff,
        double maxLoss,
        TimeSeriesDataset cases,
        string part,
        TextWriter output
    )
    {
        output.WriteLine($"{cases.Name}, {part}: {Numbers.Count(cases.Cases.Count)} cases");
        output.WriteLine();
        TextTable.Write(
            output,
            ["rule", "seen", "decided", "AUC-PRC", "accuracy"],
            [.. Frontier(tradeOff).Append(tradeOff.Whole).Select(Row)]
        );
        output.WriteLine();
        var limit = maxLoss.ToString(CultureInfo.InvariantCulture);
        output.WriteLine(
            tradeOff.Pick(maxLoss) is { } picked
                ? $"the earliest within {limit} of AUC-PRC: --early {EarlyOption.Text(picked.Rule!)}"
                : $"no rule within {limit} of AUC-PRC: decide at the end"
        );
    }

    /// <summary>Rules that no earlier one equals in AUC-PRC, from the earliest on.</summary>
    private static IEnumerable<EarlyResult> Frontier(EarlyTradeOff tradeOff)
    {
        var best = double.NegativeInfinity;
        foreach (var result in tradeOff.Results)
        {
            if (result.AucPrc > best || tradeOff.Results.Count == 1)
            {
                best = result.AucPrc;
                yield return result;
            }
        }
    }

    private static string[] Row(EarlyResult result) =>
        [
            result.Rule is { } rule ? EarlyOption.Text(rule) : "the end",
            Numbers.Measure(result.Earliness),
            Numbers.Measure(result.Decided),
            Numbers.Measure(result.AucPrc),
            Numbers.Measure(result.Accuracy),
        ];

    private static JsonObject Json(EarlyTradeOff tradeOff, double maxLoss, TimeSeriesDataset cases, string part) =>
        new()
        {
            ["dataset"] = cases.Name,
            ["split"] = part,
            ["cases"] = cases.Cases.Count,
            ["max_loss"] = maxLoss,
            ["picked"] = tradeOff.Pick(maxLoss) is { } picked ? EarlyOption.Text(picked.Rule!) : null,
            ["end"] = Json(tradeOff.Whole),
            ["rules"] = new JsonArray([.. tradeOff.Results.Select(r => (JsonNode)Json(r))]),
        };

    private static JsonObject Json(EarlyResult result)
    {
        var json = new JsonObject();
        if (result.Rule is { } rule)
        {
            json["early"] = EarlyOption.Text(rule);
            json["threshold"] = rule.Threshold;
            json["consecutive"] = rule.Consecutive;
        }

        json["earliness"] = result.Earliness;
        json["decided"] = result.Decided;
        json["auc_prc"] = Numbers.Json(result.AucPrc);
        json["accuracy"] = result.Accuracy;
        return json;
    }
}

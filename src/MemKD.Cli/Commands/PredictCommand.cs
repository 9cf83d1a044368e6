using System.CommandLine;
using System.Text.Json.Nodes;
using MemKD.Cli.Options;
using MemKD.Evaluation;
using MemKD.Models;
using MemKD.Series;

namespace MemKD.Cli.Commands;

/// <summary><c>memkd predict</c>: a model's answer for each case of a file.</summary>
internal static class PredictCommand
{
    /// <summary>The verb.</summary>
    public static Command Create(Session session)
    {
        var verb = new Verb(
            "predict",
            "Classify the cases of a file; writes CSV: case,label,predicted,p_CLASS...",
            "memkd predict runs/teacher my_TEST.ts > predictions.csv",
            "memkd predict runs/teacher my_TEST.ts --out predictions.csv --quiet"
        );
        var model = new Argument<string>("DIR") { Description = "Folder of a run, or a model file" };
        var file = new Argument<string>("FILE")
        {
            Description = "Series (.ts, .arff, .tsv, .txt, .csv, also .gz); labels may be unknown to the model",
        };
        var output = new Option<string?>("--out", "-o")
        {
            Description = "Write the CSV to a file instead of standard output",
            HelpName = "FILE",
        };
        verb.Add(model);
        verb.Add(file);
        verb.Add(output);
        var common = new CommonOptions(verb, withThreads: true);
        verb.SetAction(parsed =>
        {
            var classifier = ModelFile.Read(parsed.GetValue(model)!);
            var cases = SeriesFile.Read(parsed.GetValue(file)!);
            using var team = common.Team(parsed);
            var probabilities = classifier.Probabilities(cases, team);
            string[] labels = [.. cases.Cases.Select(c => c.Label)];
            if (parsed.GetValue(output) is { } path)
            {
                PredictionFile.Write(path, classifier.Classes, labels, probabilities);
            }

            if (common.Json(parsed))
            {
                session.WriteJson(ToJson(cases.Name, classifier.Classes, labels, probabilities));
            }
            else if (parsed.GetValue(output) is not { } written)
            {
                PredictionFile.Write(session.Out, classifier.Classes, labels, probabilities);
            }
            else if (!common.Quiet(parsed))
            {
                session.Note($"wrote {labels.Length} predictions to {written}");
            }

            return ExitCode.Ok;
        });
        return verb;
    }

    private static JsonObject ToJson(
        string dataset,
        IReadOnlyList<string> classes,
        string[] labels,
        float[] probabilities
    )
    {
        var predictions = new JsonArray();
        for (var i = 0; i < labels.Length; i++)
        {
            var row = probabilities.AsSpan(i * classes.Count, classes.Count);
            var shares = new JsonObject();
            for (var k = 0; k < row.Length; k++)
            {
                shares[classes[k]] = row[k];
            }

            JsonNode one = new JsonObject
            {
                ["case"] = i,
                ["label"] = labels[i],
                ["predicted"] = classes[ConfusionMatrix.Decide(row)],
                ["probabilities"] = shares,
            };
            predictions.Add(one);
        }

        return new JsonObject
        {
            ["dataset"] = dataset,
            ["cases"] = labels.Length,
            ["classes"] = new JsonArray([.. classes.Select(c => (JsonNode?)c)]),
            ["predictions"] = predictions,
        };
    }
}

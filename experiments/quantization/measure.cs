// What integers cost the students of train.cs, as CSV on standard output: one row a student, weight format and kind of cases.
//     dotnet run -c Release experiments/quantization/measure.cs OUT SET... > costs.csv
// test: TEST, which chooses nothing. train: TRAIN, which the student learnt. copies: changed copies of TRAIN that it has not seen, those of memkd export.
// held-out: a fifth of TRAIN for a student that did not learn it (the -rest students), with that student's own rows for TEST.
#:project ../../src/MemKD/MemKD.csproj
#:property PublishAot=false
#:property RestorePackagesWithLockFile=false
#:property RunAnalyzers=false
#:property GenerateDocumentationFile=false
using System.Globalization;
using MemKD.Engine;
using MemKD.Export.Quantization;
using MemKD.Models;
using MemKD.Series;
using MemKD.Training;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var output = args[0];
using var team = new WorkerTeam(Environment.ProcessorCount);
var students =
    from form in (string[])["lstm-mean", "lstm-last", "gru-mean", "lstm-mean-rest"]
    from set in args[1..]
    let file = Path.Combine(output, form, set, ModelFile.FileName)
    where File.Exists(file)
    select (form, set, file);
var all = students.ToArray();
var lines = new string[all.Length];
team.Run(all.Length, i => lines[i] = Measure(all[i].form, all[i].set, all[i].file));
Console.WriteLine("student,set,on,cases,weights,auc_prc_float,auc_prc_loss,agreement,passes");
Console.Write(string.Concat(lines));

string Measure(string form, string set, string file)
{
    using var one = new WorkerTeam(1);
    var model = ModelFile.Read(file);
    var (split, _) = new ArchiveCatalog().Load(set);
    var rows = new StringWriter();
    void Add(string on, GateCases cases)
    {
        foreach (var cost in QuantizationGate.Measure(model.ToStudent(), cases))
        {
            rows.WriteLine(
                $"{form},{set},{on},{cases.Labels.Count},{cost.Format},{cost.AucPrc + cost.AucPrcLoss:F6},{cost.AucPrcLoss:F6},{cost.Agreement:F6},{cost.Passes}"
            );
        }
    }

    Add("test", GateCases.Of(model, model.Preparation.Apply(split.Test.WithClasses(model.Classes)), one));
    var train = model.Preparation.Apply(split.Train.WithClasses(model.Classes));
    if (form.EndsWith("-rest", StringComparison.Ordinal))
    {
        var (_, held) = StratifiedSplit.Split(train.Labels, 0.2, seed: 0);
        if (held.Length > 0)
        {
            Add("held-out", GateCases.Of(model, train.Select(held), one));
        }
    }
    else
    {
        Add("train", GateCases.Of(model, train, one));
        Add("copies", GateCases.Of(model, AugmentedPool.Unseen(train), one));
    }

    return rows.ToString();
}

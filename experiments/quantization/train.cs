// Trains the students that measure.cs quantises: alone, from the labels and augmented copies, by the student's recipe. No teacher.
//     dotnet run -c Release experiments/quantization/train.cs OUT FORM SET...
// FORM: lstm-mean (the default student), lstm-last, gru-mean, or one of them with -rest: without a fifth of TRAIN, which is held out.
// Models that are there already stay.
#:project ../../src/MemKD/MemKD.csproj
#:property PublishAot=false
#:property RestorePackagesWithLockFile=false
#:property RunAnalyzers=false
#:property GenerateDocumentationFile=false
using MemKD.Distillation;
using MemKD.Engine;
using MemKD.Engine.Layers;
using MemKD.Models;
using MemKD.Series;
using MemKD.Training;

var (output, form) = (args[0], args[1]);
var withRest = form.EndsWith("-rest", StringComparison.Ordinal);
using var team = new WorkerTeam(Environment.ProcessorCount);
var sets = args[2..].Where(s => !File.Exists(FileOf(s))).ToArray();
team.Run(sets.Length, i => Train(sets[i]));

string FileOf(string set) => Path.Combine(output, form, set, ModelFile.FileName);

void Train(string set)
{
    using var one = new WorkerTeam(1);
    var (split, _) = new ArchiveCatalog().Load(set);
    var preparation = Preparation.Fit(split.Train, new PreparationOptions());
    var cases = preparation.Apply(split.Train);
    if (withRest)
    {
        cases = cases.Select(StratifiedSplit.Split(cases.Labels, 0.2, seed: 0).Train);
    }

    var shape = Recipes.StudentShape(preparation.InputSize, split.Train.Classes.Count) with
    {
        Cell = form.StartsWith("gru", StringComparison.Ordinal) ? CellKind.Gru : CellKind.Lstm,
        Pooling = form.Contains("mean", StringComparison.Ordinal) ? Pooling.Mean : Pooling.Last,
    };
    var alone = new DistillationSettings().WithMethod(MethodChoice.Parse(DistillationMethods.None));
    var result = new Distiller(null, cases, shape, alone, seed: 0, one).RunAlone(CancellationToken.None);
    Directory.CreateDirectory(Path.GetDirectoryName(FileOf(set))!);
    ModelFile.Write(
        FileOf(set),
        new RecurrentClassifier(
            result.Network,
            split.Train.Classes,
            preparation,
            new ModelOrigin { Dataset = set, Method = DistillationMethods.None }
        )
    );
    Console.Error.WriteLine($"{form} {set}: {split.Train.Cases.Count} cases{(result.Collapsed ? ", collapsed" : "")}");
}

using System.Globalization;
using MemKD.Distillation;
using MemKD.Engine.Layers;
using MemKD.Models;
using MemKD.Series;
using MemKD.Training;

namespace MemKD.Experiments;

/// <summary>
/// Turns a recipe into runs: for each data set, resample and seed one teacher, and for each student size one run a method
/// with the same splits, seeds and budget. Reads TRAIN alone.
/// </summary>
public sealed class Planner
{
    private readonly BenchmarkRecipe recipe;
    private readonly ArchiveCatalog catalog;
    private readonly Dictionary<string, string> sources = new(StringComparer.Ordinal);

    /// <summary>Prepares planning.</summary>
    /// <exception cref="InputException">Methods that would be searched over different numbers of λ.</exception>
    public Planner(BenchmarkRecipe recipe, ArchiveCatalog catalog)
    {
        this.recipe = recipe;
        this.catalog = catalog;
        var searched = recipe
            .Methods.Where(m => !m.IsAlone && recipe is { ChoosesWeight: true, WeightGrid: null })
            .ToArray();
        if (searched.FirstOrDefault(m => m.WeightGrid.Count != searched[0].WeightGrid.Count) is { } other)
        {
            throw new InputException(
                $"{searched[0]} chooses from {searched[0].WeightGrid.Count} values of λ, {other} from {other.WeightGrid.Count}, which is no fair comparison; give lambda_grid or lambda."
            );
        }
    }

    /// <summary>Where each data set was found: what names it on this machine. No part of the plan.</summary>
    public IReadOnlyDictionary<string, string> Sources => sources;

    /// <summary>Makes the plan.</summary>
    /// <exception cref="InputException">An unknown or broken data set, or a student that cannot be.</exception>
    public Plan Make() => new([.. recipe.Datasets.SelectMany(name => recipe.Resamples.SelectMany(r => Runs(name, r)))]);

    private IEnumerable<PlannedRun> Runs(string named, int resample)
    {
        var door = catalog.OpenTrain(named, resample);
        var train = door.Train;
        if (train.Classes.Count < 2)
        {
            throw new InputException(
                $"{door.Name}: all training cases have the label '{train.Classes[0]}'; a classifier needs two classes."
            );
        }

        var isPath = named.Contains('/', StringComparison.Ordinal) || named.Contains('\\', StringComparison.Ordinal);
        var source = isPath ? Path.GetFullPath(named) : door.Name;
        if (!string.Equals(sources.GetValueOrDefault(door.Name, source), source, StringComparison.Ordinal))
        {
            throw new InputException(
                $"{named}: another data set of the plan is called {door.Name} too; results go by names, so rename one."
            );
        }

        sources[door.Name] = source;
        var common = new RunSpec
        {
            Dataset = door.Name,
            TrainHash = DatasetSource.ContentHash(train),
            Resample = resample,
            Seed = 0,
            Preparation = recipe.Preparation,
            Shape = Recipes.TeacherShape(train.ChannelCount, train.Classes.Count),
        };
        var settings = recipe.IsAuthors ? DistillationSettings.Authors(train.Cases.Count) : new DistillationSettings();
        var prepared = Preparation.Fit(train, recipe.Preparation);
        var (teacher, student) = Sides(train, prepared.InputSize, settings);
        PlannedRun Planned(RunSpec spec, params string[] sizes) =>
            new(spec, PlannedRun.Estimate(spec, train.Cases.Count, prepared.MaxLengthOfTrain, teacher.Shape), sizes);

        var runs = new List<PlannedRun>();
        foreach (var seed in recipe.Seeds)
        {
            var taught = Planned(common with { Seed = seed, Shape = teacher.Shape, Recipe = teacher.Recipe });
            runs.Add(taught);
            foreach (var (size, shape) in StudentShapes(student.Shape, teacher.Shape, door.Name))
            {
                runs.AddRange(
                    recipe.Methods.Select(m => Planned(Student(taught.Spec, shape, student, m, settings), size))
                );
            }
        }

        return runs;
    }

    private RunSpec Student(
        RunSpec teacher,
        NetworkShape shape,
        BenchmarkSide side,
        MethodChoice method,
        DistillationSettings settings
    )
    {
        method.Require(shape);
        return teacher with
        {
            Shape = shape,
            Recipe = null,
            Settings = settings with
            {
                Method = method,
                Weight = recipe.ChoosesWeight ? null : recipe.Weight ?? method.UntunedWeight,
                WeightGrid = recipe.WeightGrid,
                WeightSchedule = side.WeightSchedule,
                Recipe = side.Recipe,
                AugmentedCopies = side.AugmentedCopies,
            },
            Teacher = method.IsAlone ? null : teacher.Id,
        };
    }

    private (BenchmarkSide Teacher, BenchmarkSide Student) Sides(
        TimeSeriesDataset train,
        int channels,
        DistillationSettings settings
    )
    {
        var classes = train.Classes.Count;
        var teacher = recipe.IsAuthors
            ? new BenchmarkSide(Recipes.AuthorsTeacherShape(channels, classes), Recipes.Authors(train.Cases.Count))
            : new BenchmarkSide(Recipes.TeacherShape(channels, classes), Recipes.Teacher);
        var student = new BenchmarkSide(
            recipe.IsAuthors ? Recipes.AuthorsStudentShape(channels, classes) : Recipes.StudentShape(channels, classes),
            settings.Recipe,
            settings.WeightSchedule,
            settings.AugmentedCopies
        );
        return (Fitting(teacher.ChangeTeacher(recipe.Teacher)), Fitting(student.ChangeStudent(recipe.Student)));
    }

    private static BenchmarkSide Fitting(BenchmarkSide side)
    {
        var parameters = side.Shape.Tensors().Sum(t => t.Shape.Aggregate(1L, (a, b) => a * b));
        return parameters <= ModelFile.MaxParameters
            ? side
            : throw new InputException(
                $"such a network has {parameters} parameters, the limit is {ModelFile.MaxParameters}; choose fewer units or layers."
            );
    }

    private List<(string Size, NetworkShape Shape)> StudentShapes(
        NetworkShape student,
        NetworkShape teacher,
        string name
    )
    {
        try
        {
            var shapes = recipe.Hidden.Select(h => (Size("h", h), student with { HiddenSize = h })).ToList();
            shapes.AddRange(
                recipe.Compressions.Select(c =>
                    (Size("c", c), StudentSize.ForCompression(student, teacher.ParameterCount, c))
                )
            );
            return shapes;
        }
        catch (InputException e)
        {
            throw new InputException($"{name}: {e.Message}", e);
        }
    }

    private static string Size(string letter, double number) => letter + number.ToString(CultureInfo.InvariantCulture);
}

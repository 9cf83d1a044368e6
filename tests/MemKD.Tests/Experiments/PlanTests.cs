using MemKD.Distillation;
using MemKD.Experiments;
using MemKD.Series;

namespace MemKD.Tests.Experiments;

public sealed class PlanTests : IDisposable
{
    private readonly SmallBenchmark bench = new();

    public void Dispose() => bench.Dispose();

    [Fact]
    public void Teachers_are_shared_by_all_methods_and_nothing_is_planned_twice()
    {
        var plan = bench.Plan(("methods", "memkd none memkd:short=0 memkd"), ("hidden", "2 4"));

        Assert.Equal(2 + (2 * 2 * 3), plan.Runs.Count);
        foreach (var seed in plan.Runs.GroupBy(r => r.Spec.Seed))
        {
            var teacher = Assert.Single(seed, r => r.Spec.IsTeacher);
            Assert.Same(teacher, seed.First());
            Assert.All(
                seed.Where(r => !r.Spec.IsTeacher),
                r => Assert.Equal(r.Spec.Method == "none" ? null : teacher.Id, r.Spec.Teacher)
            );
        }

        // One budget, one split, one preparation for all students.
        Assert.Single(plan.Runs.Where(r => !r.Spec.IsTeacher).Select(r => r.Spec.Settings!.Recipe.Updates).Distinct());
        Assert.Single(plan.Runs.Select(r => r.Spec.TrainHash).Distinct());
    }

    [Fact]
    public void The_order_in_which_things_are_named_does_not_matter() =>
        Assert.Equal(
            bench.Plan(("methods", "memkd none"), ("seeds", "0 1")).Text,
            bench.Plan(("methods", "none memkd"), ("seeds", "1 0")).Text
        );

    [Theory]
    [InlineData("resamples", "1", false)]
    [InlineData("seeds", "2 3", false)]
    [InlineData("length", "50", false)]
    [InlineData("normalise", "raw", false)]
    [InlineData("differences", "false", false)]
    [InlineData("student.augmentation", "none", false)]
    [InlineData("teacher.updates", "7", true)]
    [InlineData("teacher.hidden", "4", true)]
    [InlineData("teacher.dropout", "0.1", true)]
    [InlineData("lambda_grid", "0.5 4", true)]
    [InlineData("student.lambda_warm_up", "0.25", true)]
    [InlineData("student.lambda_fall", "0.5", true)]
    [InlineData("methods", "none memkd:short=0", true)]
    [InlineData("student.updates", "7", false)]
    [InlineData("student.copies", "1", false)]
    [InlineData("hidden", "3", false)]
    public void Every_setting_changes_the_ids_of_the_runs_that_it_touches(string key, string value, bool sparesAlone)
    {
        static string[] Ids(Plan plan, string method) =>
            [.. plan.Runs.Where(r => r.Spec.Method.StartsWith(method, StringComparison.Ordinal)).Select(r => r.Id)];
        var (old, changed) = (bench.Plan(), bench.Plan((key, value)));

        Assert.Empty(Ids(old, "memkd").Intersect(Ids(changed, "memkd")));
        Assert.Equal(sparesAlone, Ids(old, "none").Intersect(Ids(changed, "none")).Any());
        Assert.NotEqual(old.Hash, changed.Hash);
    }

    [Fact]
    public void Lambda_is_the_methods_own_or_given_or_chosen()
    {
        DistillationSettings Settings(string text)
        {
            var file = bench.WriteFile("lambda.yaml", "datasets: Small\nmethods: memkd\n" + text);
            return new Planner(BenchmarkRecipe.Read(RecipeFile.Read(file)), bench.Catalog)
                .Make()
                .Runs[^1]
                .Spec.Settings!;
        }

        var own = MethodChoice.Parse("memkd");
        Assert.Equal(own.UntunedWeight, Settings("").Weight);
        Assert.Equal(own.UntunedWeight, Settings("lambda: own\n").Weight);
        Assert.Equal(3, Settings("lambda: 3\n").Weight);
        Assert.Null(Settings("lambda: auto\n").Weight);
        Assert.Null(Settings("lambda_grid: [1, 2]\n").Weight);
        Assert.Null(Settings("protocol: authors\n").Weight);
        Assert.Equal(0, Settings("protocol: authors\n").AugmentedCopies);
    }

    [Fact]
    public void Other_training_cases_change_every_id_and_other_test_cases_none()
    {
        var old = bench.Plan();
        var train = SeriesFile.Read(bench.TrainFile);
        SeriesFile.Write(train.Select(Enumerable.Range(0, 20)), bench.TestFile);
        Assert.Equal(old.Text, bench.Plan().Text);

        SeriesFile.Write(train.Select(Enumerable.Range(1, 29)), bench.TrainFile);
        Assert.Empty(old.Runs.Select(r => r.Id).Intersect(bench.Plan().Runs.Select(r => r.Id)));
    }

    [Fact]
    public void A_default_that_is_written_out_is_no_change() =>
        Assert.Equal(
            bench.Plan().Text,
            bench.Plan(("resamples", "0"), ("length", "100"), ("methods", "memkd:short=1 none")).Text
        );

    [Fact]
    public void Compressions_become_hidden_sizes_and_keep_their_names()
    {
        // Two inputs (the series and its differences): a teacher of 20 units has 2·3·20·(2 + 20 + 2) + 3·40 + 3 = 3003
        // parameters; half of them, and 1/2.01, are 17 units: 4·17·(2 + 17 + 2) + 3·17 + 3 = 1482.
        var plan = bench.Plan(("seeds", "0"), ("methods", "none"));
        var text = bench.WriteFile(
            "curve.yaml",
            SmallBenchmark
                .Recipe.Replace("hidden: 2\n", "compression: [2, 2.01, 10]\n", StringComparison.Ordinal)
                .Replace("hidden: 3", "hidden: 20", StringComparison.Ordinal)
                .ReplaceLineEndings("\n")
        );
        var curve = new Planner(BenchmarkRecipe.Read(RecipeFile.Read(text)), bench.Catalog).Make();
        var students = curve.Runs.Where(r => r.Spec.Method == "none" && r.Spec.Seed == 0).ToArray();
        var teacher = curve.Runs[0].Spec.Shape.ParameterCount;
        Assert.Equal(3003, teacher);
        Assert.Equal(1482, students[0].Spec.Shape.ParameterCount);

        Assert.Equal(["h2"], plan.Runs.Single(r => !r.Spec.IsTeacher).Sizes);
        Assert.Empty(plan.Runs[0].Sizes);
        Assert.Equal("c2,c2.01|c10", string.Join('|', students.Select(r => string.Join(',', r.Sizes))));
        Assert.All(
            students.Zip([2.01, 10.0]),
            s => Assert.True(teacher / (double)s.First.Spec.Shape.ParameterCount >= s.Second)
        );
    }

    [Fact]
    public void A_plan_reads_back_and_a_changed_one_is_refused()
    {
        var plan = bench.Plan(("lambda", "auto"), ("teacher.jitter", "0.1"));
        var path = bench.WriteFile("plan.jsonl", "");
        plan.Write(path);

        Assert.Equal(plan.Text, Plan.Read(path, plan.Hash + "\n").Text);
        Assert.DoesNotContain('\r', plan.Text);
        File.WriteAllText(path, plan.Text.Replace("\"updates\":6", "\"updates\":7", StringComparison.Ordinal));
        var changed = File.ReadAllText(path);
        Assert.Contains(
            "was changed",
            Assert.Throws<InputException>(() => Plan.Read(path, plan.Hash)).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "line 1",
            Assert.Throws<InputException>(() => Plan.Read(path, CanonicalJson.Hash(changed))).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("teacher.updates", "7", "recipe.updates is 6, would be 7")]
    [InlineData("student.learning_rate", "0.5", "settings.recipe.learning_rate is 0.02, would be 0.5")]
    [InlineData("seeds", "0", "seed 1, teacher, 3 units is not in the new one")]
    [InlineData("seeds", "0..2", "seed 2, teacher, 3 units is new")]
    public void Another_plan_in_the_same_folder_is_refused_with_what_differs(string key, string value, string says)
    {
        var folder = bench.Begin(bench.Plan());
        var sources = folder.ReadSources();

        folder.Begin(bench.Plan(), sources);
        Assert.Contains(
            says,
            Assert.Throws<InputException>(() => folder.Begin(bench.Plan((key, value)), sources)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Planning_reads_no_byte_of_test_and_a_resample_is_that_of_the_archive()
    {
        var (split, _) = bench.Catalog.Load("Small", 3);
        var drawn = bench.Catalog.OpenTrain("Small", 3);
        Assert.Equal(DatasetSource.ContentHash(split.Train), DatasetSource.ContentHash(drawn.Train));
        Assert.Equal(DatasetSource.ContentHash(split.Test), DatasetSource.ContentHash(drawn.Open()));

        var whole = bench.Plan().Text;
        File.WriteAllText(bench.TestFile, "broken");
        Assert.Equal(whole, bench.Plan().Text);
        var door = bench.Catalog.OpenTrain("small");
        Assert.Equal(30, door.Train.Cases.Count);
        Assert.Contains("Small_TEST.ts", Assert.Throws<InputException>(door.Open).Message, StringComparison.Ordinal);
    }
}

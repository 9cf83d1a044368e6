using System.Text.Json.Nodes;
using MemKD.Distillation;
using MemKD.Engine;
using MemKD.Evaluation;
using MemKD.Experiments;
using MemKD.Models;
using MemKD.Series;
using MemKD.Training;

namespace MemKD.Tests.Experiments;

public sealed class RunTests : IDisposable
{
    private readonly SmallBenchmark bench = new();

    public void Dispose() => bench.Dispose();

    [Fact]
    public void Results_have_the_same_bytes_in_any_order_at_any_thread_count_and_after_a_break()
    {
        var plan = bench.Plan();
        var (one, two) = (bench.Begin(plan), bench.Begin(plan));
        bench.Work(one, plan.Runs);
        bench.Work(two, plan.Runs.Where(r => r.Spec.IsTeacher).Reverse(), threads: 2);

        var half = BenchmarkResults.Read(plan, two);
        Assert.Equal((2, 4), (half.Rows.Count, half.Missing.Count));
        bench.Work(two, plan.Runs.Reverse(), threads: 3);

        var results = BenchmarkResults.Read(plan, one);
        Assert.Empty(results.Faults);
        Assert.Equal(results.ToCsv(), BenchmarkResults.Read(plan, two).ToCsv());
        Assert.All(plan.Runs, r => Assert.Equal(Fixed(one, r).ToJsonString(), Fixed(two, r).ToJsonString()));
        Assert.All(
            plan.Runs.Where(r => r.Spec.IsTeacher),
            r => Assert.Equal(File.ReadAllBytes(one.Teacher(r.Id)), File.ReadAllBytes(two.Teacher(r.Id)))
        );
    }

    [Fact]
    public void A_larger_plan_reuses_what_another_benchmark_finished_and_gets_the_same_results()
    {
        var small = bench.Plan(("methods", "none"));
        var from = bench.Begin(small);
        bench.Work(from, small.Runs.SkipLast(1)); // one run is not finished there
        var large = bench.Plan();
        var (to, fresh) = (bench.Begin(large), bench.Begin(large));

        Assert.Equal(small.Runs.Count - 1, to.Reuse(large, from));
        Assert.Equal(0, to.Reuse(large, from));
        Assert.Equal(small.Runs.Count - 1, large.Runs.Count(r => to.TryRead(r) is not null));

        bench.Work(to, large.Runs.Where(r => to.TryRead(r) is null));
        bench.Work(fresh, large.Runs);
        var results = BenchmarkResults.Read(large, to);
        Assert.Empty(results.Faults);
        Assert.Equal(BenchmarkResults.Read(large, fresh).ToCsv(), results.ToCsv());
    }

    [Fact]
    public void Teachers_of_a_benchmark_whose_plan_this_version_cannot_read_are_reused()
    {
        var plan = bench.Plan();
        var from = bench.Begin(plan);
        bench.Work(from, plan.Runs.Where(r => r.Spec.IsTeacher));
        File.WriteAllText(Path.Combine(from.Root, "plan.jsonl"), "{\"of\":\"an earlier version\"}\n");
        var to = bench.Begin(plan);

        Assert.Equal(plan.Runs.Count(r => r.Spec.IsTeacher), to.Reuse(plan, from));
        Assert.Throws<InputException>(() => to.Reuse(plan, new BenchmarkFolder(to.Record(plan.Runs[0].Id))));
    }

    [Fact]
    public void A_run_is_the_one_that_train_and_distill_do()
    {
        var plan = bench.Plan(("seeds", "5"));
        var folder = bench.Begin(plan);
        bench.Work(folder, plan.Runs);
        var (split, _) = bench.Catalog.Load("Small");
        var cases = Preparation.Fit(split.Train, new PreparationOptions()).Apply(split.Train);
        using var team = new WorkerTeam(1);
        var spec = plan.Runs[0].Spec;
        var teacher = new ClassifierTraining
        {
            Cases = cases,
            Shape = Recipes.TeacherShape(2, 3) with { HiddenSize = 3, LayerCount = 1 },
            Recipe = Recipes.Teacher with { Updates = 6 },
            Seed = 5,
        }.Run(team, default);
        var pair = new Distiller(
            teacher.Network,
            cases,
            Recipes.StudentShape(2, 3, 2),
            new DistillationSettings
            {
                Weight = null,
                WeightGrid = [0.5, 5],
                Recipe = Recipes.Student with { Updates = 6 },
            },
            5,
            team
        ).Run(default);

        string Weights(Engine.Layers.RecurrentNetwork network) =>
            new RecurrentClassifier(
                network,
                split.Train.Classes,
                Preparation.Fit(split.Train, spec.Preparation),
                new()
            ).WeightHash;
        var records = plan.Runs.ToDictionary(r => r.Spec.Method, r => folder.TryRead(r)!.Result);
        Assert.Equal(Weights(teacher.Network), records["teacher"].WeightsSha256);
        Assert.Equal(Weights(pair.Student.Network), records["memkd"].WeightsSha256);
        Assert.Equal(Weights(pair.Alone.Network), records["none"].WeightsSha256);
        Assert.Equal(pair.Weight, records["memkd"].Lambda);
        Assert.Equal(pair.WeightScores, records["memkd"].LambdaScores.Select(s => (s.Lambda, s.ValidationAucPrc)));
        Assert.Equal(records["teacher"].WeightsSha256, records["memkd"].TeacherSha256);
        Assert.Equal(records["teacher"].WeightsSha256, ModelFile.Read(folder.Teacher(plan.Runs[0].Id)).WeightHash);
    }

    [Fact]
    public void A_broken_test_file_is_met_only_when_the_weights_are_fixed_and_ends_no_other_run()
    {
        var plan = bench.Plan(("seeds", "0"));
        var folder = bench.Begin(plan);
        File.WriteAllText(bench.TestFile, "broken");
        var teacher = plan.Runs[0];
        var answers = bench.Work(folder, plan.Runs);

        Assert.Equal(plan.Runs.Count, answers.Length);
        Assert.All(answers, a => Assert.StartsWith("failed ", a, StringComparison.Ordinal));
        Assert.Contains("Small_TEST.ts", answers[0], StringComparison.Ordinal);
        Assert.True(File.Exists(folder.Teacher(teacher.Id)), "the teacher was trained before TEST was opened");
        Assert.Null(folder.TryRead(teacher));
        var failure = JsonNode.Parse(File.ReadAllText(folder.Failure(teacher.Id)))!;
        Assert.Equal(1, failure["attempts"]!.GetValue<int>());

        // Mended, the same ids are done and what was said of the failure goes.
        SeriesFile.Write(SeriesFile.Read(bench.TrainFile), bench.TestFile);
        Assert.All(bench.Work(folder, plan.Runs), a => Assert.StartsWith("done ", a, StringComparison.Ordinal));
        Assert.False(File.Exists(folder.Failure(teacher.Id)));
    }

    [Fact]
    public void Training_cases_that_changed_since_the_plan_are_refused()
    {
        var plan = bench.Plan(("seeds", "0"), ("methods", "none"));
        var folder = bench.Begin(plan);
        SeriesFile.Write(SeriesFile.Read(bench.TrainFile).Select(Enumerable.Range(1, 29)), bench.TrainFile);

        Assert.All(
            bench.Work(folder, plan.Runs),
            a => Assert.Contains("not those of the plan any more", a, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void An_id_of_no_plan_is_refused() =>
        Assert.Contains(
            "no run of this plan",
            Assert
                .Throws<InputException>(() =>
                    bench.Work(bench.Begin(bench.Plan()), bench.Plan(("hidden", "7")).Runs.Skip(1))
                )
                .Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void A_record_that_was_cut_or_changed_is_not_finished_and_is_done_again()
    {
        var plan = bench.Plan(("seeds", "0"), ("methods", "none"));
        var folder = bench.Begin(plan);
        bench.Work(folder, plan.Runs);
        var run = plan.Runs[1];
        var whole = File.ReadAllText(folder.Record(run.Id));
        string[] faulty =
        [
            whole[..(whole.Length / 2)],
            "",
            "null",
            whole.Replace("\"updates\":6", "\"updates\":5", StringComparison.Ordinal),
            File.ReadAllText(folder.Record(plan.Runs[0].Id)),
        ];

        foreach (var text in faulty)
        {
            File.WriteAllText(folder.Record(run.Id), text);
            Assert.Null(folder.TryRead(run));
            Assert.Single(BenchmarkResults.Read(plan, folder).Faults);
        }

        bench.Work(folder, [run]);
        Assert.Equal(
            JsonNode.Parse(whole)!["sha256"]!.GetValue<string>(),
            JsonNode.Parse(File.ReadAllText(folder.Record(run.Id)))!["sha256"]!.GetValue<string>()
        );
    }

    [Fact]
    public void The_audit_finds_what_a_record_with_a_fresh_seal_hides()
    {
        var plan = bench.Plan(("seeds", "0"));
        var folder = bench.Begin(plan);
        bench.Work(folder, plan.Runs);
        Assert.Empty(BenchmarkResults.Read(plan, folder).Faults);
        var run = plan.Runs.Single(r => r.Spec.Method == "memkd");
        var record = folder.TryRead(run)!;
        var good = record.Result;
        var scores = good.Scores();
        (scores[0], scores[1]) = (scores[1], scores[0]);

        (string Says, RunResult Result)[] forged =
        [
            (
                "after the last choice",
                good with
                {
                    Trail = ["train read", "test read", "lambda settled", "weights fixed"],
                }
            ),
            ("after the last choice", good with { Trail = [.. good.Trail, "test read"] }),
            ("after the last choice", good with { Trail = [] }),
            ("do not follow", good with { Metrics = good.Metrics with { Accuracy = 0.99 } }),
            ("do not follow", good with { Metrics = good.Metrics with { Nll = good.Metrics.Nll + 1e-12 } }),
            ("number of parameters", good with { Metrics = good.Metrics with { Parameters = 1 } }),
            ("do not follow", good with { Probabilities = RunResult.Pack(scores) }),
            ("cannot be computed again", good with { Probabilities = good.Probabilities[4..] }),
            ("predicted classes", good with { Predicted = [.. good.Predicted.Select(p => (p + 1) % 3)] }),
            ("other training cases", good with { TrainSha256 = good.TestSha256 }),
            ("other test cases", good with { TestSha256 = good.TrainSha256 }),
            ("another teacher", good with { TeacherSha256 = good.WeightsSha256 }),
            ("none of those that were tried", good with { Lambda = 77 }),
        ];
        foreach (var (says, result) in forged)
        {
            (record with { Result = result }).Write(folder.Record(run.Id));
            var fault = Assert.Single(BenchmarkResults.Read(plan, folder).Faults);
            Assert.Contains(says, fault, StringComparison.Ordinal);
            Assert.Contains(run.Spec.Title, fault, StringComparison.Ordinal);
        }

        record.Write(folder.Record(run.Id));
        Assert.Empty(BenchmarkResults.Read(plan, folder).Faults);
    }

    [Fact]
    public void A_record_keeps_measures_that_the_cases_do_not_define()
    {
        var plan = bench.Plan(("seeds", "0"), ("methods", "none"));
        var folder = bench.Begin(plan);
        var test = SeriesFile.Read(bench.TestFile);
        SeriesFile.Write(test.Select([0, 3, 6]), bench.TestFile); // one class of three
        bench.Work(folder, plan.Runs);

        var results = BenchmarkResults.Read(plan, folder);
        Assert.Empty(results.Faults);
        Assert.Contains(results.Rows[0].Metrics.PerClass, c => double.IsNaN(c.RocAuc));
    }

    [Fact]
    public void The_table_and_the_tsml_files_hold_what_the_records_hold()
    {
        var plan = bench.Plan();
        var folder = bench.Begin(plan);
        bench.Work(folder, plan.Runs);
        var results = BenchmarkResults.Read(plan, folder, new TsmlExport(plan, folder).Write);
        var lines = results.ToCsv().Split('\n');

        Assert.Equal(BenchmarkResults.Header, lines[0]);
        Assert.Equal(plan.Runs.Count + 2, lines.Length);
        Assert.All(lines[1..^1], l => Assert.Equal(lines[0].Split(',').Length, l.Split(',').Length));
        foreach (var row in results.Rows)
        {
            var estimator = $"{row.Run.Spec.Method}-s{row.Run.Spec.Seed}";
            var file = TsmlResultFile.Read(
                Path.Combine(folder.Root, "tsml", estimator, "Predictions", "Small", "testResample0.csv")
            );
            Assert.Equal(row.Metrics.Accuracy, file.Accuracy, 1e-12);
            Assert.Equal(row.Run.Spec.IsTeacher ? null : (double?)row.Metrics.Agreement, row.Metrics.Agreement);
            Assert.Equal(row.Run.Spec.IsTeacher, row.Metrics.Agreement is null);
        }
    }

    private static JsonObject Fixed(BenchmarkFolder folder, PlannedRun run)
    {
        var json = JsonNode.Parse(File.ReadAllText(folder.Record(run.Id)))!.AsObject();
        Assert.True(json.Remove("machine"));
        return json;
    }
}

using System.Text.Json;
using MemKD.Evaluation;

namespace MemKD.Tests.Evaluation;

public class EvaluatorTests
{
    // All quantities are sums of at most a few hundred terms in double.
    private const double Tolerance = 1e-12;

    public static TheoryData<string> Names => [.. EvaluationVectors.Read().Cases.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Report_agrees_with_scikit_learn(string name)
    {
        var vector = EvaluationVectors.Case(name);
        string[] classes = [.. Enumerable.Range(0, vector.Classes).Select(k => $"class {k}")];
        var report = Evaluator.Evaluate("set", "test", classes, vector.Labels, vector.Probabilities, vector.Reference);

        Assert.Equal(vector.Labels.Length, report.Cases);
        Assert.Equal(vector.AucPrc, report.AucPrc, Tolerance);
        Assert.Equal(vector.AveragePrecision, report.AveragePrecision, Tolerance);
        Assert.Equal(vector.RocAuc ?? double.NaN, report.RocAuc, Tolerance);
        Assert.Equal(vector.Accuracy, report.Accuracy, Tolerance);
        Assert.Equal(vector.BalancedAccuracy, report.BalancedAccuracy, Tolerance);
        Assert.Equal(vector.F1Macro, report.F1Macro, Tolerance);
        Assert.Equal(vector.Nll, report.Nll, Tolerance);
        Assert.Equal(vector.Brier, report.Brier, Tolerance);
        Assert.Equal(vector.Ece, report.Ece, Tolerance);
        Assert.Equal(vector.Confusion, report.Confusion);
        for (var k = 0; k < vector.Classes; k++)
        {
            var one = report.PerClass[k];
            Assert.Equal(classes[k], one.Class);
            Assert.Equal(vector.Labels.Count(l => l == k), one.Cases);
            Assert.Equal(vector.PerClassAucPrc[k] ?? double.NaN, one.AucPrc, Tolerance);
            Assert.Equal(vector.PerClassAveragePrecision[k] ?? double.NaN, one.AveragePrecision, Tolerance);
            Assert.Equal(vector.PerClassRocAuc[k] ?? double.NaN, one.RocAuc, Tolerance);
        }

        Assert.Equal(
            string.Join(" ", classes.Where((_, k) => !vector.Labels.Contains(k))),
            string.Join(" ", report.SkippedClasses)
        );
        Assert.Equal(vector.Agreement, report.Agreement);
        Assert.Equal(vector.MeanKl.HasValue, report.MeanKl.HasValue);
        Assert.Equal(vector.MeanKl ?? 0, report.MeanKl ?? 0, Tolerance);
    }

    [Fact]
    public void The_vectors_cover_the_edges()
    {
        var cases = EvaluationVectors.Read().Cases;
        Assert.True(cases.Count >= 10);
        Assert.Contains(cases, c => c.RocAuc is null);
        Assert.Contains(cases, c => c.PerClassAucPrc.Contains(null));
        Assert.Contains(cases, c => c.Reference is not null);
    }

    [Fact]
    public void The_order_of_the_cases_does_not_matter()
    {
        var vector = EvaluationVectors.Case("three classes");
        int[] order = [.. Enumerable.Range(0, vector.Labels.Length).Reverse()];
        var k = vector.Classes;
        var straight = Evaluator.Evaluate("set", "test", ["a", "b", "c"], vector.Labels, vector.Probabilities);
        var reversed = Evaluator.Evaluate(
            "set",
            "test",
            ["a", "b", "c"],
            [.. order.Select(i => vector.Labels[i])],
            [.. order.SelectMany(i => vector.Probabilities.Skip(i * k).Take(k))]
        );
        Assert.Equal(straight.PerClass, reversed.PerClass);
        Assert.Equal(straight.Confusion, reversed.Confusion);
        Assert.Equal(straight.Nll, reversed.Nll, 1e-14); // the order of a floating-point sum
        Assert.Equal(straight.Brier, reversed.Brier, 1e-14);
        Assert.Equal(straight.Ece, reversed.Ece, 1e-14);
    }

    [Fact]
    public void Json_has_the_agreed_names_in_order_and_null_for_the_undefined()
    {
        var json = Evaluator.Evaluate("Set", "test", ["a", "b"], [1, 1], [0.25f, 0.75f, 0.5f, 0.5f]).ToJson();
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        Assert.Equal(
            "dataset split cases auc_prc average_precision accuracy balanced_accuracy f1_macro roc_auc nll brier ece "
                + "parameters bytes skipped_classes per_class confusion",
            string.Join(" ", root.EnumerateObject().Select(p => p.Name))
        );
        Assert.Equal(JsonValueKind.Null, root.GetProperty("roc_auc").ValueKind);
        Assert.Equal(JsonValueKind.Null, root.GetProperty("parameters").ValueKind);
        Assert.Equal(0.5, root.GetProperty("accuracy").GetDouble());
        Assert.Equal("a", Assert.Single(root.GetProperty("skipped_classes").EnumerateArray()).GetString());
        var first = root.GetProperty("per_class")[0];
        Assert.Equal(
            "class cases auc_prc average_precision roc_auc precision recall f1",
            string.Join(" ", first.EnumerateObject().Select(p => p.Name))
        );
        Assert.Equal(JsonValueKind.Null, first.GetProperty("recall").ValueKind);
    }

    [Fact]
    public void Json_carries_size_second_model_and_interval_where_given()
    {
        float[] probabilities = [0.25f, 0.75f, 0.5f, 0.5f];
        var report = Evaluator.Evaluate(
            "Set",
            "test",
            ["a", "b"],
            [1, 0],
            probabilities,
            reference: probabilities,
            bootstrap: new BootstrapSettings(20, 0.9, 3)
        ) with
        {
            Parameters = 370,
            Bytes = 1480,
            MultiplyAddsPerStep = 304,
        };
        using var document = JsonDocument.Parse(report.ToJson());
        var root = document.RootElement;
        Assert.Equal(370, root.GetProperty("parameters").GetInt32());
        Assert.Equal(1480, root.GetProperty("bytes").GetInt32());
        Assert.Equal(304, root.GetProperty("multiply_adds_per_step").GetInt32());
        Assert.Equal(1, root.GetProperty("agreement").GetDouble());
        Assert.Equal(0, root.GetProperty("mean_kl").GetDouble());
        var interval = root.GetProperty("interval");
        Assert.Equal(20, interval.GetProperty("resamples").GetInt32());
        Assert.Equal(0.9, interval.GetProperty("level").GetDouble());
        Assert.Equal(1, interval.GetProperty("auc_prc").GetProperty("low").GetDouble());
        Assert.Equal(1, interval.GetProperty("accuracy").GetProperty("high").GetDouble());
    }

    [Fact]
    public void A_second_model_with_other_rows_is_refused()
    {
        Assert.Throws<ArgumentException>(() =>
            Evaluator.Evaluate("Set", "test", ["a", "b"], [1], [0.25f, 0.75f], reference: [1f, 0f, 1f, 0f])
        );
        Assert.Throws<InputException>(() =>
            Evaluator.Evaluate("Set", "test", ["a", "b"], [1], [0.25f, 0.75f], reference: [3f, -2f])
        );
    }
}

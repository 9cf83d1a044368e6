using MemKD.Models;

namespace MemKD.Experiments;

/// <summary>
/// Checks finished runs by their files alone: that TEST was read after the last choice, that every number follows from the
/// recorded probabilities, and that runs which are compared saw the same cases and the same teacher.
/// </summary>
public sealed class RecordAudit
{
    private readonly BenchmarkFolder folder;
    private readonly Dictionary<(string, int), (string Hash, IReadOnlyList<int> Labels)> tests = [];

    /// <summary>Starts an audit of a folder.</summary>
    public RecordAudit(BenchmarkFolder folder) => this.folder = folder;

    /// <summary>What is wrong with a record; null: nothing.</summary>
    /// <param name="record">The record, read and unchanged since it was written.</param>
    /// <param name="teacher">The record of its teacher; null for teachers, and where it is not finished.</param>
    public string? Check(RunRecord record, RunRecord? teacher)
    {
        var (spec, result) = (record.Spec, record.Result);
        if (!TestGate.IsLawful(result.Trail, spec.Teacher is not null))
        {
            return $"test cases must be read once and after the last choice; this run did: {string.Join(", ", result.Trail)}";
        }

        if (!string.Equals(result.TrainSha256, spec.TrainHash, StringComparison.Ordinal))
        {
            return "it learnt from other training cases than planned";
        }

        if (result.LambdaScores.Count > 0 && result.LambdaScores.All(s => s.Lambda != result.Lambda))
        {
            return "its λ is none of those that were tried on validation cases";
        }

        if (result.Metrics.Parameters != spec.Shape.ParameterCount)
        {
            return "its number of parameters is not that of its architecture";
        }

        return Numbers(record) ?? Test(record) ?? Teacher(record, teacher);
    }

    private static string? Numbers(RunRecord record)
    {
        var result = record.Result;
        try
        {
            var again = result.Measure(record.Spec.Dataset);
            if (!string.Equals(again.ToJson(), result.Metrics.ToJson(), StringComparison.Ordinal))
            {
                return $"its measures do not follow from its probabilities (AUC-PRC {result.Metrics.AucPrc:R}, computed again {again.AucPrc:R})";
            }

            return RunExecutor.Predict(result.Scores(), result.Classes.Count).SequenceEqual(result.Predicted)
                ? null
                : "its predicted classes are not those of its probabilities";
        }
        catch (Exception e) when (e is InputException or ArgumentException or OverflowException)
        {
            return $"its measures cannot be computed again: {e.Message.ReplaceLineEndings(" ")}";
        }
    }

    private string? Test(RunRecord record)
    {
        var (spec, result) = (record.Spec, record.Result);
        if (!tests.TryGetValue((spec.Dataset, spec.Resample), out var test))
        {
            tests[(spec.Dataset, spec.Resample)] = (result.TestSha256, result.Labels);
            return null;
        }

        return
            string.Equals(test.Hash, result.TestSha256, StringComparison.Ordinal)
            && test.Labels.SequenceEqual(result.Labels)
            ? null
            : "it was measured on other test cases than the other runs on this data set";
    }

    private string? Teacher(RunRecord record, RunRecord? teacher)
    {
        if (record.Spec.IsTeacher)
        {
            return string.Equals(
                ModelFile.Read(folder.Teacher(record.Spec.Id)).WeightHash,
                record.Result.WeightsSha256,
                StringComparison.Ordinal
            )
                ? null
                : "the teacher's model file is not the one that was measured";
        }

        return
            record.Spec.Teacher is null
            || teacher is null
            || string.Equals(record.Result.TeacherSha256, teacher.Result.WeightsSha256, StringComparison.Ordinal)
            ? null
            : "it learnt from another teacher than the one on record";
    }
}

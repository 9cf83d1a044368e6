using System.Globalization;
using System.Text.Json.Nodes;
using MemKD.Distillation;
using MemKD.Evaluation;

namespace MemKD.Cli.Output;

/// <summary>Teacher, student alone and distilled student on the same test cases.</summary>
/// <param name="Method">The method's id.</param>
/// <param name="Teacher">The teacher.</param>
/// <param name="Alone">The student alone.</param>
/// <param name="Student">The distilled student; null with the method <c>none</c>.</param>
internal sealed record StudentComparison(
    string Method,
    EvaluationReport Teacher,
    EvaluationReport Alone,
    EvaluationReport? Student
)
{
    private const int BarWidth = 40;

    /// <summary>The teacher's parameters over the student's.</summary>
    public double Compression => (double)(Teacher.Parameters ?? 0) / (Alone.Parameters ?? 1);

    /// <summary>Whether distillation helped; null with the method <c>none</c>.</summary>
    public DistillationVerdict? Verdict =>
        Student is null ? null : DistillationVerdict.Of(Method, Student.AucPrc, Alone.AucPrc);

    /// <summary>The compression for a person: 501×.</summary>
    public string CompressionText =>
        Compression.ToString(Compression < 10 ? "F1" : "F0", CultureInfo.InvariantCulture) + "×";

    /// <summary>What makes the comparison worth little.</summary>
    /// <param name="aloneCollapsed">The student alone ended where guessing starts.</param>
    /// <param name="studentCollapsed">The distilled student did.</param>
    public IReadOnlyList<string> Warnings(bool aloneCollapsed, bool studentCollapsed)
    {
        var warnings = new List<string>();
        var majority = Teacher.PerClass.Max(c => c.Cases) / (double)Teacher.Cases;
        if (DistillationVerdict.IsWeakTeacher(Teacher.Accuracy, majority))
        {
            warnings.Add(
                $"the teacher is weak (accuracy {Numbers.Measure(Teacher.Accuracy)}, guessing the most frequent class gives {Numbers.Measure(majority)}); train a better one before judging a method."
            );
        }

        if (aloneCollapsed)
        {
            warnings.Add(
                "the student alone ended about where guessing starts; try more --updates or another --learning-rate."
            );
        }

        if (studentCollapsed)
        {
            warnings.Add(
                $"the {Method} student ended about where guessing starts; try a smaller --lambda or more --updates."
            );
        }

        return warnings;
    }

    /// <summary>Writes the table.</summary>
    public void WriteTable(TextWriter output) =>
        TextTable.Write(
            output,
            ["model", "parameters", "bytes", "AUC-PRC", "accuracy", "macro F1"],
            [
                .. Rows()
                    .Select(r =>
                        (string[])
                            [
                                r.Name,
                                Numbers.Count(r.Report.Parameters ?? 0),
                                Numbers.Count(r.Report.Bytes ?? 0),
                                Numbers.Measure(r.Report.AucPrc),
                                Numbers.Measure(r.Report.Accuracy),
                                Numbers.Measure(r.Report.F1Macro),
                            ]
                    ),
            ]
        );

    /// <summary>Draws accuracy as bars of characters.</summary>
    public void WriteBars(TextWriter output)
    {
        var rows = Rows().ToArray();
        var width = rows.Max(r => r.Name.Length);
        foreach (var (name, report) in rows)
        {
            var eighths = (int)Math.Round(report.Accuracy * BarWidth * 8);
            var bar =
                new string('█', eighths / 8) + (eighths % 8 == 0 ? "" : ((char)('█' + 8 - (eighths % 8))).ToString());
            output.WriteLine($"{name.PadRight(width)}  {bar.PadRight(BarWidth)} {Numbers.Measure(report.Accuracy)}");
        }
    }

    /// <summary>The parts of a report that need no more than this.</summary>
    public JsonObject Brief() => new(Rows().Select(r => KeyValuePair.Create(r.Key, (JsonNode?)Brief(r.Report))));

    /// <summary>The full reports, by <c>teacher</c>, <c>student_alone</c> and the method's id.</summary>
    public IEnumerable<(string Key, JsonObject Report)> Full() =>
        Rows().Select(r => (r.Key, ModelScore.ToJson(r.Report)));

    private static JsonObject Brief(EvaluationReport report) =>
        new()
        {
            ["parameters"] = report.Parameters,
            ["auc_prc"] = Numbers.Json(report.AucPrc),
            ["accuracy"] = Numbers.Json(report.Accuracy),
        };

    private IEnumerable<Row> Rows()
    {
        yield return new Row("teacher", "teacher", Teacher);
        yield return new Row("student_alone", "student alone", Alone);
        if (Student is not null)
        {
            yield return new Row(Method, $"{Method} student", Student);
        }
    }

    private sealed record Row(string Key, string Name, EvaluationReport Report)
    {
        public void Deconstruct(out string name, out EvaluationReport report) => (name, report) = (Name, Report);
    }
}

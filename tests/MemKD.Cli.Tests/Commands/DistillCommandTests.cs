using System.Text.Json;
using MemKD.Distillation;
using MemKD.Models;

namespace MemKD.Cli.Tests.Commands;

public sealed class DistillCommandTests(SharedRuns runs)
{
    [Fact]
    public void The_report_compares_teacher_student_alone_and_student()
    {
        var report = runs.Distilled.Json();

        Assert.Equal(runs.Distilled.Out, File.ReadAllText(Path.Combine(runs.Student, "report.json")));
        foreach (
            var (name, parameters) in (ReadOnlySpan<(string, int)>)
                [("teacher", 1227), ("student_alone", 96), ("memkd", 96)]
        )
        {
            var scores = report.GetProperty(name);
            Assert.Equal(parameters, scores.GetProperty("parameters").GetInt32());
            Assert.InRange(scores.GetProperty("auc_prc").GetDouble(), 0, 1);
            Assert.Equal(60, scores.GetProperty("cases").GetInt32());
        }

        Assert.Contains(report.GetProperty("lambda").GetDouble(), new DistillationSettings().Method.WeightGrid);
        Assert.Equal(1227.0 / 96, report.GetProperty("compression").GetDouble(), 12);
        var gain =
            report.GetProperty("memkd").GetProperty("auc_prc").GetDouble()
            - report.GetProperty("student_alone").GetProperty("auc_prc").GetDouble();
        Assert.Equal(gain, report.GetProperty("auc_prc_gain").GetDouble(), 12);
        Assert.Contains(report.GetProperty("verdict").GetString(), (string[])["helped", "no difference", "hurt"]);
    }

    [Fact]
    public void Student_and_control_are_models_that_know_where_they_come_from()
    {
        var teacher = ModelFile.Read(runs.Teacher);
        var student = ModelFile.Read(runs.Student);
        var control = ModelFile.Read(Path.Combine(runs.Student, "alone"));

        Assert.Equal(("memkd", teacher.WeightHash), (student.Origin.Method, student.Origin.TeacherHash));
        Assert.Equal(("none", ""), (control.Origin.Method, control.Origin.TeacherHash));
        Assert.Equal(teacher.Origin.DataHash, student.Origin.DataHash);
        Assert.Equal(teacher.Preparation.ToJson(), student.Preparation.ToJson());
        Assert.NotEqual(student.WeightHash, control.WeightHash);
    }

    [Fact]
    public void The_method_none_trains_the_same_control_bit_for_bit_at_any_number_of_threads()
    {
        var folder = runs.NewFolder();

        var report = Cli.Run([.. runs.Distil(folder), "--method", "none", "--json", "--threads", "2"]).Json();

        Assert.False(report.TryGetProperty("memkd", out _));
        Assert.False(Directory.Exists(Path.Combine(folder, "alone")));
        Assert.Equal(JsonValueKind.Null, report.GetProperty("lambda").ValueKind);
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(runs.Student, "alone", "model.safetensors")),
            File.ReadAllBytes(Path.Combine(folder, "model.safetensors"))
        );
    }

    [Fact]
    public void Students_are_the_same_at_any_number_of_threads()
    {
        var folder = runs.NewFolder();

        Assert.Equal(0, Cli.Run([.. runs.Distil(folder), "--threads", "1"]).Code);

        Assert.Equal(
            File.ReadAllBytes(Path.Combine(runs.Student, "model.safetensors")),
            File.ReadAllBytes(Path.Combine(folder, "model.safetensors"))
        );
    }

    [Fact]
    public void Sizes_and_the_weight_can_be_chosen_for_me()
    {
        string[] command =
        [
            .. runs.Distil("")[..^4].Where(a => a is not "--out" and not ""),
            "--updates",
            "10",
            "--json",
        ];

        var bytes = Cli.Run([.. command, "--out", runs.NewFolder(), "--bytes", "400"]).Json();
        Assert.InRange(bytes.GetProperty("memkd").GetProperty("bytes").GetInt32(), 300, 400);
        var ratio = Cli.Run([.. command, "--out", runs.NewFolder(), "--compression", "5", "--lambda", "auto"]).Json();
        Assert.InRange(ratio.GetProperty("compression").GetDouble(), 5, 8);
        var scores = ratio.GetProperty("lambda_scores").EnumerateArray().ToArray();
        Assert.Equal(5, scores.Length);
        Assert.Contains(
            ratio.GetProperty("lambda").GetDouble(),
            scores.Select(s => s.GetProperty("lambda").GetDouble())
        );
    }

    [Fact]
    public void Flags_of_the_authors_protocol_reach_the_run()
    {
        var folder = runs.NewFolder();
        string[] flags = ["--protocol", "authors", "--lambda", "0.5"];

        var settings = Cli.Run([.. SharedRuns.With(runs.Distil(folder), "--updates", "5"), .. flags, "--json"])
            .Json()
            .GetProperty("settings");

        Assert.Equal("memkd:sampling=authors,guard=0", settings.GetProperty("method").GetString());
        var schedule = settings.GetProperty("weight_schedule");
        Assert.Equal(0, schedule.GetProperty("rise").GetDouble());
        Assert.Equal(0, schedule.GetProperty("fall").GetDouble());
        Assert.Equal(0.5, settings.GetProperty("weight").GetDouble());
        Assert.Equal("ValidationLoss", settings.GetProperty("recipe").GetProperty("selection").GetString());
    }

    [Fact]
    public void A_person_reads_a_table_and_a_sentence()
    {
        var result = Cli.Run([.. SharedRuns.With(runs.Distil(runs.NewFolder()), "--updates", "20"), "--quiet"]);

        Assert.Equal(0, result.Code);
        Assert.Matches(@"teacher +1,227 +4,908 +[01]\.\d{4} ", result.Out);
        Assert.Matches(@"Distillation (helped|made no difference|hurt): test AUC-PRC", result.Out);
    }

    [Fact]
    public void An_untrained_teacher_and_collapsed_students_are_pointed_out()
    {
        var weak = runs.NewFolder("weak");
        Assert.Equal(
            0,
            Cli.Run(
                "train",
                "--train",
                runs.Train,
                "--out",
                weak,
                "--hidden",
                "2",
                "--layers",
                "1",
                "--updates",
                "1"
            ).Code
        );

        var result = Cli.Run([
            .. SharedRuns.With(SharedRuns.With(runs.Distil(runs.NewFolder()), "--teacher", weak), "--updates", "20"),
            "--learning-rate",
            "1e-9",
        ]);

        Assert.Equal(0, result.Code);
        Assert.Contains("warning: the teacher is weak", result.Error, StringComparison.Ordinal);
        Assert.Contains("warning: the student alone ended", result.Error, StringComparison.Ordinal);
        Assert.Contains("warning: the memkd student ended", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_of_other_classes_or_channels_are_refused()
    {
        const string labels =
            "@problemName x\n@univariate true\n@classLabel true 1 2 7\n@data\n1,2,3:1\n3,2,1:2\n1,1,1:7\n";
        const string channels =
            "@problemName x\n@univariate false\n@dimensions 2\n@classLabel true 1 2 3\n@data\n1,2:1,2:1\n3,2:3,2:2\n1,1:1,1:3\n";
        foreach (
            var (text, says) in (ReadOnlySpan<(string, string)>)
                [(labels, "classes are 1, 2, 7"), (channels, "2 channels")]
        )
        {
            var file = runs.NewFile("x_TRAIN.ts", text);
            var line = Cli.Run(
                "distill",
                "--train",
                file,
                "--test",
                file,
                "--teacher",
                runs.Teacher,
                "--out",
                runs.NewFolder(),
                "--quiet"
            );

            Assert.Equal(3, line.Code);
            Assert.Contains(says, line.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("one of --hidden", "--bytes", "400")]
    [InlineData("neither auto", "--lambda", "-1")]
    [InlineData("did you mean memkd?", "--method", "memdk")]
    public void Wrong_usage_is_code_2(string says, string option, string value) =>
        Assert.Contains(
            says,
            Cli.Run([.. runs.Distil(runs.NewFolder()), option, value]).Fails(2),
            StringComparison.Ordinal
        );

    [Fact]
    public void A_folder_without_a_model_is_no_teacher() =>
        Assert.Contains(
            "no model here",
            Cli.Run("distill", "CBF", "--teacher", Path.GetDirectoryName(runs.Train)!, "--out", runs.NewFolder())
                .Fails(3),
            StringComparison.Ordinal
        );
}

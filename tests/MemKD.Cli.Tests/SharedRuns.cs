using MemKD.Series;

[assembly: AssemblyFixture(typeof(MemKD.Cli.Tests.SharedRuns))]

namespace MemKD.Cli.Tests;

/// <summary>A small data set, a teacher and a student of it, made once by the commands under test.</summary>
public sealed class SharedRuns : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("memkd-cli-").FullName;

    public SharedRuns()
    {
        var split = Generators.Find("CBF")!.Generate();
        SeriesFile.Write(split.Train, Train);
        SeriesFile.Write(split.Test.Select(Enumerable.Range(0, 60)), Test);
        Teacher = NewFolder("teacher");
        Student = NewFolder("student");
        Assert.Equal(0, Cli.Run([.. TrainTeacher(Teacher), "--test", Test]).Code);
        Distilled = Cli.Run([.. Distil(Student), "--json"]);
    }

    /// <summary>30 training cases.</summary>
    public string Train => Path.Combine(root, "CBF_TRAIN.ts");

    /// <summary>60 test cases.</summary>
    public string Test => Path.Combine(root, "CBF_TEST.ts");

    /// <summary>Folder of the teacher.</summary>
    public string Teacher { get; }

    /// <summary>Folder of the student.</summary>
    public string Student { get; }

    /// <summary>What <c>distill --json</c> said.</summary>
    internal CliResult Distilled { get; }

    /// <summary>The command that made the teacher, into another folder.</summary>
    public string[] TrainTeacher(string folder) =>
        [
            "train",
            "--train",
            Train,
            "--out",
            folder,
            "--hidden",
            "12",
            "--layers",
            "1",
            "--updates",
            "150",
            "--learning-rate",
            "0.01",
        ];

    /// <summary>The command that made the student, into another folder.</summary>
    public string[] Distil(string folder) =>
        [
            "distill",
            "--train",
            Train,
            "--test",
            Test,
            "--teacher",
            Teacher,
            "--out",
            folder,
            "--hidden",
            "3",
            "--updates",
            "100",
        ];

    /// <summary>A command with another value for one of its options.</summary>
    public static string[] With(string[] command, string option, string value)
    {
        var at = Array.IndexOf(command, option) + 1;
        return [.. command[..at], value, .. command[(at + 1)..]];
    }

    /// <summary>A path in the temporary folder that nothing else uses.</summary>
    public string NewFolder(string name = "run") => Path.Combine(root, $"{name}-{Guid.NewGuid():N}");

    /// <summary>A file with some text.</summary>
    public string NewFile(string name, string text)
    {
        var folder = Directory.CreateDirectory(NewFolder()).FullName;
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => Directory.Delete(root, recursive: true);
}

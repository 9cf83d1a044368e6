using System.Globalization;
using System.IO.Compression;
using System.Text.RegularExpressions;
using MemKD.Series;

namespace MemKD.Tests.Series.Readers;

/// <summary>
/// Real archive files, found through MEMKD_DATA (folders holding <c>ucr/</c>, <c>uea/</c>, <c>formats/</c> and
/// <c>MANIFEST.csv</c>). Sizes come from the archives' own tables.
/// </summary>
public partial class ArchiveFilesTests
{
    private static readonly string[] Roots = (Environment.GetEnvironmentVariable("MEMKD_DATA") ?? "").Split(
        Path.PathSeparator,
        StringSplitOptions.RemoveEmptyEntries
    );

    // Train cases, test cases, channels, shortest, longest, classes: from the archives' tables; the cut-down sets
    // (UnitTest, Minimal...) by counting their lines.
    private static readonly Dictionary<
        string,
        (int Train, int Test, int Channels, int Min, int Max, int Classes)
    > Published = new(StringComparer.Ordinal)
    {
        ["Adiac"] = (390, 391, 1, 176, 176, 37),
        ["ArrowHead"] = (36, 175, 1, 251, 251, 3),
        ["BasicMotions"] = (40, 40, 6, 100, 100, 4),
        ["Chinatown"] = (20, 343, 1, 24, 24, 2),
        ["Coffee"] = (28, 28, 1, 286, 286, 2),
        ["DodgerLoopGame"] = (20, 138, 1, 288, 288, 2),
        ["ECG200"] = (100, 100, 1, 96, 96, 2),
        ["Gun_Point"] = (50, 150, 1, 150, 150, 2),
        ["ItalyPowerDemand"] = (67, 1029, 1, 24, 24, 2),
        ["JapaneseVowels"] = (270, 370, 12, 7, 29, 9),
        ["JapaneseVowels_eq"] = (270, 370, 12, 25, 25, 9),
        ["Lighting7"] = (70, 73, 1, 319, 319, 7),
        ["MinimalJapaneseVowels"] = (20, 20, 12, 7, 29, 9),
        ["NATOPS"] = (180, 180, 24, 51, 51, 6),
        ["RacketSports"] = (151, 152, 6, 30, 30, 4),
        ["synthetic_control"] = (300, 300, 1, 60, 60, 6),
        ["UnequalMinimalChinatown"] = (20, 20, 1, 10, 24, 2),
        ["UnitTest"] = (20, 22, 1, 24, 24, 2),
        ["UnitTestTimeStamps"] = (4, 0, 1, 4, 4, 2),
    };

    public static TheoryData<string> FormatFiles => Files("formats");

    public static TheoryData<string> UeaFiles => Files("uea");

    public static TheoryData<string> UcrRows => [.. Rows("MANIFEST.csv").DefaultIfEmpty("")];

    [Theory]
    [MemberData(nameof(FormatFiles))]
    [MemberData(nameof(UeaFiles))]
    public void Every_file_has_the_published_size_or_is_refused_with_its_name(string file)
    {
        var path = Find(file);
        if (NoSeries().IsMatch(file))
        {
            var error = Assert.Throws<InputException>(() => SeriesFile.Read(path));
            Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
            return;
        }

        var data = SeriesFile.Read(path);
        var name =
            data.Name.StartsWith("Adiac", StringComparison.Ordinal) ? "Adiac"
            : file.Contains("Dimension", StringComparison.Ordinal) ? "RacketSports"
            : data.Name;
        var (train, test, channels, min, max, classes) = Published[name];
        channels = file.Contains("Dimension", StringComparison.Ordinal) ? 1 : channels;

        // The early edition of this file has two cases more (with -1 for missing values).
        test += file.EndsWith("Chinatown_TEST.tsv", StringComparison.Ordinal) ? 2 : 0;
        Assert.Equal(file.Contains("_TEST", StringComparison.Ordinal) ? test : train, data.Cases.Count);
        Assert.Equal(channels, data.ChannelCount);
        Assert.Equal(classes, data.Classes.Count);
        var lengths = data.Cases.SelectMany(c => c.Channels).Select(c => c.Length).ToArray();
        Assert.InRange(lengths.Min(), min, max);
        Assert.InRange(lengths.Max(), min, max);
        Assert.Equal(name is "DodgerLoopGame", data.Cases.Any(c => c.HasMissing));
    }

    [Theory]
    [MemberData(nameof(UcrRows))]
    public void Every_UCR_set_agrees_with_the_manifest(string row)
    {
        // folder,name,train_size,test_size,length_min,length,classes,channels,...,note
        var cell = row.Length == 0 ? [""] : row.Split(',');
        var shortest = int.MaxValue;
        var longest = 0;
        foreach (var part in new[] { "TRAIN", "TEST" })
        {
            var path = Find(cell.Length > 1 ? $"ucr/{cell[1]}/{cell[1]}_{part}.tsv.gz" : "");
            var data = SeriesFile.Read(path);
            Assert.Equal(cell[1], data.Name);
            Assert.Equal(Number(cell[part is "TRAIN" ? 2 : 3]), data.Cases.Count);
            Assert.Equal(1, data.ChannelCount);
            Assert.Equal(Number(cell[6]), data.Classes.Count);

            // "TRAIN: 236 NaN (236 inside the series, 0 padding at the end)"
            var note = NaNCounts().Match(row[Math.Max(0, row.IndexOf(part + ":", StringComparison.Ordinal))..]);
            var all = note.Success ? Number(note.Groups["all"].Value) : 0;
            var isMissing = note.Success && Number(note.Groups["inside"].Value) > 0;
            Assert.Equal(isMissing ? all : 0, data.Cases.Sum(c => c.Channels[0].Count(float.IsNaN)));
            var width = Width(path);
            Assert.Equal(isMissing ? 0 : all, data.Cases.Sum(c => width - c.Length));
            shortest = Math.Min(shortest, data.Cases.Min(c => c.Length));
            longest = Math.Max(longest, data.Cases.Max(c => c.Length));
        }

        // MelbournePedestrian: the manifest takes NaN at the end for padding; with NaN inside they are missing values.
        Assert.Equal(Number(cell[cell[1] is "MelbournePedestrian" ? 5 : 4]), shortest);
        Assert.Equal(Number(cell[5]), longest);
    }

    // Tolerances: half a unit of the last printed digit (8, 5 or 6 significant digits), relative to the value.
    [Theory]
    [InlineData("ItalyPowerDemand/ItalyPowerDemand_*.ts", ".arff", 0)]
    [InlineData("ItalyPowerDemand/ItalyPowerDemand_*.ts", ".tsv", 1e-7)]
    [InlineData("ItalyPowerDemand/ItalyPowerDemand_*.ts", ".txt", 1e-7)]
    [InlineData("Chinatown/Chinatown_*.ts", ".arff", 0)]
    [InlineData("Chinatown/Chinatown_*.ts", ".txt", 0)]
    [InlineData("Chinatown/Chinatown_TRAIN.ts", ".tsv", 0)]
    [InlineData("ECG200/ECG200_*.ts", ".arff", 0)]
    [InlineData("ECG200/ECG200_*.ts", ".tsv", 1e-7)]
    [InlineData("ECG200/ECG200_*.ts", ".txt", 1e-7)]
    [InlineData("ArrowHead/ArrowHead_*.ts", ".arff", 0)]
    [InlineData("ArrowHead/ArrowHead_TRAIN.ts", ".tsv", 1e-7)]
    [InlineData("ArrowHead/ArrowHead_*.ts", "", 5e-5)]
    [InlineData("Coffee/Coffee_*.tsv", ".txt", 1e-7)]
    [InlineData("Coffee/Coffee_*.tsv", "", 5e-5)]
    [InlineData("BasicMotions/BasicMotions_*.ts", ".arff", 0)]
    [InlineData("RacketSports/RacketSports_TRAIN.ts", ".arff", 0)]
    [InlineData("Adiac/Adiac_TRAIN_17digits", "formats/Adiac/Adiac_TRAIN", 5e-5)]
    [InlineData("BasicMotions/BasicMotions_*.ts", "uea/BasicMotions/BasicMotions_*.ts.gz", 0)]
    [InlineData("RacketSports/RacketSports_TRAIN.ts", "uea/RacketSports/RacketSports_TRAIN.ts.gz", 0)]
    [InlineData("ECG200/ECG200_*.ts", "ucr/ECG200/ECG200_*.tsv.gz", 1e-7)]
    [InlineData("Coffee/Coffee_*.txt", "ucr/Coffee/Coffee_*.tsv.gz", 1e-7)]
    public void The_same_set_in_two_formats_has_the_same_labels_and_values(string file, string other, double tolerance)
    {
        file = "formats/" + file;
        other = other.Contains('/', StringComparison.Ordinal) ? other : Path.ChangeExtension(file, null) + other;
        foreach (var part in file.Contains('*', StringComparison.Ordinal) ? new[] { "TRAIN", "TEST" } : [""])
        {
            var a = SeriesFile.Read(Find(file.Replace("*", part, StringComparison.Ordinal)));
            var b = SeriesFile.Read(Find(other.Replace("*", part, StringComparison.Ordinal)));
            Assert.Equal(a.Classes, b.Classes);
            Assert.Equal(a.Labels, b.Labels);
            AssertSameValues(a.Cases.SelectMany(c => c.Channels), b.Cases.SelectMany(c => c.Channels), tolerance);
        }
    }

    [Fact]
    public void The_channel_files_of_a_set_agree_with_its_multivariate_file()
    {
        var all = SeriesFile.Read(Find("formats/RacketSports/RacketSports_TRAIN.ts"));
        for (var c = 0; c < 6; c++)
        {
            var one = SeriesFile.Read(
                Find(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"formats/RacketSports/RacketSportsDimension{c + 1}_TRAIN.arff"
                    )
                )
            );
            Assert.Equal(all.Labels, one.Labels);
            AssertSameValues(all.Cases.Select(x => x.Channels[c]), one.Cases.Select(x => x.Channels[0]), 0);
        }
    }

    /// <summary>Values of the first row, padding included, by counting its tabs.</summary>
    private static int Width(string path)
    {
        using var text = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        return text.ReadLine()!.Count(c => c == '\t');
    }

    private static void AssertSameValues(IEnumerable<float[]> expected, IEnumerable<float[]> actual, double tolerance)
    {
        foreach (var (first, second) in expected.Zip(actual))
        {
            Assert.Equal(first.Length, second.Length);
            for (var t = 0; t < first.Length; t++)
            {
                if (Math.Abs(first[t] - (double)second[t]) > tolerance * Math.Abs(first[t]))
                {
                    Assert.Fail(
                        string.Create(CultureInfo.InvariantCulture, $"time point {t}: {first[t]:R} and {second[t]:R}")
                    );
                }
            }
        }
    }

    private static TheoryData<string> Files(string folder)
    {
        var files = Roots
            .Where(r => Directory.Exists(Path.Combine(r, folder)))
            .SelectMany(r =>
                Directory
                    .EnumerateFiles(Path.Combine(r, folder), "*", SearchOption.AllDirectories)
                    .Select(f => Path.GetRelativePath(r, f))
            );
        return [.. files.Order(StringComparer.Ordinal).DefaultIfEmpty("")];
    }

    private static IEnumerable<string> Rows(string file) =>
        Roots.Select(r => Path.Combine(r, file)).Where(File.Exists).Take(1).SelectMany(f => File.ReadLines(f).Skip(1));

    private static string Find(string file)
    {
        if (file.Length == 0 || Roots.Length == 0)
        {
            const string Reason = "MEMKD_DATA names no folder with the archive's files";
            Assert.SkipWhen(Environment.GetEnvironmentVariable("MEMKD_REQUIRE_TOOLS") is not "1", Reason);
            Assert.Fail(Reason);
        }

        return Roots.Select(r => Path.Combine(r, file)).FirstOrDefault(File.Exists) ?? Path.Combine(Roots[0], file);
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"escription\.txt$|/RacketSports\.txt$|FILES\.csv$", RegexOptions.None, 1000)]
    private static partial Regex NoSeries();

    [GeneratedRegex(@"(?<all>\d+) NaN \((?<inside>\d+) inside", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NaNCounts();
}

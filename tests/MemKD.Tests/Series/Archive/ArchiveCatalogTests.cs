using MemKD.Series;

namespace MemKD.Tests.Series;

public sealed class ArchiveCatalogTests : IDisposable
{
    private const string Tsv = "1\t1\t2\t3\n2\t3\t2\t1\n1\t1\t1\t2\n";
    private const string Ts = "@problemName X\n@univariate true\n@classLabel true 1 2\n@data\n5,6,7:1\n7,6,5:2\n";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Folders_are_searched_in_their_order()
    {
        Pair("second/GunPoint/GunPoint", ".tsv", "1\t2\t2\n");
        Pair("first/ucr/GunPoint/GunPoint", ".tsv", "1\t1\t1\n");
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["MEMKD_DATA"] = In("first") + Path.PathSeparator + In("second"),
            ["AEON_DATA"] = In("aeon"),
            ["XDG_CACHE_HOME"] = In("cache"),
        };
        var folders = ArchiveFolders.FromEnvironment(n => variables.GetValueOrDefault(n));

        Assert.Equal(
            [
                In("first"),
                In("first/ucr"),
                In("first/uea"),
                In("first/formats"),
                In("second"),
                In("second/ucr"),
                In("second/uea"),
                In("second/formats"),
                In("aeon"),
            ],
            folders.Search
        );
        Assert.Equal(In("cache/memkd"), folders.Cache);
        var (split, source) = new ArchiveCatalog(folders).Load("gunpoint");
        Assert.Equal(1, split.Train.Cases[0].Channels[0][0]);
        Assert.Equal("GunPoint", source.Name);
        Assert.Equal(In("first/ucr/GunPoint"), source.Location);
    }

    [Fact]
    public void Without_variables_the_cache_lies_in_the_home_folder()
    {
        var folders = ArchiveFolders.FromEnvironment(n => n == "XDG_CACHE_HOME" ? "relative" : null);

        Assert.Empty(folders.Search);
        Assert.EndsWith(Path.Combine(".cache", "memkd"), folders.Cache, StringComparison.Ordinal);
        Assert.True(Path.IsPathFullyQualified(folders.Cache));
    }

    [Fact]
    public void The_most_telling_format_wins_and_a_lone_file_does_not_count()
    {
        Pair("a/X/X", "", Tsv.Replace('\t', ' '));
        Assert.Equal("text", Catalog("a").Load("X").Source.Format);
        Pair("a/X/X", ".txt", Tsv.Replace('\t', ','));
        Assert.Equal("txt", Catalog("a").Load("X").Source.Format);
        Pair("a/X/x", ".tsv", Tsv);
        Assert.Equal("tsv", Catalog("a").Load("X").Source.Format);
        folder.Write("a/X/X_TRAIN.ts", Ts);
        Assert.Equal("tsv", Catalog("a").Load("X").Source.Format);
        folder.Write("a/X/X_TEST.ts", Ts);
        Assert.Equal("ts", Catalog("a").Load("X").Source.Format);
    }

    [Fact]
    public void Files_win_over_the_generator_of_their_name_and_the_source_says_which()
    {
        var builtIn = Catalog("a").Load("cbf").Source;
        Pair("a/CBF/CBF", ".tsv", Tsv);
        var local = Catalog("a").Load("cbf").Source;

        Assert.Equal(
            (DatasetOrigin.BuiltIn, "CBF", "generator, seed 0"),
            (builtIn.Origin, builtIn.Name, builtIn.Location)
        );
        Assert.Equal((DatasetOrigin.Local, In("a/CBF")), (local.Origin, local.Location));
        Assert.NotEqual(builtIn.Sha256, local.Sha256, StringComparer.Ordinal);
    }

    [Fact]
    public void The_hash_is_that_of_the_content_and_not_of_the_file_or_the_resample()
    {
        Pair("a/X/X", ".tsv", Tsv);
        Pair("b/X/X", ".txt", Tsv.Replace('\t', ','));
        Pair("c/X/X", ".tsv", Tsv.Replace("3\n2", "4\n2", StringComparison.Ordinal));
        string Hash(string root, int resample = 0) => Catalog(root).Load("X", resample).Source.Sha256;

        Assert.Equal(Hash("a"), Hash("b"));
        Assert.Equal(Hash("a"), Hash("a", resample: 1));
        Assert.NotEqual(Hash("a"), Hash("c"), StringComparer.Ordinal);
    }

    [Fact]
    public void The_hash_is_made_as_documented()
    {
        var part = new TimeSeriesDataset(
            "X",
            [
                new TimeSeriesCase(
                    [
                        [1f, float.NaN],
                    ],
                    "é"
                ),
            ]
        );
        // By hand: per part 1 case, 1 channel, label of 2 bytes C3 A9, channel of length 2 with 1.0f and a NaN.
        byte[] one =
        [
            .. new byte[] { 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0xC3, 0xA9, 2, 0, 0, 0 },
            .. new byte[] { 0, 0, 0x80, 0x3F, 0, 0, 0xC0, 0xFF },
        ];

        Assert.Equal(
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData([.. one, .. one])),
            DatasetSource.ContentHash(new TrainTestSplit(part, part))
        );
    }

    [Fact]
    public void Resamples_are_applied()
    {
        Pair("a/X/X", ".tsv", string.Concat(Enumerable.Range(0, 40).Select(i => $"{1 + (i % 2)}\t{i}\t{-i}\n")));
        var zero = Catalog("a").Load("X").Split;
        var (one, source) = Catalog("a").Load("X", 1);

        Assert.Equal(1, source.Resample);
        Assert.NotEqual(zero.Train.Cases.Select(c => c.Channels[0][0]), one.Train.Cases.Select(c => c.Channels[0][0]));
    }

    [Fact]
    public void Paths_name_a_folder_or_a_file()
    {
        Pair("plain/mine", ".tsv", Tsv);
        var other = Pair("plain/other", ".csv", Tsv.Replace('\t', ','));

        Assert.Equal("other", Catalog("a").Load(other).Source.Name);
        Refused(In("plain"), "several data sets");
        File.Delete(other);
        Assert.Equal("mine", Catalog("a").Load(In("plain") + "/").Source.Name);
        Refused(In("nowhere/X"), "no such file or folder");
        Refused(folder.Write("plain/readme.tsv", "x"), "_TRAIN");
        Refused(folder.Write("lone/X_TRAIN.ts", Ts), "there is no X_TEST.ts beside it");
        Refused(In("lone"), "no pair of files");
    }

    [Fact]
    public void Unknown_names_are_answered_with_help()
    {
        folder.Write("a/Half/Half_TRAIN.ts", Ts);

        Refused("SynteticControl", "did you mean SyntheticControl?");
        Refused("gunpoint", "memkd data get GunPoint");
        Refused("Half", "does not have both a TRAIN and a TEST file");
        Refused("qqqqqqqqqqq", "memkd data list");
        Refused("", "is no known data set");
    }

    [Fact]
    public void The_list_has_local_built_in_and_downloadable_sets_once_each()
    {
        Pair("a/Mine/Mine", ".tsv", Tsv);
        Pair("a/CBF/CBF", ".tsv", Tsv);
        Directory.CreateDirectory(In("a/Empty"));
        var list = Catalog("a").List();

        Assert.Equal(
            new CatalogEntry("Mine", DatasetOrigin.Local, In("a/Mine"), "tsv"),
            list.Single(e => e.Name == "Mine")
        );
        Assert.Equal(DatasetOrigin.Local, list.Single(e => e.Name == "CBF").Origin);
        Assert.Equal(DatasetOrigin.BuiltIn, list.Single(e => e.Name == "TwoPatterns").Origin);
        var download = list.Single(e => e.Name == "GunPoint");
        Assert.Equal((DatasetOrigin.Downloadable, "zenodo record 11191244"), (download.Origin, download.Location));
        Assert.DoesNotContain(list, e => e.Name == "Empty");
        // 128 UCR sets, 30 UEA sets, SyntheticEcg, SyntheticMotion and Mine.
        Assert.Equal(161, list.Count);
        Assert.Equal(list.Count, list.Select(e => e.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    [Fact]
    public void A_summary_counts_cases_classes_lengths_channels_and_missing_values()
    {
        TimeSeriesDataset Part(params (string Label, float[] X)[] cases) =>
            new("X", [.. cases.Select(c => new TimeSeriesCase([c.X, c.X], c.Label))], ["a", "b"]);
        var summary = DatasetSummary.Of(
            new TrainTestSplit(Part(("b", [1]), ("a", [1, 2, float.NaN]), ("b", [1, 2, 3, 4])), Part(("a", [1, 2])))
        );

        Assert.Equal(2, summary.Channels);
        Assert.Equal(["a", "b"], summary.Classes);
        Assert.Equal([1, 2], summary.Train.ClassCounts);
        Assert.Equal(
            (3, 1, 3, 4, 1, 2L),
            (
                summary.Train.Cases,
                summary.Train.MinLength,
                summary.Train.MedianLength,
                summary.Train.MaxLength,
                summary.Train.CasesWithMissing,
                summary.Train.MissingValues
            )
        );
        Assert.Equal([1, 0], summary.Test.ClassCounts);
        Assert.False(summary.Normalized);
    }

    [Fact]
    public void Normalised_series_are_recognised_by_either_divisor()
    {
        var byN = MathF.Sqrt(1.5f);
        DatasetSummary Of(params float[][] series) =>
            DatasetSummary.Of(
                new TrainTestSplit(
                    new("X", [.. series.Select(x => new TimeSeriesCase([x], "a"))]),
                    new(
                        "X",
                        [
                            new TimeSeriesCase(
                                [
                                    [0],
                                ],
                                "a"
                            ),
                        ]
                    )
                )
            );

        Assert.True(Of([-byN, 0, byN]).Normalized);
        Assert.True(Of([-1, 0, 1]).Normalized);
        Assert.False(Of([-1.3f, 0, 1.3f]).Normalized);
        Assert.False(Of([-0.9f, 0.1f, 1.1f]).Normalized);
        Assert.True(Generators.Find("CBF")!.Generate() is var cbf && DatasetSummary.Of(cbf).Normalized);
        Assert.False(Generators.Find("SyntheticEcg")!.Generate() is var ecg && DatasetSummary.Of(ecg).Normalized);
    }

    /// <summary>Both verdicts were found independently when the archive's files were surveyed.</summary>
    [Theory]
    [InlineData("ArrowHead", true)]
    [InlineData("Chinatown", false)]
    public void Real_sets_are_recognised(string name, bool normalized) =>
        Assert.Equal(normalized, DatasetSummary.Of(RealData.Load(name)).Normalized);

    private string In(string relative) => Path.Combine(folder.Path, relative.Replace('/', Path.DirectorySeparatorChar));

    private ArchiveCatalog Catalog(string root) => new(new ArchiveFolders([In(root)], In("cache")));

    /// <summary>Writes both parts; the path of TRAIN.</summary>
    private string Pair(string stem, string extension, string text)
    {
        folder.Write($"{stem}_TEST{extension}", text);
        return folder.Write($"{stem}_TRAIN{extension}", text);
    }

    private void Refused(string name, string because)
    {
        var error = Assert.Throws<InputException>(() => Catalog("a").Load(name));
        Assert.Contains(because, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }
}

using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using MemKD.Series;

namespace MemKD.Tests.Series;

public sealed class ArchiveDownloadTests : IDisposable
{
    private const string Train = "1\t0.5\t1.5\n2\t-1\t-2\n";
    private const string Test = "2\t3\t4\n";
    private const string ZipPath = "/aeon-toolkit/GunPoint.zip";

    // GunPoint's number in aeon's table.
    private const string RecordPath = "/api/records/11191244";

    private readonly TemporaryFolder folder = new();
    private readonly LoopbackServer server = new();

    public void Dispose()
    {
        server.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task A_record_is_fetched_checked_and_loaded()
    {
        OfferRecord();
        var told = new List<DownloadProgress>();
        var path = await Download().GetAsync("gunpoint", progress: new Immediate<DownloadProgress>(told.Add));

        Assert.Equal(Path.Combine(Cache, "GunPoint"), path);
        Assert.Equal(Train, await File.ReadAllTextAsync(Path.Combine(path, "GunPoint_TRAIN.tsv")));
        Assert.Equal([RecordPath, "/files/GunPoint_TRAIN.tsv", "/files/GunPoint_TEST.tsv"], server.Requests);
        Assert.Contains(new DownloadProgress("GunPoint_TRAIN.tsv", Train.Length, Train.Length), told);
        var (split, source) = new ArchiveCatalog(new ArchiveFolders([], Cache)).Load("GunPoint");
        Assert.Equal(2, split.Train.Cases.Count);
        Assert.Equal(DatasetOrigin.Local, source.Origin);
        OnlyTheDataSetIsLeft();
    }

    [Fact]
    public async Task What_is_in_the_cache_is_not_fetched_again_unless_told_to()
    {
        OfferRecord();
        await Download().GetAsync("GunPoint");
        var requests = server.Requests.Count;
        await Download().GetAsync("GunPoint");
        Assert.Equal(requests, server.Requests.Count);

        OfferRecord("1\t9\t9\n2\t8\t8\n");
        await Download().GetAsync("GunPoint", overwrite: true);
        Assert.StartsWith(
            "1\t9",
            await File.ReadAllTextAsync(Path.Combine(Cache, "GunPoint", "GunPoint_TRAIN.tsv")),
            StringComparison.Ordinal
        );
        OnlyTheDataSetIsLeft();
    }

    [Fact]
    public async Task A_wrong_md5_is_refused_and_what_was_there_stays()
    {
        OfferRecord();
        await Download().GetAsync("GunPoint");
        OfferRecord("1\t7\t7\n2\t8\t8\n", md5: new string('0', 32));

        await Refused("MD5", overwrite: true);
        Assert.Equal(Train, await File.ReadAllTextAsync(Path.Combine(Cache, "GunPoint", "GunPoint_TRAIN.tsv")));
        OnlyTheDataSetIsLeft();
    }

    [Fact]
    public async Task A_checksum_of_another_kind_is_refused()
    {
        OfferRecord(algorithm: "sha1");
        await Refused("the record says 'sha1:");
    }

    [Fact]
    public async Task A_given_record_replaces_the_known_one()
    {
        OfferRecord(path: "/api/records/77");
        // The record holds GunPoint's files, not those of the name.
        await Refused("record 77 does not exist or has no MyOwnSet_TRAIN", "MyOwnSet", record: 77);

        await Download().GetAsync("GunPoint", record: 77);
        Assert.DoesNotContain(RecordPath, server.Requests, StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("<html>")]
    [InlineData("""{"files":[{"key":"a"}]}""")]
    [InlineData("""{"files":7}""")]
    public async Task An_answer_that_is_no_record_is_refused(string answer)
    {
        server.Answer(RecordPath, answer);
        await Refused("no record as expected");
    }

    [Fact]
    public async Task A_link_to_another_place_without_https_is_not_followed()
    {
        server.Answer(
            RecordPath,
            Record("http://example.org/", "md5", Md5(Train))
                .Replace("\"/files/", "\"http://example.org/files/", StringComparison.Ordinal)
        );
        await Refused("neither https nor its own");
    }

    [Fact]
    public async Task Without_a_record_the_zip_is_taken()
    {
        server.Answer(ZipPath, Zip(("GunPoint_TRAIN.tsv", Train), ("GunPoint_TEST.tsv", Test)));
        var path = await Download().GetAsync("GunPoint");

        Assert.Equal(Test, await File.ReadAllTextAsync(Path.Combine(path, "GunPoint_TEST.tsv")));
        Assert.Equal([RecordPath, ZipPath], server.Requests);
        OnlyTheDataSetIsLeft();
    }

    [Fact]
    public async Task A_failing_record_server_leads_to_the_zip()
    {
        server.Answer(RecordPath, "busy", status: 503);
        server.Answer(ZipPath, Zip(("GunPoint/GunPoint_TRAIN.tsv", Train), ("GunPoint/GunPoint_TEST.tsv", Test)));
        await Download().GetAsync("GunPoint");

        Assert.True(File.Exists(Path.Combine(Cache, "GunPoint", "GunPoint_TRAIN.tsv")));
        OnlyTheDataSetIsLeft();
    }

    [Fact]
    public async Task The_best_format_of_a_zip_is_taken_and_nothing_else()
    {
        const string ts = "@problemName x\n@univariate true\n@classLabel true 1 2\n@data\n1,2:1\n3,4:2\n";
        server.Answer(
            ZipPath,
            Zip(
                ("GunPoint.txt", "about"),
                ("GunPoint_TRAIN.txt", "x"),
                ("GunPoint_TEST.txt", "x"),
                ("GunPoint_TRAIN.ts", ts),
                ("GunPoint_TEST.ts", ts)
            )
        );
        var path = await Download().GetAsync("GunPoint");

        Assert.Equal(
            ["GunPoint_TEST.ts", "GunPoint_TRAIN.ts"],
            Directory.GetFiles(path).Select(f => Path.GetFileName(f)).Order()
        );
    }

    [Fact]
    public async Task A_web_page_instead_of_a_zip_means_that_the_set_is_not_there()
    {
        server.Answer("/aeon-toolkit/GunPiont.zip", "<!DOCTYPE html><p>Hello");
        await Refused("did you mean GunPoint?", "GunPiont");
    }

    [Fact]
    public async Task Nothing_at_all_is_said_so() => await Refused("there is no such data set", "Zzzzzzzzzzzz");

    [Fact]
    public async Task A_file_cut_off_on_the_way_is_refused()
    {
        var whole = Zip(("GunPoint_TRAIN.tsv", Train), ("GunPoint_TEST.tsv", Test));
        server.Answer(ZipPath, whole[..^30], declaredLength: whole.Length);
        await Refused("the download failed");

        // Without a length the connection's end looks like the file's end.
        server.AnswerWithoutLength(ZipPath, whole[..^30]);
        await Refused("damaged or cut off");
    }

    [Fact]
    public async Task A_damaged_zip_is_refused()
    {
        var bytes = Zip(("GunPoint_TRAIN.tsv", Train), ("GunPoint_TEST.tsv", Test));
        // A byte of the first entry's packed data: behind its header of 30 bytes and its name.
        bytes[30 + "GunPoint_TRAIN.tsv".Length + 3] ^= 0xFF;
        server.Answer(ZipPath, bytes);

        await Refused("damaged or cut off");
    }

    [Fact]
    public async Task A_changed_digit_in_a_zip_is_noticed_by_the_checksum()
    {
        var bytes = Zip(CompressionLevel.NoCompression, ("GunPoint_TRAIN.tsv", Train), ("GunPoint_TEST.tsv", Test));
        var at = bytes.AsSpan().IndexOf("0.5"u8);
        bytes[at] = (byte)'9';
        server.Answer(ZipPath, bytes);

        await Refused("damaged or cut off");
    }

    [Fact]
    public async Task Too_many_bytes_are_refused_with_and_without_a_declared_length()
    {
        var bytes = new byte[5000];
        server.Answer(ZipPath, bytes);
        await Refused("more than the limit of 4000 bytes", maxBytes: 4000);

        server.AnswerWithoutLength(ZipPath, bytes);
        await Refused("more than the limit of 4000 bytes", maxBytes: 4000);
    }

    [Fact]
    public async Task A_zip_that_unpacks_to_far_more_than_it_is_is_refused()
    {
        // 100 MB of one letter pack to about 100 KB: ratio 1000; 1 MB + 200 times the packed size are allowed.
        server.Answer(ZipPath, Zip(("GunPoint_TRAIN.tsv", new string('1', 100_000_000)), ("GunPoint_TEST.tsv", Test)));
        await Refused("unpacks to more than");
    }

    [Fact]
    public async Task A_zip_that_unpacks_to_more_than_the_limit_is_refused()
    {
        var text = string.Concat(Enumerable.Range(0, 2000).Select(i => $"1\t{i * 7919 % 1000}\n"));
        server.Answer(ZipPath, Zip(("GunPoint_TRAIN.tsv", text), ("GunPoint_TEST.tsv", Test)));
        await Refused("unpacks to more than 8000 bytes", maxBytes: 8000);
    }

    [Theory]
    [InlineData("../GunPoint_TRAIN.tsv")]
    [InlineData("a/../../evil.txt")]
    [InlineData("/etc/evil")]
    [InlineData("..\\evil")]
    [InlineData("C:/evil")]
    [InlineData("C:evil")]
    [InlineData("a/./b")]
    [InlineData("evil\n")]
    public async Task A_name_that_leaves_the_folder_is_refused(string entry)
    {
        server.Answer(ZipPath, Zip(("GunPoint_TRAIN.tsv", Train), ("GunPoint_TEST.tsv", Test), (entry, "x")));
        await Refused("leaves its folder");
        Assert.Equal([Cache], Directory.GetFileSystemEntries(folder.Path));
    }

    [Theory]
    [InlineData("GunPoint_TRAIN.tsv")]
    [InlineData("gunpoint_train.TSV")]
    [InlineData("other/GunPoint_TRAIN.tsv")]
    public async Task A_name_that_comes_twice_is_refused(string entry)
    {
        server.Answer(ZipPath, Zip(("GunPoint_TRAIN.tsv", Train), ("GunPoint_TEST.tsv", Test), (entry, "x")));
        await Refused("nothing was kept");
    }

    [Fact]
    public async Task Files_that_are_no_data_set_are_refused()
    {
        server.Answer(ZipPath, Zip(("GunPoint_TRAIN.tsv", "hello world\n"), ("GunPoint_TEST.tsv", Test)));
        var message = await Refused("no readable data set");
        Assert.DoesNotContain(".part", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_network_one_line_says_so()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        var download = new ArchiveDownload(
            new ArchiveDownloadOptions { Cache = Cache, BaseAddress = new Uri($"http://127.0.0.1:{port}/") }
        );

        var error = await Assert.ThrowsAsync<InputException>(() => download.GetAsync("GunPoint"));
        Assert.Contains("Connection refused", error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("check the network", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        NothingIsLeft();
    }

    [Fact]
    public async Task Cancellation_leaves_nothing_behind()
    {
        var begun = new TaskCompletionSource();
        server.Stall(ZipPath, begun);
        using var cancel = new CancellationTokenSource();
        var download = Download().GetAsync("GunPoint", cancel: cancel.Token);
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => download);
        NothingIsLeft();
    }

    [Fact]
    public async Task A_silent_server_is_given_up()
    {
        server.Stall(ZipPath, new TaskCompletionSource());
        await Refused("no answer for", patience: TimeSpan.FromSeconds(0.5));
    }

    [Fact]
    public async Task An_incomplete_folder_in_the_cache_is_not_touched_unless_told_to()
    {
        OfferRecord();
        var mine = folder.Write("cache/GunPoint/mine.txt", "mine");

        await Refused("--overwrite", nothingLeft: false);
        Assert.Equal("mine", await File.ReadAllTextAsync(mine));
        await Download().GetAsync("GunPoint", overwrite: true);
        OnlyTheDataSetIsLeft();
    }

    [Theory]
    [InlineData("")]
    [InlineData("../GunPoint")]
    [InlineData("a b")]
    [InlineData("nul")]
    [InlineData("é")]
    public async Task A_name_that_cannot_be_a_folder_is_refused(string name) =>
        await Refused("no name of a data set", name);

    [Fact]
    public void The_environment_names_cache_and_server()
    {
        string? Variable(string name) =>
            name switch
            {
                "MEMKD_DOWNLOAD_BASE" => "https://mirror.example.org/ucr/",
                "XDG_CACHE_HOME" => folder.Path,
                _ => null,
            };
        var options = ArchiveDownloadOptions.FromEnvironment(Variable);

        Assert.Equal("https://mirror.example.org/ucr/", options.BaseAddress?.ToString());
        Assert.Equal(Path.Combine(folder.Path, "memkd"), options.Cache);
        Assert.Throws<InputException>(() =>
            ArchiveDownloadOptions.FromEnvironment(n => n == "MEMKD_DOWNLOAD_BASE" ? "file:///etc" : null)
        );
    }

    private string Cache => Path.Combine(folder.Path, "cache");

    private ArchiveDownload Download(long maxBytes = 1L << 30, TimeSpan? patience = null) =>
        new(
            new ArchiveDownloadOptions
            {
                Cache = Cache,
                BaseAddress = server.Address,
                MaxBytes = maxBytes,
                Patience = patience ?? TimeSpan.FromSeconds(30),
            }
        );

    private async Task<string> Refused(
        string because,
        string name = "GunPoint",
        long? record = null,
        bool overwrite = false,
        long maxBytes = 1L << 30,
        TimeSpan? patience = null,
        bool? nothingLeft = null
    )
    {
        var error = await Assert.ThrowsAsync<InputException>(() =>
            Download(maxBytes, patience).GetAsync(name, record, overwrite)
        );
        Assert.Contains(because, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        if (nothingLeft ?? !overwrite)
        {
            NothingIsLeft();
        }

        return error.Message;
    }

    private void NothingIsLeft() => Assert.Empty(Directory.Exists(Cache) ? Directory.GetFileSystemEntries(Cache) : []);

    private void OnlyTheDataSetIsLeft()
    {
        Assert.Equal([Path.Combine(Cache, "GunPoint")], Directory.GetFileSystemEntries(Cache));
        Assert.Equal(
            ["GunPoint_TEST.tsv", "GunPoint_TRAIN.tsv"],
            Directory
                .GetFileSystemEntries(Path.Combine(Cache, "GunPoint"))
                .Select(f => Path.GetFileName(f))
                .Order(StringComparer.Ordinal)
        );
    }

    private void OfferRecord(
        string train = Train,
        string? md5 = null,
        string algorithm = "md5",
        string path = RecordPath
    )
    {
        server.Answer(path, Record("/", algorithm, md5 ?? Md5(train)));
        server.Answer("/files/GunPoint_TRAIN.tsv", train);
        server.Answer("/files/GunPoint_TEST.tsv", Test);
    }

    /// <summary>A record as Zenodo answers it, the parts that matter; a file that nobody wants is in it.</summary>
    private static string Record(string server, string algorithm, string md5) =>
        $$$"""
            {"id": 1, "links": {"self": "{{{server}}}"}, "files": [
              {"key": "../evil.tsv", "checksum": "md5:0", "links": {"self": "/files/evil"}, "size": 1},
              {"key": "GunPoint_TEST.tsv", "checksum": "md5:{{{Md5(
                Test
            )}}}", "links": {"self": "/files/GunPoint_TEST.tsv"}},
              {"key": "GunPoint_TRAIN.tsv", "checksum": "{{{algorithm}}}:{{{md5}}}", "links": {"self": "/files/GunPoint_TRAIN.tsv"}}
            ]}
            """;

    private static string Md5(string text) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));

    private static byte[] Zip(params (string Name, string Text)[] entries) => Zip(CompressionLevel.Optimal, entries);

    private static byte[] Zip(CompressionLevel level, params (string Name, string Text)[] entries)
    {
        using var memory = new MemoryStream();
        using (var zip = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in entries)
            {
                using var entry = zip.CreateEntry(name, level).Open();
                entry.Write(Encoding.UTF8.GetBytes(text));
            }
        }

        return memory.ToArray();
    }

    private sealed class Immediate<T>(Action<T> action) : IProgress<T>
    {
        public void Report(T value) => action(value);
    }
}

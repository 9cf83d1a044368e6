using System.Text;
using MemKD.Models;

namespace MemKD.Cli.Output;

/// <summary>
/// The folder of a run. Results are written to a folder beside their place and moved in when all are there, the model
/// last; an interrupted or failed run leaves what was there before.
/// </summary>
internal sealed class RunFolder
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    // Everything that a run of any verb leaves; what a new run does not have goes with the old one.
    private static readonly string[] Results =
    [
        "metrics.json",
        "report.json",
        "config.json",
        "history.csv",
        "env.json",
        System.IO.Path.Combine("alone", "history.csv"),
        System.IO.Path.Combine("alone", ModelFile.FileName),
    ];

    private RunFolder(string path) => Path = path;

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The checkpoint of an interrupted training.</summary>
    public string Checkpoint => System.IO.Path.Combine(Path, "checkpoint.safetensors");

    /// <summary>The model.</summary>
    public string Model => System.IO.Path.Combine(Path, ModelFile.FileName);

    /// <summary>Opens or makes the folder.</summary>
    /// <exception cref="InputException">It holds a finished run and that is not to be replaced, or it cannot be made.</exception>
    public static RunFolder Open(string path, bool overwrite)
    {
        var folder = new RunFolder(path);
        if (File.Exists(folder.Model) && !overwrite)
        {
            throw new InputException(
                $"{path}: holds a finished run; choose another --out, or replace it with --overwrite."
            );
        }

        Try(path, () => Directory.CreateDirectory(path));
        return folder;
    }

    /// <summary>
    /// Writes the results of a run in place of those of an earlier one, all or none: <paramref name="write"/> puts them
    /// into a folder that is then moved in.
    /// </summary>
    /// <exception cref="InputException">The folder cannot be written.</exception>
    public void Replace(Action<string> write) => Publish(write, Results);

    /// <summary>Writes further results of the same run.</summary>
    /// <exception cref="InputException">The folder cannot be written.</exception>
    public void Add(Action<string> write) => Publish(write, []);

    private void Publish(Action<string> write, string[] replaced)
    {
        var part = System.IO.Path.Combine(Path, $".part-{Guid.NewGuid():N}");
        Try(
            Path,
            () =>
            {
                Directory.CreateDirectory(part);
                try
                {
                    write(part);
                    foreach (var old in replaced.Where(r => !File.Exists(System.IO.Path.Combine(part, r))))
                    {
                        Remove(System.IO.Path.Combine(Path, old));
                    }

                    foreach (var file in Files(part))
                    {
                        var target = System.IO.Path.Combine(Path, System.IO.Path.GetRelativePath(part, file));
                        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
                        File.Move(file, target, overwrite: true);
                    }
                }
                finally
                {
                    Directory.Delete(part, recursive: true);
                }
            }
        );
    }

    private static void Remove(string file)
    {
        if (File.Exists(file))
        {
            File.Delete(file);
            var folder = System.IO.Path.GetDirectoryName(file)!;
            if (!Directory.EnumerateFileSystemEntries(folder).Any())
            {
                Directory.Delete(folder);
            }
        }
    }

    /// <summary>Writes a text file into a folder, lines end with LF.</summary>
    public static void WriteText(string folder, string name, string text) =>
        File.WriteAllText(System.IO.Path.Combine(folder, name), text, Utf8);

    // The model at the top comes last: where it is, all is.
    private static IEnumerable<string> Files(string part) =>
        Directory
            .EnumerateFiles(part, "*", SearchOption.AllDirectories)
            .OrderBy(f => string.Equals(f, System.IO.Path.Combine(part, ModelFile.FileName), StringComparison.Ordinal))
            .ThenBy(f => f, StringComparer.Ordinal);

    private static void Try(string path, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(
                $"{path}: cannot be written ({e.Message.ReplaceLineEndings(" ")}); choose another --out.",
                e
            );
        }
    }
}

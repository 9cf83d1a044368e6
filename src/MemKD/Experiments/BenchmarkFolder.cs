using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MemKD.Models;

namespace MemKD.Experiments;

/// <summary>
/// The folder of a benchmark: the plan, a record for every finished run, the teachers' models, what failed. Every
/// file appears whole or not at all, so that a run is finished exactly when its record is there and is its own.
/// </summary>
public sealed class BenchmarkFolder
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    /// <summary>Names a folder; nothing is read or made.</summary>
    public BenchmarkFolder(string root) => Root = root;

    /// <summary>The folder.</summary>
    public string Root { get; }

    /// <summary>The table of all results.</summary>
    public string Table => Path.Combine(Root, "results.csv");

    private string PlanFile => Path.Combine(Root, "plan.jsonl");

    private string HashFile => Path.Combine(Root, "plan.sha256");

    private string DataFile => Path.Combine(Root, "data.json");

    /// <summary>The record of a run.</summary>
    public string Record(string id) => Path.Combine(Root, "results", id[..2], $"{id}.json");

    /// <summary>A teacher's model.</summary>
    public string Teacher(string id) => Path.Combine(Root, "teachers", $"{id}.safetensors");

    /// <summary>Why a run failed.</summary>
    public string Failure(string id) => Path.Combine(Root, "failed", $"{id}.json");

    /// <summary>The plan that lies here; null when there is none.</summary>
    /// <exception cref="InputException">It was changed, or is no plan.</exception>
    public Plan? ReadPlan() => File.Exists(HashFile) ? Plan.Read(PlanFile, ReadText(HashFile)) : null;

    /// <summary>Lays down a plan, or makes sure that it is the one that lies here.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="sources">What names its data sets on this machine.</param>
    /// <exception cref="InputException">Another plan lies here: what differs.</exception>
    public void Begin(Plan plan, IReadOnlyDictionary<string, string> sources)
    {
        if (!RequireSame(plan))
        {
            Make(Root);
            plan.Write(PlanFile);
            WriteText(HashFile, plan.Hash + "\n");
        }

        var json = new JsonObject(
            sources
                .OrderBy(s => s.Key, StringComparer.Ordinal)
                .Select(s => KeyValuePair.Create(s.Key, (JsonNode?)s.Value))
        );
        WriteText(DataFile, json.ToJsonString(Indented) + "\n");
    }

    /// <summary>Makes sure that no other plan lies here.</summary>
    /// <returns>Whether this one does.</returns>
    /// <exception cref="InputException">Another plan lies here: what differs.</exception>
    public bool RequireSame(Plan plan)
    {
        var old = ReadPlan();
        return old?.Difference(plan) is { } difference
            ? throw new InputException(
                $"{Root}: holds another plan ({difference}); choose another --out, or repeat the options that made it."
            )
            : old is not null;
    }

    /// <summary>What names each data set on this machine.</summary>
    /// <exception cref="InputException">Not there or broken.</exception>
    public IReadOnlyDictionary<string, string> ReadSources()
    {
        try
        {
            return JsonNode
                .Parse(ReadText(DataFile))!
                .AsObject()
                .ToDictionary(m => m.Key, m => m.Value!.GetValue<string>(), StringComparer.Ordinal);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException)
        {
            throw new InputException($"{DataFile}: no list of data sets; give the benchmark's command again.", e);
        }
    }

    /// <summary>The record of a run; null when the run is not finished. A teacher has its model beside it.</summary>
    public RunRecord? TryRead(PlannedRun run)
    {
        if (!File.Exists(Record(run.Id)) || (run.Spec.IsTeacher && !File.Exists(Teacher(run.Id))))
        {
            return null;
        }

        try
        {
            return RunRecord.Read(Record(run.Id), run.Id);
        }
        catch (InputException)
        {
            return null;
        }
    }

    /// <summary>
    /// Copies the finished runs of another benchmark that this plan has too: the same id is the same result. Its plan is not
    /// read: that of an earlier version may have settings that this one lacks, and still share teachers with it.
    /// </summary>
    /// <param name="plan">The plan of this folder.</param>
    /// <param name="other">The other benchmark's folder.</param>
    /// <returns>Runs copied.</returns>
    /// <exception cref="InputException">No benchmark lies there.</exception>
    public int Reuse(Plan plan, BenchmarkFolder other)
    {
        if (!File.Exists(other.HashFile))
        {
            throw new InputException($"{other.Root}: no benchmark here; give the folder of one.");
        }

        var copied = 0;
        foreach (var run in plan.Runs)
        {
            if (TryRead(run) is not null || other.TryRead(run) is not { } record)
            {
                continue;
            }

            if (run.Spec.IsTeacher)
            {
                WriteTeacher(run.Id, ModelFile.Read(other.Teacher(run.Id)));
            }

            Write(record);
            copied++;
        }

        return copied;
    }

    /// <summary>Saves a teacher.</summary>
    public void WriteTeacher(string id, RecurrentClassifier model)
    {
        Make(Path.GetDirectoryName(Teacher(id))!);
        ModelFile.Write(Teacher(id), model);
    }

    /// <summary>Saves a finished run; what is said about earlier failures goes.</summary>
    public void Write(RunRecord record)
    {
        var id = record.Spec.Id;
        Make(Path.GetDirectoryName(Record(id))!);
        record.Write(Record(id));
        if (File.Exists(Failure(id)))
        {
            File.Delete(Failure(id));
        }
    }

    /// <summary>Notes a failure.</summary>
    public void WriteFailure(RunSpec spec, string error)
    {
        var path = Failure(spec.Id);
        Make(Path.GetDirectoryName(path)!);
        var json = new JsonObject
        {
            ["id"] = spec.Id,
            ["run"] = spec.Title,
            ["attempts"] = Attempts(path) + 1,
            ["error"] = error,
        };
        WriteText(path, json.ToJsonString(Indented) + "\n");
    }

    /// <summary>Writes a text file into the folder, whole or not at all; its folder is made.</summary>
    public static void WriteText(string path, string text)
    {
        Make(Path.GetDirectoryName(path)!);
        WholeFile.Write(path, s => s.Write(Encoding.UTF8.GetBytes(text)));
    }

    private static int Attempts(string path)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(path))?["attempts"]?.GetValue<int>() ?? 0;
        }
        catch (Exception e) when (e is IOException or JsonException or InvalidOperationException)
        {
            return 0;
        }
    }

    private static string ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read; give a folder that `memkd benchmark` wrote.", e);
        }
    }

    private static void Make(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{folder}: cannot be made; choose another --out.", e);
        }
    }
}

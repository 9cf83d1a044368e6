using System.CommandLine;
using MemKD.Experiments;

namespace MemKD.Cli.Options;

/// <summary>The recipe of a benchmark: a file, options, or a file with some keys replaced by options.</summary>
internal sealed class BenchmarkOptions
{
    private readonly Option<string?> file = new("--recipe")
    {
        Description = "Recipe file, YAML or JSON; options replace its keys",
        HelpName = "FILE",
    };

    private readonly (string Key, Option<string[]> Option)[] keys =
    [
        ("datasets", Words("--datasets", "Data sets: names or paths", "NAME")),
        ("methods", Words("--methods", "Methods, none for the student alone; see 'memkd methods'", "METHOD")),
        ("seeds", Words("--seeds", "Seeds: numbers and ranges such as 0..4 (default 0)", "N")),
        ("resamples", Words("--resamples", "Resamples: numbers and ranges (default 0, the split as given)", "N")),
        ("hidden", Words("--hidden", "Hidden units of the students (default 8)", "N")),
        (
            "compression",
            Words("--compression", "Students at least so many times smaller than the teacher, instead of --hidden", "X")
        ),
        (
            "lambda",
            Words(
                "--lambda",
                "Weight of the methods' loss (default own: each method's); auto chooses it for each run on validation cases",
                "X|auto|own"
            )
        ),
        (
            "lambda_grid",
            Words(
                "--lambda-grid",
                "Values to choose from, the same for every method (default: each method's five); stands for --lambda auto",
                "X"
            )
        ),
        (
            "length",
            Words(
                "--length",
                "Longer series are interpolated to this many time points (default 100); raw keeps all",
                "N|raw"
            )
        ),
        ("normalise", Words("--normalise", "Scaling of values (default auto)", "WORD")),
        (
            "differences",
            Words("--differences", "Whether networks see first differences too (default true)", "true|false")
        ),
        ("protocol", Words("--protocol", "Recipes to start from: default, or that of the paper's authors", "WORD")),
    ];

    private readonly Option<string[]> set = new("--set")
    {
        Description = "Change a recipe: teacher.updates=500, student.learning_rate=0.01",
        HelpName = "KEY=VALUE",
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>Adds them to a verb.</summary>
    public BenchmarkOptions(Command verb)
    {
        verb.Add(file);
        foreach (var (_, option) in keys)
        {
            verb.Add(option);
        }

        verb.Add(set);
    }

    /// <summary>The recipe; null when nothing of it is given.</summary>
    /// <exception cref="UsageException">A change without a value.</exception>
    /// <exception cref="InputException">The file is broken, or a key or value cannot be.</exception>
    public BenchmarkRecipe? Get(ParseResult parsed)
    {
        var given = keys.Where(k => parsed.GetResult(k.Option) is not null).ToArray();
        var changes = parsed.GetValue(set) ?? [];
        var path = parsed.GetValue(file);
        if (path is null && given.Length == 0 && changes.Length == 0)
        {
            return null;
        }

        var map = path is null ? new RecipeMap("options") : RecipeFile.Read(path);
        foreach (var (key, option) in given)
        {
            var words = parsed
                .GetValue(option)!
                .SelectMany(w => key is "methods" ? BenchmarkRecipe.SplitMethods(w) : w.Split(','));
            RecipeNode[] nodes = [.. words.Select(w => new RecipeWord(w, option.Name))];
            map.Set(key, nodes.Length == 1 ? nodes[0] : new RecipeList(nodes, option.Name));
            if (key is "hidden" or "compression")
            {
                map.Remove(key is "hidden" ? "compression" : "hidden", unless: given.Select(g => g.Key));
            }
        }

        foreach (var change in changes)
        {
            if (change.Split('=', 2) is not [{ Length: > 0 } key, var value])
            {
                throw new UsageException($"--set: '{change}' is no KEY=VALUE, for example teacher.updates=500.");
            }

            map.Set(key, new RecipeWord(value, $"--set {key}"));
        }

        return BenchmarkRecipe.Read(map);
    }

    private static Option<string[]> Words(string name, string description, string help) =>
        new(name)
        {
            Description = description,
            HelpName = help,
            AllowMultipleArgumentsPerToken = true,
        };
}

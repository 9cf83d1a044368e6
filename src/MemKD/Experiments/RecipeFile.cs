using System.Text;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace MemKD.Experiments;

/// <summary>
/// Reads a recipe file: JSON where the name ends with <c>.json</c>, else YAML. Data only: YAML tags, anchors and aliases are
/// refused, so a file can neither run code nor grow when it is read.
/// </summary>
public static class RecipeFile
{
    private const int MostBytes = 1 << 20;
    private const int Deepest = 8;

    /// <summary>Reads a file.</summary>
    /// <exception cref="InputException">Not there, too long, or broken: with line and column.</exception>
    public static RecipeMap Read(string path)
    {
        byte[] bytes;
        try
        {
            bytes = new FileInfo(path) is { Exists: true, Length: > MostBytes }
                ? throw new InputException($"{path}: longer than a recipe can be (1 MiB).")
                : File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read; check the path.", e);
        }

        var root = path.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
            ? ReadJson(bytes, path)
            : ReadYaml(bytes, path);
        return root as RecipeMap ?? throw root.Error("a recipe is a mapping of keys to values.");
    }

    private static string Place(string path, long line, long column) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{path}, line {line}, column {column}");

    private static RecipeNode ReadJson(byte[] bytes, string path)
    {
        var start = bytes.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0;
        var text = bytes.AsMemory(start);
        var reader = new Utf8JsonReader(text.Span, new JsonReaderOptions { MaxDepth = Deepest });
        try
        {
            reader.Read();
            var root = ReadJson(ref reader, text, path);
            reader.Read(); // throws when more follows
            return root;
        }
        catch (JsonException e)
        {
            throw new InputException(
                $"{Place(path, (e.LineNumber ?? 0) + 1, (e.BytePositionInLine ?? 0) + 1)}: this is no JSON; correct it there.",
                e
            );
        }
    }

    private static RecipeNode ReadJson(ref Utf8JsonReader reader, ReadOnlyMemory<byte> text, string path)
    {
        var before = text.Span[..(int)reader.TokenStartIndex];
        var where = Place(path, before.Count((byte)'\n') + 1, before.Length - before.LastIndexOf((byte)'\n'));
        switch (reader.TokenType)
        {
            case JsonTokenType.StartArray:
                var items = new List<RecipeNode>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    items.Add(ReadJson(ref reader, text, path));
                }

                return new RecipeList(items, where);
            case JsonTokenType.StartObject:
                var map = new RecipeMap(where);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var key = reader.GetString()!;
                    reader.Read();
                    map.Add(key, ReadJson(ref reader, text, path));
                }

                return map;
            case JsonTokenType.String:
                return new RecipeWord(reader.GetString()!, where);
            default:
                return new RecipeWord(Encoding.UTF8.GetString(reader.ValueSpan), where);
        }
    }

    private static RecipeNode ReadYaml(byte[] bytes, string path)
    {
        using var text = new StreamReader(new MemoryStream(bytes));
        try
        {
            var parser = new Parser(text);
            parser.Consume<StreamStart>();
            if (!parser.TryConsume<DocumentStart>(out _))
            {
                throw new InputException($"{path}: the recipe is empty.");
            }

            var root = ReadYaml(parser, path, 0);
            parser.Consume<DocumentEnd>();
            return parser.Accept<StreamEnd>(out _)
                ? root
                : throw new InputException($"{path}: several documents; a recipe is one.");
        }
        catch (Exception e) when (e is YamlException or InvalidOperationException)
        {
            var at = (e as YamlException)?.Start ?? Mark.Empty;
            throw new InputException(
                $"{Place(path, at.Line, at.Column)}: this is no YAML ({e.Message.ReplaceLineEndings(" ").TrimEnd('.')}).",
                e
            );
        }
    }

    private static RecipeNode ReadYaml(Parser parser, string path, int depth)
    {
        var at = parser.Current ?? throw new InvalidOperationException("it ends too early");
        var where = Place(path, at.Start.Line, at.Start.Column);
        if (at is not NodeEvent node || !node.Anchor.IsEmpty || !node.Tag.IsEmpty || depth > Deepest)
        {
            throw new InputException($"{where}: tags, anchors, aliases and deep nesting have no place in a recipe.");
        }

        if (parser.TryConsume<Scalar>(out var scalar))
        {
            return new RecipeWord(scalar.Value, where);
        }

        if (parser.TryConsume<SequenceStart>(out _))
        {
            var items = new List<RecipeNode>();
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                items.Add(ReadYaml(parser, path, depth + 1));
            }

            return new RecipeList(items, where);
        }

        parser.Consume<MappingStart>();
        var map = new RecipeMap(where);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = ReadYaml(parser, path, depth + 1);
            map.Add(key.Word("a key"), ReadYaml(parser, path, depth + 1));
        }

        return map;
    }
}

using System.Globalization;
using System.Text;

namespace MemKD.Export.C99;

/// <summary>Pieces of C text.</summary>
internal static class CText
{
    private static readonly string[] Keywords =
    [
        .. "auto break case char const continue default do double else enum extern float for goto if inline int long".Split(
            ' '
        ),
        .. "register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while".Split(
            ' '
        ),
        .. "asm bool catch class delete explicit export false friend mutable namespace new operator private protected".Split(
            ' '
        ),
        .. "public template this throw true try typename using virtual main".Split(' '),
    ];

    /// <summary>Refuses what is no name for functions and files.</summary>
    /// <exception cref="InputException">Not a C identifier of at most 63 letters, digits and underscores.</exception>
    public static void CheckName(string name)
    {
        var isName =
            name.Length is > 0 and <= 63
            && char.IsAsciiLetter(name[0])
            && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')
            && !Keywords.Contains(name, StringComparer.Ordinal);
        if (!isName)
        {
            throw new InputException(
                $"'{name}' cannot begin the names of C functions; use a letter, then at most 62 letters, digits and underscores, no keyword."
            );
        }
    }

    /// <summary>A constant table, 12 values a line.</summary>
    public static string Table<T>(string type, string name, string size, IEnumerable<T> values)
        where T : IFormattable
    {
        var lines = values.Select(Literal).Chunk(12).Select(line => $"    {string.Join(", ", line)},");
        return $"static const {type} {name}[{size}] ALIGNED FLASH = {{\n{string.Join('\n', lines)}\n}};";
    }

    /// <summary>A number as C reads it back to the same bits.</summary>
    public static string Literal<T>(T value)
        where T : IFormattable =>
        value switch
        {
            float f => Float(f),
            uint u => $"0x{u:X8}u",
            int i when i == int.MinValue => "(-2147483647 - 1)",
            _ => value.ToString(null, CultureInfo.InvariantCulture),
        };

    /// <summary>A string literal; whatever is not plain is written as octal bytes of UTF-8.</summary>
    public static string Quoted(string text)
    {
        var result = new StringBuilder("\"");
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            var c = (char)b;
            _ =
                char.IsAsciiLetterOrDigit(c) || " _-+.,:;/()<>=".Contains(c, StringComparison.Ordinal)
                    ? result.Append(c)
                    : result.Append('\\').Append(Convert.ToString(b, 8).PadLeft(3, '0'));
        }

        return result.Append('"').ToString();
    }

    /// <summary>Blocks with an empty line between, those that are empty left out, and a line end behind.</summary>
    public static string Blocks(params string[] blocks) =>
        string.Join("\n\n", blocks.Where(b => b.Length > 0).Select(b => b.Trim('\n'))) + "\n";

    /// <summary>Lines, those that are empty left out.</summary>
    public static string Lines(params string[] lines) => string.Join('\n', lines.Where(l => l.Length > 0));

    /// <summary>The text where it holds, else nothing.</summary>
    public static string If(bool holds, string text) => holds ? text : "";

    /// <summary>Lines, four blanks further in.</summary>
    public static string Indented(string text) => "    " + text.Replace("\n", "\n    ", StringComparison.Ordinal);

    private static string Float(float value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        return text + (text.Contains('.') || text.Contains('E') ? "f" : ".0f");
    }
}

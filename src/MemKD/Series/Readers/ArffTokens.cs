using System.Text;

namespace MemKD.Series.Readers;

/// <summary>Cuts .arff lines into words and fields; quotes are <c>'</c> or <c>"</c>, a backslash keeps the next character.</summary>
internal static class ArffTokens
{
    /// <summary>Takes the text up to the next blank.</summary>
    public static ReadOnlySpan<char> Word(ref ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOfAny(' ', '\t');
        end = end < 0 ? rest.Length : end;
        var word = rest[..end];
        rest = rest[end..].TrimStart();
        return word;
    }

    /// <summary>Takes an attribute's name, quoted or up to the next blank or brace.</summary>
    public static void Name(LineReader lines, ref ReadOnlySpan<char> rest)
    {
        if (rest.Length > 0 && rest[0] is '\'' or '"')
        {
            rest = rest[(Closing(lines, rest) + 1)..];
            return;
        }

        var end = rest.IndexOfAny(' ', '\t', '{');
        rest = end < 0 ? default : rest[end..];
    }

    /// <summary>Takes the field up to the next comma outside quotes, and the comma.</summary>
    /// <param name="lines">Where the line stands.</param>
    /// <param name="rest">The line; afterwards what follows.</param>
    /// <param name="quoted">Whether the field was quoted; the quotes are taken off, escapes stay.</param>
    public static ReadOnlySpan<char> Field(LineReader lines, ref ReadOnlySpan<char> rest, out bool quoted)
    {
        var text = rest.TrimStart();
        quoted = text.Length > 0 && text[0] is '\'' or '"';
        if (!quoted)
        {
            var comma = text.IndexOf(',');
            rest = comma < 0 ? default : text[(comma + 1)..];
            return (comma < 0 ? text : text[..comma]).TrimEnd();
        }

        var close = Closing(lines, text);
        var field = text[1..close];
        var after = text[(close + 1)..].TrimStart();
        if (!after.IsEmpty && after[0] != ',')
        {
            throw lines.Error(
                after,
                "text follows a closing quote; put a comma between, or '\\' before a quote inside."
            );
        }

        rest = after.IsEmpty ? default : after[1..];
        return field;
    }

    /// <summary>The text that a quoted field means: a backslash goes, the character after it stays.</summary>
    public static ReadOnlySpan<char> Unescape(ReadOnlySpan<char> field)
    {
        if (!field.Contains('\\'))
        {
            return field;
        }

        var text = new StringBuilder();
        for (var i = 0; i < field.Length; i++)
        {
            i += field[i] == '\\' && i + 1 < field.Length ? 1 : 0;
            text.Append(field[i]);
        }

        return text.ToString();
    }

    private static int Closing(LineReader lines, ReadOnlySpan<char> text)
    {
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == text[0])
            {
                return i;
            }
        }

        throw lines.Error(text, "the quote that opens here is not closed; close it on this line.");
    }
}

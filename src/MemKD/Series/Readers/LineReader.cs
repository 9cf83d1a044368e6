using System.Text;

namespace MemKD.Series.Readers;

/// <summary>
/// Text, line by line, in bounded memory: UTF-8 (UTF-16 and UTF-32 by their byte order mark), plain or gzip, ended by
/// LF, CRLF or CR. Keeps the position for error messages.
/// </summary>
internal sealed class LineReader : IDisposable
{
    private const int FirstBuffer = 1 << 15;

    private readonly StreamReader reader;
    private readonly int maxLineLength;
    private readonly long maxTextLength;
    private char[] buffer = new char[FirstBuffer];
    private int start;
    private int end;
    private int lineStart;
    private int lineLength;
    private long textLength;
    private bool atEnd;
    private bool skipLineFeed;

    /// <summary>Opens text from a stream, which is left open.</summary>
    /// <param name="stream">The bytes, unpacked on the fly when <paramref name="file"/> ends with <c>.gz</c>.</param>
    /// <param name="file">The file's name for messages.</param>
    /// <param name="options">The limits.</param>
    public LineReader(Stream stream, string file, SeriesFileOptions options)
    {
        File = string.Concat(file.Select(c => char.IsControl(c) ? '?' : c));
        maxLineLength = Math.Min(options.MaxLineLength, 1 << 30);
        maxTextLength = options.MaxTextLength;
        var text = file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GzipInput(stream) : stream;
        reader = new StreamReader(text, Encoding.UTF8, true, FirstBuffer, leaveOpen: text == stream);
    }

    /// <summary>The file's name, fit for a message of one line.</summary>
    public string File { get; }

    /// <summary>Number of the line read last, from 1; 0 before the first.</summary>
    public int LineNumber { get; private set; }

    /// <summary>The line read last, without its end; valid until the next read.</summary>
    public ReadOnlySpan<char> Line => buffer.AsSpan(lineStart, lineLength);

    /// <summary>The first characters of the text; only before the first line is read.</summary>
    public ReadOnlySpan<char> Head()
    {
        while (!atEnd && end < buffer.Length)
        {
            Fill();
        }

        return buffer.AsSpan(0, end);
    }

    /// <summary>Reads the next line into <see cref="Line"/>.</summary>
    /// <returns>False at the end of the text.</returns>
    /// <exception cref="InputException">A line or the text is over its limit, or the packed data are damaged.</exception>
    public bool Read()
    {
        var scanned = 0;
        while (true)
        {
            if (skipLineFeed && start < end)
            {
                start += buffer[start] == '\n' ? 1 : 0;
                skipLineFeed = false;
            }

            var length = buffer.AsSpan(start + scanned, end - start - scanned).IndexOfAny('\n', '\r');
            if (length >= 0)
            {
                length += scanned;
                skipLineFeed = buffer[start + length] == '\r';
                return Take(length, length + 1);
            }

            scanned = end - start;
            if (scanned > maxLineLength)
            {
                LineNumber++;
                throw LineTooLong();
            }

            if (atEnd)
            {
                return scanned > 0 && Take(scanned, scanned);
            }

            Fill();
        }
    }

    /// <summary>Reads the next line that is not blank.</summary>
    public bool ReadNonBlank()
    {
        while (Read())
        {
            if (!Line.IsWhiteSpace())
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>An error about the whole file.</summary>
    public InputException FileError(string what) => new($"{File}: {what}");

    /// <summary>An error about the line read last.</summary>
    public InputException Error(string what) => new($"{File}, line {LineNumber}: {what}");

    /// <summary>An error at a piece of the line read last.</summary>
    /// <param name="piece">A slice of <see cref="Line"/>.</param>
    /// <param name="what">What is wrong and how to mend it.</param>
    public InputException Error(ReadOnlySpan<char> piece, string what) =>
        Line.Overlaps(piece, out var offset)
            ? new($"{File}, line {LineNumber}, column {offset + 1}: {what}")
            : Error(what);

    /// <summary>A piece of the file in quotes for a message: one line, shortened.</summary>
    public static string Quote(ReadOnlySpan<char> piece)
    {
        var text = new StringBuilder("'");
        foreach (var c in piece[..Math.Min(piece.Length, 30)])
        {
            text.Append(char.IsControl(c) || char.IsSurrogate(c) ? '?' : c);
        }

        return text.Append(piece.Length > 30 ? "...'" : "'").ToString();
    }

    /// <inheritdoc/>
    public void Dispose() => reader.Dispose();

    private bool Take(int length, int consumed)
    {
        LineNumber++;
        if (length > maxLineLength)
        {
            throw LineTooLong();
        }

        (lineStart, lineLength) = (start, length);
        start += consumed;
        return true;
    }

    private InputException LineTooLong() =>
        Error($"longer than {maxLineLength} characters; this is no series file, or raise the limit MaxLineLength.");

    private void Fill()
    {
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
            (lineStart, lineLength) = (0, 0);
        }

        if (end == buffer.Length)
        {
            Array.Resize(ref buffer, (int)Math.Min(2L * end, maxLineLength + 2L));
        }

        var read = 0;
        try
        {
            read = reader.Read(buffer.AsSpan(end));
        }
        catch (InvalidDataException e)
        {
            throw new InputException(
                $"{File}: the gzip data are damaged, cut off, or several joined files; fetch or pack the file again.",
                e
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{File}: reading failed: {OneLine(e.Message)}", e);
        }

        end += read;
        textLength += read;
        atEnd = read == 0;
        if (textLength > maxTextLength)
        {
            throw FileError(
                $"more than {maxTextLength} characters of text; split the file, or raise the limit MaxTextLength."
            );
        }
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}

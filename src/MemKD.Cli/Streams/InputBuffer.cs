namespace MemKD.Cli.Streams;

/// <summary>Bytes of a pipe or file as they come, with room for one line or sample that is not complete yet.</summary>
/// <param name="stream">Where they come from.</param>
/// <param name="name">Its name for messages.</param>
/// <param name="beforeWaiting">Called before each read, which may wait: what is known so far goes out.</param>
/// <param name="stop">Ends the waiting.</param>
internal sealed class InputBuffer(Stream stream, string name, Action beforeWaiting, CancellationToken stop)
{
    /// <summary>Most bytes of one line or sample.</summary>
    public const int MostBytes = 4 << 20;

    private byte[] buffer = new byte[1 << 16];
    private int start;
    private int end;

    /// <summary>What has come and is not used.</summary>
    public ReadOnlySpan<byte> Unused => buffer.AsSpan(start, end - start);

    /// <summary>Passes over bytes of <see cref="Unused"/>.</summary>
    public void Use(int count) => start += count;

    /// <summary>Waits for more bytes behind <see cref="Unused"/>.</summary>
    /// <returns>False at the end of the input, or with <see cref="MostBytes"/> unused.</returns>
    /// <exception cref="OperationCanceledException">Ctrl-C.</exception>
    /// <exception cref="InputException">Reading fails.</exception>
    public bool Fill()
    {
        if (start > 0)
        {
            Unused.CopyTo(buffer);
            end -= start;
            start = 0;
        }

        if (end == MostBytes)
        {
            return false;
        }

        if (end == buffer.Length)
        {
            Array.Resize(ref buffer, 2 * buffer.Length);
        }

        beforeWaiting();
        stop.ThrowIfCancellationRequested();
        var count = Read();
        end += count;
        return count > 0;
    }

    private int Read()
    {
        try
        {
            // A read of a pipe cannot be cancelled; it is left behind, and ends with the process.
            return stop.CanBeCanceled
                ? stream
                    .ReadAsync(buffer.AsMemory(end), CancellationToken.None)
                    .AsTask()
                    .WaitAsync(stop)
                    .GetAwaiter()
                    .GetResult()
                : stream.Read(buffer, end, buffer.Length - end);
        }
        catch (IOException e)
        {
            throw new InputException($"{name}: cannot be read; check that it is a file or a pipe.", e);
        }
    }
}

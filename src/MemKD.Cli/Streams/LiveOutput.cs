using System.Text;
using Microsoft.Win32.SafeHandles;

namespace MemKD.Cli.Streams;

/// <summary>Standard output that notices when its reader has gone.</summary>
internal static class LiveOutput
{
    /// <summary>
    /// A writer to the pipe itself, since .NET's console stream passes a broken pipe over in silence; where standard output is no
    /// pipe, the usual writer.
    /// </summary>
    public static TextWriter Open(TextWriter usual, Encoding encoding)
    {
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected)
        {
            return usual;
        }

        var pipe = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return pipe.CanSeek ? usual : new StreamWriter(pipe, encoding);
    }
}

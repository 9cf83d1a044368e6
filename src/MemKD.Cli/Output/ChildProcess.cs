using System.Diagnostics;

namespace MemKD.Cli.Output;

/// <summary>How this program starts itself again.</summary>
internal static class ChildProcess
{
    /// <summary>A process of this program with other arguments.</summary>
    public static ProcessStartInfo Start(params string[] arguments)
    {
        // Started as `dotnet MemKD.Cli.dll`, or from a test, the process is not ours to start.
        var assembly = Path.Combine(AppContext.BaseDirectory, "MemKD.Cli.dll");
        var host = Environment.ProcessPath ?? "dotnet";
        var name = Path.GetFileName(host);
        var isOurs = name is "memkd" or "memkd.exe" or "MemKD.Cli" or "MemKD.Cli.exe" || !File.Exists(assembly);
        if (isOurs)
        {
            return new ProcessStartInfo(host, arguments);
        }

        var dotnet = Path.GetFileNameWithoutExtension(host) is "dotnet"
            ? host
            : Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        return new ProcessStartInfo(dotnet, [assembly, .. arguments]);
    }
}

namespace MemKD.Tests.Models.Safetensors;

/// <summary>Runs a Python script of oracle/.</summary>
internal static class PythonScript
{
    /// <summary>The script's output, as <see cref="OracleScript.Run"/> has it; Debian's Python where there is one.</summary>
    public static string Run(string script, params string[] arguments) =>
        OracleScript.Run(File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3", script, arguments);
}

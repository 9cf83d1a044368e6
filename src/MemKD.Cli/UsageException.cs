namespace MemKD.Cli;

/// <summary>Options that do not go together, found after parsing: one line, exit code 2.</summary>
internal sealed class UsageException(string message) : Exception(message);

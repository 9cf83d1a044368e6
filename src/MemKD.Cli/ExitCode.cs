namespace MemKD.Cli;

/// <summary>Exit codes; docs/cli.md lists them.</summary>
internal static class ExitCode
{
    public const int Ok = 0;
    public const int Failure = 1;
    public const int Usage = 2;
    public const int BadInput = 3;
    public const int SomeFailed = 4;
    public const int Incomplete = 5;
    public const int StoppedWithCheckpoint = 75;
    public const int Interrupted = 130;
}

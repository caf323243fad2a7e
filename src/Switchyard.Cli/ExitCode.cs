namespace Switchyard.Cli;

/// <summary>How the command ends.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>Something is wrong in the input or the run; all of it was printed.</summary>
    public const int Error = 1;

    /// <summary>The answer is no: no plan within the limits.</summary>
    public const int No = 2;

    /// <summary>Ended by Ctrl-C.</summary>
    public const int Interrupted = 130;
}

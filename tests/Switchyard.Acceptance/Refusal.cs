namespace Switchyard.Acceptance;

/// <summary>What holds whenever the command refuses its input.</summary>
public static class Refusal
{
    /// <summary>
    /// It ended with 1 within seconds, wrote nothing to stdout, and said why on stderr in whole sentences: no stack trace, no
    /// name of a type.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="said">Parts of what it must have said.</param>
    public static void ShouldBeRefused(this CliRun run, params string[] said)
    {
        run.Stderr.ShouldNotContain("   at ");
        run.Stderr.ShouldNotContain("Exception");
        run.Stderr.ShouldNotContain("System.");
        run.ExitCode.ShouldBe(1, run.Stderr);
        run.Stdout.ShouldBe("");
        run.Stderr.ShouldNotBeNullOrWhiteSpace();
        foreach (var part in said) run.Stderr.ShouldContain(part, Case.Sensitive);
        // Seconds on an idle machine; tests run beside each other.
        run.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(15));
    }
}

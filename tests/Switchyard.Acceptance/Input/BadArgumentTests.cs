namespace Switchyard.Acceptance.Input;

/// <summary>Wrong arguments are all said at once, on stderr, and nothing is done.</summary>
public sealed class BadArgumentTests
{
    [Fact]
    public async Task Every_wrong_option_is_said()
    {
        using Scratch scratch = new();
        var run = await Cli.RunAsync(
            "plan", "startup", "--gap", "much", "--nodes", "0", "--as-of", "tomorrow", "--max-price-age", "-1", "--max-spot-age", "old",
            "-o", "xml", "--frobnicate", "--out", scratch["plan.json"]);
        run.ShouldBeRefused(
            "--gap: 'much' is not a share; maybe '0.5%'", "--nodes: '0'", "--as-of: 'tomorrow' is not a date; write it as YYYY-MM-DD",
            "--max-price-age: '-1'", "--max-spot-age: 'old'", "--output: 'xml' is not one of table, json, yaml", "'--frobnicate'");
        scratch.Files().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("--gap", "NaN")]
    [InlineData("--gap", "-1%")]
    [InlineData("--gap", "100%")]
    [InlineData("--nodes", "1e99")]
    [InlineData("--as-of", "2026-02-30")]
    [InlineData("-o", "1")]
    public async Task A_value_out_of_its_range_is_refused(string option, string value) =>
        (await Cli.RunAsync("plan", "startup", option, value)).ShouldBeRefused($"'{value}'", "'switchyard plan --help' explains");

    [Theory]
    [InlineData("there is no such scenario; bundled are batch-nightly, frontier-training, logistics, startup", "plan", "no-such-scenario")]
    [InlineData("which scenario", "plan")]
    [InlineData("which scenario, startup or logistics? Name only one", "plan", "startup", "-f", "logistics")]
    [InlineData("no-such-folder: there is no such folder", "plan", "startup", "--catalog", "no-such-folder")]
    [InlineData("scenarios: is a folder", "plan", "startup", "--out", "scenarios")]
    [InlineData("an argument is empty", "plan", "startup", "--out", "")]
    [InlineData("--out: '-' is not a file; name one, or have the result on stdout with -o json", "plan", "startup", "--out", "-")]
    [InlineData("--out: '-' is not a file; name one, or have the result on stdout with -o json", "prove", "plan.json", "--out", "-")]
    [InlineData("--mend: '-' is not a file; name one", "prove", "plan.json", "--mend", "-")]
    [InlineData("'sometimes'", "init", "sometimes")]
    [InlineData("'frobnicate'", "frobnicate")]
    [InlineData("Required command was not provided", "market")]
    [InlineData("Usage:")]
    public async Task What_is_missing_or_unknown_is_said(string said, params string[] arguments) =>
        (await Cli.RunAsync(arguments)).ShouldBeRefused(said);
}

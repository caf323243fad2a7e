using Spectre.Console;
using Switchyard.Operate;
using Switchyard.Prove;
using Switchyard.Units;

namespace Switchyard.Cli.Output;

/// <summary>What a plan delivers as lines, for terminals that are too narrow for its tables: the same figures.</summary>
internal static class EvidenceLines
{
    /// <summary>Writes the lines.</summary>
    public static void Write(IAnsiConsole console, Evidence evidence)
    {
        var expected = evidence.Expected;
        console.WriteLine();
        foreach (var service in expected.Services)
        {
            console.MarkupLineInterpolated($"[bold]{service.Workload}[/]");
            foreach (var kind in Enum.GetValues<ObjectiveKind>()) Objective(console, evidence.Horizon, service, kind);
        }

        foreach (var job in expected.Jobs)
        {
            console.MarkupLineInterpolated($"[bold]{job.Workload}[/]");
            Item(console, $"{Mark(job.InTime >= job.Promised)} {Text($"{job.InTime:P1} of {job.Runs:#,##0} runs in time, {job.Promised:P0} promised")}");
            Item(console, Text($"  {job.Hours.Mean:0.##} h each ({job.Hours.Low:0.##} to {job.Hours.High:0.##}), {job.WaitHours.Mean:0.##} h waiting, {job.Failures:0.##} interruptions; slack in the worst 5%: {Slack(job)}"));
        }

        console.MarkupLine("[bold]Accelerator-hours[/]");
        foreach (var (workload, hours) in expected.Hours)
        {
            var all = hours.Sum(h => h.Mean);
            var states = Enum.GetNames<HourState>().Zip(hours).Where(s => s.Second.Mean > 0).Select(s => Text($"{s.First.ToLowerInvariant()} {s.Second.Mean / all:P1}"));
            Item(console, Text($"{workload}: {all:#,##0} h; {string.Join(", ", states)}"));
        }

        if (!expected.Limits.IsEmpty) console.MarkupLine("[bold]Limits[/]");
        foreach (var limit in expected.Limits)
        {
            var (mark, measured) = limit.Measured is { } known ? (Mark(known.Holds), $"{LimitJudge.Text(known.Unit, known.Judged)}: {limit.What}") : (" ", limit.What);
            Item(console, $"{mark} {limit.Limit} {limit.Value}; {measured}");
        }

        console.WriteLine();
    }

    /// <summary>The slack of a workload's runs, in words.</summary>
    public static string Slack(JobEvidence job) => double.IsFinite(job.WorstSlackHours) ? Text($"{job.WorstSlackHours:0.#;-0.#;0} h") : "some never end";

    private static void Objective(IAnsiConsole console, Horizon horizon, ServiceEvidence service, ObjectiveKind kind)
    {
        var times = kind switch { ObjectiveKind.Ttft => service.Ttft, ObjectiveKind.Tpot => service.Tpot, _ => service.EndToEnd };
        var said = Text($"p50 {times.P50 * 1000:#,##0} ms, p95 {times.P95 * 1000:#,##0} ms, p99 {times.P99 * 1000:#,##0} ms");
        if (service.Objectives.Where(o => o.Kind == kind).MinBy(o => o.Attained.Low) is not { } worst)
        {
            Item(console, $"  {Judge.Name(kind)}: {said}");
            return;
        }

        Item(console, $"{Mark(worst.Holds)} {Text($"{Judge.Name(kind)} p{worst.Wanted * 100:0.##} < {worst.Limit * 1000:0.##}ms: {worst.Attained.Mean:P2} in {horizon.Label(worst.Month)} ({worst.Attained.Low:P2} to {worst.Attained.High:P2})")}");
        Item(console, $"  {said}");
    }

    private static void Item(IAnsiConsole console, string text) => console.MarkupLineInterpolated($"  {text}");

    private static string Mark(bool holds) => holds ? "✓" : "✗";

    private static string Text(FormattableString text) => English.Text(text);
}

using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using Switchyard.Connect.Measurements;
using Switchyard.Performance.Measured;

namespace Switchyard.Cli.Output;

/// <summary>Our error on measured runs, as tables and as JSON.</summary>
internal static class CheckTables
{
    private static readonly (string Name, Func<MeasuredRun, string> Of)[] Splits =
    [
        ("system", run => run.SystemKey), ("model", run => run.ModelKey), ("engine", run => run.EngineName), ("version", run => $"{run.EngineName} {run.Version}".Trim()),
    ];

    /// <summary>Writes the tables.</summary>
    public static void Write(IAnsiConsole console, MeasuredFile file, CheckReport report)
    {
        console.MarkupLineInterpolated($"[bold]{file.Format}[/]: {file.Rows} rows, {file.Duplicates} of them say again what another says; {file.Runs.Length} runs");
        foreach (var (kind, dense) in new[] { ("dense", true), ("mixture of experts", false) })
        {
            var all = file.Runs.Count(run => run.Dense == dense);
            if (all == 0) continue;
            var refused = report.Refused.Count(r => r.Run.Dense == dense);
            console.MarkupLineInterpolated($"  {kind}: {all - refused} of {all} runs predicted ({Percent((all - refused) / (double)all)})");
        }

        foreach (var reason in Reasons(report)) console.MarkupLineInterpolated($"  refused {reason.Count()}: {reason.Key}");
        var suspects = file.Runs.Count(run => run.Suspect is not null);
        if (suspects > 0) console.MarkupLineInterpolated($"  {suspects} runs are much faster than others of the same configuration and may speculate without saying so; they count");
        console.WriteLine();
        console.Write(Errors("Absolute error by metric", Metrics(report)));
        var means = Means(report);
        foreach (var (name, of) in Splits)
        {
            var rows = means.SelectMany(metric => report.Numbers.Where(n => n.Metric == metric).GroupBy(n => of(n.Run)).OrderByDescending(g => g.Count())
                .Select(g => ($"{metric}, {(g.Key.Length == 0 ? "not stated" : g.Key)}", g.ToList()))).ToList();
            if (rows.Count > means.Count) console.Write(Errors($"By {name}", rows));
        }
    }

    /// <summary>Writes the same, and every number.</summary>
    public static void Json(Utf8JsonWriter json, string path, MeasuredFile file, CheckReport report)
    {
        json.WriteString("schema", "switchyard.performance.check/1");
        json.WriteString("file", Path.GetFileName(path));
        json.WriteString("format", file.Format);
        json.WriteNumber("rows", file.Rows);
        json.WriteNumber("duplicates", file.Duplicates);
        json.WriteNumber("runs", file.Runs.Length);
        json.WriteNumber("predicted", report.Predicted);
        json.WriteStartArray("kinds");
        foreach (var (kind, dense) in new[] { ("dense", true), ("moe", false) })
        {
            json.WriteStartObject();
            json.WriteString("kind", kind);
            json.WriteNumber("runs", file.Runs.Count(run => run.Dense == dense));
            json.WriteNumber("predicted", file.Runs.Count(run => run.Dense == dense) - report.Refused.Count(r => r.Run.Dense == dense));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("refused");
        foreach (var reason in Reasons(report))
        {
            json.WriteStartObject();
            json.WriteString("reason", reason.Key);
            json.WriteNumber("runs", reason.Count());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("errors");
        foreach (var (name, numbers) in Metrics(report)) Error(json, "all", "", name, numbers);
        foreach (var (split, of) in Splits)
            foreach (var group in report.Numbers.GroupBy(n => (Metric: n.Metric.ToString(), Key: of(n.Run))).OrderBy(g => g.Key.Metric, StringComparer.Ordinal).ThenBy(g => g.Key.Key, StringComparer.Ordinal))
                Error(json, split, group.Key.Key, group.Key.Metric, [.. group]);
        json.WriteEndArray();
        json.WriteStartArray("numbers");
        foreach (var number in report.Numbers)
        {
            json.WriteStartObject();
            json.WriteNumber("line", number.Run.Line);
            json.WriteString("id", number.Run.Id);
            json.WriteString("model", number.Run.ModelKey);
            json.WriteString("system", number.Run.SystemKey);
            json.WriteString("engine", number.Run.EngineName);
            json.WriteString("version", number.Run.Version);
            json.WriteString("metric", number.Metric.ToString());
            json.WriteNumber("measured", Round(number.Measured));
            json.WriteNumber("predicted", Round(number.Predicted));
            json.WriteNumber("low", Round(number.Low));
            json.WriteNumber("high", Round(number.High));
            if (number.Run.Suspect is { } suspect) json.WriteString("suspect", suspect);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("refused_runs");
        foreach (var (run, reason) in report.Refused)
        {
            json.WriteStartObject();
            json.WriteNumber("line", run.Line);
            json.WriteString("id", run.Id);
            json.WriteString("reason", reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static IEnumerable<IGrouping<string, RefusedRun>> Reasons(CheckReport report) =>
        report.Refused.GroupBy(r => r.Reason).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal);

    private static List<Metric> Means(CheckReport report) =>
        [.. report.Numbers.Select(n => n.Metric).Distinct().Where(m => m.Statistic == Statistic.Mean).OrderBy(m => m.Quantity)];

    private static IEnumerable<(string, List<CheckedNumber>)> Metrics(CheckReport report)
    {
        var both = report.Numbers.Any(n => n.Run.Dense) && report.Numbers.Any(n => !n.Run.Dense);
        foreach (var group in report.Numbers.GroupBy(n => n.Metric).OrderBy(g => g.Key.Quantity).ThenBy(g => g.Key.Statistic))
        {
            yield return ($"{group.Key}", [.. group]);
            if (!both) continue;
            yield return ($"{group.Key}, dense", [.. group.Where(n => n.Run.Dense)]);
            yield return ($"{group.Key}, experts", [.. group.Where(n => !n.Run.Dense)]);
        }
    }

    private static Table Errors(string title, IEnumerable<(string Name, List<CheckedNumber> Numbers)> rows)
    {
        var table = PlanTables.Compact(title);
        table.AddColumn("");
        foreach (var heading in new[] { "Numbers", "Median", "Mean", "p90", "Bias", "In interval" }) table.AddColumn(new TableColumn(heading).RightAligned());
        foreach (var (name, numbers) in rows)
        {
            if (numbers.Count == 0) continue;
            var errors = ErrorSummary.Of(numbers);
            table.AddRow(PlanTables.Row(
                name, errors.Count.ToString(CultureInfo.InvariantCulture), Percent(errors.Median), Percent(errors.Mean), Percent(errors.P90),
                errors.Bias.ToString("+0.0%;-0.0%;0.0%", CultureInfo.InvariantCulture), Percent(errors.Coverage)));
        }

        return table;
    }

    private static void Error(Utf8JsonWriter json, string split, string key, string metric, List<CheckedNumber> numbers)
    {
        if (numbers.Count == 0) return;
        var errors = ErrorSummary.Of(numbers);
        json.WriteStartObject();
        json.WriteString("by", split);
        if (key.Length > 0) json.WriteString("of", key);
        json.WriteString("metric", metric);
        json.WriteNumber("numbers", errors.Count);
        json.WriteNumber("median", Math.Round(errors.Median, 5));
        json.WriteNumber("mean", Math.Round(errors.Mean, 5));
        json.WriteNumber("p90", Math.Round(errors.P90, 5));
        json.WriteNumber("bias", Math.Round(errors.Bias, 5));
        json.WriteNumber("coverage", Math.Round(errors.Coverage, 5));
        json.WriteEndObject();
    }

    private static double Round(double value) => value == 0 ? 0 : Math.Round(value, Math.Clamp(5 - (int)Math.Floor(Math.Log10(Math.Abs(value))), 0, 15));

    private static string Percent(double value) => value.ToString("0.0%", CultureInfo.InvariantCulture);
}

using System.Globalization;
using Spectre.Console;
using Switchyard.Demand;
using Switchyard.Performance;
using Switchyard.Performance.Measured;
using Switchyard.Performance.Search;
using Switchyard.Units;

namespace Switchyard.Cli.Output;

/// <summary>The result of a search as tables.</summary>
internal static class SearchTables
{
    private const int MostReasons = 10;

    public static void Write(IAnsiConsole console, SearchCommand.Found found, ErrorIntervals intervals)
    {
        var asked = found.Answers[0].Question;
        console.MarkupLineInterpolated($"[bold]{asked.Model.Name}[/], {asked.Engine}: {Load(asked)} of {Lengths(asked.Input)} + {Lengths(asked.Output)} tokens{Promise(asked.Level)}");
        var best = Winner(found);
        foreach (var (question, answer, rent) in found.Answers)
        {
            console.WriteLine();
            if (answer.Best.IsEmpty) console.MarkupLineInterpolated($"[bold]{question.Accelerators} x {question.Accelerator.Name}[/]: {answer.Refusal}");
            else console.Write(Layouts(question, answer, rent, ReferenceEquals(answer, best), intervals));
            if (answer.Best.Length > 0) console.MarkupLineInterpolated($"  memory of one accelerator: {Memory(answer.Best[0])}");
            if (rent is not null && answer.Best.Length > 0) console.MarkupLineInterpolated($"  price: {rent.Offer}, {Dollars(rent.PerHour)} for an accelerator and hour on demand, the lowest in the catalog");
            if (answer.Front.Length > 0) console.Write(Front(answer));
            RuledOut(console, answer);
        }

        console.WriteLine();
        foreach (var assumed in found.Assumed) console.MarkupLineInterpolated($"[grey]assumed  {assumed}[/]");
        console.MarkupLineInterpolated($"[grey]{found.Answers.Sum(a => a.Answer.Considered):#,##0} divisions considered, {found.Answers.Sum(a => a.Answer.Simulated):#,##0} loads simulated[/]");
    }

    /// <summary>The accelerator to take: the cheapest where all prices are known, else the one with most tokens for each accelerator.</summary>
    public static LayoutAnswer? Winner(SearchCommand.Found found)
    {
        var kept = found.Answers.Where(a => a.Answer.Best.Length > 0).ToList();
        if (kept.Count == 0) return null;
        return kept.TrueForAll(a => a.Rent is not null)
            ? kept.MinBy(a => PerMillion(a.Answer.Best[0], a.Question, a.Rent)!.Value).Answer
            : kept.MaxBy(a => a.Answer.Best[0].OutputPerAccelerator(a.Question.Output.Mean)).Answer;
    }

    /// <summary>Dollars for a million tokens, prompt and answer alike, at the load; null where no price is known.</summary>
    public static double? PerMillion(FoundLayout layout, LayoutQuestion question, SearchCommand.Rent? rent) =>
        rent is null ? null : rent.PerHour * layout.Layout.Accelerators / 3600 / (layout.Rate * (question.Input.Mean + question.Output.Mean)) * 1e6;

    private static Table Layouts(LayoutQuestion question, LayoutAnswer answer, SearchCommand.Rent? rent, bool winner, ErrorIntervals intervals)
    {
        var table = PlanTables.Compact($"{question.Accelerators} x {question.Accelerator.Name}: layouts that keep the promise, the best first; times are {Percentile(question.Level)} with the range of 90% of runs, limits sequences and token budget");
        foreach (var column in new[] { "", "Layout", "Format", "Limits" }) table.AddColumn(column);
        foreach (var column in new[] { "Count", "Requests/s", "at most", "Tokens/s each", "TTFT ms", "TPOT ms", "W each", "$/1M tokens" }) table.AddColumn(new TableColumn(column).RightAligned());
        for (var i = 0; i < answer.Best.Length; i++)
        {
            var layout = answer.Best[i];
            var result = layout.AtLoad.Result;
            table.AddRow(PlanTables.Row(
                i == 0 && winner ? "✓" : "",
                layout.Layout.Division, Known.Name(layout.Layout.Deployment.Precision), Limits(layout.Layout),
                $"{layout.Layout.Accelerators}", Text($"{layout.Rate:0.###}"), Text($"{layout.Capacity:0.###}"),
                Text($"{layout.OutputPerAccelerator(question.Output.Mean):#,##0}"),
                Range(layout, Quantity.Ttft, question, intervals), Range(layout, Quantity.Tpot, question, intervals),
                result.Watts is { } watts ? Text($"{watts / layout.Layout.Accelerators:0}") : "unknown",
                PerMillion(layout, question, rent) is { } dollars ? Text($"{dollars:0.000}") : "unpriced"));
        }

        return table;
    }

    private static Table Front(LayoutAnswer answer)
    {
        var table = PlanTables.Compact("Throughput against speed for one user: no layout is better in both");
        foreach (var column in new[] { "Tokens/s for one user", "Tokens/s each accelerator", "Requests/s", "TTFT mean ms" }) table.AddColumn(new TableColumn(column).RightAligned());
        foreach (var column in new[] { "Layout", "Format", "Limits" }) table.AddColumn(column);
        foreach (var point in answer.Front)
        {
            table.AddRow(PlanTables.Row(
                Text($"{point.UserTokens:0.0}"), Text($"{point.AcceleratorTokens:#,##0.0}"), Text($"{point.Rate:0.###}"), Text($"{point.Result.Result.Ttft.Mean * 1000:0}"),
                point.Layout.Division, Known.Name(point.Layout.Deployment.Precision), Limits(point.Layout)));
        }

        return table;
    }

    private static void RuledOut(IAnsiConsole console, LayoutAnswer answer)
    {
        foreach (var reason in answer.RuledOut.OrderBy(r => r.Memory is null).Take(MostReasons))
            console.MarkupLineInterpolated($"[grey]ruled out  {Known.Name(reason.Precision)} {reason.Division}: {reason.Reason}[/]");
        if (answer.RuledOut.Length > MostReasons) console.MarkupLineInterpolated($"[grey]ruled out  {answer.RuledOut.Length - MostReasons} more; -o json has them all[/]");
    }

    /// <summary>The percentile at which a time is shown: the promised one, else the 95th.</summary>
    public static double PercentileOf(ServiceLevel level, Quantity quantity) => (quantity == Quantity.Ttft ? level.Ttft : quantity == Quantity.Tpot ? level.Tpot : level.EndToEnd)?.Percentile ?? 95;

    /// <summary>The statistic whose interval stands for a percentile.</summary>
    public static Statistic Nearest(double percentile) => percentile switch { <= 70 => Statistic.Median, <= 92 => Statistic.P90, <= 97 => Statistic.P95, _ => Statistic.P99 };

    private static string Range(FoundLayout layout, Quantity quantity, LayoutQuestion question, ErrorIntervals intervals)
    {
        var percentile = PercentileOf(question.Level, quantity);
        var value = layout.AtLoad.Percentile(quantity, percentile) * 1000;
        var (low, high) = intervals.Around(new(quantity, Nearest(percentile)), question.Model.Experts == 0, value);
        return value >= 100 ? Text($"{value:0} ({low:0}–{high:0})") : Text($"{value:0.0} ({low:0}–{high:0})");
    }

    private static string Limits(ServingLayout layout) => layout.Prefill is null
        ? Text($"{layout.Deployment.MaxSequences} {layout.Deployment.TokenBudget}") : Text($"{layout.Deployment.MaxSequences}");

    private static string Memory(FoundLayout layout)
    {
        static string GiB(double bytes) => Text($"{bytes / DataSize.BytesPerGiB:0.0}");
        var m = layout.Memory;
        return $"weights {GiB(m.Weights)} + activations {GiB(m.Activations)} + keys and values {GiB(m.Room)} = {GiB(m.Usable)} of {GiB(m.Total)} GiB; one request holds {GiB(m.Request)}";
    }

    private static string Load(LayoutQuestion asked) => asked.Rate is { } rate ? Text($"{rate:0.###} requests/s") : asked.Clients is { } clients ? $"{clients} clients" : "as many requests";

    private static string Lengths(TokenLengths lengths) => lengths.P95 > lengths.P50 ? Text($"{lengths.P50:0}..{lengths.P95:0}") : Text($"{lengths.P50:0}");

    private static string Promise(ServiceLevel level)
    {
        string[] parts = [.. new[] { level.Ttft is { } a ? $"ttft {a}" : null, level.Tpot is { } b ? $"tpot {b}" : null, level.EndToEnd is { } c ? $"e2e {c}" : null }.OfType<string>()];
        return parts.Length > 0 ? $"; {string.Join(", ", parts)}" : "; no promise";
    }

    private static string Percentile(ServiceLevel level) => Text($"p{PercentileOf(level, Quantity.Ttft):0.#} and p{PercentileOf(level, Quantity.Tpot):0.#}");

    private static string Dollars(double amount) => Text($"${amount:0.00}");

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}

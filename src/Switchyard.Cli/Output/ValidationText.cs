using System.Globalization;
using System.Text;
using Switchyard.Connect.Measurements;
using Switchyard.Performance.Measured;

namespace Switchyard.Cli.Output;

/// <summary>Our errors on files of measured runs, predicted now.</summary>
/// <param name="Name">The file's or folder's name.</param>
/// <param name="File">Its runs.</param>
/// <param name="Report">What was predicted.</param>
internal sealed record CheckedFile(string Name, MeasuredFile File, CheckReport Report);

/// <summary>The part of docs/validation.md that says how far predictions of performance are from what others measured.</summary>
internal sealed class ValidationText(IReadOnlyList<CheckedFile> files, CheckedFile? published, IReadOnlyList<ErrorRow> errors, IReadOnlyList<IntervalRow> intervals, IReadOnlyList<Scaling> leftOut)
{
    private readonly StringBuilder text = new();

    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    /// <summary>The part, in Markdown.</summary>
    public string Write()
    {
        text.AppendLine("Absolute percentage errors; medians unless said otherwise. *Fitted*: the shipped coefficients, which saw these runs. *Left out*: coefficients fitted again,");
        text.AppendLine("from the engine's own starting values, without any run of the architecture (or accelerator), predicting that one. \"–\": no such runs here.");
        text.AppendLine();
        text.AppendLine("| | best public today | to reach | fitted, dense / experts | model left out, dense / experts | accelerator left out, dense / experts |");
        text.AppendLine("|---|---|---|---|---|---|");
        Anchor("open-loop vLLM, E2E mean", "6.8%", "6.5%", "vllm_openloop", "e2e mean", denseOnly: true);
        Anchor("the same, p99", "9.1%", "9%", "vllm_openloop", "e2e p99", denseOnly: true);
        Anchor("ITL mean", "6.5%", "6%", "vllm_openloop", "itl mean");
        Anchor("TTFT mean, open loop", "18.4%", "15%", "vllm_openloop", "ttft mean", left: false);
        Anchor("TTFT p99, open loop", "29.4%", "25%", "vllm_openloop", "ttft p99", denseOnly: true);
        Anchor("serving table, TPOT median (left out: with InferenceMAX)", "19.5%", "12% dense, 18% experts", "serving_measured", "tpot mean");
        Anchor("serving table, TPOT mean error", "35.6%", "20%", "serving_measured", "tpot mean", mean: true);
        Anchor("serving table, TTFT median", "62%", "35%", "serving_measured", "ttft mean");
        Anchor("InferenceMAX, TPOT", "–", "–", "inferencemax", "tpot mean", left: false);
        Anchor("InferenceMAX, E2E mean (left out: with open loop)", "–", "–", "inferencemax", "e2e mean");
        Anchor("training tokens/s per accelerator", "–", "8%", "training_measured", "training rate");
        Kept();
        Anchor("MLPerf Inference, throughput; never fitted", "–", "–", "mlperf_inference", "output rate", left: false);
        Anchor("MLPerf Training, throughput; never fitted", "–", "–", "mlperf_training", "training rate", left: false);
        ByRequest();
        Scaled();
        Rows();
        Coverage();
        Published();
        Worst();
        return text.ToString();
    }

    private void Anchor(string name, string best, string reach, string file, string metric, bool denseOnly = false, bool mean = false, bool left = true)
    {
        var numbers = files.Where(f => f.Name.StartsWith(file, StringComparison.Ordinal)).SelectMany(f => f.Report.Numbers).Where(n => n.Metric.ToString() == metric).ToList();
        string Fitted(bool dense)
        {
            var of = numbers.Where(n => n.Run.Dense == dense).ToList();
            return of.Count == 0 ? "–" : Percent(mean ? ErrorSummary.Of(of).Mean : ErrorSummary.Of(of).Median);
        }

        string Left(string runs, string kind)
        {
            if (!left || (denseOnly && kind == "moe")) return "–";
            var row = errors.FirstOrDefault(e => e.Runs == runs && e.Kind == kind && e.Metric == metric && e.Group == "all");
            return row is null ? "–" : Percent(mean ? row.Mean : row.Median);
        }

        text.AppendLine(Culture, $"| {name} | {best} | {reach} | {Fitted(true)} / {Fitted(false)} | {Left("without its model", "dense")} / {Left("without its model", "moe")} | {Left("without its accelerator", "dense")} / {Left("without its accelerator", "moe")} |");
    }

    private const int Many = 512;

    private List<Scaling> Fitted() => [.. Scaling.Of(files.SelectMany(f => f.Report.Numbers))];

    private void Kept()
    {
        static string Points(IEnumerable<Scaling> scalings) =>
            scalings.Where(s => s.From >= Many).Select(s => Math.Abs(s.Off * 100)).Order().ToList() is { Count: > 0 } off
                ? string.Create(Culture, $"{off[(off.Count - 1) / 2]:0.0} (worst {off[^1]:0.0})") : "–";
        text.AppendLine(Culture, $"| training, share of its rate kept from the smallest gang to the largest, {Many} accelerators and more, points | – | 3 | {Points(Fitted())} | {Points(leftOut)} | – |");
    }

    private void Scaled()
    {
        var fitted = Fitted();
        if (fitted.Count == 0) return;
        text.AppendLine();
        text.AppendLine("Training, what of its rate an accelerator keeps in the largest gang measured, against the smallest of the same model, accelerator, source, format and length (to reach: within 3 points from 512 to 8,192):");
        text.AppendLine();
        text.AppendLine("| model | accelerator | source | format | from | to | kept | fitted | model left out |");
        text.AppendLine("|---|---|---|---|---|---|---|---|---|");
        foreach (var s in fitted.OrderByDescending(s => s.To).ThenBy(s => s.Smallest.Run.SystemKey, StringComparer.Ordinal))
        {
            var without = leftOut.FirstOrDefault(l => ReferenceEquals(l.Largest.Run, s.Largest.Run));
            text.AppendLine(Culture, $"| {s.Smallest.Run.ModelKey} | {s.Smallest.Run.SystemKey} | {$"{s.Smallest.Run.EngineName} {s.Smallest.Run.Version}".Trim()} | {Known.Name(((TrainingRun)s.Smallest.Run).Precision)} | {s.From:#,##0} | {s.To:#,##0} | {Percent(s.Measured)} | {Percent(s.Predicted)} | {(without is null ? "–" : Percent(without.Predicted))} |");
        }
    }

    private void ByRequest()
    {
        var runs = files.Where(f => f.File.Format.StartsWith("runs by request", StringComparison.Ordinal)).ToList();
        if (runs.Count == 0) return;
        text.AppendLine();
        text.AppendLine("Runs recorded by request, never fitted (to reach: TPOT and E2E 2%, TTFT median 10%; best public today 1.7%, 2.2% and 21.8%):");
        text.AppendLine();
        text.AppendLine("| run | TPOT mean | E2E mean | TTFT mean | TTFT median |");
        text.AppendLine("|---|---|---|---|---|");
        foreach (var run in runs)
        {
            string Of(string metric) => run.Report.Numbers.FirstOrDefault(n => n.Metric.ToString() == metric) is { } number ? Percent(Math.Abs(number.Error)) : "–";
            text.AppendLine(Culture, $"| {run.Name}, {(run.File.Format.Contains("kernels", StringComparison.Ordinal) ? "from its measured kernels" : "from the data sheet")} | {Of("tpot mean")} | {Of("e2e mean")} | {Of("ttft mean")} | {Of("ttft median")} |");
        }
    }

    private void Rows()
    {
        text.AppendLine();
        text.AppendLine("Rows predicted, and the share of what was measured that lies in the nominal 90% interval:");
        text.AppendLine();
        text.AppendLine("| file | dense runs | predicted | runs with experts | predicted | in the interval | why refused |");
        text.AppendLine("|---|---|---|---|---|---|---|");
        foreach (var file in files)
        {
            string Share(bool dense)
            {
                var all = file.File.Runs.Count(run => run.Dense == dense);
                return all == 0 ? "–" : Percent(1 - (file.Report.Refused.Count(r => r.Run.Dense == dense) / (double)all));
            }

            var covered = file.Report.Numbers.Length == 0 ? "–" : Percent(file.Report.Numbers.Count(n => n.Covered) / (double)file.Report.Numbers.Length);
            var reasons = string.Join("; ", file.Report.Refused.GroupBy(r => r.Reason, StringComparer.Ordinal).OrderByDescending(g => g.Count()).Take(3).Select(g => $"{g.Key} ({g.Count()})"));
            text.AppendLine(Culture, $"| {file.Name} | {file.File.Runs.Count(r => r.Dense)} | {Share(true)} | {file.File.Runs.Count(r => !r.Dense)} | {Share(false)} | {covered} | {reasons} |");
        }
    }

    private void Coverage()
    {
        var rows = intervals.Where(row => row.Coverage is not null).ToList();
        if (rows.Count == 0) return;
        text.AppendLine();
        text.AppendLine("Intervals on what they have not seen: made without an architecture, asked of that one (nominal 90%, to reach 87–93%; numbers of one architecture err together, so that of five or six no more than a few points are certain):");
        text.AppendLine();
        text.AppendLine("| metric | dense | experts |");
        text.AppendLine("|---|---|---|");
        foreach (var metric in rows.GroupBy(row => row.Metric, StringComparer.Ordinal))
        {
            string Of(string kind) => metric.FirstOrDefault(row => row.Kind == kind) is { } row ? string.Create(Culture, $"{Percent(row.Coverage!.Value)} of {row.Groups} architectures") : "–";
            text.AppendLine(Culture, $"| {metric.Key} | {Of("dense")} | {Of("moe")} |");
        }

        text.AppendLine(Culture, $"| all of them, each alike | {Mean("dense")} | {Mean("moe")} |");
        string Mean(string kind) => Percent(rows.Where(row => row.Kind == kind).Average(row => row.Coverage!.Value));
    }

    private void Published()
    {
        if (published is null) return;
        text.AppendLine();
        text.AppendLine(Culture, $"Fresh check: published results of machines and versions that no fit saw ({published.Name}, each row with its source and date; bias above 0: predicted too high):");
        text.AppendLine();
        text.AppendLine("| system | engine | model | metric | numbers | error | worst | bias | in the interval |");
        text.AppendLine("|---|---|---|---|---|---|---|---|---|");
        foreach (var group in published.Report.Numbers.GroupBy(n => (n.Run.SystemKey, Engine: $"{n.Run.EngineName} {n.Run.Version}".Trim(), n.Run.ModelKey, Metric: n.Metric.ToString())))
        {
            var summary = ErrorSummary.Of([.. group]);
            text.AppendLine(Culture, $"| {group.Key.SystemKey} | {group.Key.Engine} | {group.Key.ModelKey} | {group.Key.Metric} | {summary.Count} | {Percent(summary.Median)} | {Percent(group.Max(n => Math.Abs(n.Error)))} | {(summary.Bias * 100).ToString("+0.0;-0.0", Culture)}% | {group.Count(n => n.Covered)} |");
        }
    }

    private void Worst()
    {
        var worst = files.SelectMany(f => f.Report.Numbers.Where(n => n.Metric.Statistic == Statistic.Mean && n.Metric.Quantity != Quantity.Ttft).Select(n => (File: f.Name, Number: n)))
            .GroupBy(n => (n.File, n.Number.Run.ModelKey, n.Number.Run.SystemKey, n.Number.Run.EngineName, Metric: n.Number.Metric.ToString()))
            .Where(g => g.Count() >= 4).Select(g => (g.Key, Summary: ErrorSummary.Of([.. g.Select(n => n.Number)]))).OrderByDescending(g => g.Summary.Median).Take(10).ToList();
        if (worst.Count == 0) return;
        text.AppendLine();
        text.AppendLine("Where we are worst (four numbers or more, time to first token apart; bias above 0: predicted too high):");
        text.AppendLine();
        text.AppendLine("| file | model | system | engine | metric | numbers | error | bias |");
        text.AppendLine("|---|---|---|---|---|---|---|---|");
        foreach (var (key, summary) in worst)
            text.AppendLine(Culture, $"| {key.File} | {key.ModelKey} | {key.SystemKey} | {key.EngineName} | {key.Metric} | {summary.Count} | {Percent(summary.Median)} | {(summary.Bias * 100).ToString("+0.0;-0.0", Culture)}% |");
    }

    private static string Percent(double share) => (share * 100).ToString("0.0", Culture) + "%";
}

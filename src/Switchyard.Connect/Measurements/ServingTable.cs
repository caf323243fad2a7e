using System.Globalization;
using System.Text.RegularExpressions;
using Switchyard.Connect.Catalog;
using Switchyard.Demand;
using Switchyard.Performance;
using Switchyard.Performance.Measured;
using Switchyard.Performance.Simulate;

namespace Switchyard.Connect.Measurements;

/// <summary>
/// The table of measured serving runs that AIConfigurator compares itself with. One line is a run in a closed loop; its concurrency stands inside
/// <c>silicon_data_source</c>.
/// </summary>
internal static partial class ServingTable
{
    private static readonly string[] Columns =
    [
        "id", "silicon_data_source", "backend", "backend_version", "model_path", "system", "precision", "mode", "isl", "osl", "tp_size", "pp_size",
        "attention_dp_size", "moe_tp_size", "moe_ep_size", "silicon_ttft_ms", "silicon_tpot_ms",
    ];

    internal static MeasuredFile? Read(Source source, CatalogContents catalog, List<Problem> problems)
    {
        using var table = source.Open(Columns, problems);
        if (table is null) return null;
        // The same run came into the table by several ways; the one that says most about the layout stands for it.
        Dictionary<string, (int Worth, ServingRun Run)> runs = new(StringComparer.Ordinal);
        List<string> order = [];
        var rows = 0;
        while (table.Next())
        {
            rows++;
            var (run, worth, key) = Row(table, catalog);
            if (run is null) continue;
            if (!runs.TryGetValue(key, out var known)) order.Add(key);
            if (known.Run is null || worth > known.Worth) runs[key] = (worth, run);
        }

        // One of the sources lists only runs without speculation. Where it lists some of a configuration, runs that it does not have are doubtful.
        var listed = order.Where(key => runs[key].Worth % 4 >= 2).Select(key => Kind(runs[key].Run)).ToHashSet(StringComparer.Ordinal);
        List<ServingRun> kept = [.. Speculation.Mark([.. order.Select(key => runs[key]).Select(entry =>
            entry.Worth % 4 < 2 && entry.Run is { Suspect: null, Model.Experts: > 0 } && listed.Contains(Kind(entry.Run))
                ? entry.Run with { Suspect = "not among the runs that its source lists without speculation" } : entry.Run)])];
        // Where one run of an engine's version needs more arithmetic than the accelerators have, none of its runs worked on whole prompts.
        var cached = kept.Where(run => Busy(run) > 0.75).Select(Origin).ToHashSet(StringComparer.Ordinal);
        return new(
            "serving table", [.. kept.Select(run => run.Suspect is null && cached.Contains(Origin(run))
                ? run with { Suspect = "its version answers faster than whole prompts can be worked on: they may be cached" } : run)], rows, rows - order.Count);
    }

    /// <summary>Share of the peak that prompts and answers would take if every token were worked on; 0 where unknown.</summary>
    private static double Busy(ServingRun run)
    {
        if (run is not { Model: { Experts: 0 } model, Accelerator: { } accelerator, Prefill: null, Load: ClosedLoop loop, Observed: [.., _, _] observed }) return 0;
        if (Footprint.PeakFlops(accelerator, run.Deployment.Precision, model.NativePrecision) is not { } peak) return 0;
        var cycle = observed[0].Value + ((run.Output.Mean - 1) * observed[^1].Value);
        return loop.Concurrency / cycle * (run.Input.Mean + run.Output.Mean) * Footprint.Of(model, run.Deployment.Precision).LayerFlops / (peak * run.Deployment.Accelerators);
    }

    private static string Origin(ServingRun run) => $"{run.ModelKey} {run.SystemKey} {run.EngineName} {run.Version} {run.Deployment.Precision}";

    private static string Kind(ServingRun run) => string.Create(CultureInfo.InvariantCulture,
        $"{run.Model?.Layers} {run.Model?.Hidden} {run.SystemKey} {run.EngineName} {run.Deployment.Precision} {run.Prefill is null}");

    private static (ServingRun? Run, int Worth, string Key) Row(CsvTable table, CatalogContents catalog)
    {
        var origin = table.Required("silicon_data_source");
        var (ttft, tpot) = (table.Positive("silicon_ttft_ms"), table.Positive("silicon_tpot_ms"));
        var (input, output) = (table.Whole("isl", 1), table.Whole("osl", 1));
        if (tpot is null) table.Report("silicon_tpot_ms", "is empty");
        if (input is null || output is null || tpot is null) return default;
        var name = table.Required("model_path");
        var system = table.Required("system");
        var text = table.Text("precision") ?? table.Text("gemm_quant_mode") ?? "bf16";
        if (Names.Format(text) is not { } precision)
        {
            table.NotA("precision", text, "bf16, fp8, int8, fp4 or int4");
            return default;
        }

        var disaggregated = table.Text("mode") == "disagg";
        var engine = table.Text("backend") ?? "";
        var match = Concurrency().Match(origin);
        var clients = match.Success && int.TryParse(match.Groups["clients"].Value, CultureInfo.InvariantCulture, out var stated) ? stated : 0;
        // Such runs draw lengths evenly between 0.8 and 1 of the nominal one (InferenceX, --random-range-ratio 0.8).
        var drawn = origin.StartsWith("db-dump", StringComparison.Ordinal) || origin.StartsWith("source_file=20", StringComparison.Ordinal);
        // Other rows do not say how many requests they sent; those of TensorRT-LLM show no trace of the first ones' burst.
        // Their clients are not in step with each other either, as they would be for ever if all answers were of one length.
        var apart = Names.Engine(engine) == Engine.TensorRt ? 0.1 : 0;
        RequestLengths Lengths(int tokens) => drawn ? RequestLengths.Between(0.8 * tokens, tokens) : RequestLengths.Between((1 - apart) * tokens, (1 + apart) * tokens);
        string? incomplete = clients < 1 ? "no concurrency is stated" : table.Whole("pp_size") > 1 ? "pipeline-parallel serving is not modelled" : null;
        var version = table.Text("backend_version") ?? "";
        Deployment? prefill = null;
        var (replicas, prefillReplicas, worth) = (1, 1, origin.StartsWith("db-dump", StringComparison.Ordinal) ? 2 : 1);
        string? suspect = null;
        Deployment deployment;
        if (disaggregated)
        {
            prefill = Layout(table, "prefill_", precision, engine, version);
            deployment = Layout(table, "decode_", precision, engine, version);
            prefillReplicas = table.Whole("prefill_num_workers") ?? 0;
            replicas = table.Whole("decode_num_workers") ?? 0;
            if (replicas >= 1 && prefillReplicas >= 1)
            {
                worth += 4;
            }
            else
            {
                // Rows of the same benchmark that do state it fill about 32 accelerators with replicas that decode, and attend by rank in the wide ones.
                suspect = "disaggregated without the number of replicas: assumed";
                var wide = deployment.Accelerators >= 16;
                (replicas, prefillReplicas) = (Math.Max(1, 32 / deployment.Accelerators), wide ? 4 : 1);
                if (wide) deployment = deployment with { TensorParallel = 1, DataParallel = deployment.Accelerators, ExpertParallel = deployment.Accelerators };
            }
        }
        else
        {
            deployment = Layout(table, "", precision, engine, version);
            // InferenceX switches it on where it is not the default (gptoss_fp4_h100_docker.sh and its like, December 2025).
            if (drawn)
                deployment = deployment with { ScheduledAhead = true, StepsPerLook = Names.StepsPerLook(deployment.Engine, Names.Accelerator(catalog, system), clients) };
            // A rack's rows with tensor parallelism over dozens of accelerators are ranks of data-parallel attention.
            if (Names.Model(catalog, name) is { Experts: > 0 } && deployment is { TensorParallel: > 8, DataParallel: 1 })
            {
                suspect = "its heads cannot be split like this: taken as data-parallel attention";
                deployment = deployment with { TensorParallel = 1, DataParallel = deployment.Accelerators, ExpertParallel = deployment.Accelerators };
            }
        }

        var run = new ServingRun
        {
            Line = table.Line,
            Id = table.Required("id"),
            ModelName = name,
            Model = Names.Model(catalog, name),
            System = system,
            Accelerator = Names.Accelerator(catalog, system),
            EngineName = engine,
            Version = version,
            Incomplete = incomplete,
            Suspect = suspect,
            Deployment = deployment,
            Replicas = Math.Max(1, replicas),
            Prefill = prefill,
            PrefillReplicas = Math.Max(1, prefillReplicas),
            Input = Lengths(input.Value),
            Output = Lengths(output.Value),
            Load = new ClosedLoop(Math.Max(1, clients), (disaggregated ? Names.SeparateRounds : drawn || Names.Engine(engine) != Engine.TensorRt ? 10 : 50) * Math.Max(1, clients)),
            Observed = ttft is { } first
                ? [new(new(Quantity.Ttft, Statistic.Mean), first / 1000), new(new(Quantity.Tpot, Statistic.Mean), tpot.Value / 1000)]
                : [new(new(Quantity.Tpot, Statistic.Mean), tpot.Value / 1000)],
        };
        var key = string.Create(CultureInfo.InvariantCulture, $"{system} {disaggregated} {input} {output} {clients} {ttft:G3} {tpot:G3}");
        return (run, worth, key);
    }

    /// <summary>
    /// The division. Some rows multiply what their source repeats: <c>tp 8, ep 8</c> on eight accelerators became 64 of them, moe_tp 8 times moe_ep 8.
    /// </summary>
    private static Deployment Layout(CsvTable table, string part, Precision precision, string engine, string version)
    {
        int Of(string column) => Math.Max(1, table.Whole(part + column) ?? 1);
        var (tensor, ranks, split, dealt) = (Of("tp_size"), Of("attention_dp_size"), Of("moe_tp_size"), Of("moe_ep_size"));
        if (tensor > 1 && ranks > 1) (tensor, dealt) = (1, ranks);
        else if (part.Length == 0 && split == dealt && split > 1 && tensor * ranks == split * dealt) (tensor, ranks) = ranks > 1 ? (1, split) : (split, 1);
        return new()
        {
            Precision = precision,
            TensorParallel = tensor,
            DataParallel = ranks,
            ExpertParallel = dealt,
            Engine = Names.Engine(engine),
            ScheduledAhead = EngineDefaults.SchedulesAhead(Names.Engine(engine), version),
            BlockScaled = Names.BlockScaled(table.Required("model_path"), table.Text("gemm_quant_mode"), table.Text("moe_quant_mode")),
            MaxSequences = 1 << 20, // benchmarks raise it to their concurrency
        };
    }

    [GeneratedRegex(@"silicon_concurrency=(?<clients>\d+)", RegexOptions.NonBacktracking)]
    private static partial Regex Concurrency();
}

/// <summary>Runs that may draft tokens ahead without saying so.</summary>
internal static class Speculation
{
    private const double Faster = 0.75;

    /// <summary>
    /// Marks runs much faster than another of the same engine, system, division and load. Two versions of an engine differ by 12% at the median;
    /// a third and more is what multi-token prediction gives.
    /// </summary>
    internal static IEnumerable<ServingRun> Mark(IReadOnlyList<ServingRun> runs)
    {
        var slowest = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var run in runs)
            slowest[Key(run)] = Math.Max(slowest.GetValueOrDefault(Key(run)), Pace(run));
        foreach (var run in runs)
        {
            yield return Pace(run) < Faster * slowest[Key(run)] && run.Model is { Experts: > 0 }
                ? run with { Suspect = "much faster than another run of the same configuration: it may speculate without saying so" } : run;
        }
    }

    private static double Pace(ServingRun run) => run.Observed.First(o => o.Metric.Quantity == Quantity.Tpot).Value;

    private static string Key(ServingRun run) => string.Create(CultureInfo.InvariantCulture,
        $"{run.Model?.Layers} {run.Model?.Hidden} {run.SystemKey} {run.EngineName} {run.Deployment.Precision} {run.Deployment.Accelerators} {run.Deployment.DataParallel} {run.Replicas} {run.Prefill?.Accelerators} {run.PrefillReplicas} {run.Input.Most} {run.Output.Most} {(run.Load as ClosedLoop)?.Concurrency}");
}

using System.Collections.Immutable;
using System.Globalization;
using Switchyard.Connect.Catalog;
using Switchyard.Performance;
using Switchyard.Performance.Measured;
using Switchyard.Performance.Simulate;

namespace Switchyard.Connect.Measurements;

/// <summary>Switchyard's own table of serving runs, one line a run: described in docs/guide/measurements.md.</summary>
internal static class OwnTable
{
    private static readonly string[] Columns = ["model", "accelerator", "precision", "tensor_parallel", "input", "output"];

    private static readonly (string Column, Quantity Quantity, Statistic Statistic, double Unit)[] Metrics =
    [
        .. from quantity in new[] { ("ttft", Quantity.Ttft), ("tpot", Quantity.Tpot), ("itl", Quantity.Itl), ("e2e", Quantity.EndToEnd) }
           from statistic in new[] { ("mean", Statistic.Mean), ("p50", Statistic.Median), ("p90", Statistic.P90), ("p95", Statistic.P95), ("p99", Statistic.P99) }
           select ($"{quantity.Item1}_{statistic.Item1}_ms", quantity.Item2, statistic.Item2, 1e-3),
        ("output_tokens_per_s_per_accelerator", Quantity.OutputRate, Statistic.Mean, 1),
    ];

    internal static MeasuredFile? Read(Source source, CatalogContents catalog, List<Problem> problems)
    {
        using var table = source.Open(Columns, problems);
        if (table is null) return null;
        List<MeasuredRun> runs = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        var rows = 0;
        while (table.Next())
        {
            rows++;
            if (Row(table, catalog) is { } run && seen.Add($"{run.ModelName} {run.System} {run.EngineName} {run.Version} {run.Deployment.Precision} {run.Deployment} {run.Input} {run.Output} {run.Load} {string.Join(' ', run.Observed)}"))
                runs.Add(run);
        }

        return new("Switchyard runs", [.. runs], rows, rows - runs.Count);
    }

    private static ServingRun? Row(CsvTable table, CatalogContents catalog)
    {
        double? Optional(string column) => table.Column(column) >= 0 ? table.Positive(column) : null;
        int Whole(string column) => table.Column(column) >= 0 ? table.Whole(column) ?? 0 : 0;
        var observed = ImmutableArray.CreateBuilder<Observation>();
        foreach (var (column, quantity, statistic, unit) in Metrics)
            if (Optional(column) is { } value) observed.Add(new(new(quantity, statistic), value * unit));
        var (clients, rate) = (Optional("concurrency"), Optional("rate_per_s"));
        if (observed.Count == 0) table.Report("", "has no measurement; fill at least one of ttft_mean_ms, tpot_mean_ms, ...");
        if (clients is null == rate is null) table.Report("concurrency", "needs either concurrency or rate_per_s");
        var tensor = table.Whole("tensor_parallel", 1);
        if (tensor is null && table.Text("tensor_parallel") is null) table.Report("tensor_parallel", "is empty");
        var (input, output, text) = (table.Positive("input"), table.Positive("output"), table.Required("precision"));
        if (input is null) table.Report("input", "is empty");
        if (output is null) table.Report("output", "is empty");
        if (Names.Format(text) is not { } precision)
        {
            table.NotA("precision", text, "bf16, fp8, int8, fp4 or int4");
            return null;
        }

        if (input is null || output is null || clients is null == rate is null) return null;
        var (name, system) = (table.Required("model"), table.Required("accelerator"));
        var engine = table.Column("engine") >= 0 ? table.Text("engine") ?? "" : "";
        var version = Names.Version(table) ?? "";
        var requests = Optional("requests");
        var told = table.Column("in_process") >= 0 ? table.Text("in_process") : null;
        var inProcess = string.Equals(told, "yes", StringComparison.OrdinalIgnoreCase);
        if (told is not null && !inProcess && !told.Equals("no", StringComparison.OrdinalIgnoreCase)) table.NotA("in_process", told, "yes or no");
        return new()
        {
            Line = table.Line,
            Id = string.Create(CultureInfo.InvariantCulture, $"line {table.Line}"),
            ModelName = name,
            Model = Names.Model(catalog, name),
            System = system,
            Accelerator = Names.Accelerator(catalog, system),
            EngineName = engine,
            Version = version,
            Deployment = new()
            {
                Precision = precision,
                TensorParallel = tensor ?? 1,
                DataParallel = Math.Max(1, Whole("data_parallel")),
                ExpertParallel = Math.Max(1, Whole("expert_parallel")),
                Engine = Names.Engine(engine),
                ScheduledAhead = EngineDefaults.SchedulesAhead(Names.Engine(engine), version),
                CacheElementBytes = Optional("cache_bytes") ?? 0,
                MaxSequences = Whole("max_sequences"),
                TokenBudget = Whole("token_budget"),
                KvTokens = Optional("kv_tokens") ?? 0,
            },
            Input = RequestLengths.Constant(input.Value),
            Output = RequestLengths.Constant(output.Value),
            CachedPrefix = Whole("cached_prefix"),
            InProcess = inProcess,
            Load = clients is { } c ? new ClosedLoop((int)c, (int)(requests ?? (10 * c))) : new OpenLoop([new(rate!.Value, (requests ?? 3000) / rate.Value)]),
            Observed = observed.ToImmutable(),
        };
    }
}

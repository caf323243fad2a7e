using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Switchyard.Connect.Catalog;
using Switchyard.Demand;
using Switchyard.Performance;
using Switchyard.Performance.Measured;
using Switchyard.Performance.Simulate;

namespace Switchyard.Connect.Measurements;

/// <summary>
/// Open-loop runs of vLLM with one line a metric, and the file of workloads beside them. A stage of −1 is all stages together. Times are in milliseconds.
/// </summary>
internal static class OpenLoopTable
{
    private static readonly string[] Columns = ["model", "stage_index", "metric_name", "actual", "hardware", "precision", "tp", "max_num_batched_tokens", "exp"];

    private sealed record Workload(ImmutableArray<Stage> Stages, int Prompt, int Shared, int Output, int Groups, int Users, int MaxSequences, int Budget, double KvTokens)
    {
        public int Prompts => Groups * Users;
    }

    internal static MeasuredFile? Read(Source source, CatalogContents catalog, List<Problem> problems)
    {
        var workloads = Workloads(source.Workloads ?? Path.Combine(source.Folder, "vllm_openloop_workloads.json"), problems);
        using var table = source.Open(Columns, problems);
        if (table is null || workloads is null) return null;
        Dictionary<(string, int), (ServingRun Run, ImmutableArray<Observation>.Builder Observed)> runs = [];
        List<(string, int)> order = [];
        var rows = 0;
        while (table.Next())
        {
            rows++;
            var (name, experiment, metric) = (table.Required("model"), table.Required("exp"), table.Required("metric_name"));
            var value = table.Positive("actual");
            var stage = table.Number("stage_index", -1) is { } number ? (int)number : -1;
            var format = Names.Format(table.Text("precision") ?? "bf16");
            var tensor = table.Whole("tp", 1);
            if (Metric(metric) is not { } known) table.NotA("metric_name", metric, "one of ttft, itl, tpot or e2e with _mean, _p50, _p90, _p95 or _p99");
            else if (value is null) table.Report("actual", "is empty");
            else if (format is { } precision && tensor is { } split)
            {
                var key = (experiment, stage);
                if (!runs.TryGetValue(key, out var entry))
                {
                    entry = (Run(table, catalog, workloads, experiment, stage, name, precision, split), ImmutableArray.CreateBuilder<Observation>());
                    runs.Add(key, entry);
                    order.Add(key);
                }

                entry.Observed.Add(new(known, value.Value / 1000));
            }
        }

        // Where there is one stage, all stages together say the same again.
        var kept = order.Where(key => key.Item2 >= 0 || !order.Contains((key.Item1, 0)) || order.Contains((key.Item1, 1))).ToList();
        MeasuredRun[] all = [.. kept.Select(key => runs[key].Run with { Observed = runs[key].Observed.ToImmutable() })];
        return new("open-loop runs", [.. all], order.Count, order.Count - kept.Count);
    }

    private static ServingRun Run(
        CsvTable table, CatalogContents catalog, Dictionary<string, Workload> workloads, string experiment, int stage, string name, Precision precision, int tensor)
    {
        var id = workloads.Keys.Where(key => experiment == key || experiment.StartsWith(key + "-", StringComparison.Ordinal)).MaxBy(key => key.Length);
        var workload = id is null ? null : workloads[id];
        string? incomplete = workload is null ? "the file of workloads does not describe this experiment"
            : stage >= workload.Stages.Length ? "the file of workloads has no such stage" : null;
        var system = table.Required("hardware");
        var version = Names.Version(table) ?? "0.15.1";
        // Requests go to data-parallel replicas in turn: each sees its share of them.
        var replicas = table.Column("dp") < 0 ? 1 : Math.Max(1, table.Whole("dp") ?? 1);
        var stages = workload?.Stages.Select(s => s with { PerSecond = s.PerSecond / replicas }).ToImmutableArray() ?? [];
        return new()
        {
            Line = table.Line,
            Id = stage < 0 ? $"{experiment} all" : string.Create(CultureInfo.InvariantCulture, $"{experiment} stage {stage}"),
            ModelName = name,
            Model = Names.Model(catalog, name),
            System = system,
            Accelerator = Names.Accelerator(catalog, system),
            EngineName = "vllm",
            Version = version,
            Incomplete = incomplete,
            Deployment = new()
            {
                Precision = precision,
                TensorParallel = tensor,
                Engine = Engine.Vllm,
                ScheduledAhead = EngineDefaults.SchedulesAhead(Engine.Vllm, version),
                MaxSequences = workload?.MaxSequences ?? 0,
                TokenBudget = table.Whole("max_num_batched_tokens") ?? workload?.Budget ?? 0,
                MemoryShare = table.Column("gpu_mem_util") < 0 ? 0 : Math.Clamp(table.Positive("gpu_mem_util") ?? 0, 0, 1),
                KvTokens = workload?.KvTokens ?? 0,
            },
            Input = RequestLengths.Constant(workload?.Prompt ?? 1),
            Output = RequestLengths.Constant(workload?.Output ?? 1),
            CachedPrefix = workload?.Shared ?? 0,
            RepeatedPrompts = workload?.Prompts ?? 0,
            Warm = stage > 0,
            Replicas = replicas,
            Load = new OpenLoop(incomplete is not null ? [] : stage < 0 ? stages : [stages[stage]]),
            Observed = [],
        };
    }

    private static Metric? Metric(string name)
    {
        var at = name.LastIndexOf('_');
        Quantity? quantity = (at < 0 ? name : name[..at]) switch
        {
            "ttft" => Quantity.Ttft,
            "itl" => Quantity.Itl,
            "tpot" => Quantity.Tpot,
            "e2e" => Quantity.EndToEnd,
            _ => null,
        };
        Statistic? statistic = (at < 0 ? "" : name[(at + 1)..]) switch
        {
            "mean" => Statistic.Mean,
            "p50" or "median" => Statistic.Median,
            "p90" => Statistic.P90,
            "p95" => Statistic.P95,
            "p99" => Statistic.P99,
            _ => null,
        };
        return quantity is { } q && statistic is { } s ? new(q, s) : null;
    }

    private static Dictionary<string, Workload>? Workloads(string path, List<Problem> problems)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(path));
            Dictionary<string, Workload> workloads = new(StringComparer.Ordinal);
            foreach (var experiment in document.RootElement.GetProperty("experiments").EnumerateArray())
            {
                var inference = experiment.GetProperty("workload").GetProperty("inference_perf");
                var prompt = inference.GetProperty("shared_prefix");
                int Of(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetInt32() : 0;
                var shared = Of(prompt, "system_prompt_len");
                var stages = inference.GetProperty("stages").EnumerateArray()
                    .Select(stage => new Stage(stage.GetProperty("rate").GetDouble(), stage.GetProperty("duration").GetDouble())).ToImmutableArray();
                if (stages.Any(stage => !(stage.PerSecond > 0) || !(stage.Seconds > 0)))
                    problems.Add(new(path, 0, "stages", $"experiment {experiment.GetProperty("id")} has a stage without a positive rate and duration"));
                workloads[experiment.GetProperty("id").GetString()!] = new(
                    stages, Of(prompt, "question_len") + shared, shared, Math.Max(1, Of(prompt, "output_len")), Of(prompt, "num_unique_system_prompts"), Of(prompt, "num_users_per_system_prompt"),
                    Of(experiment, "max_num_seqs"), Of(experiment, "max_num_batched_tokens"), 16.0 * Of(experiment, "total_kv_blocks"));
            }

            return workloads;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            problems.Add(new(path, 0, "", "the file that describes the workloads cannot be read; name it with --workloads"));
        }
        catch (Exception failed) when (failed is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            problems.Add(new(path, 0, "", $"is not a file of workloads: {failed.Message}"));
        }

        return null;
    }
}

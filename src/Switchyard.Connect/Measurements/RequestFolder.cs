using System.Collections.Immutable;
using System.Text.Json;
using Switchyard.Connect.Catalog;
using Switchyard.Demand;
using Switchyard.Performance;
using Switchyard.Performance.Measured;
using Switchyard.Performance.Simulate;

namespace Switchyard.Connect.Measurements;

/// <summary>A run recorded request by request: <c>requests.jsonl</c> with its times, <c>meta.json</c> with the engine's settings.</summary>
internal static class RequestFolder
{
    internal const string FileName = "requests.jsonl";

    private readonly record struct Recorded(double Arrival, double First, double Last, int Input, int Output);

    internal static MeasuredFile? Read(string folder, CatalogContents catalog, List<Problem> problems, string? kernels)
    {
        var requests = Requests(Path.Combine(folder, FileName), problems);
        var path = Path.Combine(folder, "meta.json");
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(path));
            if (requests.Count == 0) return null;
            var meta = document.RootElement;
            var settings = meta.GetProperty("engine_kwargs");
            var name = meta.GetProperty("model").GetString()!;
            // Where the engine did not write down what it ran on, the folder's name does: DEVICE_MODEL.
            var system = meta.TryGetProperty("hardware", out var hardware) ? hardware.GetProperty("device_name").GetString()! : Path.GetFileName(folder).Split('_')[0];
            int Of(string setting) => settings.TryGetProperty(setting, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : 0;
            var start = requests[0].Arrival;
            var tensor = Math.Max(1, Of("tensor_parallel_size"));
            var profile = kernels == "none" ? null : kernels ?? KernelFolder.Beside(folder, name, tensor);
            var run = new ServingRun
            {
                Line = 1,
                Id = Path.GetFileName(folder),
                ModelName = name,
                Model = Names.Model(catalog, name),
                System = system,
                Accelerator = Names.Accelerator(catalog, system),
                EngineName = "vllm",
                Version = meta.TryGetProperty("vllm_version", out var version) ? version.GetString() ?? "" : "",
                Deployment = new()
                {
                    Precision = Names.Format(settings.TryGetProperty("dtype", out var type) ? type.GetString() ?? "bf16" : "bf16") ?? Precision.Bf16,
                    TensorParallel = tensor,
                    DataParallel = Math.Max(1, Of("data_parallel_size")),
                    Engine = Engine.Vllm,
                    ScheduledAhead = EngineDefaults.SchedulesAhead(Engine.Vllm, meta.TryGetProperty("vllm_version", out var of) ? of.GetString() ?? "" : ""),
                    MaxSequences = Of("max_num_seqs"),
                    TokenBudget = Of("max_num_batched_tokens"),
                    KvTokens = meta.TryGetProperty("kv_cache", out var cache) && cache.TryGetProperty("num_kv_tokens", out var tokens) ? tokens.GetDouble() : 0,
                },
                Kernels = profile is null ? null : KernelFolder.Read(profile, problems),
                Input = RequestLengths.Constant(requests.Average(r => r.Input)),
                Output = RequestLengths.Constant(requests.Average(r => r.Output)),
                Load = new Replay([.. requests.Select(r => new RequestShape(r.Arrival - start, r.Input, r.Output))]),
                Observed = Observed(requests),
            };
            return new(run.Kernels is null ? "runs by request" : "runs by request, predicted from measured kernels", [run], 1, 0);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            problems.Add(new(path, 0, "", "is missing; it holds the engine's settings"));
        }
        catch (Exception failed) when (failed is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            problems.Add(new(path, 0, "", $"does not describe a run: {failed.Message}"));
        }

        return null;
    }

    private static List<Recorded> Requests(string path, List<Problem> problems)
    {
        List<(double Arrival, double Queued, double First, double Last, int Input, int Output)> read = [];
        try
        {
            var line = 0;
            foreach (var text in File.ReadLines(path))
            {
                line++;
                if (string.IsNullOrWhiteSpace(text)) continue;
                try
                {
                    using var document = JsonDocument.Parse(text);
                    var request = document.RootElement;
                    double Time(string name) => request.GetProperty(name).GetDouble();
                    var entry = (Time("arrival_time"), Time("queued_ts"), Time("first_token_ts"), Time("last_token_ts"),
                        request.GetProperty("input_toks").GetInt32(), request.GetProperty("output_toks").GetInt32());
                    if (entry.Item5 < 1 || entry.Item6 < 1 || entry.Item4 < entry.Item3) problems.Add(new(path, line, "", "has no tokens, or its last token before its first"));
                    else read.Add(entry);
                }
                catch (Exception failed) when (failed is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
                {
                    problems.Add(new(path, line, "", $"is not a request: {failed.Message}"));
                }
            }
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            problems.Add(new(path, 0, "", "cannot be read"));
        }

        if (read.Count == 0 && problems.Count == 0) problems.Add(new(path, 0, "", "holds no request"));
        if (read.Count == 0) return [];
        // Arrivals are on the wall clock and the rest on the engine's own: the shortest way into the queue is taken as none.
        var offset = read.Min(r => r.Queued - r.Arrival);
        return [.. read.Select(r => new Recorded(r.Arrival + offset, r.First, r.Last, r.Input, r.Output)).OrderBy(r => r.Arrival)];
    }

    private static ImmutableArray<Observation> Observed(List<Recorded> requests)
    {
        var observed = ImmutableArray.CreateBuilder<Observation>();
        void Add(Quantity quantity, IEnumerable<double> values)
        {
            var of = Distribution.Of(values);
            observed.Add(new(new(quantity, Statistic.Mean), of.Mean));
            observed.Add(new(new(quantity, Statistic.Median), of.Median));
            observed.Add(new(new(quantity, Statistic.P90), of.P90));
            observed.Add(new(new(quantity, Statistic.P99), of.P99));
        }

        Add(Quantity.Ttft, requests.Select(r => r.First - r.Arrival));
        Add(Quantity.Tpot, requests.Where(r => r.Output > 1).Select(r => (r.Last - r.First) / (r.Output - 1)));
        Add(Quantity.EndToEnd, requests.Select(r => r.Last - r.Arrival));
        return observed.ToImmutable();
    }
}

using System.Text.Json;
using Switchyard.Connect.PlanFile;
using Switchyard.Performance;
using Switchyard.Performance.Measured;
using Switchyard.Performance.Search;

namespace Switchyard.Cli.Output;

/// <summary>The result of a search as JSON.</summary>
internal static class SearchJson
{
    private const string Schema = "switchyard.performance.search/1";

    public static string Write(SearchCommand.Found found, ErrorIntervals intervals) => PlanWriter.Json(json =>
    {
        var asked = found.Answers[0].Question;
        json.WriteString("schema", Schema);
        json.WriteString("model", asked.Model.Name);
        json.WriteString("engine", asked.Engine.ToString().ToLowerInvariant());
        if (asked.Rate is { } rate) json.WriteNumber("requests_per_second", rate);
        if (asked.Clients is { } clients) json.WriteNumber("clients", clients);
        json.WriteNumber("input_tokens", Math.Round(asked.Input.Mean, 3));
        json.WriteNumber("output_tokens", Math.Round(asked.Output.Mean, 3));
        var winner = SearchTables.Winner(found);
        json.WriteStartArray("accelerators");
        foreach (var (question, answer, rent) in found.Answers)
        {
            json.WriteStartObject();
            json.WriteString("accelerator", question.Accelerator.Name);
            json.WriteNumber("available", question.Accelerators);
            json.WriteBoolean("best", ReferenceEquals(answer, winner));
            if (answer.Refusal is not null) json.WriteString("refusal", answer.Refusal);
            if (rent is not null)
            {
                json.WriteNumber("usd_per_accelerator_hour", Math.Round(rent.PerHour, 4));
                json.WriteString("offer", rent.Offer);
            }

            json.WriteStartArray("layouts");
            foreach (var layout in answer.Best) Layout(json, layout, question, rent, intervals);
            json.WriteEndArray();
            json.WriteStartArray("front");
            foreach (var point in answer.Front)
            {
                json.WriteStartObject();
                Division(json, point.Layout);
                json.WriteNumber("tokens_per_second_for_one_user", Math.Round(point.UserTokens, 3));
                json.WriteNumber("output_tokens_per_second_per_accelerator", Math.Round(point.AcceleratorTokens, 3));
                json.WriteNumber("requests_per_second", Math.Round(point.Rate, 5));
                json.WriteNumber("ttft_mean_seconds", Math.Round(point.Result.Result.Ttft.Mean, 6));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("ruled_out");
            foreach (var reason in answer.RuledOut)
            {
                json.WriteStartObject();
                json.WriteString("precision", Known.Name(reason.Precision));
                json.WriteString("division", reason.Division);
                json.WriteString("reason", reason.Reason);
                if (reason.Memory is { } memory) Memory(json, memory);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteNumber("divisions_considered", answer.Considered);
            json.WriteNumber("loads_simulated", answer.Simulated);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("assumed");
        foreach (var assumed in found.Assumed) json.WriteStringValue(assumed);
        json.WriteEndArray();
    });

    private static void Layout(Utf8JsonWriter json, FoundLayout layout, LayoutQuestion question, SearchCommand.Rent? rent, ErrorIntervals intervals)
    {
        json.WriteStartObject();
        Division(json, layout.Layout);
        json.WriteNumber("requests_per_second", Math.Round(layout.Rate, 5));
        json.WriteNumber("capacity_requests_per_second", Math.Round(layout.Capacity, 5));
        json.WriteNumber("output_tokens_per_second_per_accelerator", Math.Round(layout.OutputPerAccelerator(question.Output.Mean), 3));
        json.WriteStartArray("metrics");
        foreach (var (quantity, name) in new[] { (Quantity.Ttft, "ttft"), (Quantity.Tpot, "tpot"), (Quantity.EndToEnd, "e2e") })
        {
            var percentile = SearchTables.PercentileOf(question.Level, quantity);
            var value = layout.AtLoad.Percentile(quantity, percentile);
            var (low, high) = intervals.Around(new(quantity, SearchTables.Nearest(percentile)), question.Model.Experts == 0, value);
            json.WriteStartObject();
            json.WriteString("metric", FormattableString.Invariant($"{name} p{percentile:0.##}"));
            json.WriteNumber("seconds", Math.Round(value, 7));
            json.WriteNumber("low", Math.Round(low, 7));
            json.WriteNumber("high", Math.Round(high, 7));
            json.WriteString("provenance", layout.Calibrated ? "calibrated" : "modelled");
            json.WriteEndObject();
        }

        json.WriteEndArray();
        var result = layout.AtLoad.Result;
        json.WriteNumber("mean_batch", Math.Round(result.Batch, 4));
        json.WriteNumber("peak_kv_share", Math.Round(result.PeakKvShare, 5));
        if (layout.Layout.Prefill is not null) json.WriteNumber("kv_transfer_seconds", Math.Round(layout.AtLoad.TransferSeconds, 7));
        if (result.Watts is { } watts) json.WriteNumber("watts_per_accelerator", Math.Round(watts / layout.Layout.Accelerators, 2));
        if (result.Joules is { } joules) json.WriteNumber("joules_per_output_token", Math.Round(joules / result.OutputTokens, 5));
        if (SearchTables.PerMillion(layout, question, rent) is { } dollars) json.WriteNumber("usd_per_million_tokens", Math.Round(dollars, 5));
        Memory(json, layout.Memory);
        json.WriteEndObject();
    }

    private static void Division(Utf8JsonWriter json, ServingLayout layout)
    {
        json.WriteString("layout", layout.Division);
        json.WriteString("precision", Known.Name(layout.Deployment.Precision));
        json.WriteNumber("accelerators", layout.Accelerators);
        Pool(json, layout.Prefill is null ? "serve" : "decode", layout.Deployment, layout.Replicas);
        if (layout.Prefill is { } prefill) Pool(json, "prefill", prefill, layout.PrefillReplicas);
    }

    private static void Pool(Utf8JsonWriter json, string name, Deployment deployment, int replicas)
    {
        json.WriteStartObject(name);
        json.WriteNumber("replicas", replicas);
        json.WriteNumber("tensor_parallel", deployment.TensorParallel);
        json.WriteNumber("pipeline_parallel", deployment.PipelineParallel);
        json.WriteNumber("data_parallel", deployment.DataParallel);
        json.WriteNumber("expert_parallel", deployment.ExpertParallel);
        if (deployment.MaxSequences > 0) json.WriteNumber("max_sequences", deployment.MaxSequences);
        if (deployment.TokenBudget > 0) json.WriteNumber("token_budget", deployment.TokenBudget);
        json.WriteEndObject();
    }

    private static void Memory(Utf8JsonWriter json, MemoryUse memory)
    {
        json.WriteStartObject("memory_bytes_per_accelerator");
        json.WriteNumber("weights", Math.Round(memory.Weights));
        json.WriteNumber("activations", Math.Round(memory.Activations));
        json.WriteNumber("keys_and_values_of_one_request", Math.Round(memory.Request));
        json.WriteNumber("usable", Math.Round(memory.Usable));
        json.WriteNumber("total", Math.Round(memory.Total));
        json.WriteEndObject();
    }
}

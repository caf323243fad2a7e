using Switchyard.Connect.Catalog;
using Switchyard.Connect.PlanFile;

namespace Switchyard.Cli.Output;

/// <summary>An estimate as JSON.</summary>
internal static class EstimateJson
{
    private const string Schema = "switchyard.performance.estimate/1";

    public static string Write(EstimateCommand.Asked asked, EstimateCommand.Estimate estimate, CatalogContents contents) => PlanWriter.Json(json =>
    {
        var (replica, result, layout) = (estimate.Replica, estimate.Load.Result, asked.Layout);
        json.WriteString("schema", Schema);
        json.WriteString("model", asked.Model.Name);
        json.WriteString("accelerator", asked.Accelerator.Name);
        json.WriteNumber("accelerators", layout.Accelerators);
        json.WriteString("layout", layout.Division);
        json.WriteString("precision", Known.Name(layout.Deployment.Precision));
        json.WriteString("engine", layout.Deployment.Engine.ToString().ToLowerInvariant());
        json.WriteStartArray("metrics");
        foreach (var (metric, value) in EstimateTables.Rows(result))
        {
            var (low, high) = contents.Intervals.Around(metric, asked.Model.Experts == 0, value);
            json.WriteStartObject();
            json.WriteString("metric", metric.ToString());
            json.WriteNumber("seconds", Math.Round(value, 7));
            json.WriteNumber("low", Math.Round(low, 7));
            json.WriteNumber("high", Math.Round(high, 7));
            json.WriteString("provenance", Known.Provenance(replica));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("objectives");
        foreach (var (quantity, objective) in asked.Objectives)
        {
            var value = EstimateTables.ValueOf(estimate.Load, quantity, objective.Percentile);
            json.WriteStartObject();
            json.WriteString("objective", FormattableString.Invariant($"{quantity.ToString().ToLowerInvariant()} {objective}"));
            json.WriteNumber("seconds", Math.Round(value, 7));
            json.WriteBoolean("kept", value <= objective.Limit.TotalSeconds);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("requests_per_second", Math.Round(result.RequestsPerSecond, 6));
        json.WriteNumber("output_tokens_per_second", Math.Round(result.OutputTokensPerSecond, 3));
        json.WriteNumber("mean_batch", Math.Round(result.Batch, 4));
        json.WriteNumber("preemptions", result.Preemptions);
        json.WriteNumber("rejected", result.Rejected);
        json.WriteNumber("peak_kv_share", Math.Round(result.PeakKvShare, 5));
        json.WriteNumber("weight_bytes_per_accelerator", Math.Round(replica.WeightBytes));
        json.WriteNumber("kv_bytes_per_accelerator", Math.Round(replica.KvBytes));
        if (layout.Prefill is not null) json.WriteNumber("kv_transfer_seconds", Math.Round(estimate.Load.TransferSeconds, 7));
        if (result.Watts is { } watts) json.WriteNumber("watts", Math.Round(watts, 2));
        if (result.Joules is { } joules) json.WriteNumber("joules_per_output_token", Math.Round(joules / result.OutputTokens, 5));
        if (estimate.Uncapped?.Result is not { } free) return;
        json.WriteStartObject("power_cap");
        json.WriteNumber("watts_per_accelerator", layout.Deployment.PowerCapWatts);
        if (free.Watts is { } uncapped) json.WriteNumber("uncapped_watts", Math.Round(uncapped, 2));
        if (free.Joules is { } energy) json.WriteNumber("uncapped_joules_per_output_token", Math.Round(energy / free.OutputTokens, 5));
        json.WriteNumber("tpot_longer", Math.Round((result.Tpot.Mean / free.Tpot.Mean) - 1, 5));
        json.WriteNumber("ttft_longer", Math.Round((result.Ttft.Mean / free.Ttft.Mean) - 1, 5));
        json.WriteEndObject();
    });
}

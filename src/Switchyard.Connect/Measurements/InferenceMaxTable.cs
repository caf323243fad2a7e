using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Switchyard.Connect.Catalog;
using Switchyard.Performance;
using Switchyard.Performance.Measured;
using Switchyard.Performance.Simulate;

namespace Switchyard.Connect.Measurements;

/// <summary>Runs of InferenceMAX with their percentiles, in seconds. Lengths are drawn evenly between 0.8 and 1 of the nominal ones.</summary>
internal static partial class InferenceMaxTable
{
    private static readonly string[] Columns =
    [
        "hw", "conc", "image", "model", "infmax_model_prefix", "framework", "precision", "spec_decoding", "disagg", "isl", "osl", "tp", "ep", "dp_attention",
        "mean_ttft", "mean_tpot", "mean_e2el",
    ];

    private static readonly (string Column, Quantity Quantity, Statistic Statistic)[] Metrics =
    [
        ("mean_ttft", Quantity.Ttft, Statistic.Mean), ("median_ttft", Quantity.Ttft, Statistic.Median), ("p99_ttft", Quantity.Ttft, Statistic.P99),
        ("mean_tpot", Quantity.Tpot, Statistic.Mean), ("median_tpot", Quantity.Tpot, Statistic.Median), ("p99_tpot", Quantity.Tpot, Statistic.P99),
        ("mean_e2el", Quantity.EndToEnd, Statistic.Mean), ("median_e2el", Quantity.EndToEnd, Statistic.Median), ("p99_e2el", Quantity.EndToEnd, Statistic.P99),
        ("output_tput_per_gpu", Quantity.OutputRate, Statistic.Mean),
    ];

    internal static MeasuredFile? Read(Source source, CatalogContents catalog, List<Problem> problems)
    {
        using var table = source.Open(Columns, problems);
        if (table is null) return null;
        List<ServingRun> runs = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        var rows = 0;
        while (table.Next())
        {
            rows++;
            if (Row(table, catalog) is { } run && seen.Add(Key(run))) runs.Add(run);
        }

        return new("InferenceMAX", [.. Speculation.Mark(runs)], rows, rows - runs.Count);
    }

    private static ServingRun? Row(CsvTable table, CatalogContents catalog)
    {
        var observed = ImmutableArray.CreateBuilder<Observation>();
        foreach (var (column, quantity, statistic) in Metrics)
        {
            // Times between chunks of a stream are no times between tokens, and the rate of a disaggregated run is by accelerators of one kind.
            if (table.Column(column) < 0 || (quantity == Quantity.OutputRate && table.Text("disagg") == "True")) continue;
            if (table.Positive(column) is { } value) observed.Add(new(new(quantity, statistic), value));
        }

        if (table.Whole("conc", 1) is not { } clients || table.Whole("isl", 1) is not { } input || table.Whole("osl", 1) is not { } output) return null;
        var text = table.Required("precision");
        if (Names.Format(text) is not { } precision)
        {
            table.NotA("precision", text, "bf16, fp8, fp4 or int4");
            return null;
        }

        var (name, system, framework) = (table.Required("model"), table.Required("hw"), table.Required("framework"));
        var apart = table.Text("disagg") == "True";
        var version = Version().Match(table.Text("image") ?? "") is { Success: true } match ? match.Groups["version"].Value : "";
        var speculates = table.Text("spec_decoding") is not (null or "none");
        return new()
        {
            Line = table.Line,
            Id = string.Create(CultureInfo.InvariantCulture, $"{system} {framework} {input}/{output} c{clients}"),
            ModelName = name,
            Model = Names.Model(catalog, name),
            System = system,
            Accelerator = Names.Accelerator(catalog, system),
            EngineName = framework,
            Version = version,
            Incomplete = speculates ? "speculative decoding: how many drafted tokens are accepted is not stated" : null,
            Deployment = Layout(table, apart ? "decode_" : "", precision, framework) with
            {
                StepsPerLook = apart ? 0 : Names.StepsPerLook(Names.Engine(framework), Names.Accelerator(catalog, system), clients),
            },
            Replicas = apart ? Math.Max(1, table.Whole("decode_num_workers") ?? 1) : 1,
            Prefill = apart ? Layout(table, "prefill_", precision, framework) : null,
            PrefillReplicas = apart ? Math.Max(1, table.Whole("prefill_num_workers") ?? 1) : 1,
            Input = RequestLengths.Between(0.8 * input, input),
            Output = RequestLengths.Between(0.8 * output, output),
            Load = new ClosedLoop(clients, (apart ? Names.SeparateRounds : 10) * clients),
            Observed = observed.ToImmutable(),
        };
    }

    private static Deployment Layout(CsvTable table, string part, Demand.Precision precision, string framework)
    {
        int Of(string column) => table.Column(column) < 0 ? 1 : Math.Max(1, table.Whole(column) ?? 1);
        var tensor = Of(part + "tp");
        var ranks = string.Equals(table.Text(part + "dp_attention"), "true", StringComparison.OrdinalIgnoreCase);
        var dealt = Of(part + "ep");
        // Disaggregated rows count the accelerators of all their replicas; where a replica has more than tp, they are ranks of data-parallel attention.
        var all = part.Length == 0 ? tensor : Of($"num_{part}gpu") / Of(part + "num_workers");
        if (all > tensor) (tensor, ranks, dealt) = (all, true, all);
        return new()
        {
            Precision = precision,
            TensorParallel = ranks ? 1 : tensor,
            DataParallel = ranks ? tensor : 1,
            ExpertParallel = dealt,
            Engine = Names.Engine(framework),
            // Its scripts switch it on where it is not the default (gptoss_fp4_h100_docker.sh and its like, December 2025).
            ScheduledAhead = true,
            MaxSequences = 1 << 20,
        };
    }

    private static string Key(ServingRun run) => string.Create(CultureInfo.InvariantCulture,
        $"{run.Id} {run.ModelKey} {run.Deployment} {run.Replicas} {run.PrefillReplicas} {string.Join(' ', run.Observed.Select(o => o.Value.ToString("G6", CultureInfo.InvariantCulture)))}");

    [GeneratedRegex(@":v?(?<version>\d[\w.]*)", RegexOptions.NonBacktracking)]
    private static partial Regex Version();
}

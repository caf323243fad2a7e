using Switchyard.Market;
using Switchyard.Units;

namespace Switchyard.Connect.Catalog;

/// <summary>accelerators.csv</summary>
internal static class AcceleratorTable
{
    private static readonly string[] Columns =
    [
        "name", "aliases", "family", "vendor", "architecture", "memory_gib", "memory_bandwidth_gb_per_s", "fp16_tflops", "bf16_tflops",
        "fp8_tflops", "fp4_tflops", "int8_tops", "scale_up_gb_per_s", "scale_up_domain", "tdp_w", "idle_w", "verified", "source",
    ];

    private static readonly string[] YesNo = ["yes", "no"];

    internal static List<Accelerator> Read(string folder, List<Problem> problems)
    {
        List<Accelerator> accelerators = [];
        Dictionary<string, string> names = new(StringComparer.OrdinalIgnoreCase);
        using var table = CsvTable.Open(folder, "accelerators.csv", Columns, problems);
        while (table?.Next() ?? false)
        {
            var name = table.Required("name");
            var aliases = table.Text("aliases")?.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
            foreach (var alias in aliases.Prepend(name))
            {
                if (!names.TryAdd(alias, name) && names[alias] != name)
                    table.Report(alias == name ? "name" : "aliases", $"'{alias}' already names {names[alias]}");
                else if (alias == name && accelerators.Exists(a => a.Name == name))
                    table.Report("name", $"'{name}' is there twice");
            }

            var memory = table.Positive("memory_gib");
            var bandwidth = table.Positive("memory_bandwidth_gb_per_s");
            if (table.Text("memory_gib") is null) table.Report("memory_gib", "is empty");
            if (table.Text("memory_bandwidth_gb_per_s") is null) table.Report("memory_bandwidth_gb_per_s", "is empty");
            accelerators.Add(new()
            {
                Name = name,
                Aliases = aliases,
                Family = table.Required("family"),
                Vendor = table.Required("vendor"),
                Architecture = table.Text("architecture") ?? "unknown",
                Memory = DataSize.FromGiB(memory ?? 0),
                MemoryBandwidth = DataRate.FromGBPerSecond(bandwidth ?? 0),
                Fp16Tflops = table.Positive("fp16_tflops"),
                Bf16Tflops = table.Positive("bf16_tflops"),
                Fp8Tflops = table.Positive("fp8_tflops"),
                Fp4Tflops = table.Positive("fp4_tflops"),
                Int8Tops = table.Positive("int8_tops"),
                ScaleUp = table.Positive("scale_up_gb_per_s") is { } link ? DataRate.FromGBPerSecond(link) : null,
                ScaleUpDomain = table.Whole("scale_up_domain", 1) ?? 1,
                Multiprocessors = table.Column("multiprocessors") >= 0 ? table.Whole("multiprocessors", 1) : null,
                SharedCache = table.Column("l2_mb") >= 0 && table.Positive("l2_mb") is { } megabytes ? new DataSize(megabytes * 1e6) : null,
                ThermalDesignPower = table.Positive("tdp_w") is { } tdp ? new Power(tdp) : null,
                IdlePower = table.Positive("idle_w") is { } idle ? new Power(idle) : null,
                Verified = table.Word("verified", YesNo) == 0,
                Source = table.Required("source"),
            });
        }

        return accelerators;
    }
}

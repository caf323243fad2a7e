using Switchyard.Connect.Catalog;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Performance.Measured;
using Switchyard.Units;

namespace Switchyard.Cli;

/// <summary>What options of <c>performance</c> name, looked up in the catalog; what is wrong is said to the caller.</summary>
internal static class Known
{
    internal delegate void Wrong(string option, string value, string expected, string? correction = null);

    internal static ModelArchitecture? Model(CatalogContents contents, string name, Wrong wrong)
    {
        var model = contents.FindModel(name);
        if (model is null) wrong("--model", name, "a model of the catalog", Nearest.To(name, contents.Models.Select(m => m.Name)));
        return model;
    }

    internal static (Accelerator? Accelerator, int Count) Accelerators(CatalogContents contents, string text, Wrong wrong)
    {
        if (!AcceleratorRequest.TryParseExact(text, out var request, out var misread) || request.MinCount is not (>= 1 and <= 1e6) || request.MinCount % 1 != 0)
        {
            wrong("--accelerator", text, misread.Expected);
            return (null, 1);
        }

        var found = contents.Prices.Accelerators.FirstOrDefault(a => a.IsNamed(request.Names[0]));
        if (found is null) wrong("--accelerator", request.Names[0], "an accelerator of the catalog", Nearest.To(request.Names[0], contents.Prices.Accelerators.Select(a => a.Name)));
        return (found, (int)request.MinCount.Value);
    }

    internal static Precision? Format(string text, Wrong wrong)
    {
        Precision? format = text.ToLowerInvariant() switch
        {
            "bf16" or "fp16" => Precision.Bf16,
            "fp8" => Precision.Fp8,
            "int8" => Precision.Int8,
            "fp4" => Precision.Fp4,
            "int4" => Precision.Int4,
            _ => null,
        };
        if (format is null) wrong("--precision", text, "bf16, fp8, int8, fp4 or int4");
        return format;
    }

    /// <summary>Objectives such as <c>ttft:p95:500ms,tpot:p95:50ms</c>.</summary>
    internal static List<(Quantity Quantity, LatencyObjective Objective)> Objectives(string? text, Wrong wrong)
    {
        List<(Quantity, LatencyObjective)> objectives = [];
        foreach (var part in text?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            var colon = part.IndexOf(':', StringComparison.Ordinal);
            Quantity? quantity = (colon < 0 ? part : part[..colon]).ToLowerInvariant() switch
            {
                "ttft" => Quantity.Ttft,
                "tpot" => Quantity.Tpot,
                "itl" => Quantity.Itl,
                "e2e" => Quantity.EndToEnd,
                _ => null,
            };
            if (quantity is { } known && LatencyObjective.TryParse(part[(colon + 1)..], out var objective, out _, out _)) objectives.Add((known, objective));
            else wrong("--slo", part, "an objective, such as ttft:p95:500ms");
        }

        return objectives;
    }
}

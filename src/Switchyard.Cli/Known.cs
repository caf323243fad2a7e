using System.Globalization;
using Switchyard.Connect.Catalog;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Performance;
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

    /// <summary>The name of a number format, as options take it.</summary>
    internal static string Name(Precision precision) => precision.ToString().ToLowerInvariant();

    private static readonly string[] Engines = ["vllm", "sglang", "trtllm"];

    /// <summary>An engine and its version, as in <c>vllm@0.11.0</c>; the version is empty where none is named.</summary>
    internal static (Engine Engine, string Version) EngineAndVersion(string text, Wrong wrong)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        var (name, version) = at < 0 ? (text, "") : (text[..at], text[(at + 1)..].TrimStart('v'));
        if (at >= 0 && Engines.Contains(name.ToLowerInvariant()) && !System.Version.TryParse(version.Split('-', '+', 'r', 'p')[0].TrimEnd('.'), out _))
            wrong("--engine", text, "an engine and its version", $"{name}@0.11.0");
        return (EngineOf(name, wrong), version);
    }

    internal static Engine EngineOf(string text, Wrong wrong)
    {
        switch (text.ToLowerInvariant())
        {
            case "vllm": return Engine.Vllm;
            case "sglang": return Engine.Sglang;
            case "trtllm" or "tensorrt" or "tensorrt-llm": return Engine.TensorRt;
            default:
                wrong("--engine", text, "vllm, sglang or trtllm", Nearest.To(text, Engines));
                return Engine.Vllm;
        }
    }

    /// <summary>The efficiency reached, with the corrections of the scenario, else of the command.</summary>
    internal static EfficiencyFactors Factors(CatalogContents contents, Scenario scenario) => contents.Factors with
    {
        Corrections = scenario.Corrections.IsEmpty ? contents.Factors.Corrections : scenario.Corrections,
        TrainingCorrections = scenario.TrainingCorrections.IsEmpty ? contents.Factors.TrainingCorrections : scenario.TrainingCorrections,
    };

    /// <summary>How the numbers of a replica came about.</summary>
    internal static string Provenance(Replica replica) => replica.IsCalibrated ? "calibrated" : "modelled";

    /// <summary>A cap on power such as <c>500W</c>; 0 where there is none.</summary>
    internal static double Cap(string? text, Accelerator? accelerator, EfficiencyFactors factors, Wrong wrong)
    {
        if (text is null) return 0;
        if (!PhysicalText.TryParsePower(text, out var power, out var misread) || !(power.Watts > 0))
        {
            wrong("--power-cap", text, misread.Expected ?? "a power above 0, such as 500W", misread.Correction);
            return 0;
        }

        if (accelerator is null) return power.Watts;
        if (accelerator.ThermalDesignPower is not { } rated)
        {
            wrong("--power-cap", text, $"to be had: the catalog has no rated power of {accelerator.Name}");
            return 0;
        }

        var least = Math.Ceiling(rated.Watts * (factors.Power.StaticShare + 0.03));
        if (power.Watts < least || power.Watts > rated.Watts)
            wrong("--power-cap", text, FormattableString.Invariant($"a power that {accelerator.Name} can be held to, {least:0} to {rated.Watts:0} W"));
        return power.Watts;
    }

    /// <summary>Requests a second, such as <c>6/s</c>; null where nothing is written or it is wrong.</summary>
    internal static double? Rate(string? text, Wrong wrong)
    {
        if (text is null) return null;
        var number = text.EndsWith("/s", StringComparison.Ordinal) ? text[..^2] : text;
        if (double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value is > 0 and < 1e9) return value;
        wrong("--rate", text, "a rate above 0, such as 6/s");
        return null;
    }

    /// <summary>Lengths such as <c>1024</c>, or <c>900..2400</c> for median and 95th percentile.</summary>
    internal static TokenLengths? Lengths(string option, string text, int least, Wrong wrong)
    {
        var parts = text.Split("..");
        if (parts.Length <= 2 && double.TryParse(parts[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var median)
            && double.TryParse(parts[^1], NumberStyles.Float, CultureInfo.InvariantCulture, out var high) && median >= least && high >= median && high <= 1e8)
            return new(median, high);
        wrong(option, text, $"a length of at least {least} token{(least > 1 ? "s" : "")}, or its median and 95th percentile, such as 900..2400");
        return null;
    }

    /// <summary>A service level such as <c>ttft:p95:500ms,tpot:p95:50ms</c>.</summary>
    internal static ServiceLevel Level(string? text, Wrong wrong)
    {
        LatencyObjective? ttft = null, tpot = null, whole = null;
        foreach (var (quantity, objective) in Objectives(text, wrong))
        {
            ref var slot = ref ttft;
            if (quantity == Quantity.Tpot) slot = ref tpot;
            else if (quantity == Quantity.EndToEnd) slot = ref whole;
            else if (quantity == Quantity.Itl)
            {
                wrong("--slo", "itl", "ttft, tpot or e2e; what is between two tokens is promised as tpot", "tpot");
                continue;
            }

            if (slot is not null) wrong("--slo", text!, $"one objective each; {quantity} stands there twice");
            slot = objective;
        }

        return new(ttft, tpot, whole);
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

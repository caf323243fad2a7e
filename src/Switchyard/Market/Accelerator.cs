using Switchyard.Units;

namespace Switchyard.Market;

/// <summary>An accelerator as its maker specifies it. Matrix rates are dense (no sparsity), per accelerator, in TFLOP/s.</summary>
public sealed record Accelerator
{
    /// <summary>The catalog's name, such as <c>H100-80GB</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Other spellings that people use, such as <c>H100</c> or <c>H100-SXM</c>.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>The family that it belongs to, such as <c>H100</c>.</summary>
    public required string Family { get; init; }

    /// <summary>The maker.</summary>
    public required string Vendor { get; init; }

    /// <summary>The generation, such as <c>Hopper</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>Memory of one accelerator.</summary>
    public required DataSize Memory { get; init; }

    /// <summary>Memory bandwidth of one accelerator.</summary>
    public required DataRate MemoryBandwidth { get; init; }

    /// <summary>Dense fp16 rate, TFLOP/s; null where unknown.</summary>
    public double? Fp16Tflops { get; init; }

    /// <summary>Dense bf16 rate, TFLOP/s; null where unknown or not supported.</summary>
    public double? Bf16Tflops { get; init; }

    /// <summary>Dense fp8 rate, TFLOP/s; null where unknown or not supported.</summary>
    public double? Fp8Tflops { get; init; }

    /// <summary>Dense fp4 rate, TFLOP/s; null where unknown or not supported.</summary>
    public double? Fp4Tflops { get; init; }

    /// <summary>Dense int8 rate, TOP/s; null where unknown or not supported.</summary>
    public double? Int8Tops { get; init; }

    /// <summary>Bandwidth to the others of the scale-up domain, per accelerator and direction; null where unknown.</summary>
    public DataRate? ScaleUp { get; init; }

    /// <summary>How many accelerators the scale-up domain spans; 1 where there is none.</summary>
    public int ScaleUpDomain { get; init; } = 1;

    /// <summary>Multiprocessors that it computes with; null where unknown.</summary>
    public int? Multiprocessors { get; init; }

    /// <summary>The cache that they share; null where unknown.</summary>
    public DataSize? SharedCache { get; init; }

    /// <summary>Rated board power; null where unknown.</summary>
    public Power? ThermalDesignPower { get; init; }

    /// <summary>Power when idle; null where unknown.</summary>
    public Power? IdlePower { get; init; }

    /// <summary>Whether memory, bandwidth and rates were confirmed against a source. Offers of an unverified one are not ranked by default.</summary>
    public required bool Verified { get; init; }

    /// <summary>Where the figures were read.</summary>
    public required string Source { get; init; }

    /// <summary>The rate of 16-bit matrix products: bf16 where there is one, else fp16; null where neither is known.</summary>
    public double? Tflops16 => Bf16Tflops ?? Fp16Tflops;

    /// <summary>Whether <paramref name="text"/> names this accelerator, by name or alias, whatever the case.</summary>
    public bool IsNamed(string text) =>
        string.Equals(Name, text, StringComparison.OrdinalIgnoreCase)
        || Aliases.Any(alias => string.Equals(alias, text, StringComparison.OrdinalIgnoreCase));
}

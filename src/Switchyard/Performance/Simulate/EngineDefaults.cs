using System.Globalization;
using Switchyard.Market;

namespace Switchyard.Performance.Simulate;

/// <summary>
/// What an engine does where its user sets nothing. vLLM's server takes 8,192 tokens and 1,024 requests a step on accelerators with 70 GiB and more other
/// than the A100, and 2,048 tokens and 256 requests on the rest (its <c>EngineArgs</c>, 0.8 to 0.19).
/// </summary>
public static class EngineDefaults
{
    private const double LargeGib = 70;

    /// <summary>Most tokens in a step.</summary>
    /// <param name="deployment">The deployment.</param>
    /// <param name="accelerator">Its accelerator.</param>
    /// <param name="factors">What holds for other engines.</param>
    public static int Tokens(Deployment deployment, Accelerator accelerator, EfficiencyFactors factors) =>
        deployment.Engine == Engine.Vllm && !IsLarge(accelerator) ? 2048 : (int)factors.TokenBudget;

    /// <summary>Most requests in a batch.</summary>
    /// <param name="deployment">The deployment.</param>
    /// <param name="accelerator">Its accelerator.</param>
    /// <param name="factors">What holds for other engines.</param>
    public static int Sequences(Deployment deployment, Accelerator accelerator, EfficiencyFactors factors) =>
        deployment.Engine == Engine.Vllm && IsLarge(accelerator) ? 1024 : (int)factors.MaxSequences;

    /// <summary>Whether an engine's version decides on steps ahead by default: vLLM since 0.14 (17 January 2026); one that is not named counts as the newest.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="version">Its version, such as <c>0.11.0</c>; empty for the newest.</param>
    public static bool SchedulesAhead(Engine engine, string version)
    {
        if (engine != Engine.Vllm) return engine != Engine.Unknown;
        var parts = version.TrimStart('v').Split('.', '-', '+');
        return !int.TryParse(parts[0], CultureInfo.InvariantCulture, out var major) || parts.Length < 2
            || !int.TryParse(parts[1], CultureInfo.InvariantCulture, out var minor) || major > 0 || minor >= 14;
    }

    /// <summary>Whether an engine does not mix prompts and decodes in a step by default: SGLang, whose <c>--enable-mixed-chunk</c> is off (its server arguments, 2026).</summary>
    /// <param name="engine">The engine.</param>
    public static bool PromptsAlone(Engine engine) => engine == Engine.Sglang;

    private static bool IsLarge(Accelerator accelerator) =>
        accelerator.Memory.Bytes >= LargeGib * Units.DataSize.BytesPerGiB && !accelerator.Name.StartsWith("A100", StringComparison.OrdinalIgnoreCase);
}

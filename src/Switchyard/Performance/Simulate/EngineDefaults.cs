using Switchyard.Market;

namespace Switchyard.Performance.Simulate;

/// <summary>
/// Limits that an engine has where its user sets none. vLLM's server takes 8,192 tokens and 1,024 requests a step on accelerators with 70 GiB and more other
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

    private static bool IsLarge(Accelerator accelerator) =>
        accelerator.Memory.Bytes >= LargeGib * Units.DataSize.BytesPerGiB && !accelerator.Name.StartsWith("A100", StringComparison.OrdinalIgnoreCase);
}

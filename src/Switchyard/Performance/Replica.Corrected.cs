using Switchyard.Market;

namespace Switchyard.Performance;

/// <content>What changes a step's time besides the model's own coefficients: corrections from the user's runs, and a cap on power.</content>
public sealed partial class Replica
{
    private readonly Accelerator accelerator;
    private readonly EfficiencyFactors factors;
    private readonly double capWatts;

    /// <summary>What the user's own runs correct; <see cref="Correction.None"/> where there are none for the accelerator, engine and kind of model.</summary>
    public Correction Correction { get; }

    /// <summary>Whether the user's own runs correct it.</summary>
    public bool IsCalibrated => !ReferenceEquals(Correction, Correction.None);

    /// <summary>Seconds of one step.</summary>
    /// <param name="prompt">Prompt tokens that are prefilled in it.</param>
    /// <param name="promptContext">Positions that such a token sees on average: about half of the prompt where it is prefilled at once.</param>
    /// <param name="decodes">Requests that get one more token.</param>
    /// <param name="context">Their mean context in tokens.</param>
    /// <param name="prompts">Prompts that the prompt tokens belong to; 0 for as many as the ranks of data-parallel attention, or a multiple.</param>
    public double Step(double prompt, double promptContext, double decodes, double context, double prompts = 0)
    {
        var seconds = Plain(prompt, promptContext, decodes, context, prompts);
        if (IsCalibrated)
        {
            // What the prompt adds to a step that decodes is corrected as prompts are, the rest as decoding is.
            var decoding = prompt > 0 ? decodes > 0 ? Math.Min(seconds, Plain(0, 0, decodes, context, 0)) : 0 : seconds;
            seconds = (decoding * Correction.Decode) + ((seconds - decoding) * Correction.Prompt);
        }

        return capWatts > 0 ? seconds * Stretch(seconds, prompt + decodes, decodes, context) : seconds;
    }

    /// <summary>Watts of one accelerator at a load; null where its rated power is unknown.</summary>
    /// <param name="bandwidthShare">Share of the memory bandwidth in use, 0 to 1.</param>
    /// <param name="arithmeticShare">Share of the arithmetic peak in use, 0 to 1.</param>
    public double? Watts(double bandwidthShare, double arithmeticShare)
    {
        var watts = PowerDraw.Watts(accelerator, Math.Min(1, bandwidthShare), Math.Min(1, arithmeticShare), factors.Power);
        return capWatts > 0 && watts > capWatts ? capWatts : watts;
    }

    private double Stretch(double seconds, double tokens, double decodes, double context)
    {
        var arithmetic = Math.Min(1, tokens * Footprint.LayerFlops / (seconds * PeakFlops));
        var traffic = Math.Min(1, StepBytes(Math.Max(1, decodes), context) / (seconds * Bandwidth));
        return PowerDraw.Watts(accelerator, traffic, arithmetic, factors.Power) is { } watts
            ? PowerCap.Stretch(accelerator.ThermalDesignPower!.Value.Watts, watts, capWatts, PowerCap.ClockBound(arithmetic, factors.Power), factors.Power) : 1;
    }
}

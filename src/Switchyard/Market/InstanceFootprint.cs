using Switchyard.Units;

namespace Switchyard.Market;

/// <summary>
/// What an instance draws at full load, and what an hour of that emits: rated power of its accelerators × 1.5 for the machine around
/// them, × PUE × the grid's average intensity (docs/model/market.md). What is not known has a stated default, never 0.
/// </summary>
/// <param name="Draw">Power of the machine, without cooling and losses of the site.</param>
/// <param name="CarbonPerHour">Emitted in an hour, cooling and losses included.</param>
/// <param name="Assumed">Which of the figures are defaults, in words; empty where all are known.</param>
public sealed record InstanceFootprint(Power Draw, Carbon CarbonPerHour, string Assumed)
{
    /// <summary>
    /// Power of a machine by the rated power of its accelerators: 1.5, from at most 8.4 kW measured on a machine with 8 H100 of 700 W in training
    /// (Latif et al., IEEE Access 13, 2025).
    /// </summary>
    public const double MachineFactor = 1.5;

    /// <summary>Rated power of an accelerator that does not say: 700 W, an H100's.</summary>
    public const double DefaultWatts = 700;

    /// <summary>Power usage effectiveness of a site that does not say: 1.58, the mean of Uptime Institute's survey of 2023.</summary>
    public const double DefaultPue = 1.58;

    /// <summary>Carbon intensity of a grid that is not known, grams of CO2e per kilowatt-hour: nine in ten of the known regions lie below.</summary>
    public const double DefaultGramsPerKwh = 700;

    /// <summary>The footprint of an instance.</summary>
    /// <param name="offer">The instance.</param>
    /// <param name="region">Its region; null where nothing is known of it.</param>
    public static InstanceFootprint Of(Offer offer, Region? region)
    {
        var rated = offer.Accelerator.ThermalDesignPower?.Watts ?? DefaultWatts;
        var draw = new Power(rated * offer.AcceleratorCount * MachineFactor);
        var (pue, grams) = (region?.Pue ?? DefaultPue, region?.CarbonGramsPerKwh ?? DefaultGramsPerKwh);
        string[] assumed =
        [
            .. offer.Accelerator.ThermalDesignPower is null ? [$"{offer.Accelerator.Name} draws {DefaultWatts} W"] : (string[])[],
            .. region?.Pue is null ? ["PUE 1.58"] : (string[])[],
            .. region?.CarbonGramsPerKwh is null ? [$"{DefaultGramsPerKwh} g/kWh"] : (string[])[],
        ];
        return new(draw, new(draw.For(1).KilowattHours * pue * grams / 1000), string.Join(", ", assumed));
    }
}

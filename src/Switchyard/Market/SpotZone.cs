namespace Switchyard.Market;

/// <summary>What was measured of spot capacity in one zone.</summary>
/// <param name="Provider">The provider.</param>
/// <param name="Region">The region.</param>
/// <param name="Zone">The zone.</param>
/// <param name="Accelerator">The accelerator.</param>
/// <param name="InstanceType">The instance that was asked for.</param>
/// <param name="AskedFor">How many were asked for at a time; it counts as available when one of them could be had.</param>
/// <param name="StepSeconds">Seconds between two attempts: what is shorter was not seen.</param>
/// <param name="Days">Days of the record.</param>
/// <param name="Share">The share of steps in which it could be had, 0 to 1.</param>
/// <param name="Periods">Times of availability that begin and end within the record.</param>
/// <param name="InterruptionsPerHour">Times an hour of availability that it ends.</param>
/// <param name="Life">How long availability lasts; null where the record is too short or too coarse.</param>
/// <param name="MeanAbsenceHours">Mean hours for which it could not be had; null where it was never seen.</param>
/// <param name="Absence">How long absences last; null where the record is too short or too coarse.</param>
/// <param name="AsOf">The last day of the record.</param>
/// <param name="Source">Where the record is from.</param>
public sealed record SpotZone(
    string Provider, string Region, string Zone, Accelerator Accelerator, string InstanceType, int AskedFor, double StepSeconds, double Days, double Share, int Periods,
    double InterruptionsPerHour, SpotLifetime? Life, double? MeanAbsenceHours, SpotLifetime? Absence, DateOnly? AsOf, string Source);

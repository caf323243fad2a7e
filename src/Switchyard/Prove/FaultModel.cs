using System.Globalization;
using Switchyard.Market;
using Switchyard.Performance;
using Switchyard.Plan;
using Switchyard.Units;

namespace Switchyard.Prove;

/// <summary>What can go wrong and how often. Rates without memory, two processes for a node: its machine, and the job on it.</summary>
public sealed record FaultModel
{
    /// <summary>Failures of the machine (accelerator, memory, link, host), per day and eight accelerators: 6.50 per 1,000 node-days (Meta RSC-1, arXiv 2410.21680).</summary>
    public double NodeFailuresPerDay { get; init; } = Reliability.NodeFailuresPerDay;

    /// <summary>
    /// Failures of a job by its software or its user, per day and eight accelerators. Jobs of 8 accelerators ran 47.7 days between failures of
    /// either process (arXiv 2410.21680): 1/47.7 less those of the machine.
    /// </summary>
    public double JobFailuresPerDay { get; init; } = Reliability.JobFailuresPerDay;

    /// <summary>Share of machine failures that take the whole rack along: its switch; assumed.</summary>
    public double SharedFate { get; init; } = 0.02;

    /// <summary>Machines behind one switch; assumed.</summary>
    public int RackNodes { get; init; } = 4;

    /// <summary>Hours until a failed machine of one's own is back; assumed.</summary>
    public double RepairHours { get; init; } = Reliability.RepairHours;

    /// <summary>Hours until a provider has put another machine in the place of a committed one that failed; assumed.</summary>
    public double ReplaceHours { get; init; } = Reliability.ReplaceHours;

    /// <summary>Machines held ready for those of one's own that fail, as a share of them; assumed.</summary>
    public double Spares { get; init; }

    /// <summary>Share of machines that are slow; assumed.</summary>
    public double SlowNodes { get; init; } = 0.01;

    /// <summary>How much slower they are, as a factor on time; assumed.</summary>
    public double SlowFactor { get; init; } = 1.2;

    /// <summary>Seconds until a machine that slows its gang is found and replaced: half an hour; assumed. MegaScale (NSDI 2024) times each machine's steps for it.</summary>
    public double FindSlowSeconds { get; init; } = 1800;

    /// <summary>Seconds from a failure of a job to its working again on machines that are there: 600 (as the plan reckons).</summary>
    public double RestartSeconds { get; init; } = Reliability.RestartSeconds;

    /// <summary>Times an hour that a zone's spot capacity of a kind ends (0.23, the plan's figure).</summary>
    public double SpotInterruptionsPerHour { get; init; } = MarketAssumptions.SpotInterruptionsPerHour;

    /// <summary>Share of the time in which spot capacity can be had (0.86, the plan's figure).</summary>
    public double SpotAvailability { get; init; } = MarketAssumptions.SpotAvailability;

    /// <summary>Shape of the time until spot capacity ends where the zone was not measured (Weibull): 1 without memory, below 1 young capacity is more at risk.</summary>
    public double SpotShape { get; init; } = SpotLifetime.DefaultShape;

    /// <summary>Shape of the time for which it is away.</summary>
    public double SpotAbsenceShape { get; init; } = SpotLifetime.DefaultAbsenceShape;

    /// <summary>A record of spot capacity that is played instead of draws; null for draws.</summary>
    public AvailabilityTrace? SpotTrace { get; init; }

    /// <summary>Spot capacity of a zone that was not measured.</summary>
    public SpotSupply Spot => new(null, SpotLifetime.OfMean(SpotShape, 1 / SpotInterruptionsPerHour),
        SpotLifetime.OfMean(SpotAbsenceShape, (1 - SpotAvailability) / SpotAvailability / SpotInterruptionsPerHour));

    /// <summary>Share of the time in which capacity on demand is not to be had when asked for; assumed, nobody publishes it.</summary>
    public double OnDemandShortage { get; init; } = Reliability.OnDemandShortage;

    /// <summary>Mean hours that such a shortage lasts; assumed.</summary>
    public double ShortageHours { get; init; } = Reliability.ShortageHours;

    /// <summary>Outages of a zone a year; assumed.</summary>
    public double ZoneOutagesPerYear { get; init; } = 0.5;

    /// <summary>Mean hours that an outage of a zone lasts; assumed.</summary>
    public double ZoneOutageHours { get; init; } = 3;

    /// <summary>Outages of a whole region of a provider a year; assumed.</summary>
    public double RegionOutagesPerYear { get; init; } = 0.1;

    /// <summary>Mean hours that an outage of a region lasts; assumed.</summary>
    public double RegionOutageHours { get; init; } = 4;

    /// <summary>Interruptions of the grid a year at a site of one's own: 1.1 (EIA-861 2023, SAIFI without major events, rounded).</summary>
    public double PowerOutagesPerYear { get; init; } = 1.1;

    /// <summary>Mean hours that the grid is away: 2 (EIA-861 2023, CAIDI, rounded).</summary>
    public double PowerOutageHours { get; init; } = 2;

    /// <summary>Hours that a site of one's own rides through without the grid: batteries and generators; assumed.</summary>
    public double RideThroughHours { get; init; } = 0.25;

    /// <summary>Nothing ever fails.</summary>
    public static FaultModel None { get; } = new()
    {
        NodeFailuresPerDay = 0,
        JobFailuresPerDay = 0,
        SlowNodes = 0,
        SpotInterruptionsPerHour = 0,
        SpotAvailability = 1,
        OnDemandShortage = 0,
        ZoneOutagesPerYear = 0,
        RegionOutagesPerYear = 0,
        PowerOutagesPerYear = 0,
    };

    /// <summary>Failures of a machine a second.</summary>
    /// <param name="accelerators">Its accelerators.</param>
    public double NodeFailureRate(double accelerators) => NodeFailuresPerDay / 86400 * accelerators / 8;

    /// <summary>Events a second that begin at a machine, those that take its rack along included, such that machines fail at their rate all in all.</summary>
    /// <param name="accelerators">Its accelerators.</param>
    public double NodeEventRate(double accelerators) => NodeFailureRate(accelerators) / (1 + (SharedFate * (RackNodes - 1)));

    /// <summary>Failures of a job's own a second.</summary>
    /// <param name="accelerators">The job's accelerators.</param>
    public double JobFailureRate(double accelerators) => JobFailuresPerDay / 86400 * accelerators / 8;

    /// <summary>What is assumed, in words.</summary>
    public IEnumerable<string> Assumed()
    {
        yield return Text($"faults: {NodeFailuresPerDay * 1000:0.##} machine and {JobFailuresPerDay * 1000:0.##} job failures per 1,000 node-days of 8 accelerators (Meta RSC, arXiv 2410.21680), {SharedFate:P0} with the whole rack");
        yield return Text($"repair: {RepairHours:0.#} h for one's own, {ReplaceHours:0.#} h until a committed machine is replaced");
        yield return Text($"slow machines: {SlowNodes:P0}, by {SlowFactor - 1:P0}; found in a gang after {FindSlowSeconds / 60:0} min and replaced");
        yield return SpotTrace is { } trace
            ? Text($"spot: as recorded in {trace.Zones.Length} zones over {trace.Seconds / 86400:0.#} days, each run from a moment of its own")
            : Text($"spot, where it was not measured: {SpotInterruptionsPerHour:0.##} interruptions an hour, there {SpotAvailability:P0} of the time (as the plan); lives and absences are Weibull of shape {SpotShape:0.##} and {SpotAbsenceShape:0.##}: what is young is most at risk");
        yield return Text($"on demand: refused {OnDemandShortage:P1} of the time, {ShortageHours:0.#} h at a time");
        yield return Text($"outages a year: zone {ZoneOutagesPerYear:0.##} of {ZoneOutageHours:0.#} h, region {RegionOutagesPerYear:0.##} of {RegionOutageHours:0.#} h, one's own grid {PowerOutagesPerYear:0.##} of {PowerOutageHours:0.#} h with {RideThroughHours * 60:0} min of ride-through");
    }

    private static string Text(FormattableString text) => English.Text(text);
}

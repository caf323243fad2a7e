using System.Collections.Immutable;
using Switchyard.Market;
using Switchyard.Operate;
using Switchyard.Performance;

namespace Switchyard.Prove;

/// <summary>How a plan is played: with which seed, under which circumstances, how closely.</summary>
/// <param name="Stage">The plan, set up.</param>
/// <param name="Case">The circumstances.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Rule">How much is played request by request.</param>
/// <param name="Factors">What engines reach.</param>
public sealed record ProofRun(Stage Stage, ProofCase Case, ulong Seed, WindowRule Rule, EfficiencyFactors Factors)
{
    /// <summary>Its place among the runs that are judged together, whose seeds follow each other.</summary>
    public RunPlace Place { get; init; } = new(0, 1);

    /// <summary>Plays it. Runs are independent of each other: they may go side by side.</summary>
    public RunResult Play() => RunResult.Of(this, record: false);

    /// <summary>Plays it and keeps every event with what was decided.</summary>
    public (RunResult Result, ImmutableArray<RecordedDecision> Log) Record()
    {
        var result = RunResult.Of(this, record: true);
        return (result, [.. result.Fleet.Log!.Select(entry => new RecordedDecision(entry.Happened, entry.Decisions))]);
    }
}

/// <summary>A run's place among those that are judged together.</summary>
/// <param name="Index">Zero-based.</param>
/// <param name="Count">How many they are; at least 1.</param>
public readonly record struct RunPlace(int Index, int Count);

/// <summary>An event and what was decided on it.</summary>
/// <param name="Happened">The event.</param>
/// <param name="Decisions">The decisions.</param>
public sealed record RecordedDecision(ControllerEvent Happened, ImmutableArray<ControllerDecision> Decisions);

/// <summary>How a job went.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Workload">The workload.</param>
/// <param name="Arrives">When it could begin, seconds.</param>
/// <param name="Deadline">By when it had to end.</param>
/// <param name="Started">When it began; NaN where it never did.</param>
/// <param name="Ended">When it ended; NaN where it never did.</param>
/// <param name="Failures">How often it was interrupted.</param>
public sealed record JobOutcome(string Id, string Workload, double Arrives, double Deadline, double Started, double Ended, int Failures)
{
    /// <summary>Whether it ended in time.</summary>
    public bool InTime => Ended <= Deadline;
}

/// <summary>What one run of a plan gave.</summary>
public sealed record RunResult
{
    /// <summary>The seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The run's fingerprint.</summary>
    public required string Hash { get; init; }

    /// <summary>Events of the fleet.</summary>
    public required long Events { get; init; }

    /// <summary>Requests that were played.</summary>
    public required long Played { get; init; }

    /// <summary>The jobs.</summary>
    public required ImmutableArray<JobOutcome> Jobs { get; init; }

    /// <summary>Cash by month, credits taken off; months after the plan included.</summary>
    public required ImmutableArray<decimal> CashPerMonth { get; init; }

    /// <summary>Cash by provider, before credits.</summary>
    public required ImmutableSortedDictionary<string, decimal> CashPerProvider { get; init; }

    /// <summary>The bill, line by line.</summary>
    internal ImmutableArray<BillLine> Lines { get; init; } = [];

    /// <summary>Kilograms of CO2e by month; empty where unknown.</summary>
    public required ImmutableArray<double> CarbonPerMonth { get; init; }

    /// <summary>Accelerator-hours by workload and state.</summary>
    public required ImmutableSortedDictionary<string, ImmutableArray<double>> Hours { get; init; }

    /// <summary>Accelerator-hours from the moments at which machines came and went: what the states add up to.</summary>
    public required double HeldHours { get; init; }

    /// <summary>Energy of the accelerators, kilowatt-hours, the region's overhead included where it is known; null where a power is unknown.</summary>
    public required double? KilowattHours { get; init; }

    /// <summary>Kilograms of CO2e; null where a region's is unknown.</summary>
    public required double? CarbonKilograms { get; init; }

    /// <summary>What happened, in words.</summary>
    public required ImmutableArray<(double Seconds, string Text)> Noted { get; init; }

    /// <summary>How many of equally likely runs this one stands for, where all workloads count; 1 on average over the runs of a proof.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>The same for figures of one workload.</summary>
    /// <param name="workload">The workload.</param>
    public double WeightOf(string workload) => Weights.GetValueOrDefault(workload, 1);

    internal ImmutableSortedDictionary<string, double> Weights { get; init; } = ImmutableSortedDictionary<string, double>.Empty;

    internal ServiceTally[] Services { get; init; } = [];

    internal FleetRecord Fleet { get; init; } = null!;

    internal static RunResult Of(ProofRun run, bool record)
    {
        var stage = run.Stage;
        var draws = SeedDraws.Of(stage, run.Case, run.Seed, run.Place);
        var fleet = FleetRun.Play(stage, run.Case, draws, record);
        var services = new ServiceTally[stage.Services.Length];
        for (var s = 0; s < services.Length; s++)
        {
            var windows = Windows.Of(stage, s, fleet.Changes[s], run.Rule, run.Case, run.Seed);
            services[s] = new ServicePlay(stage, s, fleet.Changes[s], run.Case, fleet.WithoutApi[s]).Play(windows, run.Rule, run.Seed);
        }

        var bill = Bill.Of(stage, fleet.Books);
        var used = Usage.Of(stage, fleet.Books, services);
        return new()
        {
            Seed = run.Seed,
            Weight = draws.Weight,
            Weights = draws.Weights,
            Hash = Fingerprint(fleet.Hash, services),
            Events = fleet.Events,
            Played = services.Sum(s => s.Offered),
            Jobs = [.. fleet.Jobs.Select(j => new JobOutcome(j.Order.Id, j.Order.Workload, j.Order.Arrives, j.Order.Deadline, j.FirstStart, j.Ended, j.Failures))],
            CashPerMonth = bill.PerMonth,
            CashPerProvider = bill.PerProvider,
            Lines = bill.Lines,
            Hours = used.Hours,
            HeldHours = fleet.Books.Held.Sum(),
            KilowattHours = used.KilowattHours,
            CarbonKilograms = used.CarbonPerMonth.IsEmpty ? null : used.CarbonPerMonth.Sum(),
            CarbonPerMonth = used.CarbonPerMonth,
            Noted = [.. fleet.Noted],
            Services = services,
            Fleet = fleet,
        };
    }

    private static string Fingerprint(string fleet, ServiceTally[] services)
    {
        var hash = new RunHash();
        hash.Add(fleet);
        foreach (var month in services.SelectMany(s => s.Months))
        {
            hash.Add(month.Requests);
            foreach (var met in month.Met) hash.Add(met);
            foreach (var times in month.Times) hash.Add(times.Summary().Mean);
        }

        return hash.Text;
    }
}

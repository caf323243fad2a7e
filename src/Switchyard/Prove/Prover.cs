using System.Collections.Immutable;
using Switchyard.Market;
using Switchyard.Operate;
using Switchyard.Performance;

namespace Switchyard.Prove;

/// <summary>How a plan is proven.</summary>
/// <param name="Seeds">Runs under the expected circumstances; at least 1.</param>
/// <param name="FirstSeed">The first seed; the others follow it.</param>
/// <param name="Stress">Whether to play it under stress too.</param>
/// <param name="Rule">How much is played request by request.</param>
/// <param name="SpotTrace">A record of spot capacity to be played; null to draw it.</param>
public sealed record ProofSettings(int Seeds = 12, ulong FirstSeed = 1, bool Stress = false, WindowRule? Rule = null, AvailabilityTrace? SpotTrace = null)
{
    /// <summary>So many runs' intervals are as wide as they say (docs/decisions/0010).</summary>
    public const int Enough = 30;

    /// <summary>Runs that are played instead where <see cref="Seeds"/> cannot tell whether the plan holds; 0 where they are to decide.</summary>
    public int Further { get; init; }

    /// <summary>The settings with which to look again; null where the evidence decides, or is all that was asked for.</summary>
    /// <param name="expected">What the runs under the expected circumstances gave.</param>
    public ProofSettings? Again(CaseEvidence expected) => Further > Seeds && expected.IsUndecided ? this with { Seeds = Further } : null;
}

/// <summary>Plays a plan and says whether it holds.</summary>
public static class Prover
{
    /// <summary>Standard score of the 90th percentile.</summary>
    public const double P90 = 1.2815515655446004;

    /// <summary>The runs of a proof, by case: independent of each other.</summary>
    /// <param name="stage">The plan, set up.</param>
    /// <param name="factors">What engines reach.</param>
    /// <param name="settings">How it is proven.</param>
    public static ImmutableArray<ProofRun> Runs(Stage stage, EfficiencyFactors factors, ProofSettings settings)
    {
        var rule = settings.Rule ?? new();
        var runs = ImmutableArray.CreateBuilder<ProofRun>();
        void Add(ProofCase circumstances, int seeds)
        {
            for (var i = 0; i < seeds; i++) runs.Add(new(stage, circumstances, settings.FirstSeed + (ulong)i, rule, factors) { Place = new(i, seeds) });
        }

        var expected = settings.SpotTrace is { } trace ? ProofCase.Expected with { Faults = ProofCase.Expected.Faults with { SpotTrace = trace } } : ProofCase.Expected;
        Add(expected, settings.Seeds);
        Add(expected with { Name = "predictions wrong by their P90", ErrorScore = P90 }, 1);
        if (settings.Stress)
            foreach (var circumstances in StressCases(stage, expected)) Add(circumstances, Math.Max(1, Math.Min(settings.Seeds, 3 + (settings.Seeds / 6))));
        return runs.ToImmutable();
    }

    /// <summary>The evidence of runs.</summary>
    /// <param name="stage">The plan, set up.</param>
    /// <param name="runs">The runs.</param>
    /// <param name="results">What each gave, in the same order.</param>
    public static Evidence Evidence(Stage stage, ImmutableArray<ProofRun> runs, IReadOnlyList<RunResult> results)
    {
        var cases = runs.Zip(results).GroupBy(p => p.First.Case).Select(g => Judge.Of(stage, g.Key, [.. g.Select(p => p.Second)])).ToList();
        var hash = new RunHash();
        foreach (var result in results) hash.Add(result.Hash);
        return new()
        {
            Scenario = stage.Scenario,
            Plan = stage.Plan,
            Horizon = stage.Horizon,
            Seeds = [.. runs.Where(r => r.Case == runs[0].Case).Select(r => r.Seed)],
            Expected = cases[0],
            Pessimistic = cases.ElementAtOrDefault(1),
            Stress = [.. cases.Skip(2)],
            Notes = stage.Notes,
            Assumed = [.. Assumed(stage, runs[0].Case.Faults)],
            RunHash = hash.Text,
        };
    }

    private static IEnumerable<string> Assumed(Stage stage, FaultModel faults)
    {
        foreach (var line in faults.Assumed()) yield return line;
        foreach (var measured in stage.Makes.Where(m => !m.Spot.IsEmpty && faults.SpotTrace is null).Select(m => $"spot, as measured: {string.Join(", ", m.Spot.Select(Said))}").Distinct())
            yield return measured;
        foreach (var (group, error) in stage.Makes.Where(m => m.Accelerator is not null).Select(m => (m.ErrorGroup, m.Error)).Distinct())
            yield return FormattableString.Invariant($"error of {group}: time is {error.Low:0.##} to {error.High:0.##} of the prediction in 90% of measured runs");
    }

    private static string Said(SpotSupply spot) =>
        FormattableString.Invariant($"{spot.Zone} {spot.InterruptionsPerHour:0.##} interruptions an hour, there {spot.Up.MeanHours / (spot.Up.MeanHours + spot.Down.MeanHours):P0} of the time, shape {spot.Up.Shape:0.##}");

    /// <summary>The cases of stress.</summary>
    /// <param name="stage">The plan, set up.</param>
    /// <param name="expected">How it is expected to go.</param>
    public static IEnumerable<ProofCase> StressCases(Stage stage, ProofCase expected)
    {
        var faults = expected.Faults;
        yield return expected with
        {
            Name = "failures three times as often",
            Faults = faults with { NodeFailuresPerDay = 3 * faults.NodeFailuresPerDay, JobFailuresPerDay = 3 * faults.JobFailuresPerDay, SharedFate = 3 * faults.SharedFate },
        };
        yield return expected with { Name = "demand +30%", Demand = 1.3 };
        var worst = Busiest(stage);
        var main = stage.Mandate.Pools.Where(p => p.Kind != PurchaseKind.Tokens).GroupBy(p => p.Provider)
            .OrderByDescending(g => g.Sum(p => p.Most.Sum(m => m * p.Accelerators))).ThenBy(g => g.Key, StringComparer.Ordinal).Select(g => g.Key).FirstOrDefault();
        yield return expected with
        {
            Name = "a zone is out for 6 h at the busiest hour",
            Absences = [.. stage.Mandate.Pools.Select(p => (p.Provider, p.Region)).Distinct()
                .Select(p => new ForcedAbsence(worst, 6 * 3600, p.Provider, p.Region, 0, null, "zone outage"))],
        };
        if (stage.Mandate.Pools.Any(p => p.Kind == PurchaseKind.Spot))
        {
            yield return expected with
            {
                Name = "no spot capacity for two weeks",
                Absences = [.. Enumerable.Range(0, stage.Horizon.Months).Where(m => m % 6 == 3 % Math.Max(1, stage.Horizon.Months))
                    .Select(m => new ForcedAbsence(stage.Horizon.HoursBefore(m) * 3600, 14 * 86400, null, null, null, PurchaseKind.Spot, "no spot capacity"))],
            };
        }

        if (main is not null)
        {
            yield return expected with
            {
                Name = $"{main} is lost for three days at the busiest time",
                Absences = [new(worst, 3 * 86400, main, null, null, null, $"{main} is lost")],
            };
        }
    }

    // The busiest hour of the last month: where a plan is at its largest and load has grown.
    private static double Busiest(Stage stage)
    {
        var month = stage.Horizon.Months - 1;
        var first = (long)stage.Horizon.HoursBefore(month) + 72;
        return Enumerable.Range(0, 168).Select(h => (first + h) * 3600.0)
            .MaxBy(s => stage.Mandate.Services.Select(m => m.Expected(stage.Horizon, s) / m.Load.Peak(month)).DefaultIfEmpty(0).Sum());
    }
}

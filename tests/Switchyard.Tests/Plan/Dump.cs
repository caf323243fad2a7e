using System.Text.Json;
using Switchyard.Plan;
namespace Switchyard.Tests.Plan;
public sealed class Dump
{
    [Fact]
    public void It()
    {
        using var file = new StreamWriter("/tmp/dump.txt");
        foreach (var seed in Environment.GetEnvironmentVariable("SEEDS")!.Split(','))
        {
            var s = int.Parse(seed, System.Globalization.CultureInfo.InvariantCulture);
            var p = RandomProblems.Free(s);
            if (s >= 100000) p = RandomProblems.Limited(s, ProblemSolver.Solve(p, Switchyard.Plan.Solve.SolveLimits.Exact).PresentValue, s >= 200000);
            file.WriteLine($"cash {p.CashPerMonth} total {p.TotalCost} share {p.ProviderShare}");
            file.WriteLine($"=== {seed} {p.Horizon} r={p.DiscountRate} credits={string.Join(';', p.Credits)} fixed={string.Join(',', p.FixedCash)}");
            foreach (var (x, i) in p.Sources.Select((x, i) => (x, i))) file.WriteLine($" S{i} {x.Kind} {x.Provider} {x.PricePerHour} acc{x.AcceleratorCount} term{x.TermMonths} up{x.UpfrontShare} last{x.LastStart} min{x.MinCount} max{x.MaxCount} held[{string.Join(',', x.Held)}] mps{x.MaxPerSecond}");
            foreach (var l in p.CapacityLimits) file.WriteLine($" L {l.Accelerators} over {string.Join(',', l.Sources)}");
            foreach (var n in p.Needs)
            {
                if (n is ServiceNeed v) { file.WriteLine($" N service min{v.MinReplicas} shares {string.Join(',', v.UserShares)} slots {string.Join(' ', v.Slots.Select(t => $"{t.Month}:{t.Hours}h@{t.Rate}"))}"); foreach (var o in v.Options) file.WriteLine("    " + o); }
                if (n is RunNeed r) { file.WriteLine($" N runs {string.Join(' ', r.Groups.Select(g => $"{g.Month}:[{string.Join(',', g.Starts)}]"))}"); foreach (var o in r.Options) file.WriteLine("    " + o); }
                if (n is PileNeed w) { file.WriteLine($" N piles {string.Join(' ', w.Piles)}"); foreach (var o in w.Options) file.WriteLine("    " + o); }
            }
            var solved = ProblemSolver.Solve(p, Switchyard.Plan.Solve.SolveLimits.Exact);
            file.WriteLine($" solved {solved.Status} {solved.PresentValue}; brute {BruteForce.Best(p)}");
            foreach (var d in solved.Decisions) file.WriteLine("   " + d);
        }
    }
}

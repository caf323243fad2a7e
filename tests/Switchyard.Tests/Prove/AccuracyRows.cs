using System.Globalization;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Performance;
using Switchyard.Plan;
using Switchyard.Prove;
using Switchyard.Tests.Performance;
using Switchyard.Tests.Plan;
using Switchyard.Units;

namespace Switchyard.Tests.Prove;

/// <summary>
/// How far windows are from playing every request, and how often stated intervals hold what they say: services with two shapes of the week and a mix with training and a nightly pile,
/// three months each, with errors of prediction wide enough that some months miss their objectives.
/// </summary>
internal static class AccuracyRows
{
    private const int Whole = 5, Choices = 4, Seeds = 120, Exact = 600, Proofs = 40;

    // What is off by less says the same.
    private const double Same = 0.001;

    private static readonly ErrorIntervals Errors = Staged.Within(0.8, 1.5);

    internal static IEnumerable<(string Name, Stage Stage)> Cases()
    {
        yield return ("8B on L4, business hours", Small("chat", Fixtures.Llama8, Fixtures.L4, Precision.Fp8, new(2.2, 0.05, WeekShape.BusinessHours), new(1200, 3000), new(400, 1000), Fixtures.Level(2000, 90)));
        yield return ("12B on L40S, daily, spot allowed", Small("assistant", Fixtures.Nemo, Fixtures.L40S, Precision.Fp8, new(4, 0.1, WeekShape.Daily), new(600, 2000), new(500, 1200), Fixtures.Level(1000, 60)));
        var mixed = Staged.Mixed with { Workloads = [HandMade.Service("chat", 1, 2), .. Staged.Mixed.Workloads.Where(w => w is not InferenceWorkload)] };
        yield return ("70B with training on spot and a nightly pile", Staged.Of(Staged.PlanOf(mixed), mixed, Errors));
    }

    private static Stage Small(string name, ModelArchitecture model, Accelerator accelerator, Precision precision, LoadCurve load, TokenLengths input, TokenLengths output, ServiceLevel level)
    {
        var scenario = HandMade.Scenario(null, HandMade.Service(name, 1, 2) with
        {
            Model = model, Precisions = [precision], Load = load, Input = input, Output = output, ServiceLevel = level, Headroom = 0.2, SpotAllowed = true, FirmShare = 0.5,
        });
        var prices = HandMade.Prices(
            HandMade.Offer("aws", "us-east", 1, accelerator, "one") with { AcceleratorCount = 1 }, HandMade.Offer("crusoe", "us-west", 0.9, accelerator, "spot") with { AcceleratorCount = 1, Spot = new(0.4m) });
        var plan = Planner.Plan(scenario, prices, new PerformanceModel(Staged.Factors), new(0.01, 200, Explain: false)).Plan!;
        return Staging.Set(plan, scenario, prices, Staged.Factors, Errors).Stage!;
    }

    public static IEnumerable<string> All() => Cases().SelectMany(c => Windows(c.Name, c.Stage).Concat(Coverage(c.Name, c.Stage)));

    private static string Row(string name, string reference, string reach, FormattableString ours) => $"| {name} | {reference} | {reach} | {ours.ToString(CultureInfo.InvariantCulture)} |";

    private static RunResult Play(Stage stage, ulong seed, WindowRule rule) => new ProofRun(stage, ProofCase.Expected, seed, rule, Staged.Factors).Play();

    private static IEnumerable<double> Attained(Stage stage, RunResult run) =>
        run.Services.SelectMany((s, i) => s.Months.SelectMany(m => Enumerable.Range(0, 2).Select(kind => m.Met[kind] / m.Requests)));

    private static List<double> AttainedOf(Stage stage, RunResult run, WindowRule rule, ulong seed) =>
    [
        .. Enumerable.Range(0, stage.Services.Length).SelectMany(s =>
        {
            var windows = Switchyard.Prove.Windows.Of(stage, s, run.Fleet.Changes[s], rule, ProofCase.Expected, seed);
            var played = new ServicePlay(stage, s, run.Fleet.Changes[s], ProofCase.Expected, run.Fleet.WithoutApi[s]).Play(windows, rule, seed);
            return played.Months.SelectMany(m => Enumerable.Range(0, 2).Select(kind => m.Met[kind] / m.Requests));
        }),
    ];

    internal static IEnumerable<string> Windows(string name, Stage stage)
    {
        var (off, attained) = (new List<double>(), new List<double>());
        for (var seed = 1UL; seed <= Whole; seed++)
        {
            var run = Play(stage, seed, new());
            var all = AttainedOf(stage, run, new() { Whole = true }, seed);
            attained.AddRange(all);
            // Several choices of windows on the same run: what is off by the choice and what is off on average are two things.
            for (var choice = 0UL; choice < Choices; choice++) off.AddRange(AttainedOf(stage, run, new(), seed + (choice * 1_000)).Zip(all, (window, whole) => window - whole));
        }

        var spread = Math.Sqrt(off.Sum(o => o * o) / off.Count);
        yield return Row($"{name}: attainment, windows less every request, {attained.Count} months and objectives, {Choices} choices of windows each", Invariant($"whole runs, {attained.Min():0.0%} to {attained.Max():0.0%}"), "no bias",
            $"mean {off.Average():+0.00%;-0.00%} ± {1.96 * spread / Math.Sqrt(attained.Count):0.00%}, typical {spread:0.00%}, worst {off.Max(Math.Abs):0.00%}");
    }

    // What a run says: attainments, cost, hours of jobs.
    private static List<(string Of, Func<IReadOnlyList<double>, IReadOnlyList<double>?, Figure> Figure, double Value, double Weight)> Said(Stage stage, RunResult run) =>
    [
        .. Attained(stage, run).Select(share => ("attainment", (Func<IReadOnlyList<double>, IReadOnlyList<double>?, Figure>)Figure.OfShares, share, run.WeightOf(stage.Services[0].Name))),
        ("cost", Figure.OfAmounts, (double)run.CashPerMonth.Sum(), run.Weight),
        .. stage.Jobs.Select(j => j.Workload).Distinct().Select(workload =>
            ("hours of jobs", (Func<IReadOnlyList<double>, IReadOnlyList<double>?, Figure>)Figure.OfAmounts, run.Jobs.Where(j => j.Workload == workload && j.Ended > 0).Average(j => j.Ended - j.Arrives), run.WeightOf(workload))),
    ];

    internal static IEnumerable<string> Coverage(string name, Stage stage)
    {
        // Each independent of all others: what the range of another seed is held against.
        var others = Enumerable.Range(10_001, Seeds).Select(seed => Said(stage, Play(stage, (ulong)seed, new()))).ToList();
        // One large proof: what the intervals of means are held against, as exact as this gets.
        var exact = ProofOf(stage, Exact, 50_001);
        foreach (var (n, count) in new[] { (12, Proofs), (30, Proofs / 2) })
        {
            var proofs = Enumerable.Range(0, count).Select(p => ProofOf(stage, n, (ulong)(1 + (p * n)))).ToList();
            foreach (var kind in Enumerable.Range(0, others[0].Count).GroupBy(i => others[0][i].Of))
            {
                int inside = 0, all = 0, means = 0, intervals = 0;
                foreach (var i in kind)
                {
                    var mean = FigureOf(exact, i).Mean;
                    foreach (var stated in proofs.Select(proof => FigureOf(proof, i)))
                    {
                        intervals++;
                        if (mean >= stated.Low - (Same * mean) && mean <= stated.High + (Same * mean)) means++;
                        all += others.Count;
                        inside += others.Count(o => o[i].Value >= stated.Least - (Same * mean) && o[i].Value <= stated.Most + (Same * mean));
                    }
                }

                yield return Row($"{name}: {kind.Key}, from {n} seeds", "95%", "95%", $"another seed in its range {inside / (double)all:0.0%} of {all:#,##0}; the mean of {Exact} others in its interval {means / (double)intervals:0%} of {intervals} ({count} proofs)");
            }
        }
    }

    private static List<List<(string Of, Func<IReadOnlyList<double>, IReadOnlyList<double>?, Figure> Figure, double Value, double Weight)>> ProofOf(Stage stage, int runs, ulong seed) =>
        [.. Prover.Runs(stage, Staged.Factors, new(runs, seed)).Take(runs).Select(r => Said(stage, r.Play()))];

    private static Figure FigureOf(List<List<(string Of, Func<IReadOnlyList<double>, IReadOnlyList<double>?, Figure> Figure, double Value, double Weight)>> proof, int i) =>
        proof[0][i].Figure([.. proof.Select(r => r[i].Value)], [.. proof.Select(r => r[i].Weight)]);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

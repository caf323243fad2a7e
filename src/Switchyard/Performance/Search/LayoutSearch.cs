using System.Collections.Immutable;
using System.Globalization;
using Switchyard.Performance.Simulate;
using Switchyard.Units;

namespace Switchyard.Performance.Search;

/// <summary>
/// The layouts of a model over accelerators that serve best within a promise. Every division that fits is judged in closed form; the few best are simulated,
/// and what is said of them is what the simulation gave.
/// </summary>
public sealed class LayoutSearch
{
    private const int SimulatedTogether = 6, SimulatedApart = 4, Shown = 5;
    private readonly LayoutQuestion question;
    private readonly EfficiencyFactors factors;
    private readonly ClosedForm closed;
    private readonly LoadTester tester;
    private readonly List<RuledOut> ruledOut = [];
    private readonly ImmutableArray<Division> divisions;

    private LayoutSearch(LayoutQuestion question, EfficiencyFactors factors)
    {
        (this.question, this.factors) = (question, factors);
        closed = new(question, factors);
        tester = new(question, factors);
        divisions = Divisions.Of(question, factors, ruledOut);
    }

    /// <summary>Searches.</summary>
    /// <param name="question">What is asked.</param>
    /// <param name="factors">The efficiency reached.</param>
    public static LayoutAnswer Find(LayoutQuestion question, EfficiencyFactors factors) => new LayoutSearch(question, factors).Find();

    private LayoutAnswer Find()
    {
        if (Impossible() is { } reason) return Answer([], [], reason);
        if (divisions.IsEmpty) return Answer([], [], Closest() is { Memory: null } other ? other.Reason : $"{question.Model.Name} does not fit: {Closest().Reason}");
        List<Candidate> candidates = [];
        if (question.Prefill != PrefillChoice.Apart) candidates.AddRange(Best(Together(), SimulatedTogether));
        if (question.Prefill != PrefillChoice.Together) candidates.AddRange(Best(Apart(), SimulatedApart));
        if (candidates.Count == 0) return Answer([], [], Unkept());
        List<FoundLayout> found = [];
        string? unmet = null;
        foreach (var candidate in candidates)
        {
            if (tester.Test(candidate, out var why) is { } layout) found.Add(layout);
            else unmet ??= why;
        }

        // As few accelerators as can be for a load that is given; else as much as can be with all.
        var ordered = question.Rate is null && question.Clients is null
            ? found.OrderByDescending(Worth).ThenBy(f => f.Layout.Accelerators)
            : found.OrderBy(f => f.Layout.Accelerators).ThenByDescending(Worth);
        var front = new LayoutFront(question, factors, divisions, closed, tester).Find();
        return Answer([.. ordered.Take(Shown)], front, found.Count == 0 ? unmet ?? Unkept() : null);
    }

    // Stages wait for each other a little more than taking turns shows; layouts that are near to each other rank by the simpler one.
    private static double Worth(FoundLayout found)
    {
        var stages = Math.Max(found.Layout.Deployment.PipelineParallel, found.Layout.Prefill?.PipelineParallel ?? 1);
        return found.Capacity * (1 - (0.03 * (stages - 1)));
    }

    private LayoutAnswer Answer(ImmutableArray<FoundLayout> best, ImmutableArray<FrontPoint> front, string? refusal) => new()
    {
        Best = best, Front = front, Refusal = refusal, RuledOut = [.. ruledOut], Considered = divisions.Length + ruledOut.Count, Simulated = tester.Simulated,
    };

    private string? Impossible()
    {
        var (model, accelerator) = (question.Model, question.Accelerator);
        if (question.Precisions.IsDefaultOrEmpty) return "no number format is allowed";
        if (!(accelerator.Memory.Bytes > 0) || !(accelerator.MemoryBandwidth.BytesPerSecond > 0)) return $"memory or bandwidth of {accelerator.Name} is unknown";
        var longest = question.Input.P95 + question.Output.P95;
        return longest > model.Context
            ? string.Create(CultureInfo.InvariantCulture, $"requests of {longest:#,##0} tokens exceed the context of {model.Name}, {model.Context:#,##0} tokens") : null;
    }

    // What came closest to fitting: the narrowest format over the most accelerators.
    private RuledOut Closest() => ruledOut.OrderBy(r => r.Memory is null).ThenBy(r => r.Memory is { } m ? m.Weights + m.Activations + m.Request - m.Usable : 0).First();

    private string Unkept()
    {
        var fastest = divisions.Select(d => (Division: d, Why: closed.WhyNot(d))).Where(d => d.Why is not null)
            .OrderBy(d => d.Division.Replica.Step(0, 0, 1, question.Input.Mean)).FirstOrDefault();
        return fastest.Why is null ? "no layout keeps the promise"
            : $"no layout keeps the promise: {question.Model.Name} in {PerformanceModel.NameOf(fastest.Division.Deployment.Precision)} on {fastest.Division.Deployment.Division} of {question.Accelerator.Name} {fastest.Why}";
    }

    private IEnumerable<Candidate> Best(IEnumerable<Candidate> candidates, int most) => question.Rate is { } rate
        ? candidates.OrderBy(c => rate / c.PerAccelerator).ThenByDescending(c => c.Guess).Take(most)
        : candidates.OrderByDescending(c => question.Clients is null ? c.Guess : c.PerAccelerator).ThenBy(c => c.Layout.Accelerators).Take(most);

    private IEnumerable<Candidate> Together()
    {
        foreach (var division in divisions)
        {
            if (closed.Together(division) is not var (rate, batch, deployment)) continue;
            var most = question.Accelerators / division.Accelerators;
            var replicas = question.Rate is { } wanted ? Math.Clamp((int)Math.Ceiling(wanted / rate), 1, most) : most;
            yield return new(new() { Deployment = deployment, Replicas = replicas }, division.Memory, rate * replicas, rate / division.Accelerators, batch);
        }
    }

    private IEnumerable<Candidate> Apart()
    {
        var prompts = divisions.Select(d => (Division: d, Rate: closed.Prompts(d))).Where(d => d.Rate > 0).ToList();
        var decodes = divisions.Select(d => (Division: d, Batch: closed.DecodeBatch(d))).Where(d => d.Batch > 0)
            .Select(d => (d.Division, d.Batch, Rate: closed.Decodes(d.Division, d.Batch))).ToList();
        foreach (var (before, prefillRate) in prompts)
        {
            foreach (var (after, batch, decodeRate) in decodes)
            {
                if (before.Deployment.Precision != after.Deployment.Precision) continue;
                var (x, y) = question.Rate is { } wanted
                    ? ((int)Math.Min(1e6, Math.Ceiling(wanted / prefillRate)), (int)Math.Min(1e6, Math.Ceiling(wanted / decodeRate)))
                    : Matched(before.Accelerators, prefillRate, after.Accelerators, decodeRate, question.Accelerators);
                if (x < 1 || y < 1 || ((long)x * before.Accelerators) + ((long)y * after.Accelerators) > question.Accelerators) continue;
                var layout = new ServingLayout
                {
                    Deployment = after.Deployment with { MaxSequences = ClosedForm.Sequences(batch, after) }, Replicas = y, Prefill = before.Deployment, PrefillReplicas = x,
                };
                var rate = Math.Min(x * prefillRate, y * decodeRate);
                yield return new(layout, after.Memory, rate, rate / layout.Accelerators, batch);
            }
        }
    }

    /// <summary>How many of each kind of replica answer most requests together, so that neither waits for the other.</summary>
    internal static (int Prefill, int Decode) Matched(int prefillSize, double prefillRate, int decodeSize, double decodeRate, int accelerators)
    {
        var (best, x, y) = (0.0, 0, 0);
        for (var decode = 1; prefillSize + (decode * decodeSize) <= accelerators; decode++)
        {
            var room = (accelerators - (decode * decodeSize)) / prefillSize;
            var prefill = Math.Min(room, (int)Math.Min(1e6, Math.Ceiling(decode * decodeRate / prefillRate)));
            var rate = Math.Min(prefill * prefillRate, decode * decodeRate);
            if (rate > best * 1.0001) (best, x, y) = (rate, prefill, decode);
        }

        return (x, y);
    }
}

/// <summary>A layout worth a simulation.</summary>
/// <param name="Layout">The layout.</param>
/// <param name="Memory">Memory of one accelerator that decodes.</param>
/// <param name="Guess">Requests a second that it serves, in closed form.</param>
/// <param name="PerAccelerator">The same for one accelerator.</param>
/// <param name="Batch">Requests that one of its batches holds there.</param>
internal sealed record Candidate(ServingLayout Layout, MemoryUse Memory, double Guess, double PerAccelerator, double Batch);

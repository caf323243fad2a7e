using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Plan;
using Switchyard.Units;

namespace Switchyard.Prove;

/// <summary>What kind of thing mends a plan.</summary>
public enum MeasureKind
{
    /// <summary>Machines may be slower than predicted by so much, such as 0.15.</summary>
    Margin,

    /// <summary>So many replicas at any time, at least.</summary>
    Replicas,

    /// <summary>Replicas are spread over more than one zone, region or provider.</summary>
    Spread,

    /// <summary>So many machines beside each gang, to take the place of one that fails.</summary>
    Spares,
}

/// <summary>Something that a mended plan was planned with.</summary>
/// <param name="Workload">The workload.</param>
/// <param name="Kind">What.</param>
/// <param name="Amount">How much: a margin as a share, a number of replicas or spares, the <see cref="FailureDomain"/> of a spread.</param>
public sealed record Measure(string Workload, MeasureKind Kind, double Amount)
{
    /// <summary>What measures of its kind cost; null where there is no other kind beside it.</summary>
    public Money? Cost { get; init; }

    /// <summary>In words, as it follows on "planned again".</summary>
    public string Text => English.Text(Kind switch
    {
        MeasureKind.Margin => (FormattableString)$"for machines slower than predicted by {Workload} {Amount:0.#%}",
        MeasureKind.Replicas => $"with {Amount:0} replicas of {Workload} at any time",
        MeasureKind.Spread => $"with replicas of {Workload} in more than one {((FailureDomain)(int)Amount).Text()}",
        _ => $"with {Amount:0} spare machine{(Amount == 1 ? "" : "s")} beside each gang of {Workload}",
    });

    /// <summary>What a plan has beyond its scenario, as measures.</summary>
    /// <param name="plan">The plan.</param>
    internal static IEnumerable<Measure> Of(PurchasePlan plan)
    {
        foreach (var (workload, extra) in plan.Extras)
        {
            if (extra.MinReplicas > 0) yield return new(workload, MeasureKind.Replicas, extra.MinReplicas);
            if (extra.Spread != FailureDomain.None) yield return new(workload, MeasureKind.Spread, (int)extra.Spread);
            if (extra.Spares > 0) yield return new(workload, MeasureKind.Spares, extra.Spares);
        }

        foreach (var (workload, margin) in plan.Margins) yield return new(workload, MeasureKind.Margin, margin);
    }
}

/// <summary>
/// What is tried for a workload, one thing after the other, each where its cause asks for it: a margin where machines are too slow, another replica where too few answer,
/// another replica and then a wider spread where all are in one place, spares where a gang waits for a machine. What no plan can have is taken back.
/// </summary>
/// <param name="workload">The workload.</param>
/// <param name="margin">The margin that the plan has already.</param>
/// <param name="extra">What it has beyond its scenario already.</param>
/// <param name="each">Replicas on the largest of its machines: when one fails, as many are missing.</param>
internal sealed class Ladder(Workload workload, double margin, Extra extra, int each)
{
    // None first: the plan may simply not be the one that planning gives.
    private static readonly double[] Steps = [0, 0.15, 0.3, 0.5, 0.75, 1.0];

    // Machines' worth of replicas beyond those that the scenario asks for.
    private const int MostMore = 2;

    // Between a margin that a plan has and one that none has, what lies in the middle is tried if that is so far from both.
    private const double LeastStep = 0.1;

    // Between a margin that is too little and one that is enough, what lies in the middle is tried until they are so near to each other.
    private const double Finest = 0.02;

    private readonly HashSet<MeasureKind> refused = [];
    private readonly List<Measure> asked = [];
    private readonly Extra own = extra;
    private double? tooMuch;
    private double tooLittle;
    private (double? Margin, Extra Extra, double TooLittle) before = (null, extra, 0);

    /// <summary>The smallest margin that is one.</summary>
    public static double FirstStep => Steps[1];

    /// <summary>The margin; null where none was asked for.</summary>
    public double? Margin { get; private set; }

    /// <summary>What is asked for beyond the scenario.</summary>
    public Extra Extra { get; private set; } = extra;

    /// <summary>What was asked for since the last mark.</summary>
    public IReadOnlyList<Measure> Asked => asked;

    /// <summary>Up to here there is a plan.</summary>
    public void Mark()
    {
        before = (Margin, Extra, tooLittle);
        asked.Clear();
    }

    /// <summary>Asks for more.</summary>
    /// <param name="cause">What is broken.</param>
    /// <param name="first">The margin that is tried first.</param>
    /// <param name="spares">Spares that a gang of the plan would want; 0 where none would help.</param>
    /// <returns>Whether there is more to ask for.</returns>
    public bool Grow(BreachKind cause, double first, int spares)
    {
        var more = cause switch
        {
            BreachKind.Replicas => Replica(),
            BreachKind.Spread => Extra.MinReplicas <= Fewest ? Replica() ?? Wider() : Wider() ?? Replica(),
            _ => (spares > 0 && Extra.Spares == 0 && !refused.Contains(MeasureKind.Spares) ? Spare(spares) : null) ?? More(first),
        };
        if (more is null) return false;
        asked.Add(more);
        return true;
    }

    /// <summary>There is no plan with what was asked for since the last mark: all is as it was.</summary>
    /// <param name="isKnown">Whether it is known that this is what there is no plan with: it is not asked for again.</param>
    public void TakeBack(bool isKnown)
    {
        foreach (var measure in isKnown ? asked : [])
        {
            if (measure.Kind == MeasureKind.Margin) tooMuch = measure.Amount;
            else refused.Add(measure.Kind);
        }

        (Margin, Extra, tooLittle) = before;
    }

    /// <summary>A margin between the last that is too little and the one that is enough, to be tried; null where they are near.</summary>
    public double? Between => Margin is { } enough && enough - tooLittle > Finest ? (enough + tooLittle) / 2 : null;

    /// <summary>Takes note of whether a margin between is enough.</summary>
    /// <param name="between">The margin.</param>
    /// <param name="isEnough">Whether a plan with it holds.</param>
    public void Settle(double between, bool isEnough)
    {
        if (isEnough) Margin = between;
        else tooLittle = between;
    }

    private int Fewest => workload is InferenceWorkload service ? service.MinReplicas : 0;

    private Measure? Replica()
    {
        var more = Math.Max(Fewest, Extra.MinReplicas) + each;
        if (refused.Contains(MeasureKind.Replicas) || more > Math.Max(Fewest, own.MinReplicas) + (MostMore * each)) return null;
        Extra = Extra with { MinReplicas = more };
        return new(workload.Name, MeasureKind.Replicas, more);
    }

    private Measure? Wider()
    {
        if (workload is not InferenceWorkload service || refused.Contains(MeasureKind.Spread)) return null;
        var now = service.Spread > Extra.Spread ? service.Spread : Extra.Spread;
        if (now == FailureDomain.Provider) return null;
        Extra = Extra with { Spread = now + 1 };
        return new(workload.Name, MeasureKind.Spread, (int)Extra.Spread);
    }

    private Measure Spare(int spares)
    {
        Extra = Extra with { Spares = spares };
        return new(workload.Name, MeasureKind.Spares, spares);
    }

    private Measure? More(double first)
    {
        var next = Margin is not { } has ? first : Steps.FirstOrDefault(s => s > has, -1);
        if (tooMuch is { } none && (next < 0 || next >= none))
        {
            next = ((Margin ?? margin) + none) / 2;
            if (none - next < LeastStep) return null;
        }

        if (next < 0) return null;
        tooLittle = Margin ?? margin;
        Margin = next;
        return new(workload.Name, MeasureKind.Margin, next);
    }
}

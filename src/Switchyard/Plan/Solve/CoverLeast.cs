using System.Runtime.Intrinsics;

namespace Switchyard.Plan.Solve;

/// <summary>
/// The least that whole numbers of columns cost that satisfy covering rows, or somewhat less: a search goes further and further from what they cost split, as long as it is quick.
/// What is still wanted costs at least what each row asks for by itself: a knapsack, by dynamic programming over what is wanted.
/// </summary>
internal sealed class CoverLeast
{
    // What is wanted in a row is divided into so many parts; a rest of a part counts as nothing.
    private const int Parts = 400;

    // The search first goes so many times half of the way to its limit, then twice as far, and so on. It is given up after so many steps.
    private const int Halvings = 6;
    private const int MostSteps = 10000;

    private static readonly double[] Nothing = new double[Parts + 1];

    private readonly double[] least;
    private readonly Item[] items;
    private readonly double[] rest;

    // knapsacks[row][parts]: the least that so much of it costs.
    private readonly double[][] knapsacks;
    private readonly int[] count;
    private double best;
    private int[] taken = [];
    private int steps;

    private CoverLeast(double[] least, Item[] items)
    {
        (this.least, this.items) = (least, items);
        rest = (double[])least.Clone();
        count = new int[items.Length];
        knapsacks = [.. least.Select((_, row) => Knapsack(row))];
    }

    /// <summary>A column.</summary>
    /// <param name="Cost">Of a unit; 0 or more.</param>
    /// <param name="Most">The most of it.</param>
    /// <param name="Each">What a unit counts in each row; 0 or more.</param>
    /// <param name="IsWhole">Whether it must be whole.</param>
    /// <param name="Place">Its place among the columns, for whoever wants to know which are taken.</param>
    internal readonly record struct Item(double Cost, double Most, double[] Each, bool IsWhole, int Place = 0);

    /// <summary>What columns cost at least.</summary>
    /// <param name="Least">What is proven.</param>
    /// <param name="Taken">Which columns cost exactly that, by their place, and how much of each; null where less than the search's end was proven.</param>
    internal readonly record struct Found(double Least, (int Place, int Count)[]? Taken);

    /// <summary>What columns that satisfy all rows cost at least; no more than a limit.</summary>
    /// <param name="least">What each row asks for; positive.</param>
    /// <param name="items">The columns.</param>
    /// <param name="split">What they cost at least where they may be split.</param>
    /// <param name="limit">More than this is not looked for; at least <paramref name="split"/>.</param>
    public static Found Of(double[] least, IReadOnlyCollection<Item> items, double split, double limit)
    {
        var search = new CoverLeast(least, Distinct(least, items));
        var proven = Math.Max(split, Math.Min(limit, search.ToCome()));
        // Columns that need not be whole would take a linear program.
        if (!Array.TrueForAll(search.items, item => item.IsWhole)) return new(proven, null);
        for (var halving = Halvings; halving >= 0; halving--)
        {
            var until = split + ((limit - split) / (1 << halving));
            if (until <= proven) continue;
            (search.best, search.steps) = (until, 0);
            search.Try(0, 0);
            if (search.steps > MostSteps) return new(proven, null);
            if (search.best < until) return new(Math.Max(proven, search.best), search.Taken());
            proven = until;
        }

        return new(proven, null);
    }

    private (int Place, int Count)[] Taken() =>
        [.. taken.Select((each, at) => (items[at].Place, Count: each)).Where(x => x.Count > 0)];

    // What counts no more anywhere than something cheaper of which there is enough is of no use; the cheapest first.
    private static Item[] Distinct(double[] least, IReadOnlyCollection<Item> items)
    {
        var kept = new List<Item>();
        foreach (var item in items.OrderBy(item => item.Cost))
            if (!kept.Exists(known => known.IsWhole == item.IsWhole && CountsAsMuch(known, item) && IsPlenty(least, known))) kept.Add(item);
        return [.. kept];
    }

    private static bool CountsAsMuch(Item one, Item other)
    {
        for (var row = 0; row < one.Each.Length; row++)
            if (one.Each[row] < other.Each[row]) return false;
        return true;
    }

    private static bool IsPlenty(double[] least, Item item)
    {
        for (var row = 0; row < least.Length; row++)
            if (item.Each[row] > 0 && item.Most * item.Each[row] < least[row]) return false;
        return true;
    }

    private double[] Knapsack(int row)
    {
        var costs = new double[Parts + 1];
        Array.Fill(costs, double.PositiveInfinity);
        costs[0] = 0;
        var part = least[row] / Parts;
        foreach (var item in items)
        {
            if (item.Each[row] <= 0) continue;
            // Of what may be split as much as a part takes.
            var gives = item.IsWhole ? (int)Math.Min(Parts, Math.Ceiling((item.Each[row] / part) - 1e-6)) : 1;
            var cost = item.IsWhole ? item.Cost : item.Cost * part / item.Each[row];
            // What one unit gives alone; beyond that it comes on top of what is there. In steps of no more than a unit, so that each sees those before it.
            Lower(costs.AsSpan(1, gives - 1), Nothing.AsSpan(1, gives - 1), cost);
            for (var from = gives; from <= Parts; from += gives)
            {
                var count = Math.Min(gives, Parts + 1 - from);
                Lower(costs.AsSpan(from, count), costs.AsSpan(from - gives, count), cost);
            }
        }

        return costs;
    }

    // Takes what others cost and a unit on top, where that is less.
    private static void Lower(Span<double> costs, ReadOnlySpan<double> others, double unit)
    {
        var at = 0;
        for (; Vector256.IsHardwareAccelerated && at + Vector256<double>.Count <= costs.Length; at += Vector256<double>.Count)
            Vector256.Min(Vector256.Create(costs[at..]), Vector256.Create(others[at..]) + Vector256.Create(unit)).CopyTo(costs[at..]);
        for (; at < costs.Length; at++) costs[at] = Math.Min(costs[at], others[at] + unit);
    }

    private bool IsEnough()
    {
        for (var row = 0; row < rest.Length; row++)
            if (IsWanted(row)) return false;
        return true;
    }

    private bool IsWanted(int row) => rest[row] > 1e-9 * least[row];

    // What is still wanted costs at least this.
    private double ToCome()
    {
        var highest = 0.0;
        for (var row = 0; row < rest.Length; row++)
            if (IsWanted(row)) highest = Math.Max(highest, knapsacks[row][(int)((rest[row] / least[row] * Parts) + 1e-6)]);
        return highest;
    }

    private void Take(Item item, int count)
    {
        for (var row = 0; row < rest.Length; row++) rest[row] -= count * item.Each[row];
    }

    private void Try(int at, double cost)
    {
        if (steps++ > MostSteps || cost + ToCome() >= best) return;
        if (IsEnough())
        {
            (best, taken) = (cost, count[..at]);
            return;
        }

        if (at == items.Length) return;
        ref readonly var item = ref items[at];
        ref var taking = ref count[at];
        taking = 0;
        while (true)
        {
            Try(at + 1, cost + (taking * item.Cost));
            // With each unit more what is still to come falls by no more than the unit costs.
            if (taking + 1 > item.Most || IsEnough()) break;
            Take(item, 1);
            taking++;
            if (steps > MostSteps || cost + (taking * item.Cost) + ToCome() >= best) break;
        }

        Take(item, -taking);
    }
}

using System.Collections.Immutable;
using Switchyard.Market;
using Switchyard.Units;

namespace Switchyard.Plan;

/// <summary>Capacity blocks booked for an instance that works on a month's piles: one after the other, each as short as is sold.</summary>
/// <param name="UsefulHours">Hours in which the instance can work on the piles.</param>
/// <param name="Blocks">When each block begins, in hours from the horizon's start, and for how many hours it is paid.</param>
public sealed record BlockChain(double UsefulHours, ImmutableArray<(double Begin, double Hours)> Blocks)
{
    /// <summary>Hours that are paid for.</summary>
    public double PaidHours => Blocks.Sum(block => block.Hours);

    /// <summary>What an instance's blocks cost, each paid as a whole when it begins.</summary>
    /// <param name="horizon">The horizon; blocks may begin beyond it.</param>
    /// <param name="pricePerHour">US dollars for an hour.</param>
    public IEnumerable<Payment> Paid(Horizon horizon, double pricePerHour) => Blocks
        .GroupBy(block => horizon.MonthOf(horizon.Start.AddDays((int)(block.Begin / 24)))).Select(month => new Payment(month.Key, month.Sum(block => block.Hours) * pricePerHour));

    /// <summary>Hours for which it is held, by month.</summary>
    /// <param name="horizon">The horizon; blocks may end beyond it.</param>
    public IEnumerable<(int Month, double Hours)> Held(Horizon horizon) => Blocks
        .SelectMany(block => Payments.MonthsOf(horizon, block.Begin, block.Hours)).GroupBy(x => x.Month).OrderBy(g => g.Key).Select(m => (m.Key, m.Sum(x => x.Hours)));

    /// <summary>
    /// The chains worth considering, for each month's piles: every length that is sold up to one that lasts for all of them. Of two alike in all months one is left out, and so
    /// is one that is paid for longer and of less use.
    /// </summary>
    /// <param name="block">What is sold.</param>
    /// <param name="months">For each month, when its piles may begin (hours from the horizon's start, in order), and the hours of its windows together.</param>
    /// <param name="window">Hours in which a pile must be done.</param>
    internal static List<ImmutableArray<BlockChain>> Worth(CommitmentOffer block, IReadOnlyList<(ImmutableArray<double> Starts, double WindowHours)> months, double window)
    {
        var found = new List<ImmutableArray<BlockChain>>();
        var longest = months.Select(month => month.Starts[^1] + window - month.Starts[0]).DefaultIfEmpty(0).Max();
        for (var hours = 24.0; block.BlockHours(hours) is { } length; hours = length + 24)
        {
            ImmutableArray<BlockChain> chains = [.. months.Select(month => Of(block, length, month.Starts, window, month.WindowHours))];
            if (!found.Exists(other => NoWorse(other, chains)))
            {
                found.RemoveAll(other => NoWorse(chains, other));
                found.Add(chains);
            }

            if (length >= longest) break;
        }

        return found;
    }

    private static bool NoWorse(ImmutableArray<BlockChain> a, ImmutableArray<BlockChain> b) =>
        a.Zip(b).All(x => x.First.UsefulHours >= x.Second.UsefulHours && x.First.PaidHours <= x.Second.PaidHours && x.First.Blocks.Length <= x.Second.Blocks.Length);

    /// <summary>Blocks of one length, the last before a gap as short as it can be: an instance is there for each pile from its beginning, for the window or as long as a block lasts.</summary>
    internal static BlockChain Of(CommitmentOffer block, double length, ImmutableArray<double> starts, double window, double windowHours)
    {
        var blocks = ImmutableArray.CreateBuilder<(double Begin, double Hours)>();
        var (end, done, useful) = (double.NegativeInfinity, double.NegativeInfinity, 0.0);
        foreach (var start in starts)
        {
            var (from, until) = (Math.Max(start, done), start + Math.Min(window, length));
            if (until <= from) continue;
            useful += until - from;
            for (var at = from; at < until - 1e-9; at = done = Math.Min(until, end))
            {
                if (end > at + 1e-9) continue;
                Shorten(done);
                blocks.Add((at, length));
                end = at + length;
            }
        }

        Shorten(done);
        return new(Math.Min(useful, windowHours), blocks.ToImmutable());

        void Shorten(double worked)
        {
            if (blocks.Count > 0) blocks[^1] = (blocks[^1].Begin, Math.Min(blocks[^1].Hours, block.BlockHours(Math.Max(1e-3, worked - blocks[^1].Begin)) ?? length));
        }
    }
}

namespace Switchyard.Plan.Solve;

/// <summary>For each of some places the few things of least score; of equals those that were offered first.</summary>
/// <param name="places">How many places there are.</param>
/// <param name="each">Most things for each.</param>
internal sealed class Fewest(int places, int each)
{
    private readonly int[] things = new int[places * each];
    private readonly double[] scores = new double[places * each];
    private readonly int[] counts = new int[places];

    /// <summary>Offers a thing for a place.</summary>
    public void Offer(int place, int thing, double score)
    {
        var (first, at) = (place * each, place * each + counts[place]);
        if (counts[place] == each && score >= scores[at - 1]) return;
        if (counts[place] == each) at--;
        else counts[place]++;
        for (; at > first && scores[at - 1] > score; at--) (things[at], scores[at]) = (things[at - 1], scores[at - 1]);
        (things[at], scores[at]) = (thing, score);
    }

    /// <summary>The least score at a place; infinite where nothing was offered.</summary>
    public double Least(int place) => counts[place] > 0 ? scores[place * each] : double.PositiveInfinity;

    /// <summary>All that was kept, place by place, the least first.</summary>
    public IEnumerable<int> All()
    {
        for (var place = 0; place < places; place++)
            for (var i = 0; i < counts[place]; i++) yield return things[place * each + i];
    }
}

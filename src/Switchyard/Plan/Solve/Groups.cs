namespace Switchyard.Plan.Solve;

/// <summary>Things that are joined to groups, two at a time (union-find). A group goes by its smallest member.</summary>
/// <param name="count">How many things there are.</param>
internal sealed class Groups(int count)
{
    private readonly int[] parent = [.. Enumerable.Range(0, count)];

    /// <summary>The smallest member of the group that a thing is in.</summary>
    public int Of(int thing)
    {
        while (parent[thing] != thing) thing = parent[thing] = parent[parent[thing]];
        return thing;
    }

    /// <summary>Makes the groups of two things one.</summary>
    public void Join(int one, int other)
    {
        var (a, b) = (Of(one), Of(other));
        parent[Math.Max(a, b)] = Math.Min(a, b);
    }
}

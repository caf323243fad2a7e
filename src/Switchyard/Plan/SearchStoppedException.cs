namespace Switchyard.Plan;

/// <summary>The search reached its node limit before it found any plan, and without a proof that there is none.</summary>
/// <param name="nodes">The limit.</param>
public sealed class SearchStoppedException(int nodes)
    : Exception($"The search stopped after {nodes} nodes without a plan and without a proof that there is none; allow more with --nodes.");

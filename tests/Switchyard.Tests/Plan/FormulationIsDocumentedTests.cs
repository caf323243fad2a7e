using System.Text.RegularExpressions;
using Switchyard.Plan;
using Switchyard.Tests.Tidy;

namespace Switchyard.Tests.Plan;

/// <summary>docs/model/planning.md names every kind of decision and every family of constraints that the program has.</summary>
public sealed class FormulationIsDocumentedTests
{
    private static readonly string Page = Checkout.Read("docs/model/planning.md");

    [Fact]
    public void Every_kind_of_decision_is_named()
    {
        foreach (var kind in Enum.GetValues<DecisionKind>().Where(k => k != DecisionKind.Auxiliary)) Page.ShouldContain($"`{kind}`");
    }

    [Fact]
    public void Every_family_of_constraints_is_named()
    {
        // The path of a limit, as the rows state it, and the family that speaks of it.
        var families = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["replicas_min"] = "Replicas", ["survive"] = "Survive", ["spread"] = "Spread", ["spot.base"] = "Firm share", ["spot.pools"] = "spot pools",
            ["limits.budget.cash"] = "Cash", ["limits.budget.total"] = "Cash", ["limits.provider_share"] = "Shares", ["limits.region_share"] = "Shares",
            ["limits.spot_share"] = "Shares",
        };
        var stated = Checkout.Files("src/Switchyard/Plan", ".cs").Where(f => f.EndsWith("Rows.cs", StringComparison.Ordinal) || f.EndsWith("InUse.cs", StringComparison.Ordinal))
            .SelectMany(f => Regex.Matches(Checkout.Read(f), "(?:limits\\.[a-z_.]+[a-z]|\\{path\\}\\.([a-z_]+)|\\}\\.(spot\\.[a-z]+))", RegexOptions.None, TimeSpan.FromSeconds(5)))
            .Select(m => m.Groups[1].Success ? m.Groups[1].Value : m.Groups[2].Success ? m.Groups[2].Value : m.Value).Distinct(StringComparer.Ordinal).ToList();
        stated.ShouldNotBeEmpty();
        foreach (var path in stated)
        {
            families.ShouldContainKey(path, "a new family of constraints: name it in docs/model/planning.md, and here");
            Page.ShouldContain($"**{families[path]}**");
        }

        foreach (var family in new[] { "Cover", "Runs", "Batch", "Blocks", "Pools", "Setups", "Offered", "Capacity limits", "Use limits", "Credits" })
            Page.ShouldContain($"**{family}**");
    }
}

using System.Text.RegularExpressions;
using Switchyard.Connect.ScenarioFile;
using Switchyard.Market;
using Switchyard.Tests.Tidy;

namespace Switchyard.Tests.ScenarioFile;

/// <summary>docs/guide/scenario.md names every key there is, and its examples read.</summary>
public sealed partial class GuideTests
{
    private static readonly string Guide = Checkout.Read("docs/guide/scenario.md");

    [Fact]
    public void Every_key_is_in_the_guide()
    {
        string[] keys =
        [
            .. ScenarioReader.Keys, .. ScenarioReader.OptionKeys, .. LimitsPart.Keys, .. LimitsPart.BudgetKeys, .. CommercialPart.Keys,
            .. CommercialPart.CreditKeys, .. CommercialPart.CommitmentKeys, .. QuotesPart.CapacityKeys, .. QuotesPart.TokenKeys,
            .. HoldingsPart.OwnedKeys, .. HoldingsPart.CurrentKeys, .. WorkloadsPart.TrainingKeys, .. WorkloadsPart.BatchKeys,
            .. DataPart.Keys, .. WorkloadsPart.SpotKeys, .. WorkloadsPart.CheckpointKeys, .. InferencePart.Keys, .. InferencePart.RateKeys,
            .. InferencePart.TokenKeys, .. InferencePart.LengthKeys, .. InferencePart.SloKeys, .. InferencePart.AvailabilityKeys,
        ];
        var code = Code().Matches(Guide).Select(match => match.Groups[1].Value).ToList();
        keys.Distinct().Where(key => !code.Exists(text => text == key || text.StartsWith($"{key}.", StringComparison.Ordinal) || text.EndsWith($".{key}", StringComparison.Ordinal))).ShouldBeEmpty();
    }

    [Fact]
    public void Every_part_of_the_world_is_in_the_guide() =>
        Geography.All.Select(geography => $"`{geography.Name}`").Where(name => !Guide.Contains(name, StringComparison.Ordinal)).ShouldBeEmpty();

    [Fact]
    public void Every_example_of_a_workload_reads()
    {
        foreach (var kind in (string[])["inference", "training", "batch"])
        {
            var section = Guide[Guide.IndexOf($"### `kind: {kind}`", StringComparison.Ordinal)..];
            section = section[..section.IndexOf("\n#", 4, StringComparison.Ordinal)];
            foreach (var example in Example().Matches(section).Select(match => match.Groups[1].Value))
            {
                // An example replaces its key in the template of its kind.
                var key = example[..example.IndexOf(':', StringComparison.Ordinal)];
                if (key is "shape" or "growth") continue;
                var text = Templates.Text(kind)!.Replace("    every: 1 month", key == "deadline" ? "" : "    every: 1 month", StringComparison.Ordinal);
                if (key == "deadline") text = text.Replace("    within: 5 days", "", StringComparison.Ordinal).Replace("horizon: 6 months", "horizon: 24 months", StringComparison.Ordinal);
                text = Regex.Replace(text, $@"(?m)^    {key}:.*\n(      .*\n)*", "");
                Given.Problems($"{text}\n    {example}\n").ShouldBeEmpty($"{kind}: {example}");
            }
        }
    }

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"\| `([a-z_]+: [^`]+)`[^|]*\|\s*$", RegexOptions.Multiline)]
    private static partial Regex Example();
}

using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Units;

namespace Switchyard.Connect.ScenarioFile;

/// <summary><c>owned</c>: clusters that are there; and <c>current</c>: what runs today.</summary>
internal static class HoldingsPart
{
    internal static readonly string[] OwnedKeys = ["name", "accelerator", "count", "region", "fabric", "running_cost", "until"];
    internal static readonly string[] CurrentKeys = ["offer", "count", "utilisation"];

    internal static IEnumerable<Holding> Owned(Section root, ScenarioScope scope)
    {
        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
        foreach (var (node, path) in root.Items("owned"))
        {
            if (Section.Open(node, path, scope.Findings, OwnedKeys) is not { } section) continue;
            var name = QuotesPart.Name(section, scope.Findings);
            if (name is not null && !names.Add(name)) scope.Findings.Say(section.LineOf("name"), section.At("name"), $"'{name}' is there already", name);
            var accelerators = QuotesPart.Accelerators(section, scope);
            var counted = section.Require<int>("count", Count.TryParsePositive, "4", out var count);
            var region = QuotesPart.Place(section, "owned", scope);
            DataRate? fabric = section.Read<DataRate>("fabric", PhysicalText.TryParseRate, out var rate) ? rate : null;
            var priced = section.Require<Price>("running_cost", Readers.HourlyOrFree, "$0.40/GPU-hour", out var running);
            DateOnly? until = section.Read<DateOnly>("until", Readers.Date, out var day) ? day : null;
            if (until < scope.Horizon.Start)
                scope.Findings.Say(section.LineOf("until"), section.At("until"), $"{Readers.Shown(day)} is before the start on {Readers.Shown(scope.Horizon.Start)}");
            if (name is null || accelerators is not var (accelerator, each) || !counted || !priced) continue;
            yield return new()
            {
                Name = name,
                Instance = new()
                {
                    Provider = "owned",
                    Region = region,
                    InstanceType = name,
                    Accelerator = accelerator,
                    AcceleratorCount = each,
                    Fabric = fabric,
                    Basis = PriceBasis.Quote,
                    Source = $"{scope.Findings.File}: {path}",
                },
                Count = count,
                Ends = until?.AddDays(1),
                Committed = new(0),
                Running = QuotesPart.OfInstance(running, each),
            };
        }
    }

    internal static ImmutableArray<CurrentUse> Current(Section root, ScenarioScope scope)
    {
        var current = ImmutableArray.CreateBuilder<CurrentUse>();
        foreach (var (node, path) in root.Items("current"))
        {
            if (Section.Open(node, path, scope.Findings, CurrentKeys) is not { } section) continue;
            var offer = scope.Offer(section);
            var counted = section.Require<int>("count", Count.TryParsePositive, "2", out var count);
            double? used = section.Read<double>("utilisation", ShareText.TryParse, out var share) ? share : null;
            if (offer is not null && counted) current.Add(new(offer, count, used));
        }

        return current.ToImmutable();
    }
}

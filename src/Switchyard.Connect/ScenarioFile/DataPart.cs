using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Units;

namespace Switchyard.Connect.ScenarioFile;

/// <summary><c>workloads.*.data</c>: how much there is, where it lies, whether it may be copied, where it may be.</summary>
internal static class DataPart
{
    internal static readonly string[] Keys = ["size", "home", "replicate", "class", "residency"];

    private const string Unchanging = "one copy serves all runs: the data is taken not to change";
    private static readonly string[] Replicates = ["auto", "yes", "no"];

    internal static (DataSet? Data, ImmutableArray<string> Residency) Read(Section section, ScenarioScope scope)
    {
        if (section.Open("data", Keys) is not { } data) return (null, []);
        scope.Findings.NotYetUsed.Add(data.Path);
        ImmutableArray<string> residency = [.. scope.Patterns(data, "residency", ofRegions: true)];
        var sized = data.Read<DataSize>("size", PhysicalText.TryParseSize, out var size);
        var home = data.Text("home", "a region, such as 'aws/us-east-1'") is { } text ? Home(data, text, scope) : null;
        if (data.Find("size") is not null && data.Find("home") is null) data.Missing("home", "aws/us-east-1");
        if (data.Find("home") is not null && data.Find("size") is null) data.Missing("size", "4 TB");
        var replicate = data.Word("replicate", Replicates);
        var kind = data.Word("class", StorageClasses.Names);
        if (data.Find("size") is null && data.Find("home") is null)
        {
            foreach (var key in (string[])["replicate", "class"])
            {
                if (data.Find(key) is not null) scope.Findings.Say(data.LineOf(key), data.At(key), "needs a 'size' and a 'home'");
            }
        }

        if (home is { } place && residency.Length > 0 && !NamePattern.MatchesRegion(residency, place.Provider, place.Region, scope.Book.FindRegion(place.Provider, place.Region)?.Geography))
            scope.Findings.Say(data.LineOf("residency"), data.At("residency"), $"the data's home, {place}, is not among the regions in which it may be");
        if (!sized || home is not { } at) return (null, residency);
        if (data.Find("replicate") is null) scope.Findings.Assume(data.At("replicate"), "auto", $"a copy is kept elsewhere where that is cheaper than bringing the data in each time; {Unchanging}");
        else if (replicate == "yes") scope.Findings.Assume(data.At("replicate"), "yes", Unchanging);
        if (data.Find("class") is null) scope.Findings.Assume(data.At("class"), "object", "the class of storage in which copies are kept");
        var copies = replicate switch { "yes" => Replication.Yes, "no" => Replication.No, _ => Replication.Auto };
        return (new(size, at, copies, kind is null ? StorageClass.Object : (StorageClass)StorageClasses.Names.IndexOf(kind)), residency);
    }

    private static Location? Home(Section data, string home, ScenarioScope scope)
    {
        var node = data.Find("home")!;
        var parts = home.Split('/');
        if (parts.Length != 2 || parts[1].Length == 0)
        {
            var region = scope.Regions.FirstOrDefault(r => string.Equals(r.Name, home, StringComparison.OrdinalIgnoreCase));
            scope.Findings.NotA(node, data.At("home"), new("a provider and a region, such as 'aws/us-east-1'", region is null ? null : $"{region.Provider}/{region.Name}"));
            return null;
        }

        if (parts[0] == "owned") return new(parts[0], parts[1]);
        return scope.Provider(node, data.At("home"), parts[0]) is { } provider && scope.Region(node, data.At("home"), provider, parts[1]) is { } known
            ? new(provider, known) : null;
    }
}

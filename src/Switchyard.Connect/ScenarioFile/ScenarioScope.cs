using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Units;

namespace Switchyard.Connect.ScenarioFile;

/// <summary>What the parts of a scenario file are checked against: the market, the models, the months, and what was read before them.</summary>
internal sealed class ScenarioScope(
    Findings findings, PriceBook book, IReadOnlyList<ModelArchitecture> models, Horizon horizon, Func<string, Stream>? open)
{
    private readonly HashSet<string> providers = new(
        book.Offers.Select(offer => offer.Provider).Concat(book.Commitments.Select(c => c.Instance.Provider)), StringComparer.Ordinal);

    private List<Region>? regions;

    internal Findings Findings => findings;

    internal PriceBook Book => book;

    internal Horizon Horizon => horizon;

    /// <summary>Opens a file that the scenario names; null where files cannot be read.</summary>
    internal Func<string, Stream>? OpenFile => open;

    /// <summary>The user's quotes by name.</summary>
    internal Dictionary<string, Offer> Quotes { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The teams that have budgets, each with its line.</summary>
    internal Dictionary<string, int> Teams { get; } = new(StringComparer.Ordinal);

    internal IReadOnlySet<string> Providers => providers;

    /// <summary>Every region in which something can be had.</summary>
    internal IReadOnlyList<Region> Regions => regions ??=
    [
        .. book.Regions,
        .. book.Offers.Concat(Quotes.Values).Where(offer => book.FindRegion(offer.Provider, offer.Region) is null)
            .DistinctBy(offer => $"{offer.Provider}/{offer.Region}")
            .Select(offer => new Region
            {
                Provider = offer.Provider, Name = offer.Region, Geography = Geography.Find(offer.Region)?.Name, Source = offer.Source,
            }),
    ];

    internal void AddProvider(string name) => providers.Add(name);

    /// <summary>The provider's name as the catalog writes it; null, with a problem, when there is none.</summary>
    internal string? Provider(Node node, string path, string text)
    {
        var known = providers.FirstOrDefault(p => string.Equals(p, text, StringComparison.OrdinalIgnoreCase));
        if (known is null) findings.Unknown(node, path, "a provider in the catalog or among your offers", text, providers.Order(StringComparer.Ordinal));
        return known;
    }

    /// <summary>A provider's region as the catalog writes it; null, with a problem, when there is none.</summary>
    internal string? Region(Node node, string path, string provider, string text)
    {
        var names = Regions.Where(r => r.Provider == provider).Select(r => r.Name).Order(StringComparer.Ordinal).ToList();
        var known = names.Find(name => string.Equals(name, text, StringComparison.OrdinalIgnoreCase));
        if (known is null) findings.Unknown(node, path, $"a region of {provider}", text, names);
        return known;
    }

    /// <summary>Checks patterns of regions or providers, each of which must fit something.</summary>
    internal IEnumerable<string> Patterns(Section section, string key, bool ofRegions)
    {
        foreach (var (node, path) in section.Words(key, ofRegions ? "a region or a pattern, such as 'us-*'" : "a provider or a pattern, such as 'aws'"))
        {
            var fits = ofRegions
                ? Regions.Any(r => NamePattern.MatchesRegion([node.Text], r.Provider, r.Name, r.Geography))
                : providers.Any(p => NamePattern.Matches(node.Text, p));
            if (fits) yield return node.Text;
            else if (node.Text.Contains('*', StringComparison.Ordinal)) findings.Say(node.Line, path, $"'{Problem.Shown(node.Text)}' matches no {(ofRegions ? "region" : "provider")} in the catalog", node.Text);
            else if (ofRegions) findings.Unknown(node, path, "a region in the catalog", node.Text, [.. Geography.All.Select(g => g.Name), .. Regions.Select(r => r.Name).Distinct()]);
            else findings.Unknown(node, path, "a provider in the catalog or among your offers", node.Text, providers.Order(StringComparer.Ordinal));
        }
    }

    /// <summary>The accelerator with a name, alias or family; null, with a problem, when there is none.</summary>
    internal Accelerator? Accelerator(Node node, string path, string name)
    {
        var known = book.FindAccelerator(name) ?? book.Accelerators.FirstOrDefault(a => string.Equals(a.Family, name, StringComparison.OrdinalIgnoreCase));
        if (known is null) findings.Unknown(node, path, "an accelerator in the catalog", name, AcceleratorNames());
        return known;
    }

    internal IEnumerable<string> AcceleratorNames() =>
        book.Accelerators.Select(a => a.Family).Distinct().Concat(book.Accelerators.Select(a => a.Name)).Concat(book.Accelerators.SelectMany(a => a.Aliases));

    /// <summary>The model that a key names; null, with a problem, when it is missing or unknown.</summary>
    internal ModelArchitecture? Model(Section section, string key)
    {
        if (section.Find(key) is null) section.Missing(key, "llama-3.1-8b");
        if (section.Text(key, "a model, such as 'llama-3.1-8b'") is not { } name) return null;
        var model = models.FirstOrDefault(m => m.IsNamed(name));
        if (model is null) findings.Unknown(section.Find(key)!, section.At(key), "a model in the catalog", name, models.SelectMany(m => m.Aliases.Prepend(m.Name)));
        return model;
    }

    /// <summary>The offer or quote that a key names; null, with a problem, when it is missing or unknown.</summary>
    internal Offer? Offer(Section section)
    {
        const string key = "offer";
        if (section.Find(key) is null) section.Missing(key, "aws/us-east-1/p5.48xlarge");
        if (section.Text(key, "an offer, such as 'aws/us-east-1/p5.48xlarge', or the name of one of your own") is not { } id) return null;
        if (book.FindOffer(id) is { } offer || Quotes.TryGetValue(id, out offer)) return offer;
        // An instance type alone, or one in a region that does not have it, points to the offers of that type.
        var type = id[(id.LastIndexOf('/') + 1)..];
        var correction = book.Offers.Where(o => string.Equals(o.InstanceType, type, StringComparison.OrdinalIgnoreCase))
            .OrderBy(o => Math.Abs(o.Id.Length - id.Length)).ThenBy(o => o.Id, StringComparer.Ordinal).FirstOrDefault()?.Id;
        var near = Nearest.To(id, Quotes.Keys.Concat(book.Offers.Select(o => o.Id))) ?? correction;
        findings.Say(section.Find(key)!.Line, section.At(key), $"'{Problem.Shown(id)}' is not an offer in the catalog or among your own", id, near);
        return null;
    }
}

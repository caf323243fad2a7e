using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Units;

namespace Switchyard.Connect.ScenarioFile;

/// <summary><c>offers</c>: the user's own quotes by the hour or for a term, and APIs by the token.</summary>
internal static class QuotesPart
{
    internal static readonly string[] CapacityKeys =
    [
        "name", "kind", "provider", "region", "accelerator", "fabric", "price", "term", "block", "upfront", "min", "max", "valid_until", "vcpus", "memory",
    ];

    internal static readonly string[] TokenKeys = ["name", "kind", "provider", "model", "region", "input", "output", "max", "slo"];

    private static readonly string[] Kinds = ["capacity", "tokens"];

    /// <summary>What was quoted.</summary>
    internal sealed record Quoted(List<Offer> Hourly, List<CommitmentOffer> Terms, List<TokenOffer> Tokens);

    internal static Quoted Read(Section root, ScenarioScope scope)
    {
        Quoted quoted = new([], [], []);
        Dictionary<string, int> names = new(StringComparer.OrdinalIgnoreCase);
        foreach (var (node, path) in root.Items("offers"))
        {
            var kind = node is MapNode map && map.Entries.Any(e => e.Key.Text == "kind" && e.Value is ScalarNode { Text: "tokens" }) ? "tokens" : "capacity";
            if (Section.Open(node, path, scope.Findings, kind == "tokens" ? TokenKeys : CapacityKeys) is not { } section) continue;
            section.Word("kind", Kinds);
            var name = Name(section, scope.Findings);
            if (name is not null && !names.TryAdd(name, section.LineOf("name")))
                scope.Findings.Say(section.LineOf("name"), section.At("name"), $"'{name}' is there already, on line {names[name]}", name);
            if (kind == "tokens") Tokens(section, name, scope, quoted);
            else Capacity(section, name, scope, quoted);
        }

        return quoted;
    }

    /// <summary>An hourly price of one instance.</summary>
    internal static HourlyPrice OfInstance(Price price, double accelerators) =>
        new(price.Per == PricePer.AcceleratorHour ? price.Usd * (decimal)accelerators : price.Usd);

    /// <summary>A name: letters, digits, points, dashes and underscores.</summary>
    internal static string? Name(Section section, Findings findings)
    {
        if (section.Find("name") is null) section.Missing("name", "my-quote");
        if (section.Text("name", "a name") is not { } name) return null;
        if (IsName(name)) return name;
        findings.NotA(section.Find("name")!, section.At("name"), new("a name of letters, digits, '-', '_' and '.'", Slug(name)));
        return null;
    }

    internal static bool IsName(string name) => name.Length is > 0 and <= 63 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    internal static string? Slug(string name)
    {
        var slug = new string([.. name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-')]).Trim('-');
        return IsName(slug) ? slug : null;
    }

    /// <summary>Where something stands: a region of the provider, a part of the world, or unknown, which is then listed.</summary>
    internal static string Place(Section section, string? provider, ScenarioScope scope)
    {
        const string key = "region";
        if (section.Find(key) is null)
        {
            scope.Findings.Assume(section.At(key), "unknown", "not said; time to the users cannot be judged, so it serves no one with a latency objective and users");
            return "unknown";
        }

        if (section.Text(key, "a region, such as 'us-east-1', or a part of the world, such as 'us-east'") is not { } region) return "unknown";
        if (region == "unknown" || Geography.Find(region) is not null) return region;
        var names = scope.Regions.Where(r => r.Provider == provider).Select(r => r.Name).Order(StringComparer.Ordinal).ToList();
        var known = names.Find(n => string.Equals(n, region, StringComparison.OrdinalIgnoreCase));
        if (known is not null) return known;
        var what = names.Count > 0 ? $"a region of {provider}, a part of the world, or 'unknown'" : "a part of the world, or 'unknown'";
        scope.Findings.Unknown(section.Find(key)!, section.At(key), what, region, names.Concat(Geography.All.Select(g => g.Name)).Append("unknown"));
        return "unknown";
    }

    /// <summary>One accelerator and its count, such as <c>H100:8</c>.</summary>
    internal static (Accelerator Accelerator, double Count)? Accelerators(Section section, ScenarioScope scope)
    {
        if (!section.Require<AcceleratorRequest>("accelerator", AcceleratorRequest.TryParseExact, "H100:8", out var request)) return null;
        var accelerator = scope.Accelerator(section.Find("accelerator")!, section.At("accelerator"), request.Names[0]);
        return accelerator is null ? null : (accelerator, request.MinCount!.Value);
    }

    private static void Capacity(Section section, string? name, ScenarioScope scope, Quoted quoted)
    {
        var findings = scope.Findings;
        if (section.Find("provider") is null) section.Missing("provider", "coreweave");
        var provider = section.Text("provider", "a provider");
        if (provider is not null && !IsName(provider))
            findings.NotA(section.Find("provider")!, section.At("provider"), new("a provider's name of letters, digits, '-', '_' and '.'", Slug(provider)));
        provider = scope.Providers.FirstOrDefault(p => string.Equals(p, provider, StringComparison.OrdinalIgnoreCase)) ?? provider;
        var region = Place(section, provider, scope);
        var accelerators = Accelerators(section, scope);
        DataRate? fabric = section.Read<DataRate>("fabric", PhysicalText.TryParseRate, out var rate) ? rate : null;
        var priced = section.Require<Price>("price", Readers.Hourly, "$2.60/GPU-hour", out var price);
        DateOnly? until = section.Read<DateOnly>("valid_until", Readers.Date, out var day) ? day : null;
        if (until < scope.Horizon.Start)
            findings.Say(section.LineOf("valid_until"), section.At("valid_until"), $"{Readers.Shown(day)} is before the start on {Readers.Shown(scope.Horizon.Start)}; take the quote out or have it renewed");
        var most = Instances(section, "max", accelerators?.Count, findings);
        var least = Instances(section, "min", accelerators?.Count, findings);
        if (most < least) findings.Say(section.LineOf("max"), section.At("max"), "is below min");
        double? vcpus = section.Read<double>("vcpus", Count.TryParseNumber, out var cpus) ? cpus : null;
        DataSize? memory = section.Read<DataSize>("memory", PhysicalText.TryParseSize, out var size) ? size : null;
        var termed = section.Find("term") is not null;
        int? term = section.Read<int>("term", CalendarSpan.TryParseMonths, out var months) ? months : null;
        double? upfront = section.Read<double>("upfront", ShareText.TryParse, out var share) ? share : null;
        (int, int)? block = section.Read<(int Min, int Max)>("block", TryParseDays, out var days) ? days : null;
        var blocks = section.Find("block") is not null;
        if (blocks && termed) findings.Say(section.LineOf("block"), section.At("block"), "and 'term' are two ways to sell; leave one of them out");
        foreach (var key in (string[])(termed ? [] : ["upfront", "min"]))
        {
            if (section.Find(key) is not null)
                findings.Say(section.LineOf(key), section.At(key), $"needs a 'term'; {(blocks ? "a block is paid as a whole when it begins" : "without one the offer is by the hour")}");
        }

        var hourly = !termed && !blocks;

        if (name is null || provider is null || accelerators is not var (accelerator, count) || !priced) return;
        scope.AddProvider(provider);
        var offer = new Offer
        {
            Provider = provider,
            Region = region,
            InstanceType = name,
            Accelerator = accelerator,
            AcceleratorCount = count,
            Vcpus = vcpus,
            Memory = memory,
            OnDemand = hourly ? OfInstance(price, count) : null,
            Fabric = fabric,
            MaxCount = hourly ? most : null,
            ValidUntil = hourly ? until : null,
            Basis = PriceBasis.Quote,
            Source = $"{findings.File}: {section.Path}",
        };
        scope.Quotes[name] = offer;
        if (hourly)
        {
            quoted.Hourly.Add(offer);
            return;
        }

        if (termed && section.Find("upfront") is null) findings.Assume(section.At("upfront"), "0%", "nothing is said of it");
        quoted.Terms.Add(new()
        {
            Instance = offer,
            Kind = termed ? CommitmentKind.Reserved : CommitmentKind.CapacityBlock,
            TermMonths = termed ? term ?? 1 : null,
            BlockDays = termed ? null : block ?? (1, 1),
            UpfrontShare = termed ? upfront ?? 0 : 1,
            Price = OfInstance(price, count),
            MinCount = least ?? 1,
            MaxCount = most,
            ValidUntil = until,
            Basis = PriceBasis.Quote,
            Source = offer.Source,
        });
    }

    // '1-182 days', '2-8 weeks'; one length alone is the only one.
    private static bool TryParseDays(string text, out (int Min, int Max) value, out Misread misread)
    {
        value = default;
        misread = new("the shortest and longest block in whole days, such as '1-182 days'");
        var parts = text.Split('-', StringSplitOptions.TrimEntries);
        if (parts.Length > 2 || !Days(parts[^1], out var most)) return false;
        var least = most;
        // The unit stands once, after the second.
        if (parts.Length == 2 && !Days($"{parts[0]} {parts[1].TrimStart('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', ' ')}", out least)) return false;
        if (least > most)
        {
            misread = new("the shortest block, then the longest", $"{most}-{least} days");
            return false;
        }

        value = (least, most);
        return true;

        static bool Days(string part, out int days)
        {
            days = 0;
            if (!CalendarSpan.TryParseTime(part, out var time, out _) || time.TotalDays != Math.Floor(time.TotalDays) || time.TotalDays is < 1 or > 3660) return false;
            days = (int)time.TotalDays;
            return true;
        }
    }

    /// <summary>A number of instances, said in instances or in accelerators; null where absent or with a problem.</summary>
    private static int? Instances(Section section, string key, double? accelerators, Findings findings)
    {
        if (!section.Read<Count>(key, Count.TryParse, out var count)) return null;
        var node = section.Find(key)!;
        var each = count.Unit switch { "gpus" => accelerators, "instances" => 1, _ => 0 };
        if (each == 0)
        {
            findings.NotA(node, section.At(key), new("a number of GPUs or instances, such as '64 GPU' or '8 instances'", count.Unit.Length == 0 ? $"{((ScalarNode)node).Text} GPU" : null));
            return null;
        }

        if (each is not { } size) return null;
        var instances = count.Number / size;
        if (instances >= 1 && instances == Math.Floor(instances) && instances <= 1e6) return (int)instances;
        findings.NotA(node, section.At(key), new(count.Unit == "gpus" ? $"a multiple of the {size:0.###} GPUs of an instance" : "a whole number of instances",
            count.Unit == "gpus" && count.Number < 1e6 ? $"{Math.Max(1, Math.Ceiling(instances)) * size:0} GPU" : null));
        return null;
    }

    private static void Tokens(Section section, string? name, ScenarioScope scope, Quoted quoted)
    {
        var model = scope.Model(section, "model");
        var input = section.Require<double>("input", Readers.PerTokens, "$0.60/1M tokens", out var prompt);
        var output = section.Require<double>("output", Readers.PerTokens, "$0.80/1M tokens", out var answer);
        double? most = section.Read<double>("max", FrequencyText.TryParse, out var rate) ? rate : null;
        var promised = section.Find("slo") is null ? ServiceLevel.None : InferencePart.Slo(section, scope.Findings);
        var provider = section.Text("provider", "a provider");
        if (section.Find("provider") is null && name is not null)
        {
            provider = name;
            scope.Findings.Assume(section.At("provider"), name, "the offer's own name");
        }

        var place = section.Find("region") is null ? "unknown" : Place(section, provider, scope);
        var region = place == "unknown" ? null : place;
        if (name is null || model is null || provider is null || !input || !output) return;
        scope.AddProvider(provider);
        quoted.Tokens.Add(new()
        {
            Name = name, Provider = provider, Model = model, InputPerMillion = prompt, OutputPerMillion = answer, MaxPerSecond = most,
            Promised = promised,
            Region = region,
        });
    }
}

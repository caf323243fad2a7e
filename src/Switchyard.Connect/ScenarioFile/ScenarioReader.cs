using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Units;

namespace Switchyard.Connect.ScenarioFile;

/// <summary>Reads scenario files. A file is right as a whole or gives all of its problems at once; it never changes anything.</summary>
public static class ScenarioReader
{
    internal static readonly string[] Keys =
    [
        "name", "start", "horizon", "period", "discount_rate", "tail", "load_segments", "limits", "commercial", "offers", "owned", "current", "models", "calibration", "workloads", "options",
    ];

    internal static readonly string[] OptionKeys = ["buy", "build"];
    internal static readonly string[] BuyWords = ["on-demand", "spot", "commitment", "owned", "tokens"];
    internal const int MaxMonths = 120;
    private const int DefaultMonths = 12;

    /// <summary>Reads a scenario from a file; traces are found beside it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="book">What can be had.</param>
    /// <param name="models">The models known.</param>
    public static Reading<Scenario> ReadFile(string path, PriceBook book, IReadOnlyList<ModelArchitecture> models)
    {
        var taken = ScenarioBytes.OfFile(path);
        return taken.Value?.Read(book, models) ?? new(null, taken.Problems);
    }

    /// <summary>Reads a scenario from a stream of UTF-8, of which at most 10 MB are looked at.</summary>
    /// <param name="stream">The stream, such as standard input.</param>
    /// <param name="file">The name for problems.</param>
    /// <param name="book">What can be had.</param>
    /// <param name="models">The models known.</param>
    /// <param name="open">Opens a trace that the scenario names; may throw <see cref="IOException"/>. Null where no files can be read.</param>
    public static Reading<Scenario> Read(
        Stream stream, string file, PriceBook book, IReadOnlyList<ModelArchitecture> models, Func<string, Stream>? open = null) =>
        ScenarioBytes.Take(stream, file, open).Read(book, models);

    /// <summary>Reads a scenario from text.</summary>
    /// <param name="text">The YAML text.</param>
    /// <param name="file">The name for problems.</param>
    /// <param name="book">What can be had.</param>
    /// <param name="models">The models known.</param>
    /// <param name="open">Opens a trace that the scenario names; may throw <see cref="IOException"/>. Null where no files can be read.</param>
    /// <param name="settings">What takes the place of what the text says.</param>
    public static Reading<Scenario> Read(
        string text, string file, PriceBook book, IReadOnlyList<ModelArchitecture> models, Func<string, Stream>? open = null,
        IReadOnlyList<Setting>? settings = null)
    {
        var findings = new Findings(file);
        var root = YamlTree.Read(text, findings) is { } tree ? Section.Open(Overrides.Apply(tree, settings ?? [], findings), "", findings, Keys) : null;
        if (root is null) return findings.Problems;
        var name = Name(root, findings);
        var scope = new ScenarioScope(findings, book, OwnFiles.Models(root, models, findings, open), Months(root, book, findings), open);
        var discount = root.ReadOr<Growth>("discount_rate", Growth.TryParse, new(0, 12), "0%/year", "later payments count in full");
        if (discount.Share < 0) findings.Say(root.LineOf("discount_rate"), "discount_rate", $"{discount} is below 0; maybe '{discount with { Share = -discount.Share }}'");
        var tail = root.ReadOr<double>("tail", ShareText.TryParse, 1, "100%", "what is still owed after the horizon counts in full");
        var segments = Segments(root, findings);
        // Quotes first: what follows may name them. Limits and quotas may name their providers and regions.
        var quotes = QuotesPart.Read(root, scope);
        var limits = LimitsPart.Read(root, scope);
        var (commercial, committed) = CommercialPart.Read(root, scope);
        var owned = HoldingsPart.Owned(root, scope).ToList();
        var current = HoldingsPart.Current(root, scope);
        Options(root, findings);
        var corrections = OwnFiles.Corrections(root, book, findings, open);
        var workloads = WorkloadsPart.Read(root, scope);
        if (findings.Problems.Count > 0) return findings.Problems;
        return new Scenario
        {
            Name = name,
            Horizon = scope.Horizon,
            DiscountRate = discount.Yearly,
            TailShare = tail,
            LoadSegments = segments,
            Limits = limits,
            Commercial = commercial,
            HourlyQuotes = [.. quotes.Hourly],
            TermQuotes = [.. quotes.Terms],
            TokenOffers = [.. quotes.Tokens],
            Holdings = [.. owned, .. committed],
            Current = current,
            Workloads = workloads,
            Corrections = corrections?.Serving ?? [],
            TrainingCorrections = corrections?.Training ?? [],
            Assumed = [.. findings.Assumed],
            NotYetUsed = [.. findings.NotYetUsed],
        };
    }

    private static string Name(Section root, Findings findings)
    {
        if (root.Find("name") is not null)
        {
            var name = QuotesPart.Name(root, findings);
            return name ?? "";
        }

        var stem = QuotesPart.Slug(Path.GetFileNameWithoutExtension(findings.File) ?? "") ?? "scenario";
        findings.Assume("name", stem, "the file's name");
        return stem;
    }

    private static Horizon Months(Section root, PriceBook book, Findings findings)
    {
        var next = new DateOnly(book.AsOf.Year, book.AsOf.Month, 1).AddMonths(1);
        var start = root.ReadOr<DateOnly>("start", Readers.Date, next, Readers.Shown(next), "the first of the month after the catalog's date");
        var months = root.ReadOr<int>("horizon", CalendarSpan.TryParseMonths, DefaultMonths, $"{DefaultMonths} months", "not said");
        if (months > MaxMonths)
        {
            findings.Say(root.LineOf("horizon"), "horizon", $"{months} months are more than the {MaxMonths} that can be planned", null, $"{MaxMonths} months");
            months = MaxMonths;
        }

        if (root.Find("period") is not null)
        {
            if (root.Read<CalendarSpan>("period", CalendarSpan.TryParse, out var period) && period != new CalendarSpan(1, TimeSpan.Zero))
                findings.Say(root.LineOf("period"), "period", $"'{period}' is not the only period there is yet", null, "1 month");
            else findings.NotYetUsed.Add("period");
        }

        return new(start, months);
    }

    private static int Segments(Section root, Findings findings)
    {
        if (!root.Read<int>("load_segments", Count.TryParsePositive, out var most)) return LoadSegments.Default;
        var can = Math.Clamp(most, LoadSegments.Fewest, LoadSegments.Most);
        if (most != can) findings.Say(root.LineOf("load_segments"), "load_segments", $"{most} is not from {LoadSegments.Fewest} to {LoadSegments.Most}", null, $"{can}");
        return can;
    }

    private static void Options(Section root, Findings findings)
    {
        if (root.Open("options", OptionKeys) is not { } options) return;
        foreach (var (node, path) in options.Words("buy", $"one of {string.Join(", ", BuyWords)}"))
        {
            if (!BuyWords.Contains(node.Text, StringComparer.OrdinalIgnoreCase)) findings.Unknown(node, path, "a way to buy", node.Text, BuyWords);
        }

        options.Read<bool>("build", Readers.YesNo, out _);
        findings.NotYetUsed.Add("options");
    }
}

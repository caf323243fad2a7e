using System.Globalization;
using Switchyard.Demand;
using Switchyard.Market;

namespace Switchyard.Connect.Catalog;

/// <summary>Reads a catalog folder (<c>market/*.csv</c>, <c>performance/models.csv</c>) into a price book and models.</summary>
public static class CatalogReader
{
    private const string Market = "market";

    /// <summary>Reads the catalog. Everything wrong in it comes at once, with file, line and column.</summary>
    /// <param name="folder">The folder that holds <c>market</c> and <c>performance</c>.</param>
    /// <param name="policy">How old a price may be; null for the default.</param>
    /// <param name="asOf">The day as of which prices count as old or new; null for the catalog's own, in <c>market/as_of.txt</c>.</param>
    /// <param name="withPairs">Whether to read what is known of pairs of regions as well (round trips, throughput, prices), which plans need.</param>
    public static Reading<CatalogContents> Read(string folder, PricePolicy? policy = null, DateOnly? asOf = null, bool withPairs = false)
    {
        List<Problem> problems = [];
        if (!Directory.Exists(folder))
            return new List<Problem> { new(folder, 0, "", "there is no such folder; the catalog is the folder that holds market/offers.csv") };
        var market = Path.Combine(folder, Market);
        var own = OwnDate(market, problems);
        var accelerators = AcceleratorTable.Read(market, problems);
        var named = new AcceleratorNames(accelerators);
        var offers = OfferTable.Read(market, named, problems);
        var commitments = CommitmentTable.Read(market, named, offers, problems);
        var regions = RegionTable.Read(market, problems);
        var spot = SpotTable.Read(market, named, problems);
        var storage = NetworkTables.ReadStorage(market, problems);
        var egress = NetworkTables.ReadEgress(market, problems);
        var trips = withPairs ? NetworkTables.ReadRoundTrips(market, problems) : [];
        var pairs = withPairs ? NetworkTables.ReadRegionPairs(market, problems) : [];
        var models = ModelTable.Read(Path.Combine(folder, "performance"), problems);
        var factors = CoefficientTable.ReadFactors(Path.Combine(folder, "performance"), problems);
        var intervals = CoefficientTable.ReadIntervals(Path.Combine(folder, "performance"), problems);
        if (problems.Count > 0) return problems;
        var book = new PriceBook(asOf ?? own, policy ?? new(), accelerators, offers.Values, commitments, regions, storage, new(egress, pairs, trips));
        return new CatalogContents(book, [.. models.OrderBy(model => model.Name, StringComparer.Ordinal)], folder) { Factors = factors, Intervals = intervals, Spot = [.. spot] };
    }

    /// <summary>Reads models of a user's own: a table like <c>performance/models.csv</c>, as <c>switchyard performance model import</c> writes it.</summary>
    /// <param name="text">The table.</param>
    /// <param name="file">Its name, for problems.</param>
    /// <param name="known">The models known already, whose names are taken.</param>
    public static Reading<IReadOnlyList<ModelArchitecture>> ReadModels(TextReader text, string file, IEnumerable<ModelArchitecture> known)
    {
        List<Problem> problems = [];
        var models = ModelTable.Read(text, file, known, problems);
        if (problems.Count == 0 && models.Count == 0) problems.Add(new(file, 0, "", "holds no model"));
        return problems.Count > 0 ? problems : new Reading<IReadOnlyList<ModelArchitecture>>(models, []);
    }

    /// <summary>Reads models of a user's own from a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="known">The models known already, whose names are taken.</param>
    public static Reading<IReadOnlyList<ModelArchitecture>> ReadModels(string path, IEnumerable<ModelArchitecture> known)
    {
        try
        {
            using var text = new StreamReader(path);
            return ReadModels(text, path, known);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            return new List<Problem> { new(path, 0, "", File.Exists(path) ? "cannot be read" : "there is no such file") };
        }
    }

    private static DateOnly OwnDate(string market, List<Problem> problems)
    {
        var file = Path.Combine(market, "as_of.txt");
        try
        {
            var line = File.ReadLines(file).FirstOrDefault("");
            if (DateOnly.TryParseExact(line.Trim(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return day;
            problems.Add(Problem.NotA(file, 1, "", line, new("a date, such as 2026-11-22")));
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            problems.Add(new(file, 0, "", "is missing; its first line says as of which day the catalog was put together, such as 2026-11-22"));
        }

        return default;
    }
}

/// <summary>Accelerators by every name they have.</summary>
internal sealed class AcceleratorNames
{
    private readonly Dictionary<string, Accelerator> byName = new(StringComparer.OrdinalIgnoreCase);

    internal AcceleratorNames(IEnumerable<Accelerator> accelerators)
    {
        foreach (var accelerator in accelerators)
        {
            byName[accelerator.Name] = accelerator;
            foreach (var alias in accelerator.Aliases) byName.TryAdd(alias, accelerator);
        }
    }

    /// <summary>The accelerator that a row names; null, with a problem, when it is unknown.</summary>
    internal Accelerator? Find(CsvTable table, string column)
    {
        var name = table.Required(column);
        if (name.Length == 0 || byName.TryGetValue(name, out var accelerator)) return name.Length == 0 ? null : byName[name];
        table.NotA(column, name, "an accelerator of accelerators.csv", Units.Nearest.To(name, byName.Keys));
        return null;
    }
}

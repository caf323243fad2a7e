namespace Switchyard.Acceptance.Input;

/// <summary>A catalog with mistakes in it is refused as a whole, each of them with its file and line.</summary>
public sealed class BadCatalogTests
{
    [Fact]
    public async Task Every_mistake_is_said()
    {
        using Scratch scratch = new();
        var catalog = scratch.CopyOfCatalog();
        var offers = Path.Combine(catalog, "market", "offers.csv");
        var lines = await File.ReadAllLinesAsync(offers, TestContext.Current.CancellationToken);
        var priced = lines.Index().Where(l => l.Item.StartsWith("aws,", StringComparison.Ordinal) && !l.Item.Contains('"', StringComparison.Ordinal)
            && l.Item.Split(',')[7].Length > 0 && l.Item.Split(',')[12].Length == 0).Take(4).ToList();
        lines[priced[0].Index] = With(priced[0].Item, 7, "0");
        lines[priced[1].Index] = With(priced[1].Item, 3, "H100000");
        lines[priced[2].Index] = With(priced[2].Item, 8, "99999");
        lines[priced[3].Index] = priced[3].Item[..20];
        await File.WriteAllLinesAsync(offers, lines, TestContext.Current.CancellationToken);

        var run = await Cli.RunAsync("plan", "startup", "--catalog", catalog, "--out", scratch["plan.json"]);
        run.ShouldBeRefused(
            $"offers.csv:{priced[0].Index + 1} on_demand_usd_per_hour: '0'", $"offers.csv:{priced[1].Index + 1} accelerator: 'H100000'",
            $"offers.csv:{priced[2].Index + 1} spot_usd_per_hour: spot 99999 is above on demand", $"offers.csv:{priced[3].Index + 1}", "nothing was written");
        File.Exists(scratch["plan.json"]).ShouldBeFalse();
        (await Cli.RunAsync("market", "offers", "--catalog", catalog)).ShouldBeRefused("H100000");
    }

    [Fact]
    public async Task A_table_that_is_missing_empty_or_binary_is_said()
    {
        using Scratch scratch = new();
        var catalog = scratch.CopyOfCatalog();
        File.Delete(Path.Combine(catalog, "market", "accelerators.csv"));
        await File.WriteAllTextAsync(Path.Combine(catalog, "market", "commitments.csv"), "", TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(Path.Combine(catalog, "market", "regions.csv"), [0, 1, 2, 0xFF, 0xFE, 0], TestContext.Current.CancellationToken);
        (await Cli.RunAsync("market", "offers", "--catalog", catalog)).ShouldBeRefused("accelerators.csv", "commitments.csv", "regions.csv");
    }

    private static string With(string row, int column, string value)
    {
        var cells = row.Split(',');
        cells[column] = value;
        return string.Join(',', cells);
    }
}

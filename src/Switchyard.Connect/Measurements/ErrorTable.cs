using Switchyard.Connect.Catalog;

namespace Switchyard.Connect.Measurements;

/// <summary>A line of <c>performance/errors.csv</c>, which <c>switchyard performance fit</c> writes: errors of one metric over one group of runs.</summary>
/// <param name="Runs">How the runs were predicted: <c>fitted</c>, or <c>without its model</c> and the like.</param>
/// <param name="Kind"><c>dense</c> or <c>moe</c>.</param>
/// <param name="Metric">The metric's name.</param>
/// <param name="Group">The model, accelerator or version; <c>all</c> for all.</param>
/// <param name="Numbers">Numbers that it rests on.</param>
/// <param name="Median">Median absolute error.</param>
/// <param name="Mean">Mean absolute error.</param>
public sealed record ErrorRow(string Runs, string Kind, string Metric, string Group, int Numbers, double Median, double Mean);

/// <summary>A line of <c>performance/intervals.csv</c>: how often an interval holds what it has not seen.</summary>
/// <param name="Metric">Quantity and statistic.</param>
/// <param name="Kind"><c>dense</c> or <c>moe</c>.</param>
/// <param name="Groups">Architectures.</param>
/// <param name="Coverage">Share held of architectures that played no part in the interval; null where there are too few.</param>
public sealed record IntervalRow(string Metric, string Kind, int Groups, double? Coverage);

/// <summary>Reads what a fit wrote about its own errors.</summary>
public static class ErrorTable
{
    /// <summary>The errors of a catalog folder; empty where there is no such file.</summary>
    /// <param name="folder">The catalog's folder.</param>
    public static Reading<ErrorRow[]> Errors(string folder)
    {
        List<Problem> problems = [];
        List<ErrorRow> rows = [];
        if (!File.Exists(Path.Combine(folder, "performance", "errors.csv"))) return Array.Empty<ErrorRow>();
        using var table = CsvTable.Open(folder, Path.Combine("performance", "errors.csv"), ["runs", "kind", "metric", "group", "numbers", "median", "mean"], problems);
        while (table?.Next() ?? false)
        {
            if (table.Number("median", 0) is { } median && table.Number("mean", 0) is { } mean)
                rows.Add(new(table.Required("runs"), table.Required("kind"), table.Required("metric"), table.Required("group"), table.Whole("numbers") ?? 0, median, mean));
        }

        return problems.Count == 0 ? rows.ToArray() : problems;
    }

    /// <summary>The coverage of a catalog folder's intervals; empty where there is no such file.</summary>
    /// <param name="folder">The catalog's folder.</param>
    public static Reading<IntervalRow[]> Intervals(string folder)
    {
        List<Problem> problems = [];
        List<IntervalRow> rows = [];
        if (!File.Exists(Path.Combine(folder, "performance", "intervals.csv"))) return Array.Empty<IntervalRow>();
        using var table = CsvTable.Open(folder, Path.Combine("performance", "intervals.csv"), ["quantity", "statistic", "kind"], problems);
        while (table?.Next() ?? false)
        {
            if (table.Column("coverage_of_others") >= 0)
                rows.Add(new($"{table.Required("quantity")} {table.Required("statistic")}".ToLowerInvariant(), table.Required("kind"), table.Whole("groups") ?? 0, table.Number("coverage_of_others", 0, 1)));
        }

        return problems.Count == 0 ? rows.ToArray() : problems;
    }
}

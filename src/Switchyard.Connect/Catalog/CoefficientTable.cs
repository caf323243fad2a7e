using System.Collections.Immutable;
using Switchyard.Performance;
using Switchyard.Performance.Fit;
using Switchyard.Performance.Measured;

namespace Switchyard.Connect.Catalog;

/// <summary>performance/coefficients.csv and performance/intervals.csv, which <c>switchyard performance fit</c> writes; the engine's own values where they are absent.</summary>
internal static class CoefficientTable
{
    private static readonly string[] Quantities = Enum.GetNames<Quantity>();
    private static readonly string[] Statistics = Enum.GetNames<Statistic>();
    private static readonly string[] Kinds = ["dense", "moe"];

    internal static EfficiencyFactors ReadFactors(string folder, List<Problem> problems)
    {
        var factors = EfficiencyFactors.Default;
        if (!File.Exists(Path.Combine(folder, "coefficients.csv"))) return factors;
        using var table = CsvTable.Open(folder, "coefficients.csv", ["name", "value", "source"], problems);
        while (table?.Next() ?? false)
        {
            var name = table.Required("name");
            var known = Coefficient.Serving.Concat(Coefficient.Training).FirstOrDefault(c => c.Name == name);
            if (known is null)
                table.NotA("name", name, "a coefficient", Units.Nearest.To(name, Coefficient.Serving.Concat(Coefficient.Training).Select(c => c.Name)));
            else if (table.Number("value", known.Least, known.Most) is { } value)
                factors = known.With(factors, value);
        }

        return factors;
    }

    internal static ErrorIntervals ReadIntervals(string folder, List<Problem> problems)
    {
        if (!File.Exists(Path.Combine(folder, "intervals.csv"))) return ErrorIntervals.None;
        using var table = CsvTable.Open(folder, "intervals.csv", ["quantity", "statistic", "kind", "down", "up", "numbers", "source"], problems);
        var factors = ImmutableArray.CreateBuilder<ErrorIntervals.Factor>();
        while (table?.Next() ?? false)
        {
            var metric = new Metric((Quantity)table.Word("quantity", Quantities), (Statistic)table.Word("statistic", Statistics));
            var dense = table.Word("kind", Kinds) == 0;
            if (table.Positive("down") is { } down && table.Positive("up") is { } up)
                factors.Add(new(metric, dense, down, up, table.Whole("numbers") ?? 0));
        }

        return new() { Factors = factors.ToImmutable() };
    }
}

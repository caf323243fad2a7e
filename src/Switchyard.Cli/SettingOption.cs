using System.CommandLine;
using Switchyard.Cli.Output;
using Switchyard.Connect;
using Switchyard.Connect.Catalog;
using Switchyard.Connect.ScenarioFile;
using Switchyard.Demand;

namespace Switchyard.Cli;

/// <summary><c>--set PATH=VALUE</c>: values that take the place of what the scenario file says.</summary>
internal sealed class SettingOption
{
    private const int MostVariants = 500;

    private readonly Option<string[]> option = new("--set")
    {
        Description = "Take another value than the scenario says; 40%,60% or 40%..80%:20% plans each (may be repeated)",
        HelpName = "PATH=VALUE",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    /// <summary>Adds the option to a command.</summary>
    public SettingOption(Command command) => command.Options.Add(option);

    /// <summary>What was set, or all that is wrong with it.</summary>
    public Reading<List<SettingRange>> Read(ParseResult parsed)
    {
        var read = (parsed.GetValue(option) ?? []).Select(SettingRange.Parse).ToList();
        var problems = read.SelectMany(r => r.Problems).ToList();
        var ranges = read.Select(r => r.Value).OfType<SettingRange>().ToList();
        var variants = ranges.Aggregate(1.0, (product, range) => product * range.Values.Length);
        if (variants > MostVariants) problems.Add(new(SettingRange.Option, 0, "", $"{variants:#,##0} variants are more than the {MostVariants} that are planned at once"));
        return problems.Count > 0 ? problems : ranges;
    }
}

/// <summary>A scenario read with some settings.</summary>
/// <param name="Values">The values of the swept paths.</param>
/// <param name="Scenario">The scenario.</param>
internal sealed record ReadVariant(List<string> Values, Scenario Scenario)
{
    /// <summary>Reads every combination; each problem is told once.</summary>
    public static Reading<List<ReadVariant>> All(ScenarioBytes source, CatalogContents catalog, List<SettingRange> ranges)
    {
        var (variants, problems) = (new List<ReadVariant>(), new List<Problem>());
        foreach (var settings in SettingRange.Combinations(ranges))
        {
            var read = source.Read(catalog.Prices, catalog.Models, settings);
            problems.AddRange(read.Problems.Except(problems));
            if (read.Value is { } scenario) variants.Add(new([.. settings.Zip(ranges).Where(x => x.Second.IsSweep).Select(x => x.First.Value)], scenario));
        }

        return problems.Count > 0 ? problems : variants;
    }
}

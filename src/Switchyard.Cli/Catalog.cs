using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Switchyard.Cli.Output;
using Switchyard.Connect;
using Switchyard.Connect.Catalog;
using Switchyard.Connect.Measurements;
using Switchyard.Market;

namespace Switchyard.Cli;

/// <summary>The options that choose prices, shared by every verb that reads the catalog.</summary>
internal sealed class CatalogOptions
{
    private readonly Option<string?> folder = new("--catalog")
    {
        Description = "Folder of the catalog; by default the one that Switchyard ships",
        HelpName = "DIR",
    };

    private readonly Option<DateOnly?> asOf = new("--as-of")
    {
        Description = "Day against which the age of prices is measured; by default the catalog's own",
        HelpName = "YYYY-MM-DD",
        CustomParser = ParseDay,
    };

    private readonly Option<bool> allowIndicative = new("--allow-indicative")
    {
        Description = "Let a plan choose prices that are only indicative, and accelerators whose figures are unverified",
    };

    private readonly Option<int> maxPriceAge = new("--max-price-age")
    {
        Description = "Oldest list or commitment price that can be bought at, in days",
        HelpName = "DAYS",
        DefaultValueFactory = _ => new PricePolicy().ListDays,
        CustomParser = WholeNumber.Parser("--max-price-age", "days", 0),
    };

    private readonly Option<int> maxSpotAge = new("--max-spot-age")
    {
        Description = "Oldest spot price that can be bought at, in days",
        HelpName = "DAYS",
        DefaultValueFactory = _ => new PricePolicy().SpotDays,
        CustomParser = WholeNumber.Parser("--max-spot-age", "days", 0),
    };

    private readonly Option<string?> calibration = new("--calibration")
    {
        Description = "Corrections from your own runs, as 'switchyard performance calibrate' writes them",
        HelpName = "calibration.csv",
    };

    private readonly Option<string[]> models = new("--models")
    {
        Description = "Models of your own, as 'switchyard performance model import' writes them; can be given several times",
        HelpName = "FILE",
        Arity = ArgumentArity.ZeroOrMore,
    };

    /// <summary>Adds the options to a command.</summary>
    public CatalogOptions(Command command)
    {
        command.Options.Add(models);
        command.Options.Add(calibration);
        command.Options.Add(folder);
        command.Options.Add(asOf);
        command.Options.Add(allowIndicative);
        command.Options.Add(maxPriceAge);
        command.Options.Add(maxSpotAge);
    }

    /// <summary>Does with the catalog what a verb does; where the catalog cannot be read, says why instead.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="run">What the verb does; gives its exit code.</param>
    public int With(ParseResult parsed, Func<CatalogContents, int> run)
    {
        var catalog = Read(parsed);
        return catalog.Value is { } contents ? run(contents) : Printer.Fail(catalog.Problems);
    }

    /// <summary>Reads the catalog, and says on stderr when it has grown old.</summary>
    public Reading<CatalogContents> Read(ParseResult parsed, bool withPairs = false)
    {
        var policy = new PricePolicy(parsed.GetValue(maxPriceAge), parsed.GetValue(maxSpotAge), parsed.GetValue(allowIndicative));
        var asked = parsed.GetValue(asOf);
        var reading = CatalogReader.Read(parsed.GetValue(folder) ?? Home.Folder("data"), policy, asked, withPairs);
        // Whoever names a day has chosen how old prices may be; the prices then count as of that day.
        if (reading.Value is { } contents && asked is null)
        {
            var age = DateOnly.FromDateTime(DateTime.UtcNow).DayNumber - contents.Prices.AsOf.DayNumber;
            if (age > policy.SpotDays)
            {
                Console.Error.WriteLine(
                    $"note: the catalog is of {contents.Prices.AsOf:yyyy-MM-dd}, {age} days ago; prices have moved since. Get a newer version of Switchyard.");
            }
        }

        return reading.Value is { } read ? WithOwn(read, parsed.GetValue(models) ?? [], parsed.GetValue(calibration)) : reading;
    }

    private static Reading<CatalogContents> WithOwn(CatalogContents contents, string[] files, string? corrections)
    {
        List<Problem> problems = [];
        if (corrections is not null)
        {
            var own = CalibrationTable.Read(corrections, contents.Prices.Accelerators);
            if (own.Value is { } made) contents = contents with { Factors = made.On(contents.Factors) };
            else problems.AddRange(own.Problems);
        }

        foreach (var file in files)
        {
            var own = CatalogReader.ReadModels(file, contents.Models);
            if (own.Value is { } more) contents = contents with { Models = [.. contents.Models, .. more] };
            else problems.AddRange(own.Problems);
        }

        return problems.Count > 0 ? problems : contents;
    }

    private static DateOnly? ParseDay(ArgumentResult result)
    {
        if (DateOnly.TryParseExact(result.Tokens[0].Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return day;
        result.AddError($"--as-of: '{result.Tokens[0].Value}' is not a date; write it as YYYY-MM-DD");
        return null;
    }
}

/// <summary>Where Switchyard's own files are.</summary>
internal static class Home
{
    /// <summary>A folder of the installation: below SWITCHYARD_HOME, else below the first parent folder of the program that has it.</summary>
    /// <param name="name">Its name, such as <c>data</c>.</param>
    public static string Folder(string name)
    {
        if (Environment.GetEnvironmentVariable("SWITCHYARD_HOME") is { Length: > 0 } home) return Path.Combine(home, name);
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Directory.Exists(Path.Combine(folder.FullName, name))) return Path.Combine(folder.FullName, name);
        return Path.Combine(AppContext.BaseDirectory, name);
    }
}

using System.CommandLine;
using System.Reflection;
using Switchyard.Cli.Output;
using Switchyard.Connect;
using Switchyard.Connect.PlanFile;
using Switchyard.Connect.Report;
using Switchyard.Market;
using Switchyard.Plan;

namespace Switchyard.Cli;

/// <summary><c>switchyard report</c>: a saved plan, and what was found about it, as one page to look at.</summary>
internal static class ReportCommand
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Argument<string[]> files = new("files")
        {
            Description = "A plan saved by 'switchyard plan --out', and what was found about it",
            Arity = ArgumentArity.OneOrMore,
            HelpName = "plan.json",
        };
        Option<string> save = new("--out") { Description = "The page: one HTML file, or - for stdout", HelpName = "report.html", DefaultValueFactory = _ => "report.html" };
        Command command = new("report", "Make one page of a plan: what to buy, what it costs, why, and what it rests on") { files };
        command.Options.Add(save);
        var catalogs = new CatalogOptions(command);
        command.SetAction(parsed =>
        {
            var problems = new List<Problem>();
            var path = parsed.GetValue(save)!;
            if (Directory.Exists(path)) problems.Add(new(path, 0, "", "is a folder; name the file to save the page in"));
            var plans = new List<(string File, PurchasePlan Plan, string Json)>();
            var evidence = new List<(string File, string Json)>();
            foreach (var file in parsed.GetValue(files)!) Read(file, plans, evidence, problems);
            foreach (var (file, text) in evidence) problems.AddRange(EvidenceText.Check(text, file, plans.Count > 0 ? plans[0].Plan : null));
            foreach (var more in plans.Skip(1)) problems.Add(new(more.File, 0, "", $"a second plan, beside {plans[0].File}; a report is about one"));
            if (plans.Count == 0 && problems.Count == 0) problems.Add(new("switchyard", 0, "", "there is no plan among the files; make one with 'switchyard plan SCENARIO --out plan.json'"));
            var catalog = catalogs.Read(parsed, withPairs: true);
            if (catalog.Value is null) problems.AddRange(catalog.Problems);
            if (Page() is not { } page) problems.Add(new("switchyard", 0, "", Missing("report")));
            else if (problems.Count == 0)
            {
                var (_, plan, json) = plans[0];
                Write(path, page, plan, json, evidence.Select(e => e.Json), catalog.Value!.Prices);
                return ExitCode.Done;
            }

            return Printer.Fail(problems);
        });
        return command;
    }

    private static void Read(string file, List<(string, PurchasePlan, string)> plans, List<(string, string)> evidence, List<Problem> problems)
    {
        if (file != "-" && !File.Exists(file))
        {
            problems.Add(new(file, 0, "", Directory.Exists(file) ? "is a folder; name the saved plan" : "there is no such file"));
            return;
        }

        var text = file == "-" ? Console.In.ReadToEnd() : File.ReadAllText(file);
        if (EvidenceText.Claims(text))
        {
            evidence.Add((file, text));
            return;
        }

        var reading = PlanReader.Read(text, file);
        if (reading.Value is { } plan) plans.Add((file, plan, text));
        else problems.AddRange(reading.Problems);
    }

    /// <summary>Writes the page of a plan, and says so on stderr.</summary>
    /// <param name="path">The file to write; - for stdout.</param>
    /// <param name="page">The page as it was built.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="planJson">The plan as JSON.</param>
    /// <param name="evidenceJson">What was found about it, as JSON.</param>
    /// <param name="prices">Where regions lie.</param>
    public static void Write(string path, string page, PurchasePlan plan, string planJson, IEnumerable<string> evidenceJson, PriceBook prices)
    {
        var filled = ReportPage.Fill(page, plan, planJson, evidenceJson, prices, Version());
        if (path == "-")
        {
            Console.Out.Write(filled);
            return;
        }

        Printer.WriteFile(path, filled);
        Console.Error.WriteLine($"wrote {path}");
    }

    /// <summary>The page as it was built; null where it is not.</summary>
    public static string? Page()
    {
        var built = Path.Combine(Home.Folder("artifacts"), "web", "report.html");
        return File.Exists(built) ? File.ReadAllText(built) : null;
    }

    /// <summary>What to install where the page is not built.</summary>
    /// <param name="verb">The command that builds it once Node.js is there.</param>
    public static string Missing(string verb) => $"""
        the page of the report is not built; it needs Node.js 20.19 or later, and npm
          Debian, Ubuntu: apt-get install nodejs npm, or https://nodejs.org where that is older;  Fedora: dnf install nodejs;  macOS: brew install node
          then run ./switchyard {verb} again: it builds the page when it is not there
        """;

    private static string Version() =>
        typeof(ReportCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}

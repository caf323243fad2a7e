using System.Collections.Immutable;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Switchyard.Cli.Output;
using Switchyard.Connect.Measurements;
using Switchyard.Performance;
using Switchyard.Performance.Fit;
using Switchyard.Performance.Measured;

namespace Switchyard.Cli;

/// <summary><c>switchyard performance fit</c>: makes the coefficients, the intervals and the table of errors again from measured runs.</summary>
internal static class FitCommand
{
    private const int PerGroup = 24, PerGroupLeftOut = 6, Rounds = 16, RoundsLeftOut = 7, PerGroupTraining = 1000;

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Argument<string[]> paths = new("files") { Description = "Measured runs", Arity = ArgumentArity.OneOrMore };
        Option<string?> folder = new("--out") { Description = "Write coefficients.csv, intervals.csv and errors.csv into this folder", HelpName = "DIR" };
        Option<LeftOut[]> leaveOut = new("--leave-out") { Description = "Fit again without each of these, and say how far off we are there; can be given several times", HelpName = "model|accelerator|version" };
        Option<bool> training = new("--training") { Description = "Fit the coefficients of training as well; otherwise they stay" };
        Option<bool> keep = new("--keep") { Description = "Keep the coefficients there are; for errors and intervals alone" };
        Option<string?> each = new("--numbers") { Description = "Write every number, measured and predicted by coefficients that did not see it, into this file", HelpName = "FILE" };
        Command command = new("fit", "Fit the coefficients of the model to measured runs") { paths };
        command.Options.Add(folder);
        command.Options.Add(leaveOut);
        command.Options.Add(training);
        command.Options.Add(keep);
        command.Options.Add(each);
        var catalogs = new CatalogOptions(command);
        command.SetAction(parsed => catalogs.With(parsed, contents =>
        {
            List<MeasuredRun> runs = [];
            List<Connect.Problem> problems = [];
            foreach (var path in parsed.GetValue(paths)!)
            {
                var reading = MeasurementReader.Read(path, contents);
                if (reading.Value is { } file) runs.AddRange(file.Runs);
                else problems.AddRange(reading.Problems);
            }

            if (problems.Count > 0) return Printer.Fail(problems);
            var watch = Stopwatch.StartNew();
            var factors = parsed.GetValue(keep) ? contents.Factors : Fitter.Fit(Untrained(contents.Factors), Coefficient.Serving, [.. runs.OfType<ServingRun>()], PerGroup, Rounds);
            if (parsed.GetValue(training)) factors = Fitter.Fit(factors, Coefficient.Training, [.. runs.OfType<TrainingRun>()], PerGroupTraining, Rounds);
            Console.Error.WriteLine(FormattableString.Invariant($"fitted in {watch.Elapsed.TotalSeconds:0} s"));
            var coefficients = Coefficients(factors);
            Console.Out.Write(coefficients);
            var fitted = CheckReport.Of(runs, new RunPredictor(factors), ErrorIntervals.None);
            List<(string Kind, ImmutableArray<CheckedNumber> Numbers)> tables = [("fitted", fitted.Numbers)];
            if (parsed.GetValue(leaveOut) is { Length: > 0 } kinds)
            {
                foreach (var by in kinds)
                {
                    void Done(string group) => Console.Error.WriteLine(FormattableString.Invariant($"{watch.Elapsed.TotalSeconds,5:0} s  without {group}"));
                    // From the engine's own values, not from those just fitted, which have seen what is left out.
                    var serving = Fitter.LeaveOut(EfficiencyFactors.Default, factors, Coefficient.Serving, [.. runs.OfType<ServingRun>()], by, PerGroupLeftOut, RoundsLeftOut, Done);
                    var trained = TrainedWithout(factors, runs, by, Done);
                    tables.Add(($"without its {by.ToString().ToLowerInvariant()}", [.. serving, .. trained]));
                }
            }

            var errors = Errors(tables);
            Console.Out.Write(errors);
            if (parsed.GetValue(each) is { } numbers) Printer.WriteFile(numbers, Numbers(tables));
            if (parsed.GetValue(folder) is not { } target) return ExitCode.Done;
            Printer.WriteFile(Path.Combine(target, "coefficients.csv"), coefficients);
            Printer.WriteFile(Path.Combine(target, "errors.csv"), errors);
            if (tables.Count > 1) Printer.WriteFile(Path.Combine(target, "intervals.csv"), Intervals([.. tables.Skip(1).SelectMany(t => t.Numbers)]));
            return ExitCode.Done;
        }));
        return command;
    }

    /// <summary>Rates of training by coefficients that were fitted without each group.</summary>
    internal static ImmutableArray<CheckedNumber> TrainedWithout(EfficiencyFactors factors, IEnumerable<MeasuredRun> runs, LeftOut by, Action<string> done) =>
        Fitter.LeaveOut(EfficiencyFactors.Default, factors, Coefficient.Training, [.. runs.OfType<TrainingRun>()], by, PerGroupTraining, RoundsLeftOut, done);

    /// <summary>What is known of serving before any run is seen, with the training coefficients there are.</summary>
    private static EfficiencyFactors Untrained(EfficiencyFactors shipped) => EfficiencyFactors.Default with { Training = shipped.Training };

    private static string Day => DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Coefficients(EfficiencyFactors factors)
    {
        var text = new StringBuilder("name,value,unit,prior,spread,least,most,as_of,source\n");
        foreach (var c in Coefficient.Serving.Concat(Coefficient.Training))
            text.Append(CultureInfo.InvariantCulture, $"{c.Name},{Math.Clamp(c.Get(factors), c.Least, c.Most):G4},{c.Unit},{c.Get(EfficiencyFactors.Default):G4},{c.Spread},{c.Least},{c.Most},{Day},switchyard performance fit\n");
        return text.ToString();
    }

    private static string Numbers(List<(string Kind, ImmutableArray<CheckedNumber> Numbers)> tables)
    {
        var text = new StringBuilder("runs,kind,metric,id,line,model,accelerator,engine,version,measured,predicted\n");
        foreach (var (kind, numbers) in tables)
        {
            foreach (var n in numbers)
                text.Append(CultureInfo.InvariantCulture, $"{kind},{(n.Run.Dense ? "dense" : "moe")},{n.Metric},\"{n.Run.Id}\",{n.Run.Line},{n.Run.ModelKey},{n.Run.SystemKey},{n.Run.EngineName},\"{n.Run.Version}\",{n.Measured:G6},{n.Predicted:G6}\n");
        }

        return text.ToString();
    }

    private static string Errors(List<(string Kind, ImmutableArray<CheckedNumber> Numbers)> tables)
    {
        var text = new StringBuilder("runs,kind,metric,group,numbers,median,mean,p90,bias,as_of,source\n");
        foreach (var (kind, numbers) in tables)
        {
            foreach (var metric in numbers.GroupBy(n => (n.Metric, n.Run.Dense)).OrderBy(g => g.Key.Metric.ToString(), StringComparer.Ordinal).ThenByDescending(g => g.Key.Dense))
            {
                Row("all", [.. metric]);
                if (metric.Key.Metric.Statistic != Statistic.Mean) continue;
                foreach (var group in metric.GroupBy(n => kind.EndsWith("accelerator", StringComparison.Ordinal) ? n.Run.SystemKey
                    : kind.EndsWith("version", StringComparison.Ordinal) ? $"{n.Run.EngineName} {n.Run.Version}" : n.Run.ModelKey).OrderBy(g => g.Key, StringComparer.Ordinal))
                    Row(group.Key, [.. group]);

                void Row(string name, List<CheckedNumber> of)
                {
                    var e = ErrorSummary.Of(of);
                    text.Append(CultureInfo.InvariantCulture,
                        $"{kind},{(metric.Key.Dense ? "dense" : "moe")},{metric.Key.Metric},\"{name}\",{e.Count},{e.Median:0.0000},{e.Mean:0.0000},{e.P90:0.0000},{e.Bias:0.0000},{Day},switchyard performance fit\n");
                }
            }
        }

        return text.ToString();
    }

    private static string Intervals(ImmutableArray<CheckedNumber> heldOut)
    {
        static string Group(MeasuredRun run) => Fitter.Key(run, LeftOut.Model);
        var text = new StringBuilder("quantity,statistic,kind,down,up,numbers,groups,coverage_of_others,as_of,source\n");
        foreach (var f in ErrorIntervals.From(heldOut, Group).Factors)
        {
            var coverage = ErrorIntervals.CoverageOfOthers(heldOut, f.Metric, f.Dense, Group);
            text.Append(CultureInfo.InvariantCulture,
                $"{f.Metric.Quantity},{f.Metric.Statistic},{(f.Dense ? "dense" : "moe")},{f.Down:G4},{f.Up:G4},{f.Runs},{f.Groups},{(double.IsNaN(coverage) ? "" : coverage.ToString("0.000", CultureInfo.InvariantCulture))},{Day},switchyard performance fit --leave-out\n");
        }

        return text.ToString();
    }
}

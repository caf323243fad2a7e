using System.CommandLine;
using Switchyard.Cli.Output;
using Switchyard.Connect;
using Switchyard.Connect.PlanFile;
using Switchyard.Plan;
using Switchyard.Plan.WhatIf;

namespace Switchyard.Cli;

/// <summary><c>switchyard plan diff</c>: what changed from one saved plan to another.</summary>
internal static class PlanDiffCommand
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Argument<string> before = new("before") { Description = "A plan saved by 'switchyard plan --out'" };
        Argument<string> after = new("after") { Description = "The plan to compare it with, or - for stdin" };
        Command command = new("diff", "Say what changed from one saved plan to another: costs, purchases, limits, prices, assumptions") { before, after };
        var printer = new Printer(command);
        command.SetAction(parsed =>
        {
            var (first, second) = (parsed.GetValue(before)!, parsed.GetValue(after)!);
            if (first == "-" && second == "-") return Printer.Fail([new Problem("-", 0, "", "only one of the plans can come from stdin")]);
            var (old, now) = (SavedPlan.Read(first), SavedPlan.Read(second));
            if (old.Value is not { } from || now.Value is not { } to) return Printer.Fail([.. old.Problems, .. now.Problems]);
            var diff = PlanDiff.Between(from, to);
            printer.Show(parsed, console => DiffTables.Write(console, first, second, diff), () => DiffWriter.Write(first, second, diff));
            return ExitCode.Done;
        });
        return command;
    }
}

/// <summary>Plans that were saved.</summary>
internal static class SavedPlan
{
    /// <summary>The plan in a file, or with <c>-</c> on stdin.</summary>
    public static Reading<PurchasePlan> Read(string path)
    {
        if (Directory.Exists(path)) return new List<Problem> { new(path, 0, "", "is a folder; name a plan, saved by 'switchyard plan --out plan.json'") };
        if (path != "-" && !File.Exists(path)) return new List<Problem> { new(path, 0, "", "there is no such file") };
        return PlanReader.Read(path == "-" ? Console.In.ReadToEnd() : File.ReadAllText(path), path);
    }
}

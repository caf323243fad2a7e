using System.Diagnostics;
using Switchyard.Connect.Solver;
using Switchyard.Plan.Solve;

namespace Switchyard.Acceptance.Solver;

/// <summary>Processes of the built command that search for another.</summary>
public sealed class SolverProcessesTests
{
    private static SolverProcesses Processes() => new(Cli.Command[0], [.. Cli.Command.Skip(1), SolverProcesses.Verb]);

    // Things of which as many are taken as have room in three places.
    private static MixedIntegerProgram Knapsack(int seed)
    {
        var random = new Random(seed);
        var program = new MixedIntegerProgram();
        int[] places = [.. Enumerable.Range(0, 3).Select(_ => program.AddRow(double.NegativeInfinity, 80))];
        for (var thing = 0; thing < 30; thing++)
        {
            var column = program.AddColumn(0, 1, -random.Next(5, 40), integer: true);
            foreach (var place in places) program.AddTerm(place, column, random.Next(3, 20));
        }

        return program;
    }

    // Equations of few things, each taken or not, whose sums are half of everything: hours for branch and bound (Cornuéjols and Dawande, 1998).
    private static MixedIntegerProgram MarketSplit()
    {
        const int Equations = 5;
        var random = new Random(1);
        var program = new MixedIntegerProgram();
        var each = new int[Equations, 10 * (Equations - 1)];
        for (var thing = 0; thing < each.GetLength(1); thing++) program.AddColumn(0, 1, 0, integer: true);
        for (var equation = 0; equation < Equations; equation++)
        {
            var sum = 0;
            for (var thing = 0; thing < each.GetLength(1); thing++) sum += each[equation, thing] = random.Next(100);
            var row = program.AddRow(sum / 2, sum / 2);
            for (var thing = 0; thing < each.GetLength(1); thing++) program.AddTerm(row, thing, each[equation, thing]);
            // What is missing and what is too much costs.
            program.AddTerm(row, program.AddColumn(0, double.PositiveInfinity, 1), 1);
            program.AddTerm(row, program.AddColumn(0, double.PositiveInfinity, 1), -1);
        }

        return program;
    }

    private static SolveLimits By(SolverProcesses processes) => new(0.001, 200) { Elsewhere = processes.Ask };

    private static void ShouldBeAnswered(SolverProcesses processes, int seed)
    {
        var (there, here) = (CbcSolver.Solve(Knapsack(seed), By(processes)), CbcSolver.Solve(Knapsack(seed), new(0.001, 200)));
        there.Values.ShouldBe(here.Values);
        (there.Bound, there.Nodes, there.Status).ShouldBe((here.Bound, here.Nodes, here.Status));
    }

    // The processes of the solver that this one has started and that still run.
    private static List<int> Running()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "what runs is looked up in /proc");
        return [.. Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _)).Select(int.Parse!).Where(IsOurs)];

        static bool IsOurs(int id)
        {
            try
            {
                var parent = File.ReadAllText($"/proc/{id}/stat").Split(')')[^1].Split(' ')[2];
                return parent == $"{Environment.ProcessId}" && File.ReadAllText($"/proc/{id}/cmdline").EndsWith($"\0{SolverProcesses.Verb}\0", StringComparison.Ordinal);
            }
            catch (IOException)
            {
                // It has ended since.
                return false;
            }
        }
    }

    [Fact]
    public void Programs_are_searched_side_by_side_as_they_are_here_and_no_process_is_left()
    {
        using (var processes = Processes())
        {
            Running().ShouldBeEmpty();
            Parallel.Invoke(() => ShouldBeAnswered(processes, 1), () => ShouldBeAnswered(processes, 2));
            for (var seed = 3; seed < 9; seed++) ShouldBeAnswered(processes, seed);
            Running().Count.ShouldBeInRange(1, 2);
            processes.Used.Memory.ShouldBeGreaterThan(0);
        }

        Running().ShouldBeEmpty();
    }

    [Fact]
    public void Where_a_process_has_ended_another_searches()
    {
        using (var processes = Processes())
        {
            ShouldBeAnswered(processes, 1);
            using var worker = Process.GetProcessById(Running().ShouldHaveSingleItem());
            worker.Kill();
            worker.WaitForExit();
            CbcSolver.Solve(Knapsack(1), By(processes)).Status.ShouldBe(SolveStatus.Optimal);
            Running().ShouldHaveSingleItem().ShouldNotBe(worker.Id);
            ShouldBeAnswered(processes, 1);
        }

        Running().ShouldBeEmpty();
    }

    [Fact]
    public void What_is_no_request_gives_no_answer_and_the_next_is_answered()
    {
        using var processes = Processes();
        processes.Ask([1, 2, 3]).ShouldBeNull();
        Running().ShouldBeEmpty();
        ShouldBeAnswered(processes, 1);
    }

    [Fact]
    public void Ctrl_C_ends_the_run_and_not_only_the_search()
    {
        using var processes = Processes();
        ShouldBeAnswered(processes, 1);
        using var interrupt = Process.Start("kill", ["-INT", $"{Running().ShouldHaveSingleItem()}"]);
        interrupt.WaitForExit();
        Should.Throw<OperationCanceledException>(() => CbcSolver.Solve(Knapsack(1), By(processes)));
    }

    [Fact]
    public async Task A_search_ends_when_whoever_asked_for_it_is_gone()
    {
        var token = TestContext.Current.CancellationToken;
        byte[] asked = [];
        CbcSolver.Solve(MarketSplit(), new(0, int.MaxValue) { Elsewhere = request => { asked = request; return null; } });
        using var process = Cli.Start([SolverProcesses.Verb], Cli.Root);
        var to = process.StandardInput.BaseStream;
        await to.WriteAsync(BitConverter.GetBytes(asked.Length), token);
        await to.WriteAsync(asked, token);
        await to.FlushAsync(token);
        await Task.Delay(TimeSpan.FromSeconds(1), token);
        process.HasExited.ShouldBeFalse("it found an answer");
        process.StandardInput.Close();
        process.WaitForExit(TimeSpan.FromSeconds(10)).ShouldBeTrue();
    }

    [Fact]
    public void Where_no_process_can_be_started_this_one_answers()
    {
        using var missing = new SolverProcesses("no-such-program-of-ours");
        ShouldBeAnswered(missing, 1);
    }

    [Fact]
    public void A_program_that_answers_something_else_gives_no_answer()
    {
        using var other = new SolverProcesses(Cli.Command[0], [.. Cli.Command.Skip(1), "--version"]);
        other.Ask([1, 2, 3]).ShouldBeNull();
    }

    [Fact]
    public async Task Nobody_is_told_of_the_verb() => (await Cli.RunAsync("--help")).Stdout.ShouldNotContain($" {SolverProcesses.Verb} ");
}

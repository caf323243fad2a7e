using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Switchyard.Plan.Solve;

namespace Switchyard.Tests.Plan.Solve;

/// <summary>Runs alone: it redirects the process's standard output and error for a moment.</summary>
[CollectionDefinition(nameof(SolverLibraryTests), DisableParallelization = true)]
[Collection(nameof(SolverLibraryTests))]
public sealed partial class SolverLibraryTests
{
    [Fact]
    public void A_missing_library_says_what_to_install()
    {
        var missing = Should.Throw<SolverMissingException>(() => SolverLibrary.Load("libCbcSolver", ["libNothingOfTheKind.so.3"]));
        missing.Library.ShouldBe("libCbcSolver");
        missing.Message.ShouldContain("libNothingOfTheKind.so.3");
        missing.Message.ShouldContain("apt-get install coinor-libcbc3 coinor-libclp1");
        missing.Message.ShouldContain("brew install cbc");
    }

    [Fact]
    public void The_version_is_known() => SolverLibrary.Version.ShouldMatch(@"^2\.\d+");

    [Fact]
    public void Nothing_is_printed()
    {
        var printed = Captured(() =>
        {
            for (var seed = 0; seed < 30; seed++)
            {
                var program = RandomPrograms.Integers(seed);
                var solution = CbcSolver.Solve(program, SolveLimits.Exact);
                ClpSolver.Solve(program);
                if (solution.HasPoint) CbcSolver.Solve(program, new(0.1, 0), solution.Values);
            }
            var endless = new MixedIntegerProgram();
            endless.AddColumn(0, double.PositiveInfinity, -1, integer: true);
            CbcSolver.Solve(endless, SolveLimits.Exact);
            CbcSolver.Solve(RandomPrograms.Knapsack(3, 40), new(1e-9, 200));
            _ = puts("the capture works");
        });
        printed.ShouldContain("the capture works");
        SolverTalk().IsMatch(printed).ShouldBeFalse(printed);
    }

    /// <summary>What CBC, Clp and their parts say; the test runner's own lines may be in between.</summary>
    [GeneratedRegex(@"\b(Cbc|Clp|Cgl|Coin|Osi|Presolve|presolve)\d*\b|Welcome|Build Date|command line|Option|Continuous|Result -|nodes|match")]
    private static partial Regex SolverTalk();

    private static string Captured(Action action)
    {
        var path = Path.GetTempFileName();
        var (output, error) = (dup(1), dup(2));
        var file = open(path, 0x2 /* read and write */);
        try
        {
            _ = dup2(file, 1);
            _ = dup2(file, 2);
            action();
            _ = fflush(0);
        }
        finally
        {
            _ = dup2(output, 1);
            _ = dup2(error, 2);
            foreach (var descriptor in (int[])[output, error, file]) _ = close(descriptor);
        }
        var text = File.ReadAllText(path);
        File.Delete(path);
        return text;
    }

    [DllImport("libc")]
    private static extern int dup(int descriptor);

    [DllImport("libc")]
    private static extern int dup2(int from, int to);

    [DllImport("libc")]
    private static extern int close(int descriptor);

    [DllImport("libc", CharSet = CharSet.Ansi)]
    private static extern int open(string path, int flags);

    [DllImport("libc", CharSet = CharSet.Ansi)]
    private static extern int puts(string line);

    [DllImport("libc")]
    private static extern int fflush(nint stream);
}

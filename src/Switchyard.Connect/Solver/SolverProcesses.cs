using Switchyard.Plan.Solve;

namespace Switchyard.Connect.Solver;

/// <summary>
/// Processes that answer what is asked of CBC (<see cref="SolveLimits.Elsewhere"/>): it searches one program at a time in a process, and may end the process. None is started before something is asked, and
/// no more than there are questions at once; each answers many.
/// </summary>
/// <param name="program">The program to start.</param>
/// <param name="arguments">Its arguments; it must then do what <see cref="Serve"/> does.</param>
public sealed class SolverProcesses(string program, params IReadOnlyList<string> arguments) : IDisposable
{
    /// <summary>The argument that has a program <see cref="Serve"/>.</summary>
    public const string Verb = "solver";

    private readonly Lock gate = new();
    private readonly Stack<SolverProcess> idle = [];
    private readonly HashSet<SolverProcess> all = [];
    private bool over;

    /// <summary>Processor time of those that run, and the most memory that they took together.</summary>
    public (TimeSpan Processor, long Memory) Used
    {
        get
        {
            lock (gate)
            {
                var used = all.Select(process => process.Used).ToList();
                return (TimeSpan.FromTicks(used.Sum(each => each.Processor.Ticks)), used.Sum(each => each.Memory));
            }
        }
    }

    /// <summary>Processes of the program that runs, with <see cref="Verb"/> as their argument.</summary>
    public static SolverProcesses OfThisProgram()
    {
        var program = Environment.ProcessPath ?? "";
        // Not built to run by itself: dotnet is given its library.
        return Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase)
            ? new(program, Environment.GetCommandLineArgs()[0], Verb) : new(program, Verb);
    }

    /// <summary>What such a process does: it answers what is asked on stdin until there is no more.</summary>
    /// <returns>The exit code.</returns>
    public static int Serve() => SolverProcess.Serve();

    /// <summary>Asks one that has nothing to do, or a new one; several may be asked at once.</summary>
    /// <param name="request">What is asked.</param>
    /// <returns>The answer, from this process where no other can be started; null where it ended without one.</returns>
    /// <exception cref="OperationCanceledException">Ctrl-C was pressed.</exception>
    public byte[]? Ask(byte[] request)
    {
        if (Take() is not { } process) return CbcSolver.Answer(request);
        byte[]? answer = null;
        try
        {
            answer = process.Ask(request);
            return answer;
        }
        finally
        {
            GiveBack(process, isWell: answer is not null);
        }
    }

    /// <summary>Has all of them end, and waits for it.</summary>
    public void Dispose()
    {
        SolverProcess[] ending;
        lock (gate)
        {
            over = true;
            ending = [.. idle];
            idle.Clear();
            all.Clear();
        }

        // They end beside each other.
        foreach (var process in ending) process.Close();
        foreach (var process in ending) process.Dispose();
    }

    private SolverProcess? Take()
    {
        lock (gate)
        {
            if (over) return null;
            if (idle.TryPop(out var process)) return process;
        }

        if (SolverProcess.Start(program, arguments) is not { } started) return null;
        lock (gate) all.Add(started);
        return started;
    }

    private void GiveBack(SolverProcess process, bool isWell)
    {
        lock (gate)
        {
            if (isWell && !over)
            {
                idle.Push(process);
                return;
            }

            all.Remove(process);
        }

        process.Dispose();
    }
}

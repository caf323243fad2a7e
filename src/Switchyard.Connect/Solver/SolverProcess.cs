using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Switchyard.Plan.Solve;

namespace Switchyard.Connect.Solver;

/// <summary>A process that answers what is asked of CBC, one question after the other; and what runs in it.</summary>
internal sealed class SolverProcess : IDisposable
{
    // How it ends by Ctrl-C, whoever hears of it first; and otherwise.
    private const int Interrupted = 130;
    private const int Done = 0;
    private const int Failed = 1;

    // Who asks no more lets it end by itself for so long; at the end of a run it has nothing left to do.
    private const int Patience = 2000;

    // How long a process of which no more is asked has to end by itself, in milliseconds; longer than it takes where nothing is searched.
    private const int LastMoment = 100;

    private readonly Process process;

    private SolverProcess(Process process)
    {
        this.process = process;
        // What libraries complain of is not ours to show, and must not fill up the pipe.
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
    }

    /// <summary>Processor time and most memory until now; nothing where it has ended.</summary>
    public (TimeSpan Processor, long Memory) Used
    {
        get
        {
            try
            {
                process.Refresh();
                return (process.TotalProcessorTime, process.PeakWorkingSet64);
            }
            catch (Exception gone) when (gone is InvalidOperationException or Win32Exception)
            {
                return default;
            }
        }
    }

    /// <summary>Starts one; null where that is not possible.</summary>
    public static SolverProcess? Start(string program, IReadOnlyList<string> arguments)
    {
        try
        {
            var start = new ProcessStartInfo(program, arguments)
            {
                RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, CreateNoWindow = true,
            };
            return Process.Start(start) is { } process ? new(process) : null;
        }
        catch (Exception failed) when (failed is Win32Exception or InvalidOperationException or IOException)
        {
            return null;
        }
    }

    /// <summary>Answers what is asked on stdin until there is no more.</summary>
    /// <returns>The exit code.</returns>
    public static int Serve()
    {
        try
        {
            using var answers = Answers();
            var questions = new BlockingCollection<byte[]>();
            new Thread(() => Read(questions)) { IsBackground = true }.Start();
            foreach (var question in questions.GetConsumingEnumerable()) Message.Write(answers, CbcSolver.Answer(question));
            return Done;
        }
        catch (OperationCanceledException)
        {
            return Interrupted;
        }
        catch (Exception failed) when (failed is IOException or InvalidDataException or SolverMissingException)
        {
            // Who asked sees the end, or is gone.
            return Failed;
        }
    }

    /// <summary>Asks; null where it ended, or said what is no answer: it is of no more use then.</summary>
    /// <exception cref="OperationCanceledException">Ctrl-C ended it.</exception>
    public byte[]? Ask(byte[] question)
    {
        try
        {
            Message.Write(process.StandardInput.BaseStream, question);
            if (Message.Read(process.StandardOutput.BaseStream) is { } answer) return answer;
        }
        catch (Exception failed) when (failed is IOException or InvalidDataException)
        {
            // As where there is no answer.
        }

        Close();
        // Ctrl-C reaches all processes of a terminal: a plan without what this one would have found is not made.
        if (process.WaitForExit(Patience) && process.ExitCode == Interrupted) throw new OperationCanceledException("The solve was interrupted.");
        return null;
    }

    /// <summary>Lets it end: it does when there is no more to read.</summary>
    public void Close()
    {
        try
        {
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended.
        }
    }

    public void Dispose()
    {
        Close();
        if (!process.WaitForExit(Patience))
        {
            process.Kill();
            process.WaitForExit();
        }

        process.Dispose();
    }

    // Beside the search: whoever asked may be gone long before there is an answer, and then nobody waits for it.
    private static void Read(BlockingCollection<byte[]> questions)
    {
        try
        {
            using var stdin = Console.OpenStandardInput();
            while (Message.Read(stdin) is { } question) questions.Add(question);
        }
        catch (Exception failed) when (failed is IOException or InvalidDataException)
        {
            // There are no more either.
        }

        questions.CompleteAdding();
        Thread.Sleep(LastMoment);
        using var own = Process.GetCurrentProcess();
        own.Kill();
    }

    // CBC is told to print nothing. If it did, answers would be mixed with it: they go where stdout led, and stdout where stderr does.
    private static Stream Answers()
    {
        if (OperatingSystem.IsWindows()) return Console.OpenStandardOutput();
        var own = dup(1);
        if (own < 0 || dup2(2, 1) < 0) return Console.OpenStandardOutput();
        return new FileStream(new(own, ownsHandle: true), FileAccess.Write, bufferSize: 0);
    }

    [DllImport("libc")]
    private static extern int dup(int file);

    [DllImport("libc")]
    private static extern int dup2(int file, int to);
}

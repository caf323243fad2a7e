using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Switchyard.Acceptance.Guide;

/// <summary>
/// A page of documentation as a reader follows it. A fence <c>```yaml NAME</c> (or csv) is a file that they save; a fence <c>```console</c> is what they
/// type, on lines that begin with <c>$ </c>, and what they then see. A line <c>…</c> stands for any number of lines.
/// </summary>
internal sealed partial class GuidePage
{
    private const string Elision = "…";

    private readonly List<string> lines;
    private readonly List<Step> steps = [];

    private GuidePage(string text)
    {
        lines = [.. text.Split('\n')];
        for (var i = 0; i < lines.Count; i++)
        {
            if (Fence().Match(lines[i]) is not { Success: true } open) continue;
            var end = lines.IndexOf("```", i + 1);
            if (end < 0) throw new InvalidDataException($"line {i + 1}: the fence does not end");
            if (open.Groups[1].Value == "console") Console(i + 1, end);
            else if (open.Groups[2].Value is { Length: > 0 } file) steps.Add(new(i + 1, end, null, file));
            i = end;
        }
    }

    /// <summary>Reads a page.</summary>
    public static GuidePage Read(string path) => new(File.ReadAllText(path));

    /// <summary>How many commands there are.</summary>
    public int Commands => steps.Count(s => s.Command is not null);

    /// <summary>Whether a command of the page is a verb of the command line.</summary>
    public bool Uses(string verb) => steps.Exists(s => s.Command?.Contains($"switchyard {verb}", StringComparison.Ordinal) == true);

    /// <summary>Follows the page in a folder.</summary>
    /// <param name="folder">Where the reader is.</param>
    /// <param name="path">The folder in which <c>switchyard</c> is.</param>
    /// <returns>What was seen after each command, by the line of its first output.</returns>
    public async Task<List<Seen>> FollowAsync(string folder, string path)
    {
        var script = new StringBuilder("exec 2>&1\nlast=0\n");
        var commands = steps.Where(s => s.Command is not null).ToList();
        foreach (var step in steps)
        {
            if (step.File is { } file) script.Append($"cat > '{file}' <<'END-OF-FILE'\n").AppendJoin('\n', lines[step.First..step.End]).Append("\nEND-OF-FILE\n");
            else script.Append($"(exit $last)\n{step.Command}\nlast=$?; printf '\\001'\n");
        }

        // From a file: a command that reads its input would otherwise read the rest of the script.
        var walk = Path.Combine(path, "walk.sh");
        await File.WriteAllTextAsync(walk, script.ToString());
        using var process = Process.Start(new ProcessStartInfo("bash", [walk])
        {
            WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true,
            Environment = { ["PATH"] = $"{path}:{Environment.GetEnvironmentVariable("PATH")}", ["SWITCHYARD_HOME"] = Cli.Root, ["COLUMNS"] = "140" },
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        process.StandardInput.Close();
        using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        await process.WaitForExitAsync(stop.Token);
        var parts = (await output).Split('\u0001');
        // What was cut off is nothing to write into a page, or to compare with it.
        if (process.ExitCode != 0 || parts.Length != commands.Count + 1) throw new InvalidOperationException($"the walk ended after {parts.Length - 1} of {commands.Count} commands");
        foreach (var (step, part) in commands.Zip(parts))
            if (part.TrimEnd() is "Terminated" or "Killed") throw new InvalidOperationException($"'{step.Command}' was ended from outside");
        return [.. commands.Zip(parts, (step, part) => new Seen(step, Normal(part)))];
    }

    /// <summary>What the page says is seen, and is not; nothing where it is right.</summary>
    public IEnumerable<string> Differences(IEnumerable<Seen> seen)
    {
        foreach (var (step, shown) in seen)
        {
            var said = lines[step.First..step.End];
            var elided = said.IndexOf(Elision);
            var (head, tail) = elided < 0 ? (said, []) : (said[..elided], said[(elided + 1)..]);
            var right = elided < 0
                ? head.SequenceEqual(shown)
                : shown.Count >= head.Count + tail.Count && head.SequenceEqual(shown.Take(head.Count)) && tail.SequenceEqual(shown.TakeLast(tail.Count));
            if (!right) yield return $"line {step.First + 1}, after '{step.Command}':\n--- the page says\n{string.Join('\n', said)}\n--- seen\n{string.Join('\n', shown.Take(80))}";
        }
    }

    /// <summary>The page with what was seen put in; as many lines on either side of <c>…</c> as there were.</summary>
    public string Updated(IEnumerable<Seen> seen)
    {
        var text = new List<string>(lines);
        foreach (var (step, shown) in seen.Reverse())
        {
            var said = lines[step.First..step.End];
            var elided = said.IndexOf(Elision);
            List<string> now = elided < 0 || shown.Count < said.Count ? shown : [.. shown.Take(elided), Elision, .. shown.TakeLast(said.Count - elided - 1)];
            text.RemoveRange(step.First, step.End - step.First);
            text.InsertRange(step.First, now);
        }

        return string.Join('\n', text);
    }

    // A command goes on over lines that begin with "> ", as the shell's own prompt does.
    private void Console(int first, int end)
    {
        for (var i = first; i < end;)
        {
            if (!lines[i].StartsWith("$ ", StringComparison.Ordinal)) throw new InvalidDataException($"line {i + 1}: a command begins with '$ '");
            var command = new StringBuilder(lines[i++][2..]);
            while (i < end && lines[i].StartsWith("> ", StringComparison.Ordinal)) command.Append('\n').Append(lines[i++][2..]);
            var output = i;
            while (i < end && !lines[i].StartsWith("$ ", StringComparison.Ordinal)) i++;
            steps.Add(new(output, i, command.ToString(), null));
        }
    }

    // Tables end in blanks, which no editor keeps; times and folders differ from machine to machine.
    private static List<string> Normal(string output)
    {
        var shown = output.Replace(Cli.Root, "…", StringComparison.Ordinal).Split('\n').Select(line => Elapsed().Replace(line.TrimEnd(), "N ms")).ToList();
        while (shown.Count > 0 && shown[^1].Length == 0) shown.RemoveAt(shown.Count - 1);
        while (shown.Count > 0 && shown[0].Length == 0) shown.RemoveAt(0);
        return shown;
    }

    [GeneratedRegex(@"^```(console|yaml|csv|json)(?: (\S+))?$")]
    private static partial Regex Fence();

    [GeneratedRegex(@"\d+ ms\b(?= *(,|$))")]
    private static partial Regex Elapsed();

    /// <summary>A file to save, or a command with its output from line <paramref name="First"/> to before <paramref name="End"/>.</summary>
    internal sealed record Step(int First, int End, string? Command, string? File);

    /// <summary>What was seen after a command.</summary>
    internal sealed record Seen(Step Step, List<string> Lines);
}

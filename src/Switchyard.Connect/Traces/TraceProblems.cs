using System.Runtime.InteropServices;

namespace Switchyard.Connect.Traces;

/// <summary>
/// What is wrong in one trace. A file of millions of rows can be wrong millions of times: of each sort a few are kept with their lines,
/// so that one sort does not hide another, and the rest is counted.
/// </summary>
internal sealed class TraceProblems(string name, Doubts accepted)
{
    /// <summary>Most problems that are shown of one file.</summary>
    internal const int MostShown = 20;

    private const int MostSorts = 200;

    private readonly Dictionary<(string Path, string Sort), (List<Problem> Shown, int Count)> sorts = [];
    private readonly Dictionary<Doubts, int> accepts = [];

    /// <summary>The file.</summary>
    internal string Name => name;

    /// <summary>Problems so far, shown or not.</summary>
    internal int Found { get; private set; }

    /// <summary>Something wrong.</summary>
    /// <param name="line">Its line, from 1; 0 for the whole file.</param>
    /// <param name="path">Its column.</param>
    /// <param name="message">What is wrong.</param>
    /// <param name="correction">What was probably meant.</param>
    /// <param name="sort">What it has in common with others of its sort; null for the column alone.</param>
    internal void Say(int line, string path, string message, string? correction = null, string? sort = null)
    {
        Found++;
        var key = (path, sort ?? "");
        if (sorts.Count >= MostSorts && !sorts.ContainsKey(key)) key = ("", "");
        ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(sorts, key, out _);
        entry.Shown ??= [];
        entry.Count++;
        if (entry.Shown.Count < MostShown) entry.Shown.Add(new(name, line, path, message) { Correction = correction });
    }

    /// <summary>A value that is not what was expected.</summary>
    internal void NotA(int line, string path, string value, string expected, string? correction = null) =>
        Say(line, path, $"'{Problem.Shown(value)}' is not {expected}", correction, expected);

    /// <summary>Something doubtful: a problem, unless the user says that it is meant.</summary>
    /// <returns>Whether it is meant.</returns>
    internal bool Doubt(Doubts doubt, int line, string path, string message)
    {
        if (!accepted.HasFlag(doubt))
        {
            Say(line, path, message, sort: doubt.ToString());
            return false;
        }

        accepts[doubt] = accepts.GetValueOrDefault(doubt) + 1;
        return true;
    }

    /// <summary>How often a doubt came up that the user says is meant.</summary>
    internal int Accepted(Doubts doubt) => accepts.GetValueOrDefault(doubt);

    /// <summary>At most 20 problems in the order of their lines, the first of each sort among them, then how many more there are.</summary>
    internal List<Problem> ToList()
    {
        var firsts = sorts.Values.Select(s => s.Shown[0]).Take(MostShown).ToList();
        var others = sorts.Values.SelectMany(s => s.Shown.Skip(1)).OrderBy(p => p.Line).Take(MostShown - firsts.Count);
        List<Problem> shown = [.. firsts.Concat(others).OrderBy(p => p.Line)];
        if (Found <= shown.Count) return shown;
        var of = sorts.Where(s => s.Key.Path.Length > 0).GroupBy(s => s.Key.Path).Select(g => $"{g.Sum(s => s.Value.Count):#,##0} of {g.Key}").ToList();
        shown.Add(new(name, shown[^1].Line, "", $"and {Found - shown.Count:#,##0} more problems of this file{(of.Count > 1 ? $"; in all {string.Join(", ", of)}" : "")}"));
        return shown;
    }
}

using Switchyard.Units;

namespace Switchyard.Connect.ScenarioFile;

/// <summary>Everything that reading a scenario file brings up: problems, defaults in force, parts that nothing uses yet.</summary>
internal sealed class Findings(string file)
{
    /// <summary>The line of what does not come from the file but from a <see cref="Setting"/>.</summary>
    internal const int OfSetting = -1;

    internal string File => file;

    internal List<Problem> Problems { get; } = [];

    internal List<string> Assumed { get; } = [];

    internal List<string> NotYetUsed { get; } = [];

    internal static string Join(string path, string key) => path.Length == 0 ? Problem.Shown(key) : $"{path}.{Problem.Shown(key)}";

    internal void NotA(Node node, string path, Misread misread)
    {
        if (node is ScalarNode { IsEmpty: false } scalar) Problems.Add(Problem.NotA(Source(node.Line), Math.Max(0, node.Line), path, scalar.Text, misread));
        else if (node.IsEmpty) Say(node.Line, path, $"is empty; expected {misread.Expected}", correction: misread.Correction);
        else Say(node.Line, path, $"is {node.Kind}; expected {misread.Expected}");
    }

    internal void Say(int line, string path, string message, string? value = null, string? correction = null) =>
        Problems.Add(new(Source(line), Math.Max(0, line), path, message) { Value = value, Correction = correction });

    private string Source(int line) => line == OfSetting ? SettingRange.Option : file;

    /// <summary>A name that is not known, with the nearest known one.</summary>
    internal void Unknown(Node node, string path, string what, string value, IEnumerable<string> known)
    {
        var names = known as IReadOnlyCollection<string> ?? [.. known];
        var near = Nearest.To(value, names);
        var listed = near is null && names.Count is > 0 and <= 20 ? $"; known: {string.Join(", ", names)}" : "";
        Say(node.Line, path, $"'{Problem.Shown(value)}' is not {what}{listed}", value, near);
    }

    /// <summary>Takes note of what is to be said of a value as it was read.</summary>
    internal void Note(string path, string text) => Assumed.Add($"{path}: {text}");

    internal void Assume(string path, string value, string reason) => Assumed.Add($"{path}: {value} ({reason})");
}

namespace Switchyard.Connect.ScenarioFile;

/// <summary>Scenario files to start from: real ones, with comments that say what to change.</summary>
public static class Templates
{
    /// <summary>The names, one for each kind of work.</summary>
    public static IReadOnlyList<string> Names { get; } = ["inference", "training", "batch"];

    /// <summary>The text of a template; null where there is none of this name.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    public static string? Text(string name)
    {
        using var stream = typeof(Templates).Assembly.GetManifestResourceStream($"Templates/{name}");
        if (stream is null) return null;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}

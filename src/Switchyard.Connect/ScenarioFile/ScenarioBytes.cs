using Switchyard.Demand;
using Switchyard.Market;

namespace Switchyard.Connect.ScenarioFile;

/// <summary>A scenario file's bytes, taken once: what comes through a pipe can then be read several times, with other settings each time.</summary>
public sealed class ScenarioBytes
{
    private readonly byte[] bytes;
    private readonly string file;
    private readonly Func<string, Stream>? open;

    private ScenarioBytes(byte[] bytes, string file, Func<string, Stream>? open) => (this.bytes, this.file, this.open) = (bytes, file, open);

    /// <summary>The bytes of a file; traces are found beside it.</summary>
    /// <param name="path">The file.</param>
    public static Reading<ScenarioBytes> OfFile(string path)
    {
        try
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? ".";
            using var stream = File.OpenRead(path);
            return Take(stream, path, name => File.OpenRead(Path.Combine(folder, name)));
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            return new List<Problem> { new(path, 0, "", failed is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : "the file cannot be read") };
        }
    }

    /// <summary>The bytes of a stream, of which no more is taken than shows that it is too large.</summary>
    /// <param name="stream">The stream, such as standard input.</param>
    /// <param name="file">The name for problems.</param>
    /// <param name="open">Opens a trace that the scenario names; may throw <see cref="IOException"/>. Null where no files can be read.</param>
    public static ScenarioBytes Take(Stream stream, string file, Func<string, Stream>? open)
    {
        using var taken = new MemoryStream();
        var part = new byte[64 * 1024];
        while (taken.Length <= YamlTree.MaxBytes && stream.Read(part) is > 0 and var count) taken.Write(part, 0, count);
        return new(taken.ToArray(), file, open);
    }

    /// <summary>The scenario, or all that is wrong with it.</summary>
    /// <param name="book">What can be had.</param>
    /// <param name="models">The models known.</param>
    /// <param name="settings">What takes the place of what it says.</param>
    public Reading<Scenario> Read(PriceBook book, IReadOnlyList<ModelArchitecture> models, IReadOnlyList<Setting>? settings = null)
    {
        var findings = new Findings(file);
        return YamlTree.Decode(bytes, findings) is { } text ? ScenarioReader.Read(text, file, book, models, open, settings) : findings.Problems;
    }
}

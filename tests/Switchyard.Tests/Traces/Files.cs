using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Switchyard.Connect.Traces;
using Switchyard.Tests.Tidy;

namespace Switchyard.Tests.Traces;

/// <summary>Traces for tests: written in the test, or of the shared test data, which may be absent.</summary>
internal static class Files
{
    /// <summary>What a text holds; its problems fail the test.</summary>
    internal static TraceFile Held(string text, TraceOptions? options = null)
    {
        var reading = TraceReader.Read(Stream(text), "t.csv", options);
        reading.Problems.Select(p => p.ToString()).ShouldBeEmpty();
        return reading.Value!;
    }

    /// <summary>The problems of a text.</summary>
    internal static List<string> Problems(string text, TraceOptions? options = null) => [.. TraceReader.Read(Stream(text), "t.csv", options).Problems.Select(p => p.ToString())];

    internal static MemoryStream Stream(string text) => new(Encoding.UTF8.GetBytes(text));

    /// <summary>What a file of the shared test data holds; skips the test where the data is absent.</summary>
    internal static TraceFile Shared(string file, TraceOptions? options = null)
    {
        var reading = TraceReader.Open(Path(file), options);
        reading.Problems.Select(p => p.ToString()).ShouldBeEmpty();
        return reading.Value!;
    }

    internal static string Path(string file)
    {
        var path = System.IO.Path.Combine([Checkout.Root, "..", "shared", "data", .. file.Split('/')]);
        Assert.SkipUnless(File.Exists(path), $"{file} of the shared test data is not here");
        return path;
    }

    /// <summary>The traces of a tar.gz of the shared test data whose names end so, by name.</summary>
    internal static List<TraceFile> InArchive(string file, string ending)
    {
        List<TraceFile> traces = [];
        using var archive = new TarReader(new GZipStream(File.OpenRead(Path(file)), CompressionMode.Decompress));
        while (archive.GetNextEntry(copyData: true) is { } entry)
        {
            if (entry.DataStream is not { } stream || !entry.Name.EndsWith(ending, StringComparison.Ordinal)) continue;
            var reading = TraceReader.Read(stream, entry.Name);
            reading.Problems.Select(p => p.ToString()).ShouldBeEmpty();
            traces.Add(reading.Value!);
        }

        return [.. traces.OrderBy(t => t.Name, StringComparer.Ordinal)];
    }
}

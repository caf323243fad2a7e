using System.Collections.Immutable;
using System.IO.Compression;
using System.Text;
using Switchyard.Demand;
using Switchyard.Units;

namespace Switchyard.Connect.Traces;

/// <summary>
/// The one way to read traces: requests, jobs, spot availability, quantities over time, clusters. A file is recognised by its header or
/// its shape, not by its name; gzip is seen by its first bytes. Forms: docs/guide/traces.md.
/// </summary>
public static class TraceReader
{
    private const int Sniffed = 1 << 14;

    private static readonly ImmutableArray<TraceForm> Forms =
        [.. RequestForms.All, .. JobForms.All, SacctForm.Form, .. AvailabilityForms.All, .. SeriesForms.All, .. ClusterForms.All];

    private static readonly char[] Delimiters = [',', '|', '\t', ';'];

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">What the user says about it; null for nothing.</param>
    public static Reading<TraceFile> Open(string path, TraceOptions? options = null)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
            return Read(stream, path, options);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return new List<Problem> { new(path, 0, "", failed is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : "cannot be read") };
        }
    }

    /// <summary>Reads a trace from a stream.</summary>
    /// <param name="stream">The file from its start; not closed.</param>
    /// <param name="name">Its name, for problems and for a zone that the file does not name.</param>
    /// <param name="options">What the user says about it; null for nothing.</param>
    /// <returns>The trace, or its problems: at most 20 with their lines, then how many more there are.</returns>
    public static Reading<TraceFile> Read(Stream stream, string name, TraceOptions? options = null)
    {
        options ??= TraceOptions.Default;
        var problems = new TraceProblems(name, options.Accept);
        if (!stream.CanSeek)
        {
            var copy = new MemoryStream();
            stream.CopyTo(copy);
            (stream, copy.Position) = (copy, 0);
        }

        var reading = new FormReading(options, []);
        var file = Shape(stream, problems) is { } shape ? Read(stream, shape, problems, reading, new(name, "", 0, [])) : null;
        if (file is null && problems.Found == 0) problems.Say(0, "", "cannot be read as a trace");
        return problems.Found > 0 || file is null ? problems.ToList() : file with { Notes = [.. reading.Notes] };
    }

    private enum Container
    {
        Json,
        StandardWorkload,
        Gavel,
        Table,
    }

    private readonly record struct FileShape(Container Container, bool Compressed, char Delimiter);

    private static TraceFile? Read(Stream stream, FileShape shape, TraceProblems problems, FormReading reading, TraceFile file)
    {
        stream.Position = 0;
        using var bytes = shape.Compressed ? new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true) : null;
        using var counted = bytes is null ? null : new CountedStream(bytes);
        var plain = (Stream?)counted ?? stream;
        if (shape.Container == Container.Json) return AvailabilityForms.Json(plain, problems, reading, file);
        using var text = new StreamReader(plain, Encoding.UTF8, true, 1 << 16, leaveOpen: true);
        var read = shape.Container switch
        {
            Container.StandardWorkload => SwfForm.Read(text, problems, reading, file with { Form = SwfForm.Name }),
            Container.Gavel => GavelForm.Read(text, problems, reading, file with { Form = GavelForm.Name }),
            _ => Table(text, shape.Delimiter, problems, reading, file),
        };
        // Decompression ends without a word where the file does; the length that belongs at the end says that it is cut off.
        if (counted?.IsWhole(stream) == false) problems.Say(counted.Lines + 1, "", "the compressed file is cut off here; fetch it again", sort: "cut");
        return read;
    }

    private static TraceFile? Table(StreamReader text, char delimiter, TraceProblems problems, FormReading reading, TraceFile file)
    {
        using var table = new TraceTable(text, delimiter, problems);
        if (table.Header.Length == 0)
        {
            if (problems.Found == 0) problems.Say(1, "", "the file is empty");
            return null;
        }

        foreach (var twice in table.Header.Where(c => c.Length > 0).GroupBy(c => c).Where(g => g.Count() > 1)) problems.Say(1, Problem.Shown(twice.Key), "the column is there twice");
        var form = Forms.Where(f => f.Fits(table.Header)).MaxBy(f => f.Required.Length);
        if (form is null)
        {
            Unrecognised(table.Header, problems);
            return null;
        }

        Misspelt(table.Header, form, problems);
        if (problems.Found > 0) return null;
        var read = form.Read(table, reading, file with { Form = form.Name });
        if (read is not null && table.Unused.ToList() is { Count: > 0 } unused) reading.Notes.Add($"columns not used: {string.Join(", ", unused.Select(Problem.Shown))}");
        return read is null ? null : read with { Rows = Math.Max(read.Rows, table.Rows) };
    }

    private static void Misspelt(ImmutableArray<string> header, TraceForm form, TraceProblems problems)
    {
        var known = form.Required.SelectMany(g => g).Concat(form.Optional).ToHashSet(StringComparer.Ordinal);
        var absent = form.Optional.Where(o => !header.Contains(o)).ToList();
        foreach (var column in header.Where(c => !known.Contains(c)))
        {
            if (Nearest.To(column, absent) is { } near) problems.Say(1, Problem.Shown(column), $"is not a column of {form.Name}", near);
        }
    }

    /// <summary>Says which form the header comes nearest to, and what it lacks of it.</summary>
    private static void Unrecognised(ImmutableArray<string> header, TraceProblems problems)
    {
        double Share(TraceForm form) => 1 - (form.Missing(header).Count() / (double)form.Required.Length);
        var nearest = Forms.Where(f => !f.Exact).OrderByDescending(Share).ThenByDescending(f => f.Required.Length).First();
        if (Share(nearest) == 0 || header.Length == 1)
        {
            problems.Say(1, "", $"its header '{Problem.Shown(string.Join(',', header))}' is that of no trace known; ours begin with 'arrival,input_tokens,output_tokens', 'submitted,gpus,duration' or 'time,zone,available'");
            return;
        }

        foreach (var group in nearest.Missing(header))
        {
            var near = header.Where(c => !nearest.Required.Any(r => r.Contains(c))).Select(c => (Column: c, Near: Nearest.To(c, group))).FirstOrDefault(c => c.Near is not null);
            problems.Say(1, near.Column is null ? "" : Problem.Shown(near.Column),
                near.Near is not null ? $"is not a column of {nearest.Name}, to which the header comes nearest"
                : group.Length == 1 ? $"has no column '{group[0]}', as {nearest.Name}, to which its header comes nearest, must have"
                : $"has no column of {Purpose(group)}; its header may be one of {string.Join(", ", group.Take(5))}", near.Near, group[0]);
        }
    }

    private static string Purpose(ImmutableArray<string> group) => group[0] switch
    {
        "arrival" => "arrivals",
        "input_tokens" => "input tokens",
        "output_tokens" => "output tokens",
        var other => other,
    };

    /// <summary>Looks at the first bytes: how the file is packed and what it is; null, with a problem, where it is no text.</summary>
    private static FileShape? Shape(Stream stream, TraceProblems problems)
    {
        stream.Position = 0;
        var compressed = stream.ReadByte() == 0x1F && stream.ReadByte() == 0x8B;
        stream.Position = 0;
        var start = new byte[Sniffed];
        var length = 0;
        try
        {
            using var unpacked = compressed ? new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true) : null;
            length = ((Stream?)unpacked ?? stream).ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException)
        {
            // What there is before the damage still says what it is; reading it will come upon the damage.
            length = start.AsSpan().IndexOf((byte)0);
        }

        var bytes = start.AsSpan(0, Math.Max(length, 0));
        if (bytes.Length == 0) problems.Say(1, "", compressed ? "the compressed file is cut off or damaged here; fetch it again" : "the file is empty");
        else if (bytes.Length > 262 && bytes[257..262].SequenceEqual("ustar"u8)) problems.Say(0, "", "is a tar archive; unpack it and give the files in it");
        else if (bytes.StartsWith("PK\x03\x04"u8)) problems.Say(0, "", "is a zip archive; unpack it and give the files in it");
        else if (bytes.StartsWith("PAR1"u8)) problems.Say(0, "", "is a Parquet file; write it as CSV");
        else if (bytes.Contains((byte)0)) problems.Say(0, "", "is not text");
        if (problems.Found > 0) return null;
        var lines = Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF').Split('\n').Select(l => l.TrimEnd('\r')).ToArray();
        var first = Array.Find(lines, l => l.Trim().Length > 0) ?? "";
        if (first.TrimStart() is ['{' or '[', ..]) return new(Container.Json, compressed, ',');
        var body = Array.Find(lines, l => l.Trim() is { Length: > 0 } t && t[0] != ';') ?? "";
        if (first.TrimStart() is [';', ..] || SwfForm.Fits(body)) return new(Container.StandardWorkload, compressed, ' ');
        if (GavelForm.Fits(first)) return new(Container.Gavel, compressed, '\t');
        if (first.TrimStart().StartsWith("JobID", StringComparison.OrdinalIgnoreCase) && lines.Length > 1 && lines[1].TrimStart().StartsWith("---", StringComparison.Ordinal))
        {
            problems.Say(2, "", "is what sacct prints in columns for people, cut off at their width; print it with --parsable2");
            return null;
        }

        return new(Container.Table, compressed, Delimiters.MaxBy(d => first.AsSpan().Count(d)));
    }
}

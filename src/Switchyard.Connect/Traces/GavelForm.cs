using System.Globalization;

namespace Switchyard.Connect.Traces;

/// <summary>
/// Traces of Gavel's simulator: no header; tabs between job type, command, argument of the steps, a flag, steps, arrival in seconds and the
/// number of GPUs (stanford-futuredata/gavel, and the multi-tenant traces made from Philly).
/// </summary>
internal static class GavelForm
{
    internal const string Name = "Gavel jobs";

    private const int Least = 7, Most = 10;

    internal static bool Fits(string line) => line.Split('\t') is { Length: >= Least and <= Most } f && f[2].StartsWith('-')
        && double.TryParse(f[4], NumberStyles.Float, CultureInfo.InvariantCulture, out _) && double.TryParse(f[5], NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    internal static TraceFile? Read(TextReader text, TraceProblems problems, FormReading reading, TraceFile file)
    {
        var rows = new JobRows(problems, reading.Options.Cluster) { GpusColumn = "field 7" };
        var clock = new Clock(problems);
        var (line, read) = (0, 0);
        while (TraceLines.Next(text, problems, line) is { } row)
        {
            line++;
            if (row.Trim().Length == 0) continue;
            read++;
            var f = row.Split('\t');
            if (f.Length is < Least or > Most)
            {
                problems.Say(line, "", $"has {f.Length} fields between tabs; a Gavel trace has {Least} to {Most}", sort: "fields");
                continue;
            }

            double Number(int field, string what)
            {
                if (double.TryParse(f[field], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= 0) return number;
                problems.NotA(line, $"field {field + 1}", f[field], what);
                return double.NaN;
            }

            // "ResNet-18 (batch size 32)": the model and the samples in a step.
            var open = f[0].IndexOf(" (batch size ", StringComparison.Ordinal);
            var batch = open > 0 && int.TryParse(f[0].AsSpan(open + 13).TrimEnd(')'), CultureInfo.InvariantCulture, out var size) ? size : 0;
            rows.Add(new()
            {
                Line = line, Model = open > 0 ? f[0][..open] : f[0], Batch = batch, Steps = Number(4, "a number of steps"), Submitted = clock.Read(f[5], line, "field 6"),
                Gpus = Number(6, "a number of GPUs"),
            });
        }

        reading.Notes.Add("arrivals are in seconds; jobs have steps, and no durations: those follow from the accelerator");
        return rows.Build(clock.Start, reading.Notes) is { } jobs ? file with { Jobs = jobs, Rows = read } : null;
    }
}

using Switchyard.Connect.Catalog;
using Switchyard.Performance;

namespace Switchyard.Connect.Measurements;

/// <summary>
/// A folder of measured kernels: <c>dense.csv</c> (layer, tokens, time_us), <c>per_sequence.csv</c> (layer, sequences, time_us) and <c>attention.csv</c>, for one
/// accelerator, model, format and tensor parallelism.
/// </summary>
internal static class KernelFolder
{
    /// <summary>The profile that belongs to a run: <c>profiles/DEVICE/MODEL/FORMAT/tpN</c> beside its folder; null where there is none.</summary>
    internal static string? Beside(string folder, string model, int tensorParallel)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var root = Path.Combine(Path.GetDirectoryName(full) ?? full, "profiles", Path.GetFileName(full).Split('_')[0], model);
        if (!Directory.Exists(root)) return null;
        return Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal).Select(format => Path.Combine(format, $"tp{tensorParallel}")).FirstOrDefault(Directory.Exists);
    }

    /// <summary>Reads a folder; null, with problems, where something in it is wrong.</summary>
    internal static KernelProfile? Read(string folder, List<Problem> problems)
    {
        var before = problems.Count;
        List<KernelProfile.AttentionTiming> attention = [];
        using (var table = CsvTable.Open(folder, "attention.csv", ["prefill_chunk", "kv_prefill", "n_decode", "kv_decode", "time_us"], problems))
        {
            while (table?.Next() ?? false)
            {
                if (table.Number("prefill_chunk", 0) is { } prompt && table.Number("kv_prefill", 0) is { } seen && table.Number("n_decode", 0) is { } decodes
                    && table.Number("kv_decode", 0) is { } context && table.Positive("time_us") is { } time)
                    attention.Add(new(prompt, seen, decodes, context, time / 1e6));
            }
        }

        var byToken = Timings(folder, "dense.csv", "tokens", problems);
        // Experts, where a profile has them, are one more kernel of a layer.
        if (File.Exists(Path.Combine(folder, "moe.csv"))) byToken.AddRange(Timings(folder, "moe.csv", "tokens", problems));
        var byRequest = Timings(folder, "per_sequence.csv", "sequences", problems);
        if (problems.Count == before && (attention.Count == 0 || byToken.Count == 0)) problems.Add(new(folder, 0, "", "holds no times of kernels"));
        return problems.Count > before ? null : new(byToken, byRequest, attention);
    }

    private static List<KernelProfile.Timing> Timings(string folder, string file, string count, List<Problem> problems)
    {
        List<KernelProfile.Timing> timings = [];
        using var table = CsvTable.Open(folder, file, [count, "time_us"], problems);
        while (table?.Next() ?? false)
        {
            if (table.Number(count, 0) is { } number && table.Positive("time_us") is { } time)
                timings.Add(new(table.Column("layer") >= 0 ? table.Required("layer") : Path.GetFileNameWithoutExtension(file), number, time / 1e6));
        }

        return timings;
    }
}

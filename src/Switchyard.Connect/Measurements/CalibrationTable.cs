using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Switchyard.Connect.Catalog;
using Switchyard.Market;
using Switchyard.Performance;
using Switchyard.Performance.Calibrate;

namespace Switchyard.Connect.Measurements;

/// <summary>Corrections from a user's runs, as <c>switchyard performance calibrate</c> writes them.</summary>
/// <param name="Serving">Of serving.</param>
/// <param name="Training">Of training.</param>
public sealed record Corrections(ImmutableArray<Correction> Serving, ImmutableArray<TrainingCorrection> Training)
{
    /// <summary>The factors with these corrections in place of any they had.</summary>
    /// <param name="factors">The factors.</param>
    public EfficiencyFactors On(EfficiencyFactors factors) => factors with { Corrections = Serving, TrainingCorrections = Training };
}

/// <summary>Reads and writes calibration.csv.</summary>
public static class CalibrationTable
{
    private const double Least = 0.1, Most = 10;
    private static readonly string[] Columns = ["kind", "accelerator", "engine", "models", "decode", "prompt", "arrival", "training", "runs"];
    private static readonly string[] Kinds = ["serving", "training"];
    private static readonly string[] Engines = ["any", "vllm", "sglang", "trtllm"];
    private static readonly string[] Models = ["dense", "moe"];

    /// <summary>The corrections that were made, as a table.</summary>
    /// <param name="groups">What was learned.</param>
    /// <param name="source">The runs.</param>
    /// <param name="asOf">The day.</param>
    public static string Write(IEnumerable<CalibratedGroup> groups, string source, DateOnly asOf)
    {
        var text = new StringBuilder(string.Join(',', Columns)).Append(",error_before,error_after,as_of,source\n");
        foreach (var group in groups.Where(g => g.Refusal is null))
        {
            var all = group.Errors[0];
            text.Append(CultureInfo.InvariantCulture, $"{(group.Training ? "training" : "serving")},{group.Accelerator},{Engines[(int)group.Engine]},{(group.Dense ? "dense" : "moe")},");
            if (group.Serving is { } s) text.Append(CultureInfo.InvariantCulture, $"{s.Decode:0.####},{s.Prompt:0.####},{s.Arrival:0.####},,");
            else text.Append(CultureInfo.InvariantCulture, $",,,{group.Trained!.Time:0.####},");
            text.Append(CultureInfo.InvariantCulture, $"{group.Runs},{all.Before:0.0000},{all.After:0.0000},{asOf:yyyy-MM-dd},\"{source.Replace("\"", "\"\"", StringComparison.Ordinal)}\"\n");
        }

        return text.ToString();
    }

    /// <summary>Reads the file; everything wrong in it comes at once.</summary>
    /// <param name="path">The file.</param>
    /// <param name="accelerators">The accelerators known.</param>
    public static Reading<Corrections> Read(string path, IEnumerable<Accelerator> accelerators)
    {
        try
        {
            using var text = new StreamReader(path);
            return Read(text, path, accelerators);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            return new List<Problem> { new(path, 0, "", File.Exists(path) ? "cannot be read" : "there is no such file; 'switchyard performance calibrate' writes one") };
        }
    }

    /// <summary>Reads a table; everything wrong in it comes at once.</summary>
    /// <param name="text">The table.</param>
    /// <param name="file">Its name, for problems.</param>
    /// <param name="accelerators">The accelerators known.</param>
    public static Reading<Corrections> Read(TextReader text, string file, IEnumerable<Accelerator> accelerators)
    {
        List<Problem> problems = [];
        List<Correction> serving = [];
        List<TrainingCorrection> training = [];
        var named = new AcceleratorNames(accelerators);
        HashSet<string> seen = new(StringComparer.Ordinal);
        using (var table = CsvTable.Open(text, file, Columns, problems))
        {
            while (table?.Next() ?? false)
            {
                var kind = table.Word("kind", Kinds);
                var (accelerator, engine, dense) = (named.Find(table, "accelerator"), table.Word("engine", Engines), table.Word("models", Models) == 0);
                var runs = table.Whole("runs", 1) ?? 1;
                double Factor(string column)
                {
                    if (table.Text(column) is null) table.Report(column, "is empty");
                    return table.Number(column, Least, Most) ?? 1;
                }

                if (accelerator is not null && !seen.Add($"{kind} {accelerator.Name} {engine} {dense}")) table.Report("accelerator", $"{accelerator.Name} with this engine and kind of model is there already");
                if (kind == 1) training.Add(new(accelerator?.Name ?? "", dense, Factor("training"), runs));
                else serving.Add(new(accelerator?.Name ?? "", (Engine)Math.Max(0, engine), dense, Factor("decode"), Factor("prompt"), Factor("arrival"), runs));
            }
        }

        if (problems.Count == 0 && serving.Count + training.Count == 0) problems.Add(new(file, 0, "", "holds no correction"));
        return problems.Count > 0 ? problems : new Corrections([.. serving], [.. training]);
    }
}

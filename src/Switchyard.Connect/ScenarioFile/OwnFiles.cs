using Switchyard.Connect.Catalog;
using Switchyard.Connect.Measurements;
using Switchyard.Demand;
using Switchyard.Market;

namespace Switchyard.Connect.ScenarioFile;

/// <summary><c>models</c> and <c>calibration</c>: files beside the scenario with what the catalog does not have.</summary>
internal static class OwnFiles
{
    /// <summary>The models known, and those of the files.</summary>
    internal static IReadOnlyList<ModelArchitecture> Models(
        Section root, IReadOnlyList<ModelArchitecture> known, Findings findings, Func<string, Stream>? open)
    {
        if (root.Find("models") is null) return known;
        List<ModelArchitecture> all = [.. known];
        foreach (var (node, path) in root.Words("models", "a file of models, as 'switchyard performance model import' writes it"))
        {
            var more = Read(node, path, findings, open, text => CatalogReader.ReadModels(text, node.Text, all));
            if (more is not null) all.AddRange(more);
        }

        return all;
    }

    /// <summary>The corrections of the file; null where none is named.</summary>
    internal static Corrections? Corrections(Section root, PriceBook book, Findings findings, Func<string, Stream>? open)
    {
        if (root.Find("calibration") is not ScalarNode { IsEmpty: false } node)
        {
            if (root.Find("calibration") is { } other) findings.NotA(other, "calibration", new("a file, as 'switchyard performance calibrate' writes it"));
            return null;
        }

        return Read(node, "calibration", findings, open, text => CalibrationTable.Read(text, node.Text, book.Accelerators));
    }

    private static T? Read<T>(ScalarNode node, string path, Findings findings, Func<string, Stream>? open, Func<TextReader, Reading<T>> read)
        where T : class
    {
        if (open is null)
        {
            findings.Say(node.Line, path, "cannot be read: no file can be where the scenario comes from");
            return null;
        }

        try
        {
            using var stream = open(node.Text);
            using var text = new StreamReader(stream);
            var reading = read(text);
            foreach (var problem in reading.Problems) findings.Say(node.Line, path, $"{problem}");
            return reading.Value;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException or ArgumentException)
        {
            findings.Say(node.Line, path, $"'{Problem.Shown(node.Text)}' cannot be read");
            return null;
        }
    }
}

using Switchyard.Connect.Catalog;
using Switchyard.Demand;

namespace Switchyard.Connect.ScenarioFile;

/// <summary><c>models</c>: files of models that the catalog does not have, beside the scenario.</summary>
internal static class OwnModels
{
    /// <summary>The models known, and those of the files.</summary>
    internal static IReadOnlyList<ModelArchitecture> Read(
        Section root, IReadOnlyList<ModelArchitecture> known, Findings findings, Func<string, Stream>? open)
    {
        if (root.Find("models") is null) return known;
        List<ModelArchitecture> all = [.. known];
        foreach (var (node, path) in root.Words("models", "a file of models, as 'switchyard performance model import' writes it"))
        {
            if (open is null)
            {
                findings.Say(node.Line, path, "cannot be read: no file can be where the scenario comes from");
                continue;
            }

            try
            {
                using var stream = open(node.Text);
                using var text = new StreamReader(stream);
                var reading = CatalogReader.ReadModels(text, node.Text, all);
                if (reading.Value is { } more) all.AddRange(more);
                foreach (var problem in reading.Problems) findings.Say(node.Line, path, $"{problem}");
            }
            catch (Exception failed) when (failed is IOException or UnauthorizedAccessException or ArgumentException)
            {
                findings.Say(node.Line, path, $"'{Problem.Shown(node.Text)}' cannot be read");
            }
        }

        return all;
    }
}

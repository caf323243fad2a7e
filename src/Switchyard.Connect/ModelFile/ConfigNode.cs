using System.Globalization;
using System.Text.Json;

namespace Switchyard.Connect.ModelFile;

/// <summary>An object of a model's configuration, whose values have other names from one family of models to the next.</summary>
internal sealed class ConfigNode(JsonElement element, string path, string file, List<Problem> problems)
{
    private const int MostNumber = 2_000_000_000;

    /// <summary>Whether one of the names is there and holds something.</summary>
    public bool Has(params IEnumerable<string> names) => names.Any(name => Find(name) is not null);

    /// <summary>The object under a name; null where there is none.</summary>
    public ConfigNode? Open(string name) =>
        Find(name) is { ValueKind: JsonValueKind.Object } inner ? new(inner, path.Length > 0 ? $"{path}.{name}" : name, file, problems) : null;

    /// <summary>The first of the names that is there, as a whole number; null where none is.</summary>
    public int? Whole(params IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            if (Find(name) is not { } value) continue;
            if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= 0 && number <= MostNumber && number == Math.Floor(number)) return (int)number;
            // Some configurations have a list with a number for each layer, or one word for "none".
            if (value.ValueKind is JsonValueKind.Array or JsonValueKind.String) continue;
            Wrong(name, value, "a whole number");
            return null;
        }

        return null;
    }

    /// <summary>The first of the names that is there, as a whole number of at least 1; a problem where none is.</summary>
    public int Required(string what, params IReadOnlyList<string> names)
    {
        if (Whole(names) is { } number and > 0) return number;
        if (problems.All(p => !names.Any(name => p.Path == At(name))))
            problems.Add(new(file, 0, At(names[0]), $"is missing: {what} ({string.Join(", ", names.Select(n => $"'{n}'"))})"));
        return 1;
    }

    /// <summary>The first of the names that is there, as a number; null where none is.</summary>
    public double? Number(params IEnumerable<string> names)
    {
        foreach (var name in names)
            if (Find(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetDouble(out var number)) return number;
        return null;
    }

    /// <summary>The first of the names that is there, as yes or no; null where none is.</summary>
    public bool? Flag(params IEnumerable<string> names)
    {
        foreach (var name in names)
            if (Find(name) is { ValueKind: JsonValueKind.True or JsonValueKind.False } value) return value.GetBoolean();
        return null;
    }

    /// <summary>The first of the names that is there, as text; null where none is.</summary>
    public string? Text(params IEnumerable<string> names)
    {
        foreach (var name in names)
            if (Find(name) is { ValueKind: JsonValueKind.String } value && value.GetString() is { Length: > 0 } text) return text;
        return null;
    }

    /// <summary>The entries of a list, as text; empty where there is none.</summary>
    public IReadOnlyList<string> List(string name)
    {
        if (Find(name) is not { ValueKind: JsonValueKind.Array } list) return [];
        return [.. list.EnumerateArray().Take(10_000).Select(entry => entry.ValueKind == JsonValueKind.String ? entry.GetString()! : entry.GetRawText())];
    }

    /// <summary>The objects under this one.</summary>
    public IEnumerable<ConfigNode> Inner() =>
        element.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Object).Select(p => new ConfigNode(p.Value, At(p.Name), file, problems));

    /// <summary>Adds what is wrong.</summary>
    public void Say(string name, string message) => problems.Add(new(file, 0, At(name), message));

    private string At(string name) => path.Length > 0 ? $"{path}.{name}" : name;

    private JsonElement? Find(string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined) ? value : null;

    private void Wrong(string name, JsonElement value, string expected) =>
        problems.Add(Problem.NotA(file, 0, At(name), value.GetRawText(), new(string.Create(CultureInfo.InvariantCulture, $"{expected}"))));
}

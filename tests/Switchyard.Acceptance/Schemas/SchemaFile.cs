using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using NJsonSchema;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Switchyard.Acceptance.Schemas;

/// <summary>The schemas under <c>schemas/</c>, and what they say about a document.</summary>
internal static class SchemaFile
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<JsonSchema>>> Read = new(StringComparer.Ordinal);

    /// <summary>What a schema has against a JSON document; nothing where it is valid.</summary>
    /// <param name="name">The schema, such as <c>plan</c>.</param>
    /// <param name="json">The document.</param>
    public static async Task<List<string>> AgainstAsync(string name, string json)
    {
        var schema = await Read.GetOrAdd(name, key => new(() => JsonSchema.FromFileAsync(Path.Combine(Cli.Root, "schemas", $"{key}.schema.json")))).Value;
        return [.. schema.Validate(json).Select(error => $"{error.Path}: {error.Kind}")];
    }

    /// <summary>A YAML document as JSON: plain numbers and truth values as such, everything else as text, as editors read it.</summary>
    public static string ToJson(string yaml)
    {
        YamlStream stream = [];
        stream.Load(new StringReader(yaml));
        return (Node(stream.Documents[0].RootNode) ?? JsonValue.Create("")).ToJsonString();
    }

    private static JsonNode? Node(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(c => KeyValuePair.Create(((YamlScalarNode)c.Key).Value!, Node(c.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Node)]),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: { } text } => text switch
        {
            "true" => true,
            "false" => false,
            "" or "null" or "~" => null,
            _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => whole,
            _ when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
            _ => text,
        },
        YamlScalarNode scalar => scalar.Value,
        _ => throw new NotSupportedException(node.ToString()),
    };
}

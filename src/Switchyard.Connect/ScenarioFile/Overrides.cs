using Switchyard.Units;

namespace Switchyard.Connect.ScenarioFile;

/// <summary>
/// Puts settings into a file's tree, before it is read: what they say is then checked by the readers of the file. Nodes that come from a
/// setting have the line <see cref="Findings.OfSetting"/>, by which problems name the setting instead of the file.
/// </summary>
internal static class Overrides
{
    // Where a single value stands for one key of several, a path into it means that key: 'rate: 6/s' is 'rate: {peak: 6/s}'.
    private static readonly Dictionary<string, string> Shorthands = new(StringComparer.Ordinal)
    {
        ["rate"] = "peak", ["budget"] = "cash", ["checkpoint"] = "size",
    };

    /// <summary>The tree with the settings in it; problems go to the findings.</summary>
    internal static Node Apply(Node root, IReadOnlyList<Setting> settings, Findings findings)
    {
        foreach (var again in settings.GroupBy(s => s.Path, StringComparer.Ordinal).Where(g => g.Count() > 1))
            findings.Say(Findings.OfSetting, again.Key, $"is set {again.Count()} times");
        foreach (var setting in settings)
        {
            if (Value(setting, findings) is { } value) root = Put(root, "", setting.Path, value, findings) ?? root;
        }

        return root;
    }

    // Brackets, braces and quotes are YAML; anything else is one value as it stands.
    private static Node? Value(Setting setting, Findings findings)
    {
        var text = setting.Value.Trim();
        if (text.Length == 0 || text[0] is not ('[' or '{' or '"' or '\'')) return new ScalarNode(Findings.OfSetting, text, true);
        var own = new Findings(SettingRange.Option);
        if (YamlTree.Read(text, own) is { } tree) return Marked(tree);
        foreach (var problem in own.Problems) findings.Say(Findings.OfSetting, setting.Path, $"'{Problem.Shown(text)}': {problem.Message}");
        return null;
    }

    private static Node Marked(Node node) => node switch
    {
        MapNode map => new MapNode(Findings.OfSetting, [.. map.Entries.Select(e => (e.Key with { Line = Findings.OfSetting }, Marked(e.Value)))]),
        ListNode list => new ListNode(Findings.OfSetting, [.. list.Items.Select(Marked)]),
        _ => node with { Line = Findings.OfSetting },
    };

    // The node with a value put where the rest of a path says; null with a problem, or where there is nothing to change.
    private static Node? Put(Node? node, string at, string rest, Node value, Findings findings)
    {
        if (rest.Length == 0) return value;
        if (rest[0] == '[') return node is ListNode list ? PutItem(list, at, rest, value, findings) : NoList(node, at, rest, findings);
        switch (node)
        {
            case null or { IsEmpty: true }:
                node = new MapNode(Findings.OfSetting, []);
                break;
            case ScalarNode scalar when Shorthands.TryGetValue(LastKey(at), out var key):
                node = new MapNode(scalar.Line, [(new ScalarNode(scalar.Line, key, true), scalar)]);
                break;
            case ListNode items:
                findings.Say(Findings.OfSetting, at, items.Items.Count == 0 ? "is an empty list; set all of it" : $"is a list; name an element, such as {at}[0]");
                return null;
            case ScalarNode:
                findings.Say(Findings.OfSetting, at, "is a single value in the file; set it as a whole", correction: $"{at}=VALUE");
                return null;
        }

        var map = (MapNode)node;
        if (Key(map, rest) is not var (name, after) || name.Length == 0)
        {
            findings.Say(Findings.OfSetting, Findings.Join(at, rest), "is not a path; write keys joined by points, such as limits.provider_share");
            return null;
        }

        // Other names a scenario may make up; a workload that is not there has to be written, not set.
        if (at == "workloads" && map.Entries.All(e => e.Key.Text != name))
        {
            findings.Unknown(map with { Line = Findings.OfSetting }, Findings.Join(at, name), "a workload of the scenario", name, map.Entries.Select(e => e.Key.Text));
            return null;
        }

        return PutKey(map, name, Findings.Join(at, name), after, value, findings);
    }

    private static MapNode? PutKey(MapNode map, string name, string at, string after, Node value, Findings findings)
    {
        var old = map.Entries.FirstOrDefault(e => e.Key.Text == name).Value;
        if (Put(old, at, after, value, findings) is not { } changed) return null;
        var takenOut = after.Length == 0 && value.IsEmpty;
        var key = new ScalarNode(Findings.OfSetting, name, true);
        if (old is null) return takenOut ? Nothing(at, findings) : map with { Entries = [.. map.Entries, (key, changed)] };
        return map with
        {
            Entries = [.. map.Entries.Where(e => !takenOut || e.Key.Text != name).Select(e => e.Key.Text == name ? (after.Length == 0 ? key : e.Key, changed) : e)],
        };
    }

    private static MapNode? Nothing(string at, Findings findings)
    {
        findings.Say(Findings.OfSetting, at, "is not in the file, so it cannot be taken out of it");
        return null;
    }

    private static ListNode? PutItem(ListNode list, string at, string rest, Node value, Findings findings)
    {
        var close = rest.IndexOf(']', StringComparison.Ordinal);
        var name = close < 0 ? "" : rest[1..close].Trim();
        var names = list.Items.Select(item => (item as MapNode)?.Entries.FirstOrDefault(e => e.Key.Text == "name").Value is ScalarNode n ? n.Text : null).ToList();
        var index = int.TryParse(name, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : names.IndexOf(name);
        if (index < 0 || index >= list.Items.Count)
        {
            var known = names.OfType<string>().ToList();
            var which = list.Items.Count == 0 ? "the list is empty" : list.Items.Count == 1 ? "the only one is [0]" : $"there are [0] to [{list.Items.Count - 1}]";
            if (known.Count > 0) which += $", or by name {string.Join(", ", known.Select(n => $"[{n}]"))}";
            findings.Say(Findings.OfSetting, $"{at}[{Problem.Shown(name)}]", $"is not an element; {which}", name, Nearest.To(name, known));
            return null;
        }

        var after = rest[(close + 1)..];
        var below = $"{at}[{name}]";
        if (after.Length > 0 && after[0] is not ('.' or '['))
        {
            findings.Say(Findings.OfSetting, below + after, "is not a path; a point or a bracket follows a bracket");
            return null;
        }

        if (Put(list.Items[index], below, Below(after), value, findings) is not { } changed) return null;
        var takenOut = after.Length == 0 && value.IsEmpty;
        return list with { Items = [.. list.Items.Index().Where(i => !takenOut || i.Index != index).Select(i => i.Index == index ? changed : i.Item)] };
    }

    private static ListNode? NoList(Node? node, string at, string rest, Findings findings)
    {
        findings.Say(Findings.OfSetting, at + rest, node is null ? $"{at} is not in the file" : $"{at} is {node.Kind}, not a list");
        return null;
    }

    // The longest key of the map that the path goes on with, since names may have points in them; else what stands before the next point.
    private static (string Name, string After)? Key(MapNode map, string rest)
    {
        string? AfterOf(string key) => rest.StartsWith(key, StringComparison.Ordinal) && (rest.Length == key.Length || rest[key.Length] is '.' or '[') ? rest[key.Length..] : null;
        var known = map.Entries.Select(e => e.Key.Text).Where(key => key.Length > 0 && AfterOf(key) is not null).MaxBy(key => key.Length);
        if (known is not null) return (known, Below(AfterOf(known)!));
        if (rest[0] == '"')
        {
            var close = rest.IndexOf('"', 1);
            return close < 0 ? null : (rest[1..close], Below(rest[(close + 1)..]));
        }

        var end = rest.IndexOfAny(['.', '[']);
        return end < 0 ? (rest, "") : (rest[..end], Below(rest[end..]));
    }

    // What follows the point.
    private static string Below(string after) => after.StartsWith('.') ? after[1..] : after;

    private static string LastKey(string at) => at[(at.LastIndexOf('.') + 1)..];
}

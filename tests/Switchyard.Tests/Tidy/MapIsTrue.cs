namespace Switchyard.Tests.Tidy;

/// <summary>
/// README's map: a fenced block under the heading "The map". Each line that starts with a folder's name and a slash names a
/// folder, by indentation inside the one above it; what follows the name is for people.
/// </summary>
public sealed class MapIsTrue
{
    private const string Heading = "## The map";

    private static readonly string[] Flow =
        ["Units", "Market", "Sites", "Demand", "Performance", "Plan", "Prove", "Operate", "Meter", "Replan"];

    [Fact]
    public void The_map_names_the_folders_there_are() => Differences(Map(Checkout.Read("README.md")), ToName(), Exists).ShouldBeEmpty();

    [Fact]
    public void The_map_follows_the_flow() => Disorder(Map(Checkout.Read("README.md"))).ShouldBeEmpty();

    [Fact]
    public void Indentation_nests_folders() =>
        Map("# x\n\n## The map\n\n```\nsrc/\n  A/      one\n    B/    two\n          more of two/ten\n  C/\ntests/X/  three\n```\n")
            .ShouldBe(["src", "src/A", "src/A/B", "src/C", "tests", "tests/X"]);

    [Fact]
    public void A_folder_missing_from_the_map_and_one_that_is_not_there_are_caught()
    {
        Differences(["src", "src/A"], ["src", "src/A"], _ => true).ShouldBeEmpty();
        Differences(["src"], ["src", "src/A"], _ => true).Count().ShouldBe(1);
        Differences(["src", "src/A"], ["src"], folder => folder == "src").Count().ShouldBe(1);
    }

    [Fact]
    public void A_map_out_of_order_is_caught()
    {
        Disorder(["src/Switchyard/Market", "src/Switchyard/Plan"]).ShouldBeEmpty();
        Disorder(["src/Switchyard/Plan", "src/Switchyard/Market"]).Count().ShouldBe(1);
        Disorder(["src/Switchyard/Stuff"]).Count().ShouldBe(1);
    }

    [Fact]
    public void A_readme_without_a_map_is_caught() => Should.Throw<InvalidOperationException>(() => Map("# x\n"));

    /// <summary>The folders of the map, each with its parents, in the order of the map.</summary>
    private static List<string> Map(string readme)
    {
        var block = readme.Split('\n')
            .SkipWhile(line => line.Trim() != Heading)
            .SkipWhile(line => !line.StartsWith("```", StringComparison.Ordinal))
            .Skip(1)
            .TakeWhile(line => !line.StartsWith("```", StringComparison.Ordinal))
            .ToList();
        if (block.Count == 0)
        {
            throw new InvalidOperationException($"README.md: no fenced block under '{Heading}'");
        }

        List<string> folders = [];
        Stack<(int Indent, string Path)> open = [];
        foreach (var line in block)
        {
            var name = line.Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault("");
            if (!name.EndsWith('/'))
            {
                continue;
            }

            var indent = line.Length - line.TrimStart().Length;
            while (open.TryPeek(out var above) && above.Indent >= indent)
            {
                open.Pop();
            }

            var path = open.TryPeek(out var parent) ? parent.Path : "";
            foreach (var part in name.Split('/', StringSplitOptions.RemoveEmptyEntries))
            {
                path = path.Length == 0 ? part : $"{path}/{part}";
                if (!folders.Contains(path))
                {
                    folders.Add(path);
                }
            }

            open.Push((indent, path));
        }

        return folders;
    }

    /// <summary>What the map must name: the top folders, the projects, and the folders directly in a project that ships.</summary>
    private static IEnumerable<string> ToName() =>
    [
        .. Checkout.Folders(""),
        .. Checkout.Folders("src").Select(project => $"src/{project}"),
        .. Checkout.Folders("tests").Select(project => $"tests/{project}"),
        .. Checkout.Folders("src").SelectMany(project => Checkout.Folders($"src/{project}").Select(folder => $"src/{project}/{folder}")),
    ];

    private static bool Exists(string folder) => Directory.Exists(Path.Combine(Checkout.Root, folder));

    private static IEnumerable<string> Differences(IReadOnlyCollection<string> map, IEnumerable<string> toName, Func<string, bool> exists) =>
    [
        .. toName.Except(map).Select(folder => $"README.md: the map does not name {folder}/; add a line that says what it is for"),
        .. map.Where(folder => !exists(folder)).Select(folder => $"README.md: the map names {folder}/, which is not there; take the line out"),
    ];

    private static IEnumerable<string> Disorder(IEnumerable<string> map)
    {
        const string engine = "src/Switchyard/";
        var last = -1;
        foreach (var folder in map.Where(folder => folder.StartsWith(engine, StringComparison.Ordinal)).Select(folder => folder[engine.Length..]))
        {
            if (folder.Contains('/', StringComparison.Ordinal))
            {
                continue;
            }

            var place = Array.IndexOf(Flow, folder);
            if (place < 0)
            {
                yield return $"README.md: {engine}{folder}/ is no step of the flow; fold it into one, or add it to {nameof(MapIsTrue)}.{nameof(Flow)}";
            }
            else if (place < last)
            {
                yield return $"README.md: {engine}{folder}/ stands after {Flow[last]}/; the map follows the flow: {string.Join(", ", Flow)}";
            }

            last = Math.Max(last, place);
        }
    }
}

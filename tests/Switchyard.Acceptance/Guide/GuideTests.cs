using System.Text.RegularExpressions;

namespace Switchyard.Acceptance.Guide;

/// <summary>README and the guide are followed, each page from an empty folder with only what it says; what it says is seen, is seen.</summary>
public sealed partial class GuideTests
{
    private const string Refresh = "where the change is right, refresh with UPDATE_EXPECTED=1 ./test Guide.GuideTests, and say why in the commit";

    public static TheoryData<string> Pages =>
        ["README.md", .. Directory.GetFiles(Path.Combine(Cli.Root, "docs", "guide"), "*.md").Select(f => $"docs/guide/{Path.GetFileName(f)}").Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task A_newcomer_sees_what_the_page_says(string page)
    {
        var file = Path.Combine(Cli.Root, page);
        var guide = GuidePage.Read(file);
        if (guide.Commands == 0) return;
        if (guide.Uses("report")) Report.Browser.Need();
        using Scratch scratch = new();
        var (bin, folder) = (Directory.CreateDirectory(scratch["bin"]).FullName, Directory.CreateDirectory(scratch["empty"]).FullName);
        await CommandAsync(Path.Combine(bin, "switchyard"));
        // README is read in the clone.
        if (page == "README.md")
        {
            File.CreateSymbolicLink(Path.Combine(folder, "switchyard"), Path.Combine(bin, "switchyard"));
            Directory.CreateSymbolicLink(Path.Combine(folder, "scenarios"), Path.Combine(Cli.Root, "scenarios"));
        }

        var seen = await guide.FollowAsync(folder, bin);
        if (Environment.GetEnvironmentVariable("UPDATE_EXPECTED") is { Length: > 0 })
        {
            await File.WriteAllTextAsync(file, guide.Updated(seen), TestContext.Current.CancellationToken);
            guide = GuidePage.Read(file);
            return;
        }

        guide.Differences(seen).ShouldBeEmpty($"{page}: {Refresh}");
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Every_command_that_is_named_in_passing_exists(string page)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Cli.Root, page), TestContext.Current.CancellationToken);
        var help = (await Cli.RunAsync("--help")).Stdout;
        foreach (var verb in Named().Matches(text).Select(m => m.Groups[1].Value).Distinct())
            help.ShouldContain($"  {verb} ", Case.Sensitive, $"{page}: 'switchyard {verb}' is no command");
    }

    [Fact]
    public async Task A_page_that_says_something_else_is_caught()
    {
        using Scratch scratch = new();
        var page = scratch.Write("page.md", "```yaml a.yaml\nx: 1\n```\n\n```console\n$ cat a.yaml\nx: 1\n$ (exit 3)\n$ echo $?\n3\n$ seq 9\n1\n…\n9\n$ seq 3\n1\n3\n```\n");
        var guide = GuidePage.Read(page);
        var seen = await guide.FollowAsync(scratch.Folder, scratch.Folder);
        guide.Differences(seen).ShouldHaveSingleItem().ShouldContain("after 'seq 3'");
        var updated = GuidePage.Read(scratch.Write("page.md", guide.Updated(seen)));
        updated.Differences(await updated.FollowAsync(scratch.Folder, scratch.Folder)).ShouldBeEmpty();
    }

    // The command as the tests built it, under the name that the launcher has.
    private static async Task CommandAsync(string path)
    {
        await File.WriteAllTextAsync(path, $"#!/bin/sh\nexec {string.Join(' ', Cli.Command.Select(word => $"\"{word}\""))} \"$@\"\n", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [GeneratedRegex(@"(?:\./|`|\$ )switchyard ([a-z]+)")]
    private static partial Regex Named();
}

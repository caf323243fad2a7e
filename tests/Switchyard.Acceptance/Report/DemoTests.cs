using Switchyard.Acceptance.Plan;
using Switchyard.Acceptance.Schemas;

namespace Switchyard.Acceptance.Report;

/// <summary>The demo plans, proves, and makes the page; where the page is not built it says what to install, and all the rest is there.</summary>
public sealed class DemoTests(Browser browser)
{
    [Fact]
    public async Task It_plans_proves_and_makes_the_page()
    {
        Browser.Need();
        using Scratch scratch = new();
        var run = await Cli.RunAsync(["demo", "-o", "json", "--out", scratch["demo.html"]], "", Plans.Patience, scratch.Folder);
        run.ExitCode.ShouldBeOneOf(0, 2);
        (await SchemaFile.AgainstAsync("evidence", run.Stdout)).ShouldBeEmpty();
        run.Stderr.ShouldEndWith($"wrote {scratch["demo.html"]}\n");
        scratch.Files().ShouldBe(["demo.html"]);
        await using var open = await browser.OpenAsync(scratch["demo.html"]);
        (await open.Page.TitleAsync()).ShouldBe("batch-nightly: Switchyard report");
        (await open.Page.Locator("#proof").CountAsync()).ShouldBe(1);
        (await open.Page.Locator("#buy").CountAsync()).ShouldBe(1);
        open.Trouble.ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_the_page_it_goes_on_and_says_what_to_install()
    {
        using Scratch scratch = new();
        var home = Directory.CreateDirectory(scratch["home"]).FullName;
        foreach (var part in new[] { "data", "scenarios" }) Directory.CreateSymbolicLink(Path.Combine(home, part), Path.Combine(Cli.Root, part));
        var folder = Directory.CreateDirectory(scratch["empty"]).FullName;
        var run = await Cli.RunAsync(["demo"], "", Plans.Patience, folder, new Dictionary<string, string?> { ["SWITCHYARD_HOME"] = home });
        (run.ExitCode is 0 or 2).ShouldBeTrue($"{run.ExitCode}: {run.Stderr}");
        run.Stdout.ShouldContain("run hash");
        run.Stderr.ShouldContain("no page was made");
        run.Stderr.ShouldContain("apt-get install nodejs npm");
        Directory.GetFileSystemEntries(folder).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_folder_is_no_place_for_the_page()
    {
        using Scratch scratch = new();
        (await Cli.RunAsync(["demo", "--out", scratch.Folder], "", folder: scratch.Folder)).ShouldBeRefused("is a folder");
    }
}

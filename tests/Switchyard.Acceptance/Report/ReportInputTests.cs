using Switchyard.Acceptance.Plan;

namespace Switchyard.Acceptance.Report;

/// <summary>What cannot be reported on is refused with all that is wrong, and nothing is written.</summary>
public sealed class ReportInputTests(Plans plans)
{
    [Fact]
    public async Task All_problems_of_all_files_come_at_once()
    {
        using Scratch scratch = new();
        var whole = (await plans.OfAsync("batch-nightly")).Run.Stdout;
        var cut = scratch.Write("cut.json", whole[..(whole.Length / 2)]);
        var other = scratch.Write("other.json", "{\"schema\": \"switchyard.plan/99\"}");
        var market = scratch.Write("market.json", "{\"schema\": \"switchyard.market.offers/1\", \"offers\": []}");
        var run = await Cli.RunAsync("report", cut, other, market, "no-such.json", "--out", scratch["report.html"]);
        run.ShouldBeRefused("cut.json", "broken or cut off", "'switchyard.plan/99' is not switchyard.plan/1", "switchyard.market.offers/1", "no-such.json: there is no such file", "nothing was written");
        File.Exists(scratch["report.html"]).ShouldBeFalse();
    }

    [Fact]
    public async Task Two_plans_are_one_too_many()
    {
        var (a, b) = (await plans.OfAsync("batch-nightly"), await plans.OfAsync("frontier-training"));
        using Scratch scratch = new();
        (await Cli.RunAsync("report", a.Path, b.Path, "--out", scratch["report.html"])).ShouldBeRefused("a second plan", "a report is about one");
        (await Cli.RunAsync("report", a.Path, "--out", scratch.Folder)).ShouldBeRefused("is a folder");
    }

    [Fact]
    public async Task A_dash_has_the_page_on_stdout_and_no_file_of_that_name()
    {
        Browser.Need();
        var plan = await plans.OfAsync("batch-nightly");
        using Scratch scratch = new();
        var run = await Cli.RunAsync("report", plan.Path, "--out", "-");
        run.ExitCode.ShouldBe(0, run.Stderr);
        run.Stdout.ShouldStartWith("<!doctype html>");
        run.Stdout.ShouldContain("batch-nightly");
        run.Stderr.ShouldNotContain("wrote");
        File.Exists("-").ShouldBeFalse();
    }

    [Fact]
    public async Task Without_the_page_it_says_what_to_install()
    {
        var plan = await plans.OfAsync("batch-nightly");
        using Scratch scratch = new();
        Directory.CreateSymbolicLink(scratch["data"], Path.Combine(Cli.Root, "data"));
        var run = await Cli.RunAsync(["report", plan.Path, "--out", scratch["report.html"]], "", environment: new Dictionary<string, string?> { ["SWITCHYARD_HOME"] = scratch.Folder });
        run.ShouldBeRefused("needs Node.js 20.19", "apt-get install nodejs npm", "brew install node");
        File.Exists(scratch["report.html"]).ShouldBeFalse();
    }

    [Fact]
    public async Task The_same_plan_gives_the_same_page_also_from_a_pipe()
    {
        Browser.Need();
        var plan = await plans.OfAsync("batch-nightly");
        using Scratch scratch = new();
        (await Cli.RunAsync("report", plan.Path, "--out", scratch["a.html"])).ExitCode.ShouldBe(0);
        (await Cli.RunAsync(["report", "-", "--out", scratch["b.html"]], plan.Run.Stdout)).ExitCode.ShouldBe(0);
        (await File.ReadAllBytesAsync(scratch["a.html"], TestContext.Current.CancellationToken)).ShouldBe(await File.ReadAllBytesAsync(scratch["b.html"], TestContext.Current.CancellationToken));
    }
}

using Switchyard.Connect.ScenarioFile;
using Switchyard.Tests.Tidy;

namespace Switchyard.Tests.ScenarioFile;

public sealed class TemplateTests
{
    [Theory]
    [InlineData("inference")]
    [InlineData("training")]
    [InlineData("batch")]
    public void Each_template_is_a_scenario(string name)
    {
        Templates.Names.ShouldContain(name);
        Given.Scenario(Templates.Text(name)!).Workloads.ShouldHaveSingleItem().Kind.ShouldBe(name);
    }

    [Fact]
    public void What_a_template_comments_out_is_right_too()
    {
        var text = Templates.Text("training")!.Replace("# offers:\n#  ", "offers:\n ", StringComparison.Ordinal).Replace("\n#      price", "\n     price", StringComparison.Ordinal)
            .Replace("# accelerators:", "accelerators:", StringComparison.Ordinal).Replace("# data:", "data:", StringComparison.Ordinal);
        var scenario = Given.Scenario(text);
        scenario.TermQuotes.Length.ShouldBe(1);
        scenario.Workloads[0].AcceleratorPatterns.ShouldContain("H200-141GB");
        scenario.Workloads[0].Data!.Home.ToString().ShouldBe("aws/us-east-1");
        text = Templates.Text("inference")!.Replace("# data:", "data:", StringComparison.Ordinal).Replace("# provider_share", "provider_share", StringComparison.Ordinal).Replace("# regions", "regions", StringComparison.Ordinal);
        Given.Scenario(text).Limits.Regions.ShouldBe(["us-*", "eu-*"]);
    }

    [Fact]
    public void The_shipped_scenarios_read()
    {
        var catalog = Catalog.Shipped.Catalog.Value;
        foreach (var file in Checkout.Files("scenarios", ".yaml"))
        {
            ScenarioReader.ReadFile(Path.Combine(Checkout.Root, file), catalog.Prices, catalog.Models)
                .Problems.Select(problem => problem.ToString()).ShouldBeEmpty();
        }
    }

    [Fact]
    public void An_unknown_template_is_null() => Templates.Text("banana").ShouldBeNull();
}

using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Switchyard.Tests.Tidy;

public sealed partial class ProjectsAreTidy
{
    // Dependencies point one way: Cli and Server → Connect → Switchyard.
    private static readonly Dictionary<string, string[]> MayUse = new(StringComparer.Ordinal)
    {
        ["Switchyard"] = [],
        ["Switchyard.Connect"] = ["Switchyard"],
        ["Switchyard.Server"] = ["Switchyard", "Switchyard.Connect"],
        ["Switchyard.Cli"] = ["Switchyard", "Switchyard.Connect"],
    };

    // The engine is pure: mathematics and time, and analyzers that leave nothing behind.
    private static readonly string[] EnginePackages =
        ["MathNet.Numerics", "System.Numerics.Tensors", "NodaTime", "Microsoft.CodeAnalysis.BannedApiAnalyzers", "Meziantou.Analyzer"];

    [Fact]
    public void Dependencies_point_one_way() =>
        Checkout.Projects.SelectMany(project => Dependencies(project, XDocument.Load(Checkout.ProjectFile(project)))).ShouldBeEmpty();

    [Fact]
    public void Public_members_stay_documented() =>
        Checkout.Projects.SelectMany(project => Checkout.Files($"src/{project}", ".cs", ".csproj", ".props")
                .SelectMany(file => Silencing(project, file, Checkout.Read(file))))
            .Concat(Silencing("", "Directory.Build.props", Checkout.Read("Directory.Build.props")))
            .Concat(Silencing("", ".editorconfig", Checkout.Read(".editorconfig")))
            .ShouldBeEmpty();

    [Fact]
    public void Every_project_is_in_the_solution() =>
        Missing(Checkout.Files("", ".csproj"), Checkout.Read("Switchyard.slnx")).ShouldBeEmpty();

    [Theory]
    [InlineData("Switchyard", "<ProjectReference Include='..\\Switchyard.Connect\\Switchyard.Connect.csproj' />", true)]
    [InlineData("Switchyard", "<PackageReference Include='Npgsql' />", true)]
    [InlineData("Switchyard", "<FrameworkReference Include='Microsoft.AspNetCore.App' />", true)]
    [InlineData("Switchyard", "<PackageReference Include='MathNet.Numerics' />", false)]
    [InlineData("Switchyard.Connect", "<ProjectReference Include='../Switchyard.Cli/Switchyard.Cli.csproj' />", true)]
    [InlineData("Switchyard.Connect", "<ProjectReference Include='../Switchyard/Switchyard.csproj' /><PackageReference Include='Npgsql' />", false)]
    [InlineData("Switchyard.Cli", "<ProjectReference Include='..\\Switchyard.Connect\\Switchyard.Connect.csproj' />", false)]
    [InlineData("Switchyard.New", "", true)]
    public void A_wrong_dependency_is_caught(string project, string items, bool caught) =>
        Dependencies(project, XDocument.Parse($"<Project><ItemGroup>{items}</ItemGroup></Project>")).Any().ShouldBe(caught);

    [Theory]
    [InlineData("Switchyard", "a.csproj", "<NoWarn>$(NoWarn);CS1591</NoWarn>", true)]
    [InlineData("Switchyard", "a.csproj", "<NoWarn>$(NoWarn);1591</NoWarn>", true)]
    [InlineData("Switchyard", "a.csproj", "<GenerateDocumentationFile>false</GenerateDocumentationFile>", true)]
    [InlineData("Switchyard", "a.cs", "#pragma warning disable CS1591", true)]
    [InlineData("", ".editorconfig", "dotnet_diagnostic.CS1591.severity = none", true)]
    [InlineData("", "Directory.Build.props", "<TreatWarningsAsErrors>false</TreatWarningsAsErrors>", true)]
    [InlineData("Switchyard.Cli", "a.csproj", "<GenerateDocumentationFile>false</GenerateDocumentationFile>", false)]
    [InlineData("Switchyard", "a.csproj", "<NoWarn>$(NoWarn);CA1861</NoWarn>", false)]
    public void Silencing_documentation_is_caught(string project, string file, string text, bool caught) =>
        Silencing(project, file, text).Any().ShouldBe(caught);

    [Fact]
    public void A_project_outside_the_solution_is_caught() => Missing(["src/A/A.csproj"], "<Project Path=\"src/B/B.csproj\" />").Count().ShouldBe(1);

    private static IEnumerable<string> Dependencies(string project, XDocument file)
    {
        if (!MayUse.TryGetValue(project, out var allowed))
        {
            yield return $"src/{project}: a new project; say in {nameof(ProjectsAreTidy)}.{nameof(MayUse)} what it may use";
            yield break;
        }

        foreach (var used in Included(file, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/'))))
        {
            if (!allowed.Contains(used, StringComparer.Ordinal))
            {
                yield return $"src/{project}: must not use {used}; dependencies point one way: Cli and Server → Connect → Switchyard";
            }
        }

        if (project == "Switchyard")
        {
            foreach (var used in Included(file, "PackageReference").Except(EnginePackages).Concat(Included(file, "FrameworkReference")))
            {
                yield return $"src/{project}: must not use {used}; the engine is pure, what touches the outside belongs in Switchyard.Connect";
            }
        }
    }

    private static IEnumerable<string> Included(XDocument file, string item) =>
        file.Descendants(item).Select(element => (string?)element.Attribute("Include")).OfType<string>();

    private static IEnumerable<string> Silencing(string project, string file, string text) =>
        project == "Switchyard.Cli" || !Silencer().IsMatch(text)
            ? []
            : [$"{file}: '{Silencer().Match(text).Value}' lets public members go undocumented; document them, or make them internal"];

    private static IEnumerable<string> Missing(IEnumerable<string> projects, string solution) =>
        projects.Where(project => !solution.Contains($"\"{project}\"", StringComparison.Ordinal))
            .Select(project => $"{project}: add it to Switchyard.slnx, or nothing builds and tests it");

    [GeneratedRegex(@"<NoWarn>[^<]*1591|<GenerateDocumentationFile>\s*false|pragma warning disable\s*(\r?\n|CS1591)|CS1591\.severity\s*=\s*(none|silent|suggestion)|<TreatWarningsAsErrors>\s*false",
        RegexOptions.IgnoreCase)]
    private static partial Regex Silencer();
}

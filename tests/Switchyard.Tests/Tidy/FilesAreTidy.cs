using System.Text.RegularExpressions;

namespace Switchyard.Tests.Tidy;

public sealed partial class FilesAreTidy
{
    private const int MostLines = 450;

    private static readonly string[] Written =
        [".cs", ".csproj", ".props", ".targets", ".slnx", ".json", ".yaml", ".yml", ".md", ".sh", ".ts", ".css", ".html", ".svg", ""];

    [Fact]
    public void No_file_in_src_is_far_beyond_one_idea() => EachOf(Checkout.Files("src", ".cs"), Length).ShouldBeEmpty();

    [Fact]
    public void Code_has_neither_tabs_nor_carriage_returns() =>
        EachOf([.. Checkout.Files("src", ".cs"), .. Checkout.Files("tests", ".cs")], Whitespace).ShouldBeEmpty();

    [Fact]
    public void No_file_names_a_path_of_one_machine() =>
        EachOf(Checkout.Files("", Written).Where(file => !file.StartsWith("tests/", StringComparison.Ordinal)), MachinePaths).ShouldBeEmpty();

    [Fact]
    public void Length_is_caught()
    {
        Length("a.cs", string.Concat(Enumerable.Repeat("x\n", MostLines))).ShouldBeEmpty();
        Length("a.cs", string.Concat(Enumerable.Repeat("x\n", MostLines + 1))).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("class A;\n", false)]
    [InlineData("\tclass A;\n", true)]
    [InlineData("class A;\r\n", true)]
    public void Whitespace_is_caught(string text, bool caught) => Whitespace("a.cs", text).Any().ShouldBe(caught);

    [Theory]
    [InlineData("cd /work/main", true)]
    [InlineData("\"/home/ann/x.yaml\"", true)]
    [InlineData("see /root/.cache", true)]
    [InlineData("x > /tmp/x", true)]
    [InlineData("https://provider.example/home/pricing", false)]
    [InlineData("src/work/x, ~/work/x, /usr/lib/x", false)]
    public void Machine_paths_are_caught(string text, bool caught) => MachinePaths("a.cs", text).Any().ShouldBe(caught);

    private static IEnumerable<string> EachOf(IEnumerable<string> files, Func<string, string, IEnumerable<string>> rule) =>
        files.SelectMany(file => rule(file, Checkout.Read(file)));

    private static IEnumerable<string> Length(string file, string text)
    {
        var lines = text.AsSpan().Count('\n');
        if (lines > MostLines)
        {
            yield return $"{file}: {lines} lines; a file is one idea, usually under 300 lines and never above {MostLines}: split it by idea";
        }
    }

    private static IEnumerable<string> Whitespace(string file, string text)
    {
        if (text.Contains('\t', StringComparison.Ordinal))
        {
            yield return $"{file}:{LineOf(text, text.IndexOf('\t', StringComparison.Ordinal))}: a tab; indent by four spaces, write \\t in a string";
        }

        if (text.Contains('\r', StringComparison.Ordinal))
        {
            yield return $"{file}: carriage returns; end lines with \\n alone";
        }
    }

    private static IEnumerable<string> MachinePaths(string file, string text) =>
        MachinePath().Matches(text).Select(match =>
            $"{file}:{LineOf(text, match.Index)}: '{match.Value}' is a path of one machine; use a relative path, SWITCHYARD_HOME or an argument");

    private static int LineOf(string text, int index) => 1 + text.AsSpan(0, index).Count('\n');

    // Not preceded by what would make it a part of a longer path or of an address.
    [GeneratedRegex(@"(?<![\w.:/~-])/(work|home|root|tmp)/[\w.-]*")]
    private static partial Regex MachinePath();
}

using System.Diagnostics;
using System.Text;
using Switchyard.Connect;
using Switchyard.Connect.ScenarioFile;
using Switchyard.Demand;
using Switchyard.Tests.Catalog;

namespace Switchyard.Tests.ScenarioFile;

/// <summary>Whatever the bytes: a scenario or clear problems, soon; never an exception.</summary>
public sealed class RobustnessTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData("", "scenario.yaml:1: the file is empty; 'switchyard init inference' writes one to start from")]
    [InlineData(" \n\n", "scenario.yaml:1: the file is empty; 'switchyard init inference' writes one to start from")]
    [InlineData("# nothing\n", "scenario.yaml:1: the file holds nothing but comments; 'switchyard init inference' writes one to start from")]
    [InlineData("just words", "scenario.yaml:1: 'just words' is not keys with values (name, start, horizon, period, discount_rate, tail, …)")]
    [InlineData("- a\n- b\n", "scenario.yaml:1: is a list; expected keys with values (name, start, horizon, period, discount_rate, tail, …)")]
    [InlineData("name: x\n\tstart: y\n", "scenario.yaml:2: a tab indents this line; YAML allows only spaces")]
    [InlineData("workloads:\n  a: &a {kind: batch}\n  b: *a\n", "scenario.yaml:3 workloads.b: '*a' is a YAML alias, which is not supported; write the value out, and put patterns with * in quotes")]
    public void What_is_no_scenario_is_said_so(string text, string problem) => Given.Problems(text).ShouldContain(problem);

    [Fact]
    public void A_second_document_is_refused() =>
        Given.Problems(Given.Logistics + "---\nname: two\n").ShouldBe(["scenario.yaml:50: a second document begins; a scenario file holds one"]);

    [Fact]
    public void Windows_line_ends_and_a_byte_order_mark_do_no_harm()
    {
        var bytes = Encoding.UTF8.Preamble.ToArray().Concat(Encoding.UTF8.GetBytes(Given.Logistics.Replace("\n", "\r\n", StringComparison.Ordinal))).ToArray();
        Problems(bytes).ShouldBeEmpty();
    }

    [Fact]
    public void What_is_not_UTF_8_is_said_so()
    {
        Problems([.. Encoding.UTF8.GetBytes("name: a\nstart: "), 0xC3, 0x28, (byte)'\n']).ShouldBe(["f.yaml:2: the file is not UTF-8 text; save it as UTF-8"]);
        Problems(Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("name: a")).ToArray()).ShouldBe(["f.yaml:1: the file is UTF-16; save it as UTF-8"]);
        Problems([0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0, 0, 0]).ShouldBe(["f.yaml:1: the file is binary, not YAML text"]);
        Problems(RandomBytes(1 << 20)).ShouldHaveSingleItem();
    }

    [Fact]
    public void A_huge_file_is_refused_before_it_is_read_to_its_end()
    {
        using var stream = new Endless(100L * 1024 * 1024, "- aaaaaaaa\n");
        var watch = Stopwatch.StartNew();
        Problems(stream).ShouldBe(["f.yaml: the file is larger than 10 MB; a scenario takes a few kB"]);
        watch.Elapsed.ShouldBeLessThan(Soon);
        stream.Position.ShouldBeLessThan(11 * 1024 * 1024);
    }

    [Theory]
    [InlineData("[", "")]
    [InlineData("{a: ", "")]
    [InlineData("- ", "")]
    [InlineData("a: [", "")]
    [InlineData("? ", "")]
    [InlineData("a:\n", "indent")]
    [InlineData("- aaaaaaa\n", "")]
    [InlineData("key: v\n", "")]
    [InlineData("! ", "")]
    [InlineData("&a ", "")]
    [InlineData("\"", "")]
    [InlineData("'x", "")]
    [InlineData("a ", "")]
    [InlineData("# c\n", "")]
    [InlineData("|\n ", "")]
    [InlineData("--- ", "")]
    [InlineData("---\n", "")]
    [InlineData("%TAG ! x\n", "")]
    [InlineData("a: b: ", "")]
    [InlineData("[],", "")]
    [InlineData("\t", "")]
    [InlineData("\n", "")]
    public void Repetition_neither_hangs_nor_throws(string piece, string indented)
    {
        var text = new StringBuilder();
        for (var i = 0; text.Length < (indented.Length > 0 ? 1_000_000 : 2_000_000); i++) text.Append(' ', indented.Length > 0 ? Math.Min(i, 2000) : 0).Append(piece);
        var watch = Stopwatch.StartNew();
        Given.Read(text.ToString()).Problems.ShouldNotBeEmpty();
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void Deep_nesting_is_refused()
    {
        Given.Problems($"workloads: {new string('[', 100)}{new string(']', 100)}\n").ShouldBe(["scenario.yaml:1: nested deeper than 64 levels"]);
        Given.Problems(string.Concat(Enumerable.Range(0, 100).Select(i => $"{new string(' ', i)}a:\n"))).ShouldBe(["scenario.yaml:64: nested deeper than 64 levels"]);
    }

    [Fact]
    public void An_alias_bomb_is_refused()
    {
        var text = new StringBuilder("a: &a [x, x, x, x, x, x, x, x, x]\n");
        for (var c = 'b'; c < 'z'; c++) text.Append(c).Append(": &").Append(c).Append(" [").AppendJoin(", ", Enumerable.Repeat($"*{(char)(c - 1)}", 9)).Append("]\n");
        Given.Problems(text.ToString()).ShouldHaveSingleItem().ShouldStartWith("scenario.yaml:2 b[0]: '*a' is a YAML alias");
    }

    [Fact]
    public void Every_truncation_gives_a_scenario_or_problems()
    {
        for (var length = 0; length < Given.Logistics.Length; length += 7) Holds(Given.Logistics[..length]);
    }

    [Fact]
    public void Every_line_left_out_or_doubled_gives_a_scenario_or_problems()
    {
        var lines = Given.Logistics.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            Holds(string.Join('\n', lines.Where((_, line) => line != i)));
            Holds(string.Join('\n', lines.Take(i + 1).Concat(lines.Skip(i))));
        }
    }

    [Fact]
    public void Random_changes_give_a_scenario_or_problems()
    {
        var random = new Random(20261122);
        string[] pieces = ["", ":", "-", "[", "]", "{", "}", "\n", "  ", "\t", "*", "&", "0", "-1", "%", "NaN", "\"", "'", "#", "|", ">", "?", ",", "null", "\u0085", "é", "$", "1e400", "\0"];
        for (var i = 0; i < 600; i++)
        {
            var text = new StringBuilder(Given.Logistics);
            for (var change = random.Next(1, 5); change > 0; change--)
            {
                var at = random.Next(text.Length);
                if (random.Next(2) == 0) text.Remove(at, Math.Min(random.Next(1, 12), text.Length - at));
                text.Insert(Math.Min(at, text.Length), pieces[random.Next(pieces.Length)]);
            }

            Holds(text.ToString());
        }
    }

    [Fact]
    public void A_file_that_is_not_there_is_said_so() =>
        ScenarioReader.ReadFile("no-such-folder/x.yaml", Shipped.Catalog.Value.Prices, Shipped.Catalog.Value.Models)
            .Problems.ShouldHaveSingleItem().ToString().ShouldBe("no-such-folder/x.yaml: there is no such file");

    private static void Holds(string text)
    {
        var reading = Given.Read(text);
        (reading.Value is null).ShouldBe(!reading.Problems.IsEmpty, text);
        foreach (var problem in reading.Problems)
        {
            problem.ToString().ShouldNotContain("\n");
            problem.Line.ShouldBeInRange(0, text.Count(c => c is '\n' or '\u0085' or '\u2028' or '\u2029' or '\r') + 2, text);
        }
    }

    private static byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        new Random(3).NextBytes(bytes);
        return bytes;
    }

    private static string[] Problems(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        return Problems(stream);
    }

    private static string[] Problems(Stream stream)
    {
        Reading<Scenario> reading = ScenarioReader.Read(stream, "f.yaml", Shipped.Catalog.Value.Prices, Shipped.Catalog.Value.Models);
        return [.. reading.Problems.Select(problem => problem.ToString())];
    }

    /// <summary>A long file that holds one piece again and again, without taking memory.</summary>
    private sealed class Endless(long length, string piece) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => length;

        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            count = (int)Math.Min(count, length - Position);
            for (var i = 0; i < count; i++) buffer[offset + i] = (byte)piece[(int)((Position + i) % piece.Length)];
            Position += count;
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

using System.Globalization;
using System.Text;
using Switchyard.Connect;
using Switchyard.Connect.Traces;
using Switchyard.Demand;
using Switchyard.Tests.ScenarioFile;
using Switchyard.Tests.Tidy;

namespace Switchyard.Tests.Traces;

public sealed class TraceReaderTests
{
    private const string Header = "arrival,input_tokens,output_tokens\n";

    [Theory]
    [InlineData("azure_llm_2023_code.csv", 8819)]
    [InlineData("azure_llm_2023_conv_first_half.csv", 9754)]
    public void The_Azure_traces_read_as_they_are(string file, int requests)
    {
        var path = Path.Combine(Checkout.Root, "..", "shared", "data", "demand", file);
        Assert.SkipUnless(File.Exists(path), $"{file} of the shared test data is not here");
        var reading = TraceReader.Open(path);
        reading.Problems.Select(problem => problem.ToString()).ShouldBeEmpty();
        reading.Value!.Form.ShouldBe("Azure LLM arrivals");
        var trace = ArrivalTrace.Of(reading.Value.Requests!);
        trace.Requests.ShouldBe(requests);
        trace.Shape.ShouldBeNull();
        trace.PeakPerSecond.ShouldBeGreaterThan(requests / trace.Span.TotalSeconds);
        // Counted by hand from the files: code has long prompts and short answers.
        if (file.Contains("code", StringComparison.Ordinal))
        {
            trace.Input!.Value.P50.ShouldBe(1469, 100);
            trace.Output!.Value.P50.ShouldBe(13, 3);
        }
    }

    [Fact]
    public void A_week_keeps_its_shape()
    {
        // Monday 2027-01-04; three weeks at 60 requests an hour from 9 to 17 on weekdays, 6 otherwise.
        var start = new DateTime(2027, 1, 4, 0, 0, 0, DateTimeKind.Utc);
        var text = new StringBuilder(Header);
        for (var hour = 0; hour < 3 * 168; hour++)
        {
            var count = hour % 168 < 120 && hour % 24 is >= 9 and < 17 ? 60 : 6;
            for (var i = 0; i < count; i++)
                text.Append(start.AddHours(hour).AddSeconds(i * 3600.0 / count).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture)).Append(",100,10\n");
        }

        var trace = Summed(text.ToString());
        trace.PeakPerSecond.ShouldBe(1 / 60.0, 1e-9);
        trace.ShapeOrigin.ShouldBe("the trace folded into one week");
        trace.Shape!.Levels[9].ShouldBe(1, 1e-9);
        trace.Shape.Levels[8].ShouldBe(0.1, 1e-9);
        trace.Shape.Levels[(5 * 24) + 12].ShouldBe(0.1, 1e-9);
        trace.Input.ShouldBe(TokenLengths.Constant(100));
    }

    [Fact]
    public void A_day_is_repeated()
    {
        // A day and a half: a request every two minutes, every minute from 20 to 21.
        var minutes = Enumerable.Range(0, 36 * 60).Where(minute => minute / 60 % 24 == 20 || minute % 2 == 0);
        var trace = Summed(Header + string.Concat(minutes.Select(minute => $"{minute * 60},50,5\n")));
        trace.ShapeOrigin.ShouldBe("the trace folded into one day, repeated");
        trace.Shape!.Levels[20].ShouldBe(1);
        trace.Shape.Levels[3].ShouldBe(0.5, 0.01);
        trace.Shape.Levels[24 + 20].ShouldBe(trace.Shape.Levels[20]);
    }

    [Fact]
    public void A_short_trace_gives_its_busiest_five_minutes()
    {
        var text = new StringBuilder(Header);
        for (var i = 0; i < 600; i++) text.Append(CultureInfo.InvariantCulture, $"{i * 2.0},1000,10\n");
        for (var i = 0; i < 1200; i++) text.Append(CultureInfo.InvariantCulture, $"{1200 + (i * 0.25)},1000,10\n");
        var trace = Summed(text.ToString());
        trace.Shape.ShouldBeNull();
        trace.PeakPerSecond.ShouldBe(4, 0.02);
        trace.ShapeOrigin.ShouldBe("its busiest five minutes");
    }

    [Theory]
    [InlineData("", "t.csv:1: the file is empty")]
    [InlineData("arrival,input_tokens\n1,2\n", "t.csv:1: has no column of output tokens; its header may be one of output_tokens, generatedtokens, output, outputtokens, generated_tokens")]
    [InlineData(Header + "1,2,3\n", "t.csv: has 1 requests; at least 2 are needed")]
    [InlineData(Header + "5,2,3\n4,2,3\n", "t.csv:3 arrival: '4' is before the arrival above it; sort the rows by time")]
    [InlineData(Header + "-1,2,3\n4,2,3\n5,2,3\n", "t.csv:2 arrival: '-1' is not a number of seconds of at least 0")]
    [InlineData(Header + "NaN,2,3\n4,2,3\n5,2,3\n", "t.csv:2 arrival: 'NaN' is not a number of seconds of at least 0")]
    [InlineData(Header + "soon,2,3\n4,2,3\n5,2,3\n", "t.csv:2 arrival: 'soon' is not a moment, such as 2027-01-01T08:00:00Z")]
    [InlineData(Header + "1,2,3\n2,-2,3\n5,2,3\n", "t.csv:3 input tokens: '-2' is not a number of tokens of at least 0")]
    [InlineData(Header + "1,2,3\n2,2,NaN\n5,2,3\n", "t.csv:3 output tokens: 'NaN' is not a number of tokens of at least 0")]
    [InlineData(Header + "1,2,3\n2,2\n5,2,3\n", "t.csv:3: has 2 cells; the header has 3")]
    public void What_is_wrong_is_said_with_its_line(string text, string problem) =>
        Read(text).Problems.Select(p => p.ToString()).ShouldBe([problem]);

    [Fact]
    public void Many_problems_are_counted()
    {
        var text = Header + string.Concat(Enumerable.Range(0, 100).Select(i => $"{100 + i},x,1\n"));
        var problems = Read(text).Problems;
        problems.Length.ShouldBe(21);
        problems[^1].Message.ShouldBe("and 80 more problems of this file");
    }

    [Fact]
    public void Bytes_that_are_no_trace_give_problems()
    {
        var random = new Random(5);
        for (var i = 0; i < 200; i++)
        {
            var bytes = new byte[random.Next(1, 5000)];
            random.NextBytes(bytes);
            using var stream = new MemoryStream(bytes);
            TraceReader.Read(stream, "t.csv").Problems.ShouldNotBeEmpty();
        }

        Read(Header + "\"" + new string('x', 1_000_000)).Problems.ShouldNotBeEmpty();
    }

    [Fact]
    public void A_scenario_takes_its_rate_and_tokens_from_a_trace()
    {
        var csv = Header + string.Concat(Enumerable.Range(0, 1000).Select(i => $"{i},{100 + (i % 100)},{10 + (i % 10)}\n"));
        const string yaml = """
            workloads:
              chat:
                kind: inference
                model: llama-3.1-8b
                rate: {trace: t.csv, shape: daily, growth: 2%/month}
            """;
        var scenario = Given.Scenario(yaml, _ => new MemoryStream(Encoding.UTF8.GetBytes(csv)));
        var chat = scenario.Workloads[0].ShouldBeOfType<InferenceWorkload>();
        chat.Load.PeakPerSecond.ShouldBe(1, 0.01);
        chat.Load.Shape.ShouldBe(WeekShape.Daily);
        chat.Input.ShouldBe(new TokenLengths(149, 194));
        scenario.Assumed.ShouldContain(line => line.StartsWith("workloads.chat.rate.trace: 1", StringComparison.Ordinal));
        var wider = Header.TrimEnd('\n') + ",mood\n" + string.Concat(Enumerable.Range(0, 1000).Select(i => $"{i},100,10,calm\n"));
        Given.Scenario(yaml, _ => new MemoryStream(Encoding.UTF8.GetBytes(wider))).Assumed.ShouldContain("workloads.chat.rate.trace: t.csv: columns not used: mood");
        Given.Problems(yaml).ShouldBe(["scenario.yaml:5 workloads.chat.rate.trace: a trace cannot be read here: the scenario does not come from a file"], ignoreOrder: true);
        Given.Problems(yaml, _ => new MemoryStream(Encoding.UTF8.GetBytes(Header + "1,2,3\n1,2,3\n")))
            .ShouldContain("scenario.yaml:5 workloads.chat.rate.trace: all requests of 't.csv' arrive at the same moment; there is no rate in that");
        Given.Problems(yaml, _ => new MemoryStream("submitted,gpus,duration\n1,2,3\n"u8.ToArray()))
            .ShouldContain("scenario.yaml:5 workloads.chat.rate.trace: 't.csv' holds jobs (jobs), not requests");
        Given.Problems(yaml, _ => throw new FileNotFoundException()).ShouldContain("scenario.yaml:5 workloads.chat.rate.trace: there is no file 't.csv' beside the scenario");
    }

    private static ArrivalTrace Summed(string text) => ArrivalTrace.Of(Read(text).Value!.Requests!);

    private static Reading<TraceFile> Read(string text)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return TraceReader.Read(stream, "t.csv");
    }
}

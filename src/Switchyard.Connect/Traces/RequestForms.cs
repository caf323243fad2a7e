using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using Switchyard.Demand;

namespace Switchyard.Connect.Traces;

/// <summary>Files with a row for each request.</summary>
internal static class RequestForms
{
    private const string Arrival = "arrival|timestamp|arrival_time|arrived_at|arrival_timestamp|time|ts|request_time|start_time|arrival_time_ns";
    private const string Input = "input_tokens|contexttokens|input|inputtokens|context_tokens|prompt_tokens|num_prefill_tokens|input_length|context|request tokens|input_toks";
    private const string Output = "output_tokens|generatedtokens|output|outputtokens|generated_tokens|completion_tokens|num_decode_tokens|output_length|generated|response tokens|output_toks";
    private const string Served = "served_seconds";

    internal static readonly ImmutableArray<TraceForm> All =
    [
        new("Azure LLM arrivals", ["timestamp", "contexttokens", "generatedtokens"], Read),
        new("Alibaba GenAI requests", ["gmt_create", "predict_type", "predict_status", "exec_time_seconds"], Diffusion),
        new("requests", [Arrival, Input, Output], Read) { Optional = [Served] },
        new("arrivals", [Arrival], Read) { Exact = true },
    ];

    // A silence is a gap when it lasts for hours and is far longer than chance or a quiet night makes it.
    private const double GapSeconds = 6 * 3600, GapMeans = 200;

    private static TraceFile? Read(TraceTable table, FormReading reading, TraceFile file)
    {
        var problems = table.Problems;
        var nanoseconds = table.Column("arrival_time_ns");
        var (arrival, input, output) = (nanoseconds >= 0 ? nanoseconds : table.Column(Arrival.Split('|')), table.Column(Input.Split('|')), table.Column(Output.Split('|')));
        var served = table.Column(Served);
        var clock = new Clock(problems, nanoseconds >= 0 ? 1e-9 : 1);
        List<double> arrivals = [], seconds = [];
        List<int> prompts = [], answers = [];
        List<(int Line, double Seconds)> pauses = [];
        var latest = double.NegativeInfinity;
        var disorder = false;
        while (table.Next())
        {
            var before = problems.Found;
            var text = table.Cell(arrival);
            var moment = clock.Read(text, table.Line, "arrival");
            if (moment < latest) disorder |= problems.Doubt(Doubts.Order, table.Line, "arrival", $"'{Problem.Shown(text)}' is before the arrival above it; sort the rows by time");
            else if (moment - latest > GapSeconds && arrivals.Count > 0) pauses.Add((table.Line, moment - latest));
            if (moment > latest) latest = moment;
            var prompt = input >= 0 ? Tokens(table, input, "input tokens") : 0;
            var answer = output >= 0 ? Tokens(table, output, "output tokens") : 0;
            var lasted = table.Number(served);
            if (problems.Found > before) continue;
            arrivals.Add(moment);
            if (input >= 0) prompts.Add(prompt);
            if (output >= 0) answers.Add(answer);
            if (served >= 0) seconds.Add(lasted);
        }

        if (problems.Found == 0 && arrivals.Count < 2) problems.Say(0, "", $"has {arrivals.Count} requests; at least 2 are needed");
        if (problems.Found > 0) return null;
        if (disorder) Sort(arrivals, prompts, answers, seconds, reading.Notes);
        Gaps(problems, arrivals, pauses, reading.Notes);
        if (problems.Found > 0) return null;
        if (clock.Note is { } note) reading.Notes.Add(note);
        if (input >= 0) reading.Notes.Add("lengths are in tokens");
        return file with
        {
            Requests = new()
            {
                Arrivals = Frozen(arrivals), Input = Frozen(prompts), Output = Frozen(answers), ServedSeconds = Frozen(seconds), Start = clock.Start,
            },
        };
    }

    private static int Tokens(TraceTable table, int column, string name)
    {
        var text = table.Cell(column);
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var tokens) && tokens is >= 0 and <= 1e9) return (int)Math.Round(tokens);
        table.Problems.NotA(table.Line, name, text, "a number of tokens of at least 0");
        return 0;
    }

    private static void Sort(List<double> arrivals, List<int> prompts, List<int> answers, List<double> seconds, List<string> notes)
    {
        var order = Enumerable.Range(0, arrivals.Count).OrderBy(i => arrivals[i]).ToArray();
        void Apply<T>(List<T> column)
        {
            if (column.Count == 0) return;
            var old = column.ToArray();
            for (var i = 0; i < order.Length; i++) column[i] = old[order[i]];
        }

        Apply(arrivals);
        Apply(prompts);
        Apply(answers);
        Apply(seconds);
        notes.Add("rows were not in the order of time; sorted, as you said");
    }

    private static void Gaps(TraceProblems problems, List<double> arrivals, List<(int Line, double Seconds)> pauses, List<string> notes)
    {
        var total = arrivals[^1] - arrivals[0];
        foreach (var (line, seconds) in pauses)
        {
            // The mean without this silence: in a short trace the silence itself would make it look usual.
            var mean = (total - seconds) / Math.Max(1, arrivals.Count - 2);
            if (seconds <= GapMeans * mean) continue;
            var hours = string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:0.#} h");
            if (problems.Doubt(Doubts.Gaps, line, "arrival", $"nothing arrives for {hours} before this row: a gap in the record counts as no demand; cut the trace there, or accept it"))
                notes.Add($"nothing arrives for {hours} before line {line:#,##0}; taken as no demand, as you said");
        }
    }

    private static TraceFile? Diffusion(TraceTable table, FormReading reading, TraceFile file)
    {
        var problems = table.Problems;
        var (created, status, lasted) = (table.Column("gmt_create"), table.Column("predict_status"), table.Column("exec_time_seconds"));
        var clock = new Clock(problems);
        List<double> arrivals = [], seconds = [];
        Dictionary<string, int> other = new(StringComparer.Ordinal);
        while (table.Next())
        {
            var moment = clock.Read(table.Cell(created), table.Line, "gmt_create");
            var served = table.Number(lasted);
            if (moment < arrivals.LastOrDefault()) problems.Doubt(Doubts.Order, table.Line, "gmt_create", $"'{Problem.Shown(table.Cell(created))}' is before the arrival above it; sort the rows by time");
            var done = table.Name(status) ?? "none";
            if (done != "SUCCEED") other[done] = other.GetValueOrDefault(done) + 1;
            arrivals.Add(moment);
            seconds.Add(done == "SUCCEED" ? served : double.NaN);
        }

        if (problems.Found == 0 && arrivals.Count < 2) problems.Say(0, "", $"has {arrivals.Count} requests; at least 2 are needed");
        if (problems.Found > 0) return null;
        if (problems.Accepted(Doubts.Order) > 0) Sort(arrivals, [], [], seconds, reading.Notes);
        if (clock.Note is { } note) reading.Notes.Add(note);
        reading.Notes.Add("images are made, not tokens: lengths are unknown");
        if (other.Count > 0) reading.Notes.Add($"the time served is unknown for {string.Join(", ", other.Select(o => $"{o.Value:#,##0} {o.Key.ToLowerInvariant()}"))} requests; they count as arrivals");
        return file with { Requests = new() { Arrivals = Frozen(arrivals), ServedSeconds = Frozen(seconds), Start = clock.Start } };
    }

    private static ImmutableArray<T> Frozen<T>(List<T> column) => ImmutableCollectionsMarshal.AsImmutableArray(column.ToArray());
}

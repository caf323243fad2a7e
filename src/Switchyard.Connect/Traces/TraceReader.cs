using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using Switchyard.Demand;

namespace Switchyard.Connect.Traces;

/// <summary>Reads arrivals from CSV: when each request came, how long its prompt was and how long its answer.</summary>
public static class TraceReader
{
    /// <summary>Most requests that are read.</summary>
    public const int MaxRequests = 20_000_000;

    private const int MostShown = 20;

    private static readonly string[] ArrivalColumns = ["arrival", "timestamp", "arrival_time", "arrived_at", "arrival_timestamp", "time", "ts", "request_time", "start_time"];
    private static readonly string[] InputColumns = ["contexttokens", "input", "input_tokens", "inputtokens", "context_tokens", "prompt_tokens", "num_prefill_tokens", "input_length", "context", "request tokens"];
    private static readonly string[] OutputColumns = ["generatedtokens", "output", "output_tokens", "outputtokens", "generated_tokens", "completion_tokens", "num_decode_tokens", "output_length", "generated", "response tokens"];

    /// <summary>Reads a trace.</summary>
    /// <param name="stream">The file; read from its start, not closed.</param>
    /// <param name="name">Its name, for problems.</param>
    /// <returns>The trace, or its problems: at most 20 with their lines, then how many more there are.</returns>
    public static Reading<ArrivalTrace> Read(Stream stream, string name)
    {
        using var text = new StreamReader(stream, System.Text.Encoding.UTF8, true, 1 << 16, leaveOpen: true);
        using var parser = new CsvParser(text, new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            BadDataFound = null, MaxFieldSize = 1 << 12, BufferSize = 1 << 16, ProcessFieldBufferSize = 1 << 10,
        });
        var rows = new Rows(name);
        try
        {
            if (!parser.Read()) return new List<Problem> { new(name, 1, "", "the file is empty") };
            var header = Enumerable.Range(0, parser.Count).Select(i => parser[i].Trim().TrimStart('\uFEFF').ToLowerInvariant()).ToList();
            if (!rows.Recognise(header)) return rows.Problems;
            while (parser.Read())
            {
                if (rows.Arrivals.Count >= MaxRequests) return new List<Problem> { new(name, parser.RawRow, "", $"more than {MaxRequests:#,##0} requests; give a part of the trace") };
                rows.Take(parser);
            }
        }
        catch (CsvHelperException)
        {
            rows.Report(parser.RawRow, "", "is not CSV: a cell is longer than 4,096 characters");
        }

        if (rows.Arrivals.Count < 2 && rows.Found == 0) rows.Report(0, "", $"has {rows.Arrivals.Count} requests; at least 2 are needed");
        if (rows.Found == 0 && rows.Arrivals[^1] <= rows.Arrivals[0]) rows.Report(0, "", "all requests arrive at the same moment; there is no rate in that");
        return rows.Found > 0 ? rows.Problems : Summarise(rows);
    }

    private static ArrivalTrace Summarise(Rows rows)
    {
        var seconds = rows.Arrivals[^1] - rows.Arrivals[0];
        var input = Lengths(rows.Input);
        var output = Lengths(rows.Output);
        var span = TimeSpan.FromSeconds(seconds);
        if (seconds < 86_400)
        {
            var busiest = Busiest(rows.Arrivals, Math.Min(300, seconds));
            return new(busiest, null, seconds >= 300 ? "its busiest five minutes" : "its mean, being shorter than five minutes", input, output, rows.Arrivals.Count, span);
        }

        var period = seconds >= 7 * 86_400 ? 168 : 24;
        var rates = Folded(rows.Arrivals, period, rows.Epoch);
        var shape = WeekShape.FromLevels("trace", [.. Enumerable.Range(0, 168).Select(hour => rates[hour % period])]);
        var what = period == 168 ? "the trace folded into one week" : "the trace folded into one day, repeated";
        return new(rates.Max(), shape, what, input, output, rows.Arrivals.Count, span);
    }

    /// <summary>Requests a second in each hour of the week (Monday 00:00 first) or of the day: counts over the time that the trace covers.</summary>
    private static double[] Folded(List<double> arrivals, int period, DateTime epoch)
    {
        // Days since a Monday; a trace in bare seconds begins on one.
        var offset = (((int)epoch.DayOfWeek + 6) % 7 * 86_400) + epoch.TimeOfDay.TotalSeconds;
        var (counts, covered) = (new double[period], new double[period]);
        foreach (var arrival in arrivals) counts[(int)((long)Math.Floor((arrival + offset) / 3600) % period)]++;
        var (first, last) = (arrivals[0] + offset, arrivals[^1] + offset);
        for (var hour = Math.Floor(first / 3600); hour * 3600 < last; hour++)
            covered[(int)((long)hour % period)] += Math.Min(last, (hour + 1) * 3600) - Math.Max(first, hour * 3600);
        return [.. counts.Select((count, hour) => count / Math.Max(covered[hour], 1))];
    }

    /// <summary>The highest rate within a window that slides over the arrivals.</summary>
    private static double Busiest(List<double> arrivals, double window)
    {
        var most = 0;
        for (int end = 0, begin = 0; end < arrivals.Count; end++)
        {
            while (arrivals[end] - arrivals[begin] > window) begin++;
            most = Math.Max(most, end - begin + 1);
        }

        return most / window;
    }

    /// <summary>The median and the 95th percentile, by nearest rank.</summary>
    private static TokenLengths Lengths(List<double> tokens)
    {
        tokens.Sort();
        double At(double share) => tokens[Math.Clamp((int)Math.Ceiling(share * tokens.Count) - 1, 0, tokens.Count - 1)];
        var median = At(0.50);
        // A log-normal needs a positive median; where most answers are empty, one token stands for them.
        return new(median > 0 || At(0.95) == 0 ? median : 1, Math.Max(median, At(0.95)));
    }

    /// <summary>The rows of a trace, checked as they come.</summary>
    private sealed class Rows(string name)
    {
        private readonly List<Problem> shown = [];
        private int arrivalColumn, inputColumn, outputColumn, width;
        private bool? inSeconds;

        internal List<double> Arrivals { get; } = [];

        internal List<double> Input { get; } = [];

        internal List<double> Output { get; } = [];

        /// <summary>The moment from which arrivals count seconds.</summary>
        internal DateTime Epoch { get; private set; } = new(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc);

        internal int Found { get; private set; }

        internal List<Problem> Problems => Found <= MostShown ? shown
            : [.. shown, new(name, shown[^1].Line, "", $"and {Found - MostShown:#,##0} more problems of this file")];

        internal bool Recognise(List<string> header)
        {
            width = header.Count;
            (arrivalColumn, inputColumn, outputColumn) = (Find(header, ArrivalColumns), Find(header, InputColumns), Find(header, OutputColumns));
            foreach (var (column, what, names) in ((int, string, string[])[])
                [(arrivalColumn, "arrivals", ArrivalColumns), (inputColumn, "input tokens", InputColumns), (outputColumn, "output tokens", OutputColumns)])
            {
                if (column < 0) Report(1, "", $"has no column of {what}; its header may be one of {string.Join(", ", names.Take(5))}");
            }

            return Found == 0;
        }

        internal void Take(CsvParser parser)
        {
            var line = parser.RawRow;
            if (parser.Count == 1 && parser[0].Trim().Length == 0) return;
            if (parser.Count != width)
            {
                Report(line, "", $"has {parser.Count} cells; the header has {width}");
                return;
            }

            var before = Found;
            var arrival = Moment(parser[arrivalColumn].Trim(), line);
            var input = Tokens(parser[inputColumn].Trim(), line, "input tokens");
            var output = Tokens(parser[outputColumn].Trim(), line, "output tokens");
            if (Arrivals.Count > 0 && arrival < Arrivals[^1]) Report(line, "arrival", $"'{Problem.Shown(parser[arrivalColumn])}' is before the arrival above it; sort the rows by time");
            if (Found > before) return;
            Arrivals.Add(arrival);
            Input.Add(input);
            Output.Add(output);
        }

        internal void Report(int line, string path, string message)
        {
            if (++Found <= MostShown) shown.Add(new(name, line, path, message));
        }

        private static int Find(List<string> header, string[] names) =>
            names.Select(n => header.IndexOf(n)).Where(i => i >= 0).DefaultIfEmpty(-1).First();

        private double Moment(string text, int line)
        {
            if (inSeconds != false && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds))
            {
                if (!double.IsFinite(seconds) || seconds < 0 || seconds > 1e11)
                {
                    Report(line, "arrival", $"'{Problem.Shown(text)}' is not a number of seconds of at least 0");
                    return 0;
                }

                // Unix time is told from seconds since the trace began by its size: it is after 2001.
                if (inSeconds is null && seconds > 1e9) Epoch = DateTime.UnixEpoch;
                inSeconds = true;
                return seconds;
            }

            if (inSeconds != true && DateTime.TryParse(
                text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment))
            {
                if (inSeconds is null) Epoch = moment.Date;
                inSeconds = false;
                return (moment - Epoch).TotalSeconds;
            }

            Report(line, "arrival", $"'{Problem.Shown(text)}' is not {(inSeconds == true ? "a number of seconds" : "a moment, such as 2027-01-01T08:00:00Z")}");
            return 0;
        }

        private double Tokens(string text, int line, string what)
        {
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var tokens) && tokens is >= 0 and <= 1e9) return tokens;
            Report(line, what, $"'{Problem.Shown(text)}' is not a number of tokens of at least 0");
            return 0;
        }
    }
}

using System.Collections.Immutable;
using Switchyard.Connect.Traces;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Units;

namespace Switchyard.Connect.ScenarioFile;

/// <summary>A workload of kind <c>inference</c>.</summary>
internal static class InferencePart
{
    internal static readonly string[] Keys = [.. WorkloadsPart.CommonKeys, "rate", "tokens", "slo", "users", "availability", "headroom", "response_size"];
    internal static readonly string[] RateKeys = ["peak", "mean", "trace", "shape", "growth"];
    internal static readonly string[] TokenKeys = ["input", "output"];
    internal static readonly string[] LengthKeys = ["p50", "p95"];
    internal static readonly string[] SloKeys = ["ttft", "tpot", "e2e"];
    internal static readonly string[] AvailabilityKeys = ["replicas_min", "spread", "survive"];

    private const double DefaultHeadroom = 0.2;
    // An answer's tokens as UTF-8 text, and what goes around it.
    private const double BytesPerToken = 4;
    private const double BytesAround = 1000;
    private static readonly string[] Spreads = ["none", "zone", "region", "provider"];
    private static readonly string[] Failures = ["none", "instance", "zone", "region", "provider"];

    internal static InferenceWorkload? Read(Section section, string name, ScenarioScope scope)
    {
        var (model, precisions, spot, patterns) = WorkloadsPart.Common(section, scope, training: false, service: true);
        var trace = Trace(section, scope);
        var load = Load(section, trace, scope);
        var tokens = Tokens(section, model, scope, trace);
        var slo = Slo(section, scope.Findings);
        var users = Users(section, scope);
        var replicas = 1;
        var availability = section.Open("availability", AvailabilityKeys);
        if (availability is not null) replicas = availability.ReadOr<int>("replicas_min", Count.TryParsePositive, 1, "1", "not said");
        else scope.Findings.Assume($"{section.At("availability")}.replicas_min", "1", "not said");
        var (survives, spread) = (Domain(availability, "survive", Failures), Domain(availability, "spread", Spreads));
        var (firm, pools) = Spot(section);
        DataSize? response = section.Read<DataSize>("response_size", PhysicalText.TryParseSize, out var answer) ? answer : null;
        var headroom = section.ReadOr<double>("headroom", ShareText.TryParse, DefaultHeadroom, "20%", "capacity above the expected load for bursts within the hour");
        if (model is null || load is null || tokens is not var (input, output)) return null;
        if (section.Find("response_size") is null)
        {
            response = new((BytesPerToken * output.Mean) + BytesAround);
            scope.Findings.Assume(section.At("response_size"), $"{response.Value.Bytes / 1e3:0.##} kB", "4 bytes a token and 1 kB around them");
        }
        return new()
        {
            Survives = survives, Spread = spread, FirmShare = firm, SpotPools = pools, ResponseSize = response ?? default,
            Name = name, Model = model, Precisions = precisions, SpotAllowed = spot, AcceleratorPatterns = patterns,
            Load = load, Input = input, Output = output, ServiceLevel = slo, Users = users, MinReplicas = replicas, Headroom = headroom,
        };
    }

    private static FailureDomain Domain(Section? availability, string key, string[] words) =>
        availability?.Word(key, words) is { } word ? (FailureDomain)Array.IndexOf(Failures, word) : FailureDomain.None;

    /// <summary>Share of the load on capacity that cannot be taken away, and over how many kinds of spot capacity the rest is spread.</summary>
    private static (double Firm, int Pools) Spot(Section section)
    {
        if (section.Find("spot") is not MapNode || section.Open("spot", null) is not { } spot) return (0, 1);
        return (
            spot.ReadOr<double>("base", ShareText.TryParse, 0, "0%", "share of the load on capacity that cannot be taken away"),
            spot.ReadOr<int>("pools", Count.TryParsePositive, 1, "1", "kinds of spot capacity over which the load is spread"));
    }

    /// <summary>Lengths of prompts and answers; null with a problem.</summary>
    internal static (TokenLengths Input, TokenLengths Output)? Tokens(Section section, ModelArchitecture? model, ScenarioScope scope, ArrivalTrace? trace = null)
    {
        const string key = "tokens";
        if (section.Find(key) is null && trace is { Input: { } prompts, Output: { } answers })
        {
            scope.Findings.Assume(section.At(key), $"input p50 {prompts.P50:0} p95 {prompts.P95:0}, output p50 {answers.P50:0} p95 {answers.P95:0}", "from the trace");
            return (prompts, answers);
        }

        // A trace that could not be read has its own problem; its lengths are not missing on top.
        if (section.Find(key) is null && trace is null && section.Find("rate") is MapNode rate && rate.Entries.Any(e => e.Key.Text == "trace")) return null;
        if (section.Find(key) is null) section.Missing(key, "{input: {p50: 900, p95: 2400}, output: {p50: 180, p95: 400}}");
        if (section.Open(key, TokenKeys) is not { } tokens) return null;
        var input = Lengths(tokens, "input", scope.Findings, zero: false);
        var output = Lengths(tokens, "output", scope.Findings, zero: true);
        if (input is not { } prompt || output is not { } answer) return null;
        if (prompt.P95 + answer.P95 > model?.Context)
            scope.Findings.Say(tokens.Line, tokens.Path, $"{prompt.P95 + answer.P95:0} tokens (p95 of input and output) exceed the context of {model.Name}, {model.Context}");
        return (prompt, answer);
    }

    private static TokenLengths? Lengths(Section tokens, string key, Findings findings, bool zero)
    {
        if (tokens.Find(key) is null) tokens.Missing(key, "{p50: 900, p95: 2400}");
        if (tokens.Find(key) is not { } node) return null;
        if (node is not MapNode)
        {
            if (!Section.Read<Count>(node, tokens.At(key), Length(zero), findings, out var every)) return null;
            return TokenLengths.Constant(every.Number);
        }

        var lengths = tokens.Open(key, LengthKeys)!;
        var median = lengths.Require<Count>("p50", Length(zero: false), "900", out var p50);
        var tail = lengths.Require<Count>("p95", Length(zero: false), "2400", out var p95);
        if (!median || !tail) return null;
        if (p95.Number >= p50.Number) return new(p50.Number, p95.Number);
        findings.Say(lengths.LineOf("p95"), lengths.At("p95"), $"{p95.Number:0} is below p50, {p50.Number:0}");
        return null;
    }

    private static QuantityReader<Count> Length(bool zero) => (string text, out Count value, out Misread misread) =>
    {
        var ok = Count.TryParse(text, out value, out _);
        misread = new(zero ? "a number of tokens" : "a number of tokens above 0");
        return ok && value.Unit is "" or "tokens" && value.Number is <= 1e8 && (zero || value.Number > 0);
    };

    private static ArrivalTrace? Trace(Section section, ScenarioScope scope)
    {
        if (section.Find("rate") is not MapNode || section.Open("rate", null) is not { } rate || rate.Find("trace") is null) return null;
        if (rate.Text("trace", "the name of a CSV file") is not { } file) return null;
        if (scope.OpenFile is null)
        {
            scope.Findings.Say(rate.LineOf("trace"), rate.At("trace"), "a trace cannot be read here: the scenario does not come from a file");
            return null;
        }

        try
        {
            using var stream = scope.OpenFile(file);
            var reading = TraceReader.Read(stream, file);
            scope.Findings.Problems.AddRange(reading.Problems);
            if (reading.Value is not { } read) return null;
            // What was read of it and what was not is said beside what is assumed: nothing is left out in silence.
            foreach (var note in read.Notes) scope.Findings.Note(rate.At("trace"), $"{Problem.Shown(file)}: {note}");
            if (read.Requests is { Seconds: > 0 } requests) return ArrivalTrace.Of(requests);
            scope.Findings.Say(rate.LineOf("trace"), rate.At("trace"), read.Requests is null
                ? $"'{Problem.Shown(file)}' holds {read.Kind} ({read.Form}), not requests" : $"all requests of '{Problem.Shown(file)}' arrive at the same moment; there is no rate in that", file);
            return null;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            scope.Findings.Say(rate.LineOf("trace"), rate.At("trace"), failed is FileNotFoundException or DirectoryNotFoundException
                ? $"there is no file '{Problem.Shown(file)}' beside the scenario" : $"'{Problem.Shown(file)}' cannot be read", file);
            return null;
        }
    }

    private static LoadCurve? Load(Section section, ArrivalTrace? trace, ScenarioScope scope)
    {
        var findings = scope.Findings;
        var node = section.Find("rate");
        if (node is null) section.Missing("rate", "{peak: 6/s, shape: business-hours, growth: 4%/month}");
        if (node is null) return null;
        if (node is ScalarNode { IsEmpty: false })
        {
            if (!section.Read<double>("rate", FrequencyText.TryParse, out var constant)) return null;
            findings.Assume($"{section.At("rate")}.shape", "flat", "the same rate all week");
            findings.Assume($"{section.At("rate")}.growth", "0%/month", "not said");
            return new(constant, 0, WeekShape.Flat);
        }

        if (section.Open("rate", RateKeys) is not { } rate) return null;
        string[] given = [.. ((string[])["peak", "mean", "trace"]).Where(key => rate.Find(key) is not null)];
        if (given.Length == 0) rate.Missing("peak", "6/s");
        if (given.Length > 1) findings.Say(rate.LineOf(given[1]), rate.At(given[1]), $"stands beside '{given[0]}'; give one of peak, mean and trace");
        var shape = Shape(rate, trace, findings);
        var growth = rate.ReadOr<Growth>("growth", Growth.TryParse, new(0, 1), "0%/month", "not said");
        var peaked = rate.Read<double>("peak", FrequencyText.TryParse, out var peak);
        var averaged = rate.Read<double>("mean", FrequencyText.TryParse, out var mean);
        if (given.Length != 1 || shape is null) return null;
        if (given[0] == "trace") return trace is null ? null : new(trace.PeakPerSecond, growth.Monthly, shape);
        if (averaged) findings.Assume(rate.At("peak"), $"{mean / shape.Mean:0.###}/s", $"the mean through the shape {shape.Name}");
        return peaked || averaged ? new(peaked ? peak : mean / shape.Mean, growth.Monthly, shape) : null;
    }

    private static WeekShape? Shape(Section rate, ArrivalTrace? trace, Findings findings)
    {
        if (trace is not null)
        {
            findings.Assume(rate.At("trace"), $"{trace.PeakPerSecond:0.###}/s at the peak", $"{trace.Requests} requests; the rate is {(trace.Shape is null ? trace.ShapeOrigin : "the busiest hour")}");
            if (trace.Shape is not null)
            {
                if (rate.Find("shape") is not null) findings.Say(rate.LineOf("shape"), rate.At("shape"), "the trace spans a day or more and has its own shape; take this out");
                findings.Assume(rate.At("shape"), "from the trace", trace.ShapeOrigin);
                return trace.Shape;
            }
        }

        if (rate.Find("shape") is ListNode list) return Listed(rate, list, findings);
        var names = WeekShape.Named.Select(shape => shape.Name).ToList();
        if (rate.Find("shape") is not null)
        {
            var named = rate.Word("shape", names);
            return WeekShape.Named.FirstOrDefault(shape => shape.Name == named);
        }

        findings.Assume(rate.At("shape"), "flat", "the same rate all week");
        return WeekShape.Flat;
    }

    private static WeekShape? Listed(Section rate, ListNode list, Findings findings)
    {
        List<double> levels = [];
        for (var i = 0; i < list.Items.Count; i++)
        {
            if (Section.Read<double>(list.Items[i], $"{rate.At("shape")}[{i}]", Level, findings, out var level)) levels.Add(level);
        }

        if (list.Items.Count is not (24 or 168)) findings.Say(list.Line, rate.At("shape"), $"has {list.Items.Count} levels; a day has 24, a week 168 from Monday 00:00");
        else if (levels.Count == list.Items.Count && levels.Max() <= 0) findings.Say(list.Line, rate.At("shape"), "all levels are 0");
        else if (levels.Count == list.Items.Count) return WeekShape.FromLevels("listed", [.. Enumerable.Range(0, 168).Select(hour => levels[hour % levels.Count])]);
        return null;
    }

    private static bool Level(string text, out double value, out Misread misread)
    {
        misread = new("a level of at least 0");
        return Count.TryParseNumber(text, out value, out _) || (value == 0 && text.Trim() is "0" or "0.0" or "0%");
    }

    internal static ServiceLevel Slo(Section section, Findings findings)
    {
        if (section.Open("slo", SloKeys) is not { } slo)
        {
            if (section.Find("slo") is null or { IsEmpty: true }) findings.Assume(section.At("slo"), "none", "nothing is promised; throughput alone counts");
            return ServiceLevel.None;
        }

        LatencyObjective? Objective(string key)
        {
            if (!slo.Read<(LatencyObjective Objective, bool Defaulted)>(key, Readers.Latency, out var read)) return null;
            if (read.Defaulted) findings.Assume(slo.At(key), read.Objective.ToString(), "p95 where no percentile is written");
            return read.Objective;
        }

        return new(Objective("ttft"), Objective("tpot"), Objective("e2e"));
    }

    private static ImmutableArray<UserGroup> Users(Section section, ScenarioScope scope)
    {
        var findings = scope.Findings;
        if (section.Find("users") is null or { IsEmpty: true })
        {
            findings.Assume(section.At("users"), "anywhere", "not said; the network's part of latency is taken as 0");
            return [];
        }

        var users = ImmutableArray.CreateBuilder<UserGroup>();
        if (section.Find("users") is ScalarNode only)
        {
            if (Geography(only, section.At("users"), only.Text, findings) is { } place) users.Add(new(place, 1));
            return users.ToImmutable();
        }

        if (section.Open("users", null) is not { } shares) return [];
        var (sum, complete) = (0.0, true);
        foreach (var (key, value) in shares.Entries)
        {
            var geography = Geography(key, shares.At(key.Text), key.Text, findings);
            complete &= Section.Read<double>(value, shares.At(key.Text), ShareText.TryParsePositive, findings, out var share);
            sum += share;
            if (geography is not null) users.Add(new(geography, share));
        }

        if (complete && Math.Abs(sum - 1) > 1e-6) findings.Say(section.LineOf("users"), shares.Path, $"the shares sum to {sum * 100:0.##}%, not to 100%");
        return users.ToImmutable();
    }

    private static Geography? Geography(Node node, string path, string name, Findings findings)
    {
        var known = Market.Geography.Find(name);
        if (known is null) findings.Unknown(node, path, "a part of the world", name, Market.Geography.All.Select(g => g.Name));
        return known;
    }
}

using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Units;

namespace Switchyard.Connect.ScenarioFile;

/// <summary><c>workloads</c>: the work, by name.</summary>
internal static class WorkloadsPart
{
    internal static readonly string[] CommonKeys = ["kind", "model", "precision", "spot", "accelerators", "data", "team"];
    internal static readonly string[] TrainingKeys = [.. CommonKeys, "work", "every", "within", "deadline", "start", "checkpoint", "sequence_length", "after"];
    internal static readonly string[] BatchKeys = [.. CommonKeys, "work", "tokens", "every", "within", "deadline", "start", "growth", "after"];
    internal static readonly string[] SpotKeys = ["base", "pools"];
    internal static readonly string[] CheckpointKeys = ["size"];

    private const string AfterExpected = "the name of other work";
    private static readonly string[] Kinds = ["inference", "training", "batch"];
    private static readonly string[] TrainingPrecisions = ["bf16", "fp8"];

    internal static ImmutableArray<Workload> Read(Section root, ScenarioScope scope)
    {
        if (root.Find("workloads") is null or { IsEmpty: true })
        {
            scope.Findings.Say(root.LineOf("workloads"), "workloads", "is missing: name at least one workload; 'switchyard init inference' writes one to start from");
            return [];
        }

        if (root.Open("workloads", null) is not { } all) return [];
        List<(Section Section, Workload Workload)> workloads = [];
        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in all.Entries)
        {
            var path = all.At(key.Text);
            if (!QuotesPart.IsName(key.Text))
                scope.Findings.NotA(key, path, new("a name of letters, digits, '-', '_' and '.'", QuotesPart.Slug(key.Text)));
            else if (!names.Add(key.Text)) scope.Findings.Say(key.Line, path, $"'{key.Text}' is there already; names do not differ by case alone");
            if (Workload(key, value, path, scope) is var (section, workload)) workloads.Add((section, workload));
        }

        Teams(all, scope);
        return PrecedencePart.Order(workloads, names, scope);
    }

    // Every team with a budget has work; workloads name such teams only.
    private static void Teams(Section all, ScenarioScope scope)
    {
        HashSet<string> working = new(StringComparer.Ordinal);
        foreach (var (key, value) in all.Entries)
        {
            if (value is not MapNode map || map.Entries.FirstOrDefault(e => e.Key.Text == "team").Value is not ScalarNode { IsEmpty: false } team) continue;
            working.Add(team.Text.Trim());
            if (!scope.Teams.ContainsKey(team.Text.Trim())) scope.Findings.Unknown(team, $"{all.At(key.Text)}.team", "a team of limits.teams", team.Text, scope.Teams.Keys.Order(StringComparer.Ordinal));
        }

        foreach (var (team, line) in scope.Teams)
        {
            if (!working.Contains(team)) scope.Findings.Say(line, $"limits.teams.{team}", $"no workload is of team '{team}'; write 'team: {team}' in one");
        }
    }

    private static (Section Section, Workload Workload)? Workload(ScalarNode key, Node value, string path, ScenarioScope scope)
    {
        if (Section.Open(value, path, scope.Findings, null) is not { } any) return null;
        if (any.Find("kind") is null)
        {
            scope.Findings.Say(key.Line, any.At("kind"), "is missing; write 'kind: inference', 'kind: training' or 'kind: batch'");
            return null;
        }

        var kind = any.Word("kind", Kinds);
        var known = kind switch { "inference" => InferencePart.Keys, "training" => TrainingKeys, _ => BatchKeys };
        if (kind is null || Section.Open(value, path, scope.Findings, known) is not { } section) return null;
        Workload? workload = kind switch
        {
            "inference" => InferencePart.Read(section, key.Text, scope),
            "training" => Training(section, key.Text, scope),
            _ => Batch(section, key.Text, scope),
        };
        var (data, residency) = DataPart.Read(section, scope);
        var team = section.Text("team", "a team of limits.teams") ?? "";
        return workload is null ? null : (section, workload with { Team = team, Data = data, Residency = residency });
    }

    private static TrainingWorkload? Training(Section section, string name, ScenarioScope scope)
    {
        var (model, precisions, spot, patterns) = Common(section, scope, training: true);
        var asked = section.Require<Count>("work", Count.TryParse, "20B tokens", out var work);
        if (asked && (work.Unit != "tokens" || work.Number <= 0))
        {
            asked = false;
            scope.Findings.NotA(section.Find("work")!, section.At("work"), new("a number of tokens above 0, such as '20B tokens'", work is { Unit: "", Number: > 0 } ? $"{section.Text("work", "")} tokens" : null));
        }

        var cadence = CadencePart.Read(section, scope);
        DataSize? size = null;
        if (section.Find("checkpoint") is ScalarNode { IsEmpty: false })
        {
            if (section.Read<DataSize>("checkpoint", PhysicalText.TryParseSize, out var bare)) size = bare;
        }
        else if (section.Open("checkpoint", CheckpointKeys) is { } checkpoint && checkpoint.Read<DataSize>("size", PhysicalText.TryParseSize, out var written))
        {
            size = written;
        }

        if (section.Find("checkpoint") is null) scope.Findings.Assume(section.At("checkpoint"), "weights and optimizer state", "not said");
        var longest = Math.Min(4096, model?.Context ?? 4096);
        var length = section.ReadOr<int>("sequence_length", Count.TryParsePositive, longest, $"{longest}", "default: 4096 tokens, or the model's context where that is shorter");
        if (length > model?.Context)
            scope.Findings.Say(section.LineOf("sequence_length"), section.At("sequence_length"), $"{length} tokens exceed the context of {model.Name}, {model.Context}", null, $"{model.Context}");
        if (model is null || cadence is null || !asked) return null;
        return new()
        {
            Name = name, Model = model, Precisions = precisions, SpotAllowed = spot, AcceleratorPatterns = patterns,
            Work = new(work.Number), Cadence = cadence, Checkpoint = size, SequenceLength = length, After = section.Text("after", AfterExpected),
        };
    }

    private static BatchWorkload? Batch(Section section, string name, ScenarioScope scope)
    {
        var (model, precisions, spot, patterns) = Common(section, scope, training: false);
        var asked = section.Require<Count>("work", Count.TryParse, "40M requests", out var work);
        if (asked && (work.Unit is not ("tokens" or "requests") || work.Number <= 0))
        {
            asked = false;
            scope.Findings.NotA(section.Find("work")!, section.At("work"), new("a number of requests or tokens above 0, such as '40M requests'", work is { Unit: "", Number: > 0 } ? $"{section.Text("work", "")} requests" : null));
        }

        var tokens = InferencePart.Tokens(section, model, scope);
        var cadence = CadencePart.Read(section, scope);
        var growth = section.ReadOr<Growth>("growth", Growth.TryParse, default, "0%/month", "not said");
        if (model is null || cadence is null || tokens is not var (input, output) || !asked) return null;
        return new()
        {
            Name = name, Model = model, Precisions = precisions, SpotAllowed = spot, AcceleratorPatterns = patterns,
            Requests = work.Unit == "tokens" ? work.Number / (input.Mean + output.Mean) : work.Number,
            Input = input, Output = output, Cadence = cadence, MonthlyGrowth = growth.Months == 0 ? 0 : growth.Monthly, After = section.Text("after", AfterExpected),
        };
    }

    /// <summary>What all kinds of work have.</summary>
    internal static (ModelArchitecture? Model, ImmutableArray<Precision> Precisions, bool Spot, ImmutableArray<string> Accelerators) Common(
        Section section, ScenarioScope scope, bool training, bool service = false)
    {
        var model = scope.Model(section, "model");
        var precisions = Precisions(section, model, scope.Findings, training);
        if (section.Find("spot") is MapNode && section.Open("spot", SpotKeys) is { } spread)
        {
            if (!service) scope.Findings.Say(spread.Line, spread.Path, "'base' and 'pools' are for services; write 'spot: yes'");
            return (model, precisions, true, Accelerators(section, scope));
        }

        var spot = section.ReadOr<bool>("spot", Readers.YesNo, false, "no", "spot capacity can be taken away; write 'spot: yes' to allow it");
        return (model, precisions, spot, Accelerators(section, scope));
    }

    private static ImmutableArray<Precision> Precisions(Section section, ModelArchitecture? model, Findings findings, bool training)
    {
        var precisions = ImmutableArray.CreateBuilder<Precision>();
        foreach (var (node, path) in section.Items("precision"))
        {
            if (!Section.Read<Precision>(node, path, Readers.PrecisionOf, findings, out var precision)) continue;
            if (training && !TrainingPrecisions.Contains(Readers.Shown(precision))) findings.NotA(node, path, new($"a number format to train in ({string.Join(", ", TrainingPrecisions)})"));
            else if (precisions.Contains(precision)) findings.Say(node.Line, path, $"'{Readers.Shown(precision)}' is there already");
            else precisions.Add(precision);
        }

        if (section.Has("precision")) return precisions.ToImmutable();
        var native = training ? Precision.Bf16 : model?.NativePrecision ?? Precision.Bf16;
        findings.Assume(section.At("precision"), $"[{Readers.Shown(native)}]", training ? "training in 16 bits" : "the format in which the model is published");
        return [native];
    }

    /// <summary>The names of the accelerators asked for; empty for any.</summary>
    private static ImmutableArray<string> Accelerators(Section section, ScenarioScope scope)
    {
        SortedSet<string> names = new(StringComparer.Ordinal);
        foreach (var (node, path) in section.Items("accelerators"))
        {
            if (!Section.Read<AcceleratorRequest>(node, path, AcceleratorRequest.TryParse, scope.Findings, out var request)) continue;
            foreach (var unknown in request.Names.Where(n => !scope.Book.Accelerators.Any(new AcceleratorRequest { Names = [n] }.Admits)))
                scope.Findings.Unknown(node, path, "an accelerator in the catalog", unknown, scope.AcceleratorNames());
            var admitted = scope.Book.Accelerators.Where(request.Admits).Select(a => a.Name).ToList();
            if (admitted.Count == 0 && request.Names.IsEmpty) scope.Findings.Say(node.Line, path, $"'{((ScalarNode)node).Text}' matches no accelerator in the catalog");
            if (request.MinCount is not null) scope.Findings.NotYetUsed.Add($"{path} (the count)");
            names.UnionWith(admitted);
        }

        return [.. names];
    }
}

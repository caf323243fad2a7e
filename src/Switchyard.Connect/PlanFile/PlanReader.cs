using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Switchyard.Market;
using Switchyard.Plan;
using Switchyard.Units;

namespace Switchyard.Connect.PlanFile;

/// <summary>Reads plans that were saved as JSON.</summary>
public static class PlanReader
{
    /// <summary>Reads a plan.</summary>
    /// <param name="text">The JSON.</param>
    /// <param name="file">The file's name, for problems.</param>
    public static Reading<PurchasePlan> Read(string text, string file)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("schema", out var schema))
                return One(file, 0, "", "no plan: there is no 'schema' in it; plans are written by 'switchyard plan --out plan.json'");
            return (schema.ValueKind == JsonValueKind.String ? schema.GetString() : null) switch
            {
                PlanWriter.PlanSchema => PlanShape.Problems(root) is { Count: > 0 } wrong
                    ? wrong.Select(w => new Problem(file, 0, w.Path, w.Message)).ToList()
                    : Plan(root),
                PlanWriter.ConflictSchema => One(file, 0, "schema", "no plan: the file says why there is none within the limits"),
                _ => One(file, 0, "schema", $"'{Problem.Shown(schema.ToString())}' is not {PlanWriter.PlanSchema}; make the plan again with this version"),
            };
        }
        catch (JsonException e)
        {
            return One(file, (int)(e.LineNumber ?? -1) + 1, "", string.IsNullOrWhiteSpace(text) ? "the file is empty"
                : text.TrimStart() is ['{' or '[', ..] ? "the JSON is broken or cut off here; make the file again, a plan with 'switchyard plan --out', evidence with 'switchyard prove --out'"
                : "no plan: this is not JSON; plans are written by 'switchyard plan SCENARIO --out plan.json'");
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            return One(file, 0, "", $"a part of the plan is missing or has another type ({e.Message})");
        }
    }

    private static Reading<PurchasePlan> One(string file, int line, string path, string message) =>
        new List<Problem> { new(file, line, path, message) };

    private static PurchasePlan Plan(JsonElement root)
    {
        var horizon = new Horizon(Day(root.GetProperty("start"))!.Value, root.GetProperty("months").GetInt32());
        var cost = root.GetProperty("cost");
        return new()
        {
            Scenario = root.GetProperty("scenario").GetString()!,
            Horizon = horizon,
            PricesAsOf = Day(root.GetProperty("prices_as_of"))!.Value,
            Cost = new()
            {
                Total = Amount(cost.GetProperty("total")),
                PresentValue = Amount(cost.GetProperty("present_value")),
                AfterHorizon = Amount(cost.GetProperty("after_horizon")),
                CommittedEarlier = Amount(cost.GetProperty("committed_earlier")),
                CreditsUsed = Amount(cost.GetProperty("credits_used")),
                PerMonth = [.. cost.GetProperty("per_month").EnumerateObject().Select(m => Amount(m.Value))],
                AmortisedPerMonth = [.. cost.GetProperty("amortised_per_month").EnumerateObject().Select(m => Amount(m.Value))],
                PresentValuePerMonth = [.. cost.GetProperty("present_value_per_month").EnumerateObject().Select(m => Amount(m.Value))],
                PerWorkload = Amounts(cost.GetProperty("per_workload")),
                PerPurchaseKind = Amounts(cost.GetProperty("per_purchase_kind")),
                PerProvider = Amounts(cost.GetProperty("per_provider")),
            },
            Bound = Amount(root.GetProperty("bound")),
            Gap = root.GetProperty("gap").GetDouble(),
            Purchases = List(root, "purchases", p => Bought(p, horizon)),
            Commitments = List(root, "commitments", c => new CommitmentEntered(
                Term(c), MonthOf(horizon, Text(c, "start")), c.GetProperty("instances").GetDouble(), Amount(c.GetProperty("cost")),
                Amount(c.GetProperty("after_horizon")), Texts(c, "workloads"))),
            Demand = root.TryGetProperty("demand", out _) ? List(root, "demand", d => DemandJson.Read(d, horizon)) : [],
            Margins = root.TryGetProperty("margins", out var margins)
                ? margins.EnumerateObject().ToImmutableSortedDictionary(m => m.Name, m => m.Value.GetDouble(), StringComparer.Ordinal)
                : ImmutableSortedDictionary<string, double>.Empty,
            Extras = root.TryGetProperty("extras", out var extras)
                ? extras.EnumerateObject().ToImmutableSortedDictionary(e => e.Name, e => ExtraJson.Read(e.Value), StringComparer.Ordinal)
                : ImmutableSortedDictionary<string, Extra>.Empty,
            Baseline = root.TryGetProperty("baseline", out var way) ? Way(way) : null,
            Baselines = List(root, "baselines", Way),
            Limits = Added(root, "limits", l => new StatedLimit(Text(l, "limit"), Text(l, "value"))),
            UseFirst = UseFirstJson.Read(root),
            Why = WhyJson.Read(root),
            Binding = List(root, "binding", b => new BindingLimit(Text(b, "limit"), Text(b, "value"), Amount(b.GetProperty("worth")))),
            Alternatives = List(root, "alternatives", a => new Alternative(
                Text(a, "workload"), Text(a, "winner"), a.GetProperty("runner_up").GetString(), Maybe(a.GetProperty("gap")),
                a.GetProperty("gap_share") is { ValueKind: JsonValueKind.Number } share ? share.GetDouble() : null)),
            Considered = List(root, "considered", Considered),
            OwnOffersLeftOut = List(root, "own_offers_left_out", e => new Exclusion(
                Text(e, "workload"), Text(e, "offer"), e.GetProperty("limit").GetString(), Text(e, "reason"))),
            Assumed = Texts(root, "assumed"),
            NotYetUsed = Texts(root, "not_yet_used"),
        };
    }

    private static Purchase Bought(JsonElement p, Horizon horizon) => new()
    {
        Workload = Text(p, "workload"),
        Configuration = Text(p, "configuration"),
        Use = UseJson.Read(p),
        IsSetup = p.TryGetProperty("setup", out var setup) && setup.GetBoolean(),
        Source = new()
        {
            Id = Text(p, "offer"),
            Provider = Text(p, "provider"),
            Region = Text(p, "region"),
            Kind = PurchaseKinds.Parse(Text(p, "purchase_kind")) ?? throw new FormatException("purchase_kind"),
            Accelerator = p.GetProperty("accelerator").GetString() ?? "",
            AcceleratorCount = p.GetProperty("accelerators_per_instance").GetDouble(),
            PricePerHour = p.GetProperty("usd_per_hour").GetDouble(),
            TermMonths = p.TryGetProperty("term_months", out var term) ? term.GetInt32() : 0,
            UpfrontShare = p.TryGetProperty("upfront_share", out var upfront) ? upfront.GetDouble() : 0,
            Team = p.TryGetProperty("team", out var team) ? team.GetString()! : "",
            AsOf = Day(p.GetProperty("price_as_of")),
            Origin = Text(p, "price_source"),
        },
        Months = List(p, "months", m => new PurchaseMonth(
            MonthOf(horizon, Text(m, "month")),
            m.GetProperty("instances").GetDouble(), m.GetProperty("instance_hours").GetDouble(), Amount(m.GetProperty("cash")),
            Amount(m.GetProperty("amortised")))
        {
            AtLevels = m.TryGetProperty("at_levels", out var levels) ? [.. levels.EnumerateArray().Select(l => l.GetDouble())] : [],
        }),
    };

    private static Source Term(JsonElement c) => new()
    {
        Id = Text(c, "offer"),
        Provider = Text(c, "provider"),
        Region = Text(c, "region"),
        Kind = PurchaseKind.Commitment,
        Accelerator = c.GetProperty("accelerator").GetString() ?? "",
        AcceleratorCount = c.GetProperty("accelerators_per_instance").GetDouble(),
        PricePerHour = c.GetProperty("usd_per_hour").GetDouble(),
        TermMonths = c.GetProperty("term_months").GetInt32(),
        UpfrontShare = c.GetProperty("upfront_share").GetDouble(),
        Team = c.TryGetProperty("team", out var team) ? team.GetString()! : "",
    };

    private static int MonthOf(Horizon horizon, string label)
    {
        var month = DateOnly.ParseExact(label, "yyyy-MM", CultureInfo.InvariantCulture);
        return ((month.Year - horizon.Start.Year) * 12) + month.Month - horizon.Start.Month;
    }

    private static Consideration Considered(JsonElement c) => new(
        Text(c, "workload"),
        c.GetProperty("options").GetInt32(),
        List(c, "best", o => new RankedOption(
            Text(o, "source"), Text(o, "accelerators"), Text(o, "configuration"), o.GetProperty("unit_cost").GetDouble(), Text(o, "unit"),
            Day(o.GetProperty("price_as_of")), Text(o, "price_source"))),
        List(c, "excluded", e => new ExclusionCount(e.GetProperty("limit").GetString(), e.GetProperty("count").GetInt32(), Text(e, "example"))));

    /// <summary>A list that must be there.</summary>
    internal static ImmutableArray<T> List<T>(JsonElement parent, string name, Func<JsonElement, T> read) =>
        [.. parent.GetProperty(name).EnumerateArray().Select(read)];

    private static Baseline Way(JsonElement b) => new(Text(b, "name"), Text(b, "detail"), Maybe(b.GetProperty("cost")), Texts(b, "breaks"));

    // What plans of earlier versions do not have.
    private static ImmutableArray<T> Added<T>(JsonElement parent, string name, Func<JsonElement, T> read) =>
        parent.TryGetProperty(name, out _) ? List(parent, name, read) : [];

    private static ImmutableArray<string> Texts(JsonElement parent, string name) => List(parent, name, item => item.GetString()!);

    /// <summary>A text that must be there.</summary>
    internal static string Text(JsonElement parent, string name) => parent.GetProperty(name).GetString() ?? throw new FormatException(name);

    /// <summary>An amount.</summary>
    internal static Money Amount(JsonElement value) => new(value.GetDecimal());

    /// <summary>An amount, or null.</summary>
    internal static Money? Maybe(JsonElement value) => value.ValueKind == JsonValueKind.Null ? null : Amount(value);

    private static ImmutableSortedDictionary<string, Money> Amounts(JsonElement value) =>
        value.EnumerateObject().ToImmutableSortedDictionary(p => p.Name, p => Amount(p.Value), StringComparer.Ordinal);

    private static DateOnly? Day(JsonElement value) => value.ValueKind == JsonValueKind.Null
        ? null
        : DateOnly.ParseExact(value.GetString()!, "yyyy-MM-dd", CultureInfo.InvariantCulture);
}

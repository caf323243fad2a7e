using System.Text.Json;
using Switchyard.Connect.PlanFile;
using Switchyard.Demand;
using Switchyard.Operate;
using Switchyard.Prove;
using Switchyard.Units;

namespace Switchyard.Connect.EvidenceFile;

/// <summary>Writes evidence as JSON: the same evidence gives the same bytes. Money is in US dollars, times in seconds where nothing else is said.</summary>
public static class EvidenceWriter
{
    /// <summary>Name and version of the format.</summary>
    public const string Schema = "switchyard.evidence/1";

    private const int TimelineEntries = 200;

    /// <summary>Evidence as indented JSON with a final line feed.</summary>
    public static string Write(Evidence evidence) => PlanWriter.Json(json =>
    {
        json.WriteString("schema", Schema);
        json.WriteString("scenario", evidence.Scenario);
        json.WriteString("plan", evidence.Plan);
        json.WriteBoolean("holds", evidence.Holds);
        json.WriteString("run_hash", evidence.RunHash);
        json.WriteStartArray("seeds");
        foreach (var seed in evidence.Seeds) json.WriteNumberValue(seed);
        json.WriteEndArray();
        Case(json, "expected", evidence, evidence.Expected);
        if (evidence.Pessimistic is { } pessimistic) Case(json, "predictions_wrong_by_p90", evidence, pessimistic);
        if (!evidence.Stress.IsEmpty) PlanWriter.List(json, "stress", evidence.Stress, stress => Members(json, evidence, stress));
        if (evidence.Mend is { } mend)
        {
            json.WriteStartObject("mend");
            json.WriteBoolean("holds", mend.Holds);
            json.WriteNumber("cost", mend.Cost.Usd);
            if (mend.Billed is { } billed) json.WriteNumber("billed", Math.Round(billed.Usd, 2));
            PlanWriter.List(json, "measures", mend.Measures, measure =>
            {
                json.WriteString("workload", measure.Workload);
                json.WriteString("kind", Kind(measure.Kind));
                if (measure.Kind == MeasureKind.Spread) json.WriteString("amount", ((FailureDomain)(int)measure.Amount).Text());
                else json.WriteNumber("amount", Math.Round(measure.Amount, 6));
                if (measure.Cost is { } cost) json.WriteNumber("cost", cost.Usd);
                json.WriteString("text", measure.Text);
            });
            PlanWriter.Texts(json, "additions", mend.Additions);
            if (mend.Obstacle is { } obstacle) json.WriteString("obstacle", obstacle);
            if (!mend.Still.IsEmpty) PlanWriter.Texts(json, "still_broken", [.. mend.Still.Select(b => $"{b.What}: {b.Detail}")]);
            PlanWriter.List(json, "later_deadlines", mend.Later, later =>
            {
                json.WriteString("workload", later.Workload);
                json.WriteNumber("within_hours", later.Within.TotalHours);
                json.WriteNumber("instead_of_hours", later.Instead.TotalHours);
            });
            json.WriteEndObject();
        }

        PlanWriter.Texts(json, "notes", evidence.Notes);
        PlanWriter.Texts(json, "assumed", evidence.Assumed);
    });

    private static void Case(Utf8JsonWriter json, string name, Evidence evidence, CaseEvidence circumstances)
    {
        json.WriteStartObject(name);
        Members(json, evidence, circumstances);
        json.WriteEndObject();
    }

    private static void Members(Utf8JsonWriter json, Evidence evidence, CaseEvidence circumstances)
    {
        var horizon = evidence.Horizon;
        json.WriteString("case", circumstances.Name);
        json.WriteNumber("seeds", circumstances.Seeds);
        json.WriteNumber("requests_played", circumstances.Played);
        PlanWriter.List(json, "breaches", circumstances.Breaches, breach =>
        {
            json.WriteString("what", breach.What);
            json.WriteString("workload", breach.Workload);
            json.WriteString("first", HorizonTime.Text(horizon, breach.Seconds));
            PlanWriter.Texts(json, "months", [.. breach.Months.Select(horizon.Label)]);
            json.WriteString("detail", breach.Detail);
        });
        PlanWriter.List(json, "services", circumstances.Services, service =>
        {
            json.WriteString("workload", service.Workload);
            json.WriteNumber("requests", Math.Round(service.Requests));
            Times(json, "ttft", service.Ttft);
            Times(json, "tpot", service.Tpot);
            Times(json, "e2e", service.EndToEnd);
            Figure(json, "failed", service.Failed, 6);
            if (service.Headroom is { } headroom)
            {
                json.WriteNumber("headroom", Math.Round(headroom.Share, 4));
                json.WriteString("headroom_month", horizon.Label(headroom.Month));
            }

            PlanWriter.List(json, "objectives", service.Objectives, objective =>
            {
                json.WriteString("objective", Judge.Name(objective.Kind));
                json.WriteString("month", horizon.Label(objective.Month));
                json.WriteNumber("limit", objective.Limit);
                json.WriteNumber("wanted", objective.Wanted);
                Figure(json, "attained", objective.Attained, 5);
                json.WriteBoolean("holds", objective.Holds);
            });
        });
        PlanWriter.List(json, "jobs", circumstances.Jobs, job =>
        {
            json.WriteString("workload", job.Workload);
            json.WriteNumber("runs", job.Runs);
            json.WriteNumber("done", job.Done);
            json.WriteNumber("in_time", Math.Round(job.InTime, 5));
            json.WriteNumber("promised", job.Promised);
            Figure(json, "hours", job.Hours, 3);
            Figure(json, "wait_hours", job.WaitHours, 3);
            json.WriteNumber("failures", Math.Round(job.Failures, 4));
            Number(json, "worst_slack_hours", Math.Round(job.WorstSlackHours, 3));
        });
        PlanWriter.List(json, "limits", circumstances.Limits, limit => Limit(json, horizon, limit));
        Figure(json, "cost", circumstances.Cost, 2);
        json.WriteNumber("planned_cost", circumstances.PlannedCost.Usd);
        json.WriteStartObject("cash_per_month");
        for (var month = 0; month < circumstances.CashPerMonth.Length; month++) Figure(json, horizon.Label(month), circumstances.CashPerMonth[month], 2);
        json.WriteEndObject();
        json.WriteStartObject("accelerator_hours");
        foreach (var (workload, hours) in circumstances.Hours)
        {
            json.WriteStartObject(workload);
            foreach (var state in Enum.GetValues<HourState>())
            {
#pragma warning disable CA1308 // JSON names are lower case
                Figure(json, state.ToString().ToLowerInvariant(), hours[(int)state], 3);
#pragma warning restore CA1308
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        Maybe(json, "kilowatt_hours", circumstances.KilowattHours);
        Maybe(json, "carbon_kilograms", circumstances.CarbonKilograms);
        PlanWriter.List(json, "timeline", [.. circumstances.Timeline.Take(TimelineEntries)], entry =>
        {
            json.WriteString("at", HorizonTime.Text(horizon, entry.Seconds));
            json.WriteString("what", entry.Text);
        });
    }

    private static void Limit(Utf8JsonWriter json, Horizon horizon, LimitEvidence limit)
    {
        json.WriteString("limit", limit.Limit);
        json.WriteString("value", limit.Value);
        json.WriteString("what", limit.What);
        if (limit.Holds is { } holds) json.WriteBoolean("holds", holds);
        else json.WriteNull("holds");
        if (limit.Measured is { } measured)
        {
            json.WriteString("unit", Unit(measured.Unit));
            json.WriteNumber("bound", Math.Round(measured.Bound, 6));
            json.WriteBoolean("at_least", measured.AtLeast);
            Figure(json, "measured", measured.Figure, 5);
            json.WriteNumber("worst", Math.Round(measured.Worst, 5));
            json.WriteString("month", measured.Month is { } month ? horizon.Label(month) : null);
        }

        if (limit.HeldBack is not { } held) return;
        json.WriteStartObject("held_back");
        json.WriteNumber("times_a_run", Math.Round(held.TimesARun, 3));
        json.WriteString("first", HorizonTime.Text(horizon, held.Seconds));
        json.WriteString("reason", held.Reason);
        json.WriteEndObject();
    }

    private static string Kind(MeasureKind kind) => kind switch { MeasureKind.Margin => "margin", MeasureKind.Replicas => "replicas_min", MeasureKind.Spread => "spread", _ => "spares" };

    private static string Unit(LimitUnit unit) => unit switch
    {
        LimitUnit.Usd => "usd",
        LimitUnit.Share => "share",
        LimitUnit.Accelerators => "accelerators",
        LimitUnit.Kilowatts => "kw",
        LimitUnit.Kilograms => "kg_co2e",
        _ => "accelerator_hours",
    };

    private static void Times(Utf8JsonWriter json, string name, Latency latency)
    {
        json.WriteStartObject(name);
        json.WriteNumber("mean", Math.Round(latency.Mean, 5));
        json.WriteNumber("p50", Math.Round(latency.P50, 5));
        json.WriteNumber("p95", Math.Round(latency.P95, 5));
        json.WriteNumber("p99", Math.Round(latency.P99, 5));
        json.WriteEndObject();
    }

    private static void Maybe(Utf8JsonWriter json, string name, Figure? spread)
    {
        if (spread is { } known) Figure(json, name, known, 2);
        else json.WriteNull(name);
    }

    private static void Figure(Utf8JsonWriter json, string name, Figure spread, int digits)
    {
        json.WriteStartObject(name);
        Number(json, "mean", Math.Round(spread.Mean, digits));
        Number(json, "low", Math.Round(spread.Low, digits));
        Number(json, "high", Math.Round(spread.High, digits));
        Number(json, "another_seed_low", Math.Round(spread.Least, digits));
        Number(json, "another_seed_high", Math.Round(spread.Most, digits));
        json.WriteEndObject();
    }

    // Never ended, never begun: there is no number for it.
    private static void Number(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value)) json.WriteNumber(name, value);
        else json.WriteNull(name);
    }
}

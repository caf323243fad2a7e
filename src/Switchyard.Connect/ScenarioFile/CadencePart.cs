using Switchyard.Demand;
using Switchyard.Units;

namespace Switchyard.Connect.ScenarioFile;

/// <summary>When runs begin and by when each must end: <c>every</c>, <c>within</c>, <c>deadline</c> and <c>start</c>.</summary>
internal static class CadencePart
{
    internal static Cadence? Read(Section section, ScenarioScope scope)
    {
        var (findings, horizon) = (scope.Findings, scope.Horizon);
        var first = section.ReadOr<DateOnly>("start", Readers.Date, horizon.Start, Readers.Shown(horizon.Start), "the scenario's start");
        if (first < horizon.Start) findings.Say(section.LineOf("start"), section.At("start"), $"{Readers.Shown(first)} is before the scenario's start, {Readers.Shown(horizon.Start)}");
        if (first >= horizon.End) findings.Say(section.LineOf("start"), section.At("start"), $"{Readers.Shown(first)} is after the horizon's end, {Readers.Shown(horizon.End)}");
        var recurring = section.Find("every") is not null;
        var spaced = section.Read<CalendarSpan>("every", CalendarSpan.TryParse, out var every);
        if (spaced && every.Months > 0 && every.Time > TimeSpan.Zero)
        {
            spaced = false;
            findings.NotA(section.Find("every")!, section.At("every"), new("a number of months, weeks or days"));
        }

        if (recurring && !spaced) return null;
        if (section.Find("deadline") is not null)
        {
            if (recurring) findings.Say(section.LineOf("deadline"), section.At("deadline"), "is for work that is done once; with 'every', say 'within' how long each run must end");
            if (section.Find("within") is not null) findings.Say(section.LineOf("deadline"), section.At("deadline"), "says the same as 'within'; give one of them");
            return Until(section, first, scope);
        }

        if (section.Find("within") is null)
        {
            var rest = recurring ? Shortest(every, first, horizon) : TimeSpan.FromDays(Math.Max(1, horizon.End.DayNumber - first.DayNumber));
            findings.Assume(section.At("within"), recurring ? every.ToString() : $"until {Readers.Shown(horizon.End)}", recurring ? "until the next run begins" : "until the horizon's end");
            return new(first, every.Months, every.Time.TotalDays, rest);
        }

        if (!section.Read<CalendarSpan>("within", CalendarSpan.TryParse, out var within)) return null;
        var time = recurring ? Shortest(within, first, horizon) : within.From(first);
        if (recurring && time > Shortest(every, first, horizon) && within != every)
            findings.Say(section.LineOf("within"), section.At("within"), $"{within} is longer than from one run to the next, {every}; runs would overlap");
        if (!recurring && first.DayNumber + time.TotalDays > horizon.End.DayNumber)
            findings.Say(section.LineOf("within"), section.At("within"), $"{within} from {Readers.Shown(first)} ends after the horizon, which ends on {Readers.Shown(horizon.End)}");
        return new(first, every.Months, every.Time.TotalDays, time);
    }

    private static Cadence? Until(Section section, DateOnly first, ScenarioScope scope)
    {
        if (!section.Read<DateOnly>("deadline", Readers.Date, out var deadline)) return null;
        var end = scope.Horizon.End;
        if (deadline <= first)
            scope.Findings.Say(section.LineOf("deadline"), section.At("deadline"), $"{Readers.Shown(deadline)} is not after the start, {Readers.Shown(first)}");
        else if (deadline > end)
            scope.Findings.Say(section.LineOf("deadline"), section.At("deadline"), $"{Readers.Shown(deadline)} is after the horizon's end, {Readers.Shown(end)}; lengthen the horizon");
        else return new(first, 0, 0, TimeSpan.FromDays(deadline.DayNumber - first.DayNumber));
        return null;
    }

    /// <summary>A span in the shortest months of the runs that it applies to, so that a promise made by the month holds in February.</summary>
    private static TimeSpan Shortest(CalendarSpan span, DateOnly first, Horizon horizon)
    {
        if (span.Months == 0) return span.Time;
        var shortest = TimeSpan.MaxValue;
        for (var day = first; day < horizon.End; day = day.AddMonths(1))
        {
            var time = span.From(day);
            if (time < shortest) shortest = time;
        }

        return shortest == TimeSpan.MaxValue ? span.From(first) : shortest;
    }
}

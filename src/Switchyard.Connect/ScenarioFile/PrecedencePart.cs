using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Units;

namespace Switchyard.Connect.ScenarioFile;

/// <summary><c>after</c>: work that may begin only when the windows of other work have ended. Its starts are moved there.</summary>
internal sealed class PrecedencePart
{
    // Months differ in length, so that a start moved into the next month may have to move once more.
    private const int Moves = 4;

    private readonly Dictionary<string, (Section Section, Workload Workload)> read;
    private readonly Dictionary<string, Cadence?> settled = new(StringComparer.OrdinalIgnoreCase);
    private readonly ScenarioScope scope;

    private PrecedencePart(IEnumerable<(Section Section, Workload Workload)> workloads, ScenarioScope scope)
    {
        this.scope = scope;
        read = new(StringComparer.OrdinalIgnoreCase);
        foreach (var workload in workloads) read.TryAdd(workload.Workload.Name, workload);
    }

    /// <summary>The workloads, each with the starts that the others leave it.</summary>
    /// <param name="workloads">The workloads that could be read, with their sections.</param>
    /// <param name="names">All names that there are, also of those that could not be read.</param>
    /// <param name="scope">Takes the problems.</param>
    internal static ImmutableArray<Workload> Order(IReadOnlyList<(Section Section, Workload Workload)> workloads, IReadOnlyCollection<string> names, ScenarioScope scope)
    {
        var part = new PrecedencePart(workloads, scope);
        foreach (var (section, workload) in workloads)
        {
            if (After(workload) is not { } after) continue;
            if (string.Equals(after, workload.Name, StringComparison.OrdinalIgnoreCase)) Say(section, "names itself", scope);
            else if (!names.Contains(after, StringComparer.OrdinalIgnoreCase))
                scope.Findings.Unknown(section.Find("after")!, section.At("after"), "a workload of this file", after, [.. names.Where(n => n != workload.Name)]);
            else if (part.read.TryGetValue(after, out var other) && other.Workload is InferenceWorkload)
                Say(section, $"'{after}' is a service, which never ends; name training or batch work", scope);
            else part.Cycle(section, workload);
        }

        return [.. workloads.Select(w => part.Settle(w.Workload.Name) is { } cadence ? With(w.Workload, cadence) : w.Workload)];
    }

    private static void Say(Section section, string message, ScenarioScope scope) => scope.Findings.Say(section.LineOf("after"), section.At("after"), message);

    private static string? After(Workload workload) => workload switch { TrainingWorkload training => training.After, BatchWorkload batch => batch.After, _ => null };

    private static Cadence? CadenceOf(Workload workload) => workload switch { TrainingWorkload training => training.Cadence, BatchWorkload batch => batch.Cadence, _ => null };

    private static Workload With(Workload workload, Cadence cadence) => workload switch
    {
        TrainingWorkload training => training with { Cadence = cadence },
        BatchWorkload batch => batch with { Cadence = cadence },
        _ => workload,
    };

    // A circle is said once, where the first of its workloads by name stands.
    private void Cycle(Section section, Workload workload)
    {
        List<string> path = [workload.Name];
        for (var next = After(workload); next is not null && read.TryGetValue(next, out var other) && path.Count <= read.Count; next = After(other.Workload))
        {
            if (string.Equals(other.Workload.Name, workload.Name, StringComparison.OrdinalIgnoreCase))
            {
                if (path.Min(StringComparer.Ordinal) == workload.Name && path.Count > 1)
                    Say(section, $"goes in a circle: {string.Join(" after ", path.Append(workload.Name))}", scope);
                return;
            }

            path.Add(other.Workload.Name);
        }
    }

    // The cadence that those before leave; null where there is a problem with it or with one before.
    private Cadence? Settle(string name)
    {
        if (settled.TryGetValue(name, out var known)) return known;
        settled[name] = null;
        if (!read.TryGetValue(name, out var own) || CadenceOf(own.Workload) is not { } cadence) return null;
        if (After(own.Workload) is not { } after) return settled[name] = cadence;
        return settled[name] = Settle(after) is { } before ? Move(own.Section, cadence, after, before) : null;
    }

    private Cadence? Move(Section section, Cadence own, string after, Cadence before)
    {
        if (Recurs(before) && !Recurs(own))
        {
            Say(section, $"'{after}' comes again and again, and this is done once; say 'start' instead, or 'every' as there", scope);
            return null;
        }

        if (Recurs(before) && (before.EveryMonths != own.EveryMonths || Math.Abs(before.EveryDays - own.EveryDays) > 1e-9))
        {
            Say(section, $"its runs come at other times than those of '{after}'; give both the same 'every'", scope);
            return null;
        }

        var moved = own;
        for (var move = 0; move < Moves; move++)
        {
            var late = Late(own, moved, before);
            if (late <= 0) break;
            moved = Later(moved, late);
        }

        if (Hour(moved) <= Hour(own)) return own;
        return Within(section, own, moved, after);
    }

    private static bool Recurs(Cadence cadence) => cadence.EveryMonths > 0 || cadence.EveryDays > 0;

    private double Hour(Cadence cadence) => ((cadence.First.DayNumber - scope.Horizon.Start.DayNumber) * 24.0) + cadence.Offset;

    private static Cadence Later(Cadence cadence, double hours)
    {
        var offset = cadence.Offset + hours;
        var days = (int)Math.Floor(offset / 24);
        return cadence with { First = cadence.First.AddDays(days), Offset = offset - (days * 24) };
    }

    // Hours by which some run begins before the window of its predecessor has ended. The first follows the last one to begin by the time
    // that it was meant to begin at, or the first; from there on each follows the next, or all the only one.
    private double Late(Cadence meant, Cadence moved, Cadence before)
    {
        var predecessors = before.Starts(scope.Horizon).DefaultIfEmpty(Hour(before)).ToList();
        var first = Math.Max(0, predecessors.FindLastIndex(start => start <= Hour(meant) + 1e-9));
        var late = moved.Starts(scope.Horizon).DefaultIfEmpty(Hour(moved))
            .Zip(Recurs(before) ? predecessors.Skip(first) : Enumerable.Repeat(predecessors[0], int.MaxValue))
            .Max(pair => pair.Second + before.Within.TotalHours - pair.First);
        return late < 1e-9 ? 0 : late;
    }

    // A window of its own stays as long as it was said to be; one that ends on a day, or that nobody said, is what is left.
    private Cadence? Within(Section section, Cadence own, Cadence moved, string after)
    {
        var begins = $"{Readers.Shown(moved.First)}{(moved.Offset > 0 ? TimeSpan.FromHours(moved.Offset).ToString(@"\ hh\:mm", System.Globalization.CultureInfo.InvariantCulture) : "")}";
        if (Hour(moved) >= scope.Horizon.TotalHours)
        {
            Say(section, $"the window of '{after}' ends on {begins}, when the horizon has ended; shorten its 'within', or lengthen the horizon", scope);
            return null;
        }

        var end = Hour(own) + own.Within.TotalHours;
        if (!Recurs(own) && section.Find("within") is null)
        {
            if (end <= Hour(moved))
            {
                scope.Findings.Say(section.LineOf("deadline"), section.At("deadline"), $"{Readers.Shown(own.First.AddDays((int)own.Within.TotalDays))} comes before it may begin: the window of '{after}' ends on {begins}");
                return null;
            }

            moved = moved with { Within = TimeSpan.FromHours(end - Hour(moved)) };
        }
        else if (!Recurs(own) && Hour(moved) + own.Within.TotalHours > scope.Horizon.TotalHours)
        {
            scope.Findings.Say(section.LineOf("within"), section.At("within"), $"begins on {begins}, when the window of '{after}' has ended, and would end after the horizon, which ends on {Readers.Shown(scope.Horizon.End)}");
            return null;
        }

        scope.Findings.Assume(section.At("start"), begins, $"when the window of '{after}' has ended");
        return moved;
    }
}

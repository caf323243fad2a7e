using Switchyard.Operate;

namespace Switchyard.Prove;

/// <summary>How much of a horizon is played request by request.</summary>
public sealed record WindowRule
{
    /// <summary>Requests that are to be played for each month at each of its two busiest levels; fewer are enough where load is light.</summary>
    public double BusyRequests { get; init; } = 2_000;

    /// <summary>The same for the other levels.</summary>
    public double OtherRequests { get; init; } = 600;

    /// <summary>Shortest window, seconds.</summary>
    public double LeastSeconds { get; init; } = 120;

    /// <summary>Most windows for a month and level.</summary>
    public int MostWindows { get; init; } = 6;

    /// <summary>Seconds before a window in which requests are played and not counted: at least so many, and long enough that what was asked for first has been answered.</summary>
    public double WarmSeconds { get; init; } = 90;

    /// <summary>The same in times that a mean answer takes at the pace that is promised.</summary>
    public double WarmAnswers { get; init; } = 10;

    /// <summary>Most requests that are played before a window where replicas have more to do than the plan reckons with, so that queues are as long as they would be by then.</summary>
    public double WarmRequests { get; init; } = 12_000;

    /// <summary>Pieces of stretches with lost machines that are played in each month; they count for those not played.</summary>
    public int FaultsPerMonth { get; init; } = 6;

    /// <summary>Longest such piece, seconds.</summary>
    public double FaultSeconds { get; init; } = 300;

    /// <summary>Whether everything is played.</summary>
    public bool Whole { get; init; }
}

/// <summary>A stretch that is played request by request.</summary>
/// <param name="From">When it begins, seconds.</param>
/// <param name="To">When it ends.</param>
/// <param name="Month">The month that it counts for.</param>
/// <param name="Level">The level of load, busiest 0; −1 for a stretch with lost machines.</param>
/// <param name="Weight">How many requests each of its requests stands for.</param>
internal readonly record struct Window(double From, double To, int Month, int Level, double Weight);

/// <summary>
/// Chooses windows. The hours of a month are grouped by load into six levels of equal width, busiest first; in each group stretches
/// begin at random in random hours, so that each second is as likely as any other. Stretches with lost machines are a group of their own.
/// Each request counts for all requests of its group over those played: a stratified sample, without bias.
/// </summary>
internal static class Windows
{
    public static List<Window> Of(Stage stage, int service, IReadOnlyList<ReplicaChange> changes, WindowRule rule, ProofCase circumstances, ulong seed)
    {
        var mandate = stage.Mandate.Services[service];
        var horizon = stage.Horizon;
        var chosen = new List<Window>();
        if (rule.Whole)
        {
            for (var month = 0; month < horizon.Months; month++)
                chosen.Add(new(horizon.HoursBefore(month) * 3600, horizon.HoursBefore(month + 1) * 3600, month, 0, 1));
            return chosen;
        }

        var faults = Faults(mandate, changes, stage);
        for (var month = 0; month < horizon.Months; month++)
        {
            var random = Streams.Of(seed, $"windows of {mandate.Workload}", month);
            var (first, last) = ((long)horizon.HoursBefore(month), (long)horizon.HoursBefore(month + 1));
            var mine = faults.Where(f => f.From >= first * 3600.0 && f.From < last * 3600.0).ToList();
            Lost(stage, mandate, mine, month, rule, circumstances, ref random, chosen);
            for (var level = 0; level < Levels; level++)
            {
                var hours = new List<long>();
                for (var hour = first; hour < last; hour++)
                    if (LevelOf(mandate.Load.Shape.Levels[HorizonTime.HourOfWeek(horizon, hour)]) == level) hours.Add(hour);
                var represented = hours.Sum(h => mandate.Expected(horizon, h * 3600.0) * 3600) - mine.Sum(f => Requests(stage, mandate, f, hours));
                if (hours.Count == 0 || represented <= 0) continue;
                var rate = represented / hours.Count / 3600 * circumstances.Demand;
                var wanted = level < 2 ? rule.BusyRequests : rule.OtherRequests;
                // Many short ones rather than few long ones: hours of a day are alike, days are not.
                var count = (int)Math.Clamp(Math.Floor(wanted / rate / rule.LeastSeconds), 1, rule.MostWindows);
                var seconds = Math.Clamp(wanted / rate / count, rule.LeastSeconds, 3600);
                var picked = new List<(double From, double To)>();
                for (var i = 0; i < count; i++) picked.AddRange(Pick(hours, i / (double)count, (i + 1) / (double)count, seconds, mine, ref random));
                var played = picked.Sum(w => Requests(stage, mandate, w, null));
                chosen.AddRange(picked.Select(w => new Window(w.From, w.To, month, level, represented / played)));
            }
        }

        return [.. chosen.OrderBy(w => w.From).ThenBy(w => w.To)];
    }

    private const int Levels = 6;

    // The busiest sixth of the range of load is level 0.
    private static int LevelOf(double share) => Math.Min(Levels - 1, (int)(((1 - share) * Levels) + 1e-9));

    // Random stretches of an hour's group, not where machines are missing, if that can be helped. What reaches beyond the hour is taken from its beginning: each second is as likely as any
    // other, those in which the load has just changed as well.
    private static List<(double From, double To)> Pick(List<long> hours, double part, double next, double seconds, List<(double From, double To)> faults, ref Performance.Simulate.Generator random)
    {
        List<(double From, double To)> parts = [];
        for (var attempt = 0; attempt < 8; attempt++)
        {
            // Each of several stretches is from its own part of the month.
            var begins = hours[Math.Min(hours.Count - 1, (int)((part + ((next - part) * random.Unit())) * hours.Count))] * 3600.0;
            var from = begins + (random.Unit() * 3600);
            var over = from + seconds - (begins + 3600);
            parts = over > Shortest ? [(begins, begins + over), (from, begins + 3600)] : [(from, from + seconds - Math.Max(0, over))];
            if (!parts.Exists(p => faults.Exists(f => f.From < p.To && f.To > p.From))) break;
        }

        return parts;
    }

    // What reaches beyond an hour by less is left out.
    private const double Shortest = 1;

    // Pieces of the stretches are drawn with a chance that goes with their requests, and count for as many more: no piece is favoured.
    private static void Lost(
        Stage stage, ServiceMandate mandate, List<(double From, double To)> faults, int month, WindowRule rule, ProofCase circumstances,
        ref Performance.Simulate.Generator random, List<Window> chosen)
    {
        if (faults.Count == 0) return;
        var pieces = new List<(double From, double To, double Requests)>();
        foreach (var (from, to) in faults)
        {
            // High loads need less time for as much evidence.
            var most = Math.Max(rule.LeastSeconds, Math.Min(rule.FaultSeconds, rule.BusyRequests / Math.Max(1e-9, mandate.Expected(stage.Horizon, from) * circumstances.Demand)));
            var count = Math.Ceiling((to - from) / most);
            for (var piece = 0; piece < count; piece++)
            {
                var part = (From: from + ((to - from) * piece / count), To: from + ((to - from) * (piece + 1) / count));
                if (Requests(stage, mandate, part, null) is > 0 and var requests) pieces.Add((part.From, part.To, requests));
            }
        }

        if (pieces.Count <= rule.FaultsPerMonth)
        {
            chosen.AddRange(pieces.Select(p => new Window(p.From, p.To, month, -1, 1)));
            return;
        }

        var all = pieces.Sum(p => p.Requests);
        // At even steps from a random beginning: a long stretch is not left out, and each piece is as likely as its requests are many.
        var (reached, at, first) = (0.0, 0, random.Unit());
        for (var draw = 0; draw < rule.FaultsPerMonth; draw++)
        {
            var point = (first + draw) / rule.FaultsPerMonth * all;
            while (at + 1 < pieces.Count && reached + pieces[at].Requests <= point) reached += pieces[at++].Requests;
            var piece = pieces[at];
            chosen.Add(new(piece.From, piece.To, month, -1, all / (rule.FaultsPerMonth * piece.Requests)));
        }
    }

    /// <summary>Stretches from a loss until as much serves as before, or something else is wanted; and three minutes to recover.</summary>
    private static List<(double From, double To)> Faults(ServiceMandate mandate, IReadOnlyList<ReplicaChange> changes, Stage stage)
    {
        const double recovery = 180;
        var found = new List<(double From, double To)>();
        var (capacity, before, open) = (0.0, 0.0, double.NaN);
        foreach (var change in changes)
        {
            var rate = stage.Mandate.Pools[change.Pool].Rate;
            if (change.Kind == ReplicaChangeKind.IsLost)
            {
                if (double.IsNaN(open)) (open, before) = (change.Seconds, capacity);
                capacity -= rate;
                continue;
            }

            capacity += change.Kind == ReplicaChangeKind.Serves ? rate : -rate;
            if (!double.IsNaN(open) && (capacity >= before - 1e-9 || change.Kind == ReplicaChangeKind.Drains)) Close(change.Seconds);
        }

        if (!double.IsNaN(open)) Close(stage.End);
        return found;

        void Close(double at)
        {
            var from = open;
            open = double.NaN;
            var to = Math.Min(stage.End, at + recovery);
            if (found.Count > 0 && found[^1].To >= from) (from, found[^1]) = (found[^1].From, (found[^1].From, to));
            else if (to > from) found.Add((from, to));
        }
    }

    /// <summary>Requests that are expected in a stretch, or in its part within some hours.</summary>
    private static double Requests(Stage stage, ServiceMandate mandate, (double From, double To) stretch, List<long>? hours)
    {
        var sum = 0.0;
        for (var hour = (long)Math.Floor(stretch.From / 3600); hour * 3600.0 < stretch.To; hour++)
        {
            if (hours is not null && hours.BinarySearch(hour) < 0) continue;
            sum += mandate.Expected(stage.Horizon, hour * 3600.0) * (Math.Min(stretch.To, (hour + 1) * 3600.0) - Math.Max(stretch.From, hour * 3600.0));
        }

        return sum;
    }
}

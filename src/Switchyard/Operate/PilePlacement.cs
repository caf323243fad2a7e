using System.Globalization;
using Switchyard.Market;

namespace Switchyard.Operate;

/// <summary>
/// Machines for piles of requests: as few of the cheapest as end each in its window. Where the plan buys several kinds of machines by the hour for a pile, each kind
/// answers the part of it that the plan gives it, and is given back then: a plan that keeps to a provider's share does so by its hours, not by how many machines it
/// may have at a time. Being in time comes before the parts.
/// </summary>
internal sealed class PilePlacement(Mandate mandate)
{
    // What is left of a part when it counts as done, of the pile.
    private const double Done = 0.002;

    private readonly Dictionary<(string Workload, int Month), Dictionary<int, double>> known = [];

    /// <summary>Instances for a pile: as few of the cheapest as end it in its window, each joining when it is ready.</summary>
    public void Spread(Draft draft, Job job)
    {
        job = Trim(draft, job);
        var pools = JobPlacement.PoolsOf(mandate, draft, job).ToArray();
        var left = Left(draft, job);
        var margin = 1 + mandate.JobMargins.GetValueOrDefault(job.Order.Workload);
        var parts = Parts(job);
        var mine = JobPlacement.Of(draft, job);
        // Where parts are looked at between reports, so is the whole.
        var need = Math.Max(0, job.Order.Requests - (parts.Count > 0 ? Answered(draft, job, mine) : job.Order.Requests * job.Share)) / left * margin;
        // Requests a second, on average until the end, that a number of a pool's machines are there for.
        double Able(Pool pool, int count) => Math.Min(count * pool.Rate, parts.ContainsKey(pool.Index) ? Rest(draft, job, mine, pool, parts) / left * margin : double.PositiveInfinity);
        var have = mine.GroupBy(i => i.Pool).Sum(g => Able(mandate.Pools[g.Key], g.Count()));
        var enough = need * (1 - (2 * mandate.Policy.PileReserve));
        // What it has is enough until its progress says otherwise.
        if (job.Attempts > 0 && have >= enough) return;
        var (missing, there) = (need - have, mine.Sum(i => mandate.Pools[i.Pool].Rate));
        var reason = string.Create(CultureInfo.InvariantCulture, $"{job.Order.Id}: {need:0.##} requests/s end it in time");
        foreach (var pool in pools)
        {
            var own = mine.Count(i => i.Pool == pool.Index);
            // The part that is left may need less than all that is missing.
            var asked = Math.Min(missing, parts.ContainsKey(pool.Index) ? Able(pool, int.MaxValue) - Able(pool, own) : double.PositiveInfinity);
            // A block begins with all that is booked in it.
            var wanted = pool.Kind == PurchaseKind.Block && asked > 0 ? int.MaxValue : (int)Math.Ceiling((asked / pool.Rate) - 1e-9);
            var more = pool.Rate * (pool.IsStanding ? Standing(draft, job, pool, wanted) : Hourly(draft, job, pool, wanted, reason));
            missing -= Math.Min(Math.Max(0, asked), more);
            there += more;
        }

        // What cannot be had for one part is made up for by another's machines: none is given back before the others can do the rest.
        foreach (var pool in there < enough && parts.Count > 0 ? pools : [])
            there += pool.Rate * Hourly(draft, job, pool, (int)Math.Ceiling(((need - there) / pool.Rate) - 1e-9), reason);
        if (job.Attempts == 0) draft.Put(draft.State.Jobs[job.Order.Id] with { Attempts = 1, IsRunning = true });
    }

    private int Standing(Draft draft, Job job, Pool pool, int wanted)
    {
        if (pool.Shared >= 0) wanted = Math.Min(wanted, JobPlacement.Most(mandate, pool, job) - draft.Of(pool.Index).Count(i => i.Job is not null));
        var taken = 0;
        foreach (var idle in Sharing.Free(draft, mandate, pool).Take(Math.Max(0, wanted)))
        {
            var instance = JobPlacement.Take(draft, idle, pool, job.Order.Id);
            taken++;
            if (instance.Phase == InstancePhase.Ready) draft.Decide(new RunJob(job.Order.Id, pool.Index, [idle.Id], "idle and paid for"));
        }

        return taken;
    }

    private int Hourly(Draft draft, Job job, Pool pool, int wanted, string reason)
    {
        var started = 0;
        for (var free = JobPlacement.Most(mandate, pool, job) - draft.Count(pool.Index); !pool.IsStanding && wanted > started && free > started && draft.May(pool, 1); started++)
            draft.Start(pool, job.Order.Id, reason);
        return started;
    }

    /// <summary>Takes note of how far a pile is, and adds an instance where it would end late with those that it has.</summary>
    public void Progress(Draft draft, Job job, double share)
    {
        var mine = JobPlacement.Of(draft, job);
        var planned = Answered(draft, job with { Pace = 1 }, mine);
        job = job with { Share = share, Pace = share > 0 && planned > 0 ? share * job.Order.Requests / planned : 1 };
        draft.Put(job);
        if (job.Order.IsGang) return;
        job = Trim(draft, job);
        Hurry(draft, job);
        Foresee(draft, draft.State.Jobs[job.Order.Id]);
    }

    private void Hurry(Draft draft, Job job)
    {
        var elapsed = draft.Seconds - job.Order.Arrives;
        if (job.Share <= 0 || elapsed <= 0) return;
        var mine = JobPlacement.Of(draft, job);
        if (mine.Exists(i => i.Phase == InstancePhase.Starting)) return;
        var parts = Parts(job);
        // What they answer until the deadline, of their part at most, and how fast they are now.
        var (able, pace) = (0.0, 0.0);
        foreach (var own in mine.GroupBy(i => i.Pool))
        {
            var pool = mandate.Pools[own.Key];
            var rate = pool.Rate * own.Count() * job.Pace;
            pace += rate;
            able += Math.Min(rate * Math.Max(0, job.Order.Deadline - draft.Seconds), parts.ContainsKey(pool.Index) ? Rest(draft, job, mine, pool, parts) : double.PositiveInfinity);
        }

        var left = job.Order.Requests * (1 - job.Share - (parts.Count > 0 ? Done : 0));
        if (able >= left) return;
        var next = JobPlacement.PoolsOf(mandate, draft, job).FirstOrDefault(p => !p.IsStanding && JobPlacement.Most(mandate, p, job) > draft.Count(p.Index));
        if (next is null || !draft.May(next, 1)) return;
        var late = pace > 0 ? (draft.Seconds + (job.Order.Requests * (1 - job.Share) / pace) - job.Order.Deadline) / 3600 : double.PositiveInfinity;
        draft.Start(next, job.Order.Id, string.Create(CultureInfo.InvariantCulture,
            $"{job.Order.Id} is {job.Share:P0} done after {elapsed / 3600:0.#} h and would {(late is > 0 and < 1e6 ? $"end {late:0.#} h late" : "not end in time")}"));
    }

    /// <summary>Asks to be told when the machines of a part have done it.</summary>
    public void Foresee(Draft draft, Job job)
    {
        var parts = Parts(job);
        if (parts.Count == 0) return;
        var mine = JobPlacement.Of(draft, job);
        foreach (var own in mine.Where(i => i.Phase == InstancePhase.Ready && parts.ContainsKey(i.Pool)).GroupBy(i => i.Pool))
        {
            var pool = mandate.Pools[own.Key];
            var at = draft.Seconds + Math.Ceiling(Rest(draft, job, mine, pool, parts) / (pool.Rate * own.Count() * job.Pace)) + 1;
            if (at < job.Order.Deadline) draft.Decide(new LookAgain(at, $"{job.Order.Id}: then {pool.Source} has done its part"));
        }
    }

    // Machines whose part is done are given back, if the others end the pile in time.
    private Job Trim(Draft draft, Job job)
    {
        var parts = Parts(job);
        if (parts.Count == 0 || job.Attempts == 0) return job;
        foreach (var index in parts.Keys)
        {
            var mine = JobPlacement.Of(draft, job);
            var pool = mandate.Pools[index];
            var own = mine.Where(i => i.Pool == index).ToList();
            if (own.Count == 0 || Rest(draft, job, mine, pool, parts) > Done * job.Order.Requests) continue;
            var others = mine.Where(i => i.Pool != index).Sum(i => mandate.Pools[i.Pool].Rate) * job.Pace;
            if (others * Left(draft, job) < job.Order.Requests - Answered(draft, job, mine)) continue;
            foreach (var instance in own) draft.Stop(instance, $"{job.Order.Id}: its part of the plan is done");
            job = draft.State.Jobs[job.Order.Id];
        }

        return job;
    }

    private double Left(Draft draft, Job job) =>
        Math.Max(1, job.Order.Deadline - draft.Seconds - ((job.Order.Deadline - job.Order.Arrives) * mandate.Policy.PileReserve));

    // Requests answered so far, as far as the time of its machines at the pile's pace says.
    private double Answered(Draft draft, Job job, List<Instance> mine)
    {
        var requests = 0.0;
        foreach (var pool in mandate.Pools)
            if (pool.Workload == job.Order.Workload) requests += pool.Rate * Seconds(draft, job, mine, pool);
        return requests * job.Pace;
    }

    // Requests of a pool's part that are not answered yet, as far as its time at the pile's pace says.
    private static double Rest(Draft draft, Job job, List<Instance> mine, Pool pool, Dictionary<int, double> parts) =>
        Math.Max(0, (parts[pool.Index] * job.Order.Requests) - (job.Pace * pool.Rate * Seconds(draft, job, mine, pool)));

    private static double Seconds(Draft draft, Job job, List<Instance> mine, Pool pool) =>
        job.Worked.GetValueOrDefault(pool.Index) + mine.Sum(i => i.Pool == pool.Index && i.Phase == InstancePhase.Ready ? draft.Seconds - i.Since : 0);

    /// <summary>The part of a pile that each pool is to answer; empty where the plan has one way by the hour, or machines that are paid for anyway.</summary>
    private Dictionary<int, double> Parts(Job job)
    {
        var month = HorizonTime.MonthAt(mandate.Horizon, job.Order.Arrives);
        if (known.TryGetValue((job.Order.Workload, month), out var found)) return found;
        var pools = mandate.Pools.Where(p => p.Workload == job.Order.Workload && p.MostAt(month) > 0).ToList();
        var work = pools.Where(p => month < p.HoursEach.Length && p.HoursEach[month] > 0).ToDictionary(p => p.Index, p => p.HoursEach[month] * p.Rate);
        var all = work.Values.Sum();
        return known[(job.Order.Workload, month)] = pools.Count < 2 || work.Count < pools.Count || pools.Exists(p => p.IsStanding) ? [] : work.ToDictionary(w => w.Key, w => w.Value / all);
    }
}

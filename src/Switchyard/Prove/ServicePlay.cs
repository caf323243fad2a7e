using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Operate;
using Switchyard.Performance.Simulate;

namespace Switchyard.Prove;

/// <summary>
/// Plays requests on the record of a service's replicas, window by window: each request goes to the least loaded of a few replicas that are near enough
/// (two choices at random where there are many), waits, is prefilled and decoded there, and is sent elsewhere where its machine is lost.
/// </summary>
internal sealed class ServicePlay
{
    private readonly Stage stage;
    private readonly ServiceMandate mandate;
    private readonly IReadOnlyList<ReplicaChange> changes;
    private readonly ProofCase circumstances;
    private readonly IReadOnlyList<(int Api, double From, double To)> withoutApi;
    // What goes to each API now, of all requests, one on top of the other.
    private readonly List<(int Api, double UpTo)> apis = [];
    private readonly ServiceTally tally;
    private readonly RequestLengths inputs, outputs;
    private readonly WindowScore score;
    private readonly Underway underway = new();
    private readonly Dictionary<int, Stack<BatchScheduler>> idle = [];
    private readonly SortedDictionary<int, ReplicaChange> serving = [];
    private readonly List<Lane> lanes = [], draining = [];
    private readonly List<Lane>[] near;
    private readonly List<long> limbo = [], evicted = [];
    // Seconds that a long answer takes at the pace that is promised, or at that of a slow machine where none is.
    private readonly double lifetime;
    private int known;
    private double able;
    private Generator random;
    private Window window;

    private sealed record Lane(int Node, int Pool, double Weight, BatchScheduler Scheduler, double Since);

    public ServicePlay(Stage stage, int service, IReadOnlyList<ReplicaChange> changes, ProofCase circumstances, IReadOnlyList<(int Api, double From, double To)>? withoutApi = null)
    {
        this.withoutApi = withoutApi ?? [];
        (this.stage, this.changes, this.circumstances) = (stage, changes, circumstances);
        var workload = stage.Services[service];
        mandate = stage.Mandate.Services[service];
        tally = new(stage.Horizon.Months, stage.Makes.Length);
        (inputs, outputs) = (RequestLengths.Of(workload.Input), RequestLengths.Of(workload.Output));
        near = [.. mandate.UserShares.Select(_ => new List<Lane>())];
        score = new(tally, workload.ServiceLevel);
        lifetime = workload.Output.Mean * (workload.ServiceLevel.Tpot?.Limit.TotalSeconds ?? 0.05);
    }

    /// <summary>Plays the windows, in order of time.</summary>
    public ServiceTally Play(IReadOnlyList<Window> windows, WindowRule rule, ulong seed)
    {
        var (at, index) = (0, 0);
        foreach (var next in windows)
        {
            window = next;
            var from = WarmFrom(rule);
            // Windows can overlap: the record is walked from its beginning where one lies before the last.
            if (at > 0 && changes[at - 1].Seconds > from)
            {
                serving.Clear();
                at = 0;
            }

            for (; at < changes.Count && changes[at].Seconds <= from; at++) Note(changes[at]);
            random = Streams.Of(seed, mandate.Workload, index++);
            PlayWindow(from, at);
        }

        return tally;
    }

    // A queue that builds up over hours is not there a minute and a half after an empty start. Where what serves can do less than is asked for, the play begins when that began, as far as
    // requests allow.
    private double WarmFrom(WindowRule rule)
    {
        var from = window.From - Math.Max(rule.WarmSeconds, rule.Whole ? 0 : rule.WarmAnswers * lifetime);
        if (rule.Whole) return Math.Max(0, from);
        // The queue of a flow that began empty at a moment is what has come since then less what could be answered: it is longest for the moment since which it was never empty.
        var (at, budget, begin, queue, longest) = (window.From, rule.WarmRequests, window.From, 0.0, 0.0);
        while (at > Math.Max(0, window.From - LongestWarm) && budget >= 1)
        {
            var hour = Math.Floor((at - 1e-6) / 3600) * 3600;
            var rate = mandate.Expected(stage.Horizon, hour) * circumstances.Demand;
            var since = Math.Max(hour, at - (budget / Math.Max(1e-9, rate)));
            budget -= (at - since) * rate;
            queue += (at - since) * (rate - Able(hour + 1));
            at = since;
            if (queue > longest + 1e-9) (longest, begin) = (queue, at);
        }

        return Math.Max(0, Math.Min(from, begin));
    }

    // Queues of yesterday are gone.
    private const double LongestWarm = 86_400;

    // Requests a second that what serves at a moment can answer as the plan reckons, as slow as it is.
    private double Able(double now)
    {
        while (known < changes.Count && changes[known].Seconds <= now) Turn(changes[known++], 1);
        while (known > 0 && changes[known - 1].Seconds > now) Turn(changes[--known], -1);
        return able;
    }

    private void Turn(in ReplicaChange change, int sign) =>
        able += sign * (change.Kind == ReplicaChangeKind.Serves ? 1 : -1) * stage.Mandate.Pools[change.Pool].Rate / change.Slowness;

    private void Note(in ReplicaChange change)
    {
        if (change.Kind == ReplicaChangeKind.Serves) serving[change.Node] = change;
        else serving.Remove(change.Node);
    }

    private void PlayWindow(double from, int at)
    {
        score.Open(window);
        foreach (var (_, replica) in serving) Open(replica, from);
        Sort();
        var now = from;
        var hourEnds = from;
        var rate = 0.0;
        apis.Clear();
        const double afterwards = 60;
        while (true)
        {
            if (now >= hourEnds)
            {
                rate = mandate.Expected(stage.Horizon, now) * circumstances.Demand;
                hourEnds = withoutApi.SelectMany(w => new[] { w.From, w.To }).Where(edge => edge > now).Append((Math.Floor(now / 3600) + 1) * 3600).Min();
                ShareOut(rate, now);
            }

            var arrives = rate > 0 ? now + (random.Exponential() / rate) : double.PositiveInfinity;
            var changed = at < changes.Count ? changes[at].Seconds : double.PositiveInfinity;
            var next = Math.Min(Math.Min(arrives, changed), hourEnds);
            if (next >= window.To && (underway.Counted == 0 || next > window.To + afterwards)) break;
            now = next;
            if (now >= hourEnds) continue;
            if (changed <= arrives)
            {
                Change(changes[at++], now);
                ShareOut(rate, now);
            }
            else
            {
                Arrive(now);
            }

            if (now >= window.To && underway.Counted > 0)
            {
                // What is asked for now only keeps the others company.
                foreach (var lane in lanes) Advance(lane, now);
            }
        }

        Close(Math.Max(now, window.To));
    }

    // What instances have no room for goes to APIs, as far as the plan buys it and they may be used.
    private void ShareOut(double rate, double now)
    {
        if (mandate.Apis.IsEmpty) return;
        apis.Clear();
        if (rate <= 0) return;
        var upTo = 0.0;
        double Most(int api) => withoutApi.Any(w => w.Api == api && w.From <= now && now < w.To) ? 0 : stage.Mandate.Pools[api].MostAt(window.Month);
        foreach (var (api, sent) in mandate.Overflows(rate, lanes.Sum(l => l.Weight), Most)) apis.Add((api, upTo += sent / rate));
    }

    private void Change(in ReplicaChange change, double now)
    {
        var node = change.Node;
        if (change.Kind == ReplicaChangeKind.Serves)
        {
            Open(change, now);
        }
        else
        {
            foreach (var lane in lanes.Where(l => l.Node == node).ToList())
            {
                lanes.Remove(lane);
                Advance(lane, now);
                if (change.Kind == ReplicaChangeKind.Drains)
                {
                    draining.Add(lane);
                    continue;
                }

                lane.Scheduler.Evict(evicted);
                Give(lane);
            }
        }

        Sort();
        foreach (var tag in evicted)
        {
            tally.Retried++;
            Send((int)tag, now);
        }

        evicted.Clear();
        if (lanes.Count == 0 || limbo.Count == 0) return;
        var waiting = limbo.ToArray();
        limbo.Clear();
        foreach (var tag in waiting) Send((int)tag, now);
    }

    private void Open(in ReplicaChange replica, double now)
    {
        var (pool, make) = (stage.Mandate.Pools[replica.Pool], stage.Makes[replica.Pool]);
        if (!idle.TryGetValue(replica.Pool, out var spare)) idle[replica.Pool] = spare = new();
        for (var i = 0; i < pool.Replicas; i++)
        {
            var scheduler = spare.Count > 0 ? spare.Pop() : new BatchScheduler(make.Replica!, make.Scheduler);
            scheduler.Clear(now);
            scheduler.Slowness = replica.Slowness;
            lanes.Add(new(replica.Node, replica.Pool, pool.Rate / pool.Replicas, scheduler, now));
        }
    }

    private void Give(Lane lane)
    {
        var seconds = Math.Max(0, lane.Scheduler.Now - lane.Since);
        // Time counts for the time that the window stands for, as its requests do.
        tally.LaneSeconds[lane.Pool] += seconds * window.Weight;
        tally.BusySeconds[lane.Pool] += Math.Min(seconds, lane.Scheduler.BusySeconds) * window.Weight;
        tally.Joules[lane.Pool] += lane.Scheduler.Joules * window.Weight;
        idle[lane.Pool].Push(lane.Scheduler);
    }

    private void Sort()
    {
        for (var group = 0; group < near.Length; group++)
        {
            near[group].Clear();
            foreach (var lane in lanes)
                if ((stage.Mandate.Pools[lane.Pool].Users >> group & 1) == 1) near[group].Add(lane);
            // Where nothing near is left, what is far must do.
            if (near[group].Count == 0) near[group].AddRange(lanes);
        }
    }

    private void Arrive(double now)
    {
        var group = 0;
        if (near.Length > 1)
        {
            var at = random.Unit();
            while (group + 1 < near.Length && (at -= mandate.UserShares[group]) > 0) group++;
        }

        var slot = underway.Add(new()
        {
            Arrival = now, Input = inputs.Draw(ref random), Output = outputs.Draw(ref random), Group = group, Counts = now >= window.From && now < window.To,
        });
        tally.Offered++;
        if (apis.Count > 0 && random.Unit() is var drawn && drawn < apis[^1].UpTo) ByApi(slot, apis.Find(a => drawn < a.UpTo).Api);
        else Send(slot, now);
    }

    private void ByApi(int slot, int api)
    {
        tally.SentToApi++;
        if (underway[slot].Counts)
        {
            score.Count();
            score.CountByApi();
            var kept = stage.Makes[api].Promised!.InOrder;
            for (var i = 0; i < 3; i++)
                if (kept[i] is not { } objective || random.Unit() <= objective.Percentile / 100) score.Met((ObjectiveKind)i);
        }

        underway.Remove(slot);
    }

    private void Send(int slot, double now)
    {
        ref var request = ref underway[slot];
        var choice = near[request.Group];
        if (choice.Count == 0)
        {
            limbo.Add(slot);
            return;
        }

        var policy = stage.Mandate.Policy;
        Lane? best = null;
        var least = double.PositiveInfinity;
        var all = choice.Count <= policy.ChooseAmongAll;
        var looked = all ? choice.Count : policy.Choices;
        for (var i = 0; i < looked; i++)
        {
            var lane = choice[all ? i : (int)(random.Unit() * choice.Count) % choice.Count];
            Advance(lane, now);
            var load = (lane.Scheduler.Outstanding + 1) / lane.Weight;
            if (load < least) (best, least) = (lane, load);
        }

        var trips = stage.Makes[best!.Pool].RoundTrips;
        request.Trip = request.Group < trips.Length ? trips[request.Group] : 0;
        best.Scheduler.Offer(new(now, request.Input, request.Output), slot);
    }

    private void Advance(Lane lane, double now)
    {
        lane.Scheduler.AdvanceTo(now);
        var answered = lane.Scheduler.Answered;
        if (answered.Length == 0) return;
        foreach (ref readonly var answer in answered) Answer((int)answer.Tag, answer);
        lane.Scheduler.ForgetAnswered();
    }

    private void Answer(int slot, in AnsweredRequest answer)
    {
        ref readonly var request = ref underway[slot];
        underway.Remove(slot);
        if (double.IsNaN(answer.Finish)) tally.Rejected++;
        else tally.Answered++;
        if (!request.Counts) return;
        score.Count();
        if (double.IsNaN(answer.Finish))
        {
            score.Fail();
            return;
        }

        score.Time(ObjectiveKind.Ttft, answer.First - request.Arrival + request.Trip);
        if (answer.Output > 1) score.Time(ObjectiveKind.Tpot, (answer.Finish - answer.First) / (answer.Output - 1));
        else score.Met(ObjectiveKind.Tpot);
        score.Time(ObjectiveKind.EndToEnd, answer.Finish - request.Arrival + request.Trip);
    }

    private void Close(double now)
    {
        // Whoever is still waiting when arrivals end is answered in peace.
        foreach (var lane in lanes.Concat(draining).ToList())
        {
            while (lane.Scheduler.Outstanding > 0) lane.Scheduler.Work(double.PositiveInfinity);
            Advance(lane, Math.Max(now, lane.Scheduler.Now));
            Give(lane);
        }

        foreach (var tag in limbo)
        {
            tally.Unserved++;
            underway.Remove((int)tag);
            if (!underway[(int)tag].Counts) continue;
            score.Count();
            score.Fail();
        }

        limbo.Clear();
        lanes.Clear();
        draining.Clear();
        Sort();
        score.Close();
    }
}

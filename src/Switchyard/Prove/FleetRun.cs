using System.Collections.Immutable;
using Switchyard.Market;
using Switchyard.Operate;
using Switchyard.Performance.Simulate;

namespace Switchyard.Prove;

/// <summary>
/// A plan played over its whole horizon on a simulated fleet, through the controller: machines that are asked for, come, fail and go, jobs that run and are
/// interrupted, capacity that is away. Requests are not in it: how a service's replicas came and went is recorded, and
/// <see cref="ServicePlay"/> plays requests on the record. Events in the order (time, sequence); the same seed gives the same run.
/// </summary>
internal sealed partial class FleetRun
{
    private readonly Stage stage;
    private readonly ProofCase circumstances;
    private readonly FaultModel faults;
    private readonly SeedDraws draws;
    private readonly Controller controller;
    private readonly Weather weather;
    private readonly Agenda<Happening> queue = new();
    private readonly Dictionary<int, Node> nodes = [];
    private readonly Dictionary<string, JobRun> jobs = new(StringComparer.Ordinal);
    private readonly List<JobRun> allJobs = [];
    private readonly List<ReplicaChange>[] changes;
    private readonly List<(double Seconds, string Text)> noted = [];
    private readonly List<double>[] repairs;
    private readonly ServiceFlow[] flows;
    private readonly Books books;
    private readonly Presence[] presences;
    private readonly ChargeMeter charges;
    private readonly Peaks peaks;
    private readonly SortedDictionary<string, (int Times, double First, string Reason)> heldBack = new(StringComparer.Ordinal);
    private readonly int[] services;
    private readonly List<(ControllerEvent Happened, ImmutableArray<ControllerDecision> Decisions)>? log;
    private readonly bool metered;
    private Generator failing, slowing;
    private ControllerState state = new();
    private RunHash hash;
    private double now, lookAt = double.NaN;
    private long events;

    private FleetRun(Stage stage, ProofCase circumstances, SeedDraws draws, bool record)
    {
        (this.stage, this.circumstances, this.draws, faults) = (stage, circumstances, draws, circumstances.Faults);
        controller = new(stage.Mandate);
        weather = new(stage, circumstances, draws.Seed);
        books = new(stage);
        charges = new(stage, books);
        presences = [.. stage.Services.Select(s => new Presence(s.MinReplicas, s.Spread))];
        peaks = new(stage.Mandate.Caps);
        failing = Streams.Of(draws.Seed, "failures");
        slowing = Streams.Of(draws.Seed, "slow machines");
        var mandates = stage.Mandate.Services;
        changes = [.. mandates.Select(_ => new List<ReplicaChange>())];
        flows = [.. mandates.Select(m => new ServiceFlow(stage, m, circumstances.Demand, books))];
        repairs = [.. stage.Mandate.Pools.Select(_ => new List<double>())];
        services = new int[stage.Mandate.Pools.Length];
        Array.Fill(services, -1);
        for (var s = 0; s < mandates.Length; s++)
            foreach (var pool in mandates[s].Pools) services[pool] = s;
        metered = mandates.Any(m => !m.Apis.IsEmpty);
        if (record) log = [];
    }

    /// <summary>Plays a plan.</summary>
    /// <param name="stage">The plan, set up.</param>
    /// <param name="circumstances">The circumstances.</param>
    /// <param name="draws">What is drawn for the seed.</param>
    /// <param name="record">Whether to keep every event and what was decided.</param>
    public static FleetRecord Play(Stage stage, ProofCase circumstances, SeedDraws draws, bool record = false) => new FleetRun(stage, circumstances, draws, record).Play();

    private enum What
    {
        Look, Ready, Fails, JobArrives, JobEnds, JobFails, JobProgresses, FoundSlow, Down, Up,
    }

    private readonly record struct Happening(What What, int Id, int Epoch = 0, string? Job = null);

    private sealed class Node
    {
        public required int Id { get; init; }

        public required int Pool { get; set; }

        public required int Zone { get; init; }

        public required string? Job { get; set; }

        public required double From { get; set; }

        /// <summary>When it will work, once it is asked for.</summary>
        public double ReadyAt { get; set; }

        /// <summary>Changes with each use that it is put to, so that what was scheduled for another is known to be void.</summary>
        public int Epoch { get; set; }

        /// <summary>Whether its next failure is known.</summary>
        public bool IsFailing { get; set; }

        public required double Slow { get; init; }

        public required HourState State { get; set; }

        public required double Since { get; set; }

        public bool IsReady { get; set; }

        public bool InRun { get; set; }

        /// <summary>Since when it works on a pile.</summary>
        public double Joined { get; set; }
    }

    private FleetRecord Play()
    {
        Schedule();
        var last = stage.End + (90 * 86400.0);
        while (queue.Count > 0 && queue.NextTime <= last)
        {
            now = queue.Take(out var happening);
            if (now >= stage.End && !closed) Close();
            charges.Until(now);
            events++;
            Happen(happening);
            charges.Read(state);
            if (closed && jobs.Count == 0) break;
        }

        if (!closed) Close();
        now = Math.Max(now, stage.End);
        foreach (var node in nodes.Values.OrderBy(n => n.Id).ToList()) End(node);
        return new()
        {
            Books = books,
            Changes = changes,
            WithoutApi = [.. flows.Select(f => f.WithoutApi)],
            Jobs = allJobs,
            Noted = noted,
            Hash = hash.Text,
            Events = events,
            Log = log,
            Mandate = stage.Mandate,
            Presences = presences,
            Peaks = peaks,
            HeldBack = heldBack,
        };
    }

    private void Schedule()
    {
        var mandate = stage.Mandate;
        queue.Add(0, new(What.Look, 0));
        for (var month = 1; month < mandate.Horizon.Months; month++) queue.Add(mandate.Horizon.HoursBefore(month) * 3600, new(What.Look, 0));
        foreach (var service in mandate.Services)
        {
            var lead = mandate.Policy.LeadSeconds + service.Pools.Select(p => mandate.Pools[p].StartSeconds).DefaultIfEmpty(0).Max();
            var before = double.NaN;
            for (var hour = 0; hour < mandate.Horizon.TotalHours; hour++)
            {
                var expected = service.Expected(mandate.Horizon, hour * 3600.0);
                if (expected == before) continue;
                before = expected;
                // In time for a rise, at the change, and once the queue shows whether it sufficed.
                if ((hour * 3600.0) - lead > 0) queue.Add((hour * 3600.0) - lead + 1, new(What.Look, 0));
                queue.Add((hour * 3600.0) + 60, new(What.Look, 0));
                queue.Add((hour * 3600.0) + 600, new(What.Look, 0));
            }
        }

        foreach (var (job, i) in stage.Jobs.Select((j, i) => (j, i))) queue.Add(job.Arrives, new(What.JobArrives, i));
        for (var s = 0; s < weather.Supplies.Count; s++)
            if (weather.Supplies[s].FirstDown() is var down && !double.IsPositiveInfinity(down)) queue.Add(down, new(What.Down, s));
    }

    private void Happen(Happening happening)
    {
        switch (happening.What)
        {
            case What.Look when !closed: Tell(new Tick(now, Loads())); break;
            case What.Look: Tell(new Tick(now, [.. stage.Mandate.Services.Select(_ => default(ObservedLoad))])); break;
            case What.Ready when nodes.TryGetValue(happening.Id, out var node) && node.Epoch == happening.Epoch: Ready(node); break;
            case What.Fails when nodes.TryGetValue(happening.Id, out var node): Fail(node); break;
            case What.JobArrives:
                var job = new JobRun { Order = stage.Jobs[happening.Id], Left = stage.Jobs[happening.Id].Requests };
                jobs[job.Order.Id] = job;
                allJobs.Add(job);
                Tell(new JobArrived(now, job.Order));
                if (!job.Order.IsGang) queue.Add(now + ((job.Order.Deadline - now) / 8), new(What.JobProgresses, 0, 0, job.Order.Id));
                break;
            case What.JobEnds when jobs.TryGetValue(happening.Job!, out var ended) && ended.Epoch == happening.Epoch: EndJob(ended); break;
            case What.JobFails when jobs.TryGetValue(happening.Job!, out var failed) && failed.Epoch == happening.Epoch && failed.IsRunning:
                failed.Failures++;
                StopRun(failed, HourState.Waiting);
                Tell(new JobInterrupted(now, failed.Order.Id, "its software or its user"));
                break;
            case What.FoundSlow when jobs.TryGetValue(happening.Job!, out var slowed) && slowed.Epoch == happening.Epoch && slowed.IsRunning: Replace(slowed); break;
            case What.JobProgresses when jobs.TryGetValue(happening.Job!, out var pile):
                var end = pile.Pace(now, 0);
                if (pile.Rate > 0) queue.Add(end, new(What.JobEnds, 0, pile.Epoch, pile.Order.Id));
                Tell(new JobProgressed(now, pile.Order.Id, 1 - (pile.Left / pile.Order.Requests)));
                var window = pile.Order.Deadline - pile.Order.Arrives;
                if (jobs.ContainsKey(pile.Order.Id) && now < pile.Order.Deadline + (2 * window)) queue.Add(now + (window / 8), new(What.JobProgresses, 0, 0, pile.Order.Id));
                break;
            case What.Down: GoDown(happening.Id); break;
            case What.Up: ComeUp(happening.Id); break;
        }
    }

    private void Note(string text)
    {
        if (noted.Count < 2000) noted.Add((now, text));
    }

    private void Tell(ControllerEvent happened)
    {
        if (metered)
        {
            foreach (var flow in flows) flow.Until(now);
            happened = happened with { ByApi = [.. books.Meters] };
        }

        var decided = controller.Decide(state, happened);
        state = decided.State;
        log?.Add((happened, decided.Decisions));
        hash.Add(now);
        hash.Add(happened.GetType().Name);
        foreach (var decision in decided.Decisions) Carry(decision);
    }

    /// <summary>Carries a decision out.</summary>
    private void Carry(ControllerDecision decision)
    {
        switch (decision)
        {
            case StartInstance start:
                Add(1, start.Instance, start.Pool, start.Zone);
                Start(start);
                break;
            case DrainInstance drain when nodes.TryGetValue(drain.Instance, out var node):
                Add(2, drain.Instance, 0, 0);
                Serve(node, ReplicaChangeKind.Drains);
                End(node);
                break;
            case StopInstance stop when nodes.TryGetValue(stop.Instance, out var node):
                Add(3, stop.Instance, 0, 0);
                Serve(node, ReplicaChangeKind.Drains);
                Leave(node);
                End(node);
                break;
            case ReplaceInstance replace when nodes.TryGetValue(replace.Instance, out var node):
                Add(8, replace.Instance, 0, 0);
                Leave(node);
                End(node);
                if (stage.Mandate.Pools[node.Pool].IsStanding) repairs[MachinesOf(stage.Mandate.Pools[node.Pool])].Add(BackAt(node));
                break;
            case AssignInstance assign when nodes.TryGetValue(assign.Instance, out var node):
                Add(7, assign.Instance, assign.Pool, 0);
                Assign(node, assign);
                break;
            case RunJob run:
                Add(4, run.Pool, run.Instances.Length, run.Instances[0]);
                Run(run);
                break;
            case LookAgain look:
                Add(5, 0, 0, 0);
                // Many that are refused at once ask for one look.
                if (look.Seconds != lookAt) queue.Add(lookAt = look.Seconds, new(What.Look, 0));
                break;
            case HoldBack held:
                Add(6, held.Pool, 0, 0);
                if (held.Until < stage.End) queue.Add(held.Until, new(What.Look, 0));
                for (var s = 0; s < flows.Length; s++)
                    if (stage.Mandate.Services[s].Apis.Contains(held.Pool)) flows[s].CloseApi(held.Pool, now, held.Until);
                if (heldBack.TryGetValue(held.Limit, out var before))
                {
                    heldBack[held.Limit] = before with { Times = before.Times + 1 };
                    break;
                }

                heldBack[held.Limit] = (1, now, held.Reason);
                Note($"held back: {held.Reason}");
                break;
        }

        void Add(int kind, int a, int b, int c)
        {
            hash.Add(kind);
            hash.Add(((long)a << 32) | (uint)b);
            hash.Add(c);
        }
    }

    private ImmutableArray<ObservedLoad> Loads()
    {
        foreach (var flow in flows) flow.Until(now);
        return [.. flows.Select(f => new ObservedLoad(f.Rate(now), f.Backlog))];
    }

    private bool closed;

    /// <summary>The horizon ends: services are over, jobs that have begun are seen to their end.</summary>
    private void Close()
    {
        closed = true;
        var later = now;
        now = stage.End;
        charges.Until(now);
        charges.Leave();
        foreach (var presence in presences) presence.Until(now);
        foreach (var flow in flows) flow.Until(now);
        foreach (var node in nodes.Values.Where(n => services[n.Pool] >= 0).OrderBy(n => n.Id).ToList())
        {
            Serve(node, ReplicaChangeKind.Drains);
            End(node);
        }

        now = later;
    }
}

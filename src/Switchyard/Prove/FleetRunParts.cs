using Switchyard.Market;
using Switchyard.Operate;
using Switchyard.Performance;

namespace Switchyard.Prove;

/// <content>Machines, jobs and capacity.</content>
internal sealed partial class FleetRun
{
    private void Start(StartInstance start)
    {
        var pool = stage.Mandate.Pools[start.Pool];
        var delay = 0.0;
        if (weather.Missing(pool, start.Zone) is { } missing)
        {
            if (!pool.IsStanding)
            {
                // What cannot be had is told at the same time, after what else is decided now.
                queue.Add(now, new(What.Ready, ~start.Instance));
                nodes[~start.Instance] = new()
                {
                    Id = ~start.Instance, Pool = start.Pool, Zone = start.Zone, Job = missing.Cause, From = now, Slow = 1, State = HourState.Starting, Since = now,
                };
                return;
            }

            delay = missing.UpAt - now;
        }

        if (pool.IsStanding && repairs[MachinesOf(pool)] is { Count: > 0 } broken)
        {
            // What failed is back first; spares stand in for as many as there are.
            broken.Sort();
            var month = HorizonTime.MonthAt(stage.Horizon, now);
            var all = pool.Shared >= 0 ? stage.Mandate.Shared[pool.Shared].MostAt(month) : pool.MostAt(month);
            if (broken.Count > Math.Floor(faults.Spares * all)) delay = Math.Max(delay, broken[0] - now);
            broken.RemoveAt(0);
        }

        var slow = faults.SlowNodes > 0 && slowing.Unit() < faults.SlowNodes ? faults.SlowFactor : 1;
        nodes[start.Instance] = new()
        {
            Id = start.Instance, Pool = start.Pool, Zone = start.Zone, Job = start.Job, From = now, Slow = slow,
            State = delay > 0 ? HourState.Down : HourState.Starting, Since = now, ReadyAt = now + Math.Max(0, delay) + pool.StartSeconds,
        };
        peaks.Change(now, start.Pool, 1);
        queue.Add(nodes[start.Instance].ReadyAt, new(What.Ready, start.Instance));
    }

    // Pools that share machines share their repairs: they are kept with the first of them.
    private int MachinesOf(Pool pool) => pool.Shared >= 0 ? stage.Mandate.Shared[pool.Shared].Pools[0] : pool.Index;

    /// <summary>A machine is put to another use: it stops what it does, and works again when the new is loaded.</summary>
    private void Assign(Node node, AssignInstance assign)
    {
        var (before, pool) = (stage.Mandate.Pools[node.Pool], stage.Mandate.Pools[assign.Pool]);
        Serve(node, ReplicaChangeKind.Drains);
        Leave(node);
        // What is not there yet comes when it comes.
        var there = node.IsReady ? now : Math.Max(now, node.ReadyAt - before.SwitchSeconds);
        Mark(node, there > now ? node.State : HourState.Starting, now);
        books.Hold(before, node.From, now);
        peaks.Change(now, node.Pool, -1);
        (node.Pool, node.From, node.Job, node.IsReady, node.ReadyAt) = (assign.Pool, now, assign.Job, false, there + pool.SwitchSeconds);
        node.Epoch++;
        peaks.Change(now, node.Pool, 1);
        queue.Add(node.ReadyAt, new(What.Ready, node.Id, node.Epoch));
    }

    private void Ready(Node node)
    {
        var pool = stage.Mandate.Pools[node.Pool];
        if (node.Id < 0)
        {
            nodes.Remove(node.Id);
            Tell(new InstanceRefused(now, ~node.Id, node.Job!));
            return;
        }

        if (node.State == HourState.Down) Mark(node, HourState.Starting, Math.Max(node.Since, now - pool.StartSeconds));
        node.IsReady = true;
        Mark(node, services[node.Pool] >= 0 ? HourState.Useful : node.Job is null ? HourState.Idle : HourState.Waiting, now);
        Serve(node, ReplicaChangeKind.Serves);
        var rate = faults.NodeEventRate(pool.Accelerators);
        if (rate > 0 && !node.IsFailing)
        {
            node.IsFailing = true;
            queue.Add(now + (failing.Exponential() / rate), new(What.Fails, node.Id));
        }

        Tell(new InstanceReady(now, node.Id));
        if (!nodes.TryGetValue(node.Id, out var still) || still.InRun || node.Job is null) return;
        // A machine of a pile works as soon as it is there.
        if (jobs.TryGetValue(node.Job, out var job) && !job.Order.IsGang) Join(node, job);
    }

    private void Join(Node node, JobRun job)
    {
        (node.InRun, node.Joined) = (true, now);
        Mark(node, HourState.Useful, now);
        Paced(job, PaceOf(node));
    }

    private double PaceOf(Node node) => stage.Makes[node.Pool].PileRate / (draws.Slowness[node.Pool] * node.Slow);

    private void Paced(JobRun job, double change)
    {
        var end = job.Pace(now, change);
        if (!double.IsPositiveInfinity(end)) queue.Add(end, new(What.JobEnds, 0, job.Epoch, job.Order.Id));
    }

    private void Run(RunJob run)
    {
        var job = jobs[run.Job];
        if (!job.Order.IsGang)
        {
            foreach (var id in run.Instances)
            {
                nodes[id].Job = run.Job;
                Join(nodes[id], job);
            }

            return;
        }

        var pool = stage.Mandate.Pools[run.Pool];
        var make = stage.Makes[run.Pool];
        var slow = draws.Slowness[run.Pool] * run.Instances.Max(id => nodes[id].Slow);
        var accelerators = pool.Accelerators * run.Instances.Length;
        var loss = faults.NodeFailureRate(accelerators) + faults.JobFailureRate(accelerators)
            + (pool.Kind == PurchaseKind.Spot ? InterruptionsPerHour(make) / 3600 : 0);
        var interval = Reliability.CheckpointInterval(make.CheckpointSeconds, loss > 0 ? 1 / loss : double.PositiveInfinity);
        foreach (var id in run.Instances)
        {
            nodes[id].Job = run.Job;
            nodes[id].InRun = true;
            Mark(nodes[id], HourState.Useful, now);
        }

        // Each machine of a gang has its part of the data: what takes the place of one that is gone has to be brought it again.
        books.Bring(pool, (make.UsdPerLoad * job.Load(run.Instances)) + (job.Pool != run.Pool ? make.UsdPerRun : 0), now);
        var end = job.Start(now, run.Pool, [.. run.Instances], make.RunSeconds * slow, interval, make.CheckpointSeconds, faults.RestartSeconds);
        queue.Add(end, new(What.JobEnds, 0, job.Epoch, run.Job));
        // A gang goes at the pace of its slowest machine, which is found by how long each takes for its part of a step.
        if (pool.Gang > 1 && slow > draws.Slowness[run.Pool]) queue.Add(now + faults.FindSlowSeconds, new(What.FoundSlow, 0, job.Epoch, run.Job));
        var rate = faults.JobFailureRate(accelerators);
        if (rate > 0) queue.Add(now + (failing.Exponential() / rate), new(What.JobFails, 0, job.Epoch, run.Job));
    }

    private void Replace(JobRun job)
    {
        var slow = job.Nodes.Where(id => nodes.TryGetValue(id, out var node) && node.Slow > 1).ToList();
        if (slow.Count > 0) Note($"{slow.Count} × {stage.Mandate.Pools[job.Pool].Source} replaced: slower than the rest of {job.Order.Id}'s gang");
        foreach (var id in slow)
            if (nodes.TryGetValue(id, out var node)) Tell(new InstanceSlow(now, id, node.Slow));
    }

    // What was committed to before the plan is a provider's too: it puts another machine in its place.
    private double BackAt(Node node) => now + ((stage.Mandate.Pools[node.Pool].IsOwn ? faults.RepairHours : faults.ReplaceHours) * 3600);

    // As the plan reckons: over the region's measured zones, otherwise as it is assumed.
    private double InterruptionsPerHour(PoolMake make) => make.Spot.IsDefaultOrEmpty ? faults.SpotInterruptionsPerHour : make.Spot.Average(s => s.InterruptionsPerHour);

    /// <summary>Stops a gang's work: its time is booked by what became of it, the same for each machine.</summary>
    private void StopRun(JobRun job, HourState next, bool done = false)
    {
        var spent = job.Stop(now, done);
        foreach (var id in job.Nodes)
        {
            if (!nodes.TryGetValue(id, out var node) || !node.InRun) continue;
            node.InRun = false;
            books.Add(node.Pool, HourState.Useful, spent.Useful);
            books.Add(node.Pool, HourState.Lost, spent.Lost);
            books.Add(node.Pool, HourState.Checkpoint, spent.Checkpoint);
            books.Add(node.Pool, HourState.Restart, spent.Restart);
            (node.State, node.Since) = (next, now);
        }
    }

    private void EndJob(JobRun job)
    {
        if (job.Order.IsGang)
        {
            StopRun(job, HourState.Idle, done: true);
        }
        else
        {
            job.Pace(now, 0);
            foreach (var node in nodes.Values.Where(n => n.Job == job.Order.Id).OrderBy(n => n.Id)) Leave(node);
        }

        job.Ended = now;
        jobs.Remove(job.Order.Id);
        if (now > job.Order.Deadline) Note($"{job.Order.Id} ends {(now - job.Order.Deadline) / 3600:0.#} h late");
        foreach (var node in nodes.Values.Where(n => n.Job == job.Order.Id)) node.Job = null;
        Tell(new JobEnded(now, job.Order.Id));
    }

    /// <summary>A machine leaves the job that it works on.</summary>
    private void Leave(Node node)
    {
        if (!node.InRun || node.Job is null || !jobs.TryGetValue(node.Job, out var job)) return;
        if (job.Order.IsGang)
        {
            StopRun(job, HourState.Waiting);
            return;
        }

        node.InRun = false;
        books.Answer(stage.Mandate.Pools[node.Pool], PaceOf(node) * (now - node.Joined), now);
        Mark(node, HourState.Idle, now);
        Paced(job, -PaceOf(node));
    }

    private void Fail(Node node)
    {
        if (!node.IsReady)
        {
            // It fails as soon as it is put to work again.
            node.IsFailing = false;
            return;
        }

        List<Node> gone = [node];
        if (faults.SharedFate > 0 && failing.Unit() < faults.SharedFate)
        {
            // Machines behind the same switch: neighbours of the same pool and zone.
            var peers = nodes.Values.Where(n => n.Pool == node.Pool && n.Zone == node.Zone && n.IsReady).OrderBy(n => n.Id).ToList();
            var rack = peers.IndexOf(node) / faults.RackNodes;
            gone = [.. peers.Skip(rack * faults.RackNodes).Take(faults.RackNodes)];
        }

        Lose(gone, gone.Count > 1 ? "a switch failed" : "the machine failed", BackAt(node));
    }

    private void Lose(List<Node> gone, string cause, double? back)
    {
        Note($"{gone.Count} × {stage.Mandate.Pools[gone[0].Pool].Source} lost: {cause}");
        foreach (var node in gone)
        {
            if (!nodes.ContainsKey(node.Id)) continue;
            if (node.InRun && node.Job is { } name && jobs.TryGetValue(name, out var job)) job.Failures++;
            Leave(node);
            Serve(node, ReplicaChangeKind.IsLost);
            End(node);
            if (back is { } time && stage.Mandate.Pools[node.Pool].IsStanding) repairs[MachinesOf(stage.Mandate.Pools[node.Pool])].Add(time);
            Tell(new InstanceLost(now, node.Id, cause));
        }
    }

    private void GoDown(int index)
    {
        var supply = weather.Supplies[index];
        var up = supply.UpAfter(now);
        queue.Add(up, new(What.Up, index));
        (supply.IsUp, supply.UpAt) = (up - now < supply.RideThrough, up);
        if (supply.IsUp || !supply.Takes) return;
        var gone = nodes.Values.Where(n => n.Id >= 0 && weather.Hangs(n.Pool, n.Zone, index)).OrderBy(n => n.Id).ToList();
        if (gone.Count > 0) Lose(gone, supply.Cause, null);
    }

    private void ComeUp(int index)
    {
        var supply = weather.Supplies[index];
        supply.IsUp = true;
        if (supply.DownAfter(now) is var down && !double.IsPositiveInfinity(down)) queue.Add(down, new(What.Down, index));
    }

    private void Mark(Node node, HourState next, double at)
    {
        books.Add(node.Pool, node.State, at - node.Since);
        (node.State, node.Since) = (next, at);
    }

    private void Serve(Node node, ReplicaChangeKind kind)
    {
        var service = services[node.Pool];
        if (service < 0 || !node.IsReady) return;
        var slow = draws.Slowness[node.Pool] * node.Slow;
        var pool = stage.Mandate.Pools[node.Pool];
        var sign = kind == ReplicaChangeKind.Serves ? 1 : -1;
        flows[service].Change(now, pool, sign * (pool.Rate / slow), sign * pool.Rate);
        if (!closed) presences[service].Change(now, pool.Provider, pool.Region, node.Zone, node.Id, kind == ReplicaChangeKind.Serves ? pool.Replicas : -pool.Replicas);
        changes[service].Add(new(now, kind, node.Id, node.Pool, slow));
    }

    /// <summary>A machine is given back or gone: its time is booked and billed.</summary>
    private void End(Node node)
    {
        if (!nodes.Remove(node.Id)) return;
        if (node.Id < 0) return;
        peaks.Change(now, node.Pool, -1);
        Mark(node, node.State, now);
        books.Hold(stage.Mandate.Pools[node.Pool], node.From, now);
    }
}

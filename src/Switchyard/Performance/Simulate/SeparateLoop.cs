using Switchyard.Market;
using Switchyard.Performance.Measured;

namespace Switchyard.Performance.Simulate;

/// <summary>
/// A closed loop over replicas that prefill and replicas that decode, all of them simulated beside each other: a client's request goes to the replicas that
/// prefill in turn, its keys and values travel, the replicas that decode take it in turn, and its client sends the next when it is answered. Always the replica
/// furthest behind moves on, to the moment of the next, so that nothing comes to one in its past.
/// </summary>
internal sealed class SeparateLoop
{
    private readonly BatchScheduler[] prefill, decode;
    private readonly Collective link;
    private readonly Replica worker, answerer;

    /// <summary>Prepares the replicas.</summary>
    /// <param name="run">The run, with its own replicas for prefill.</param>
    /// <param name="worker">A replica that prefills.</param>
    /// <param name="answerer">A replica that decodes.</param>
    /// <param name="accelerator">The accelerator.</param>
    /// <param name="factors">The efficiency reached.</param>
    public SeparateLoop(ServingRun run, Replica worker, Replica answerer, Accelerator accelerator, EfficiencyFactors factors)
    {
        (this.worker, this.answerer) = (worker, answerer);
        var context = run.Input.Mean + run.Output.Mean;
        var before = SchedulerLimits.Of(worker, run.Prefill!, context, factors) with { ColdSeconds = worker.ColdSeconds, ArrivalSeconds = factors.SeparateArrivalSeconds };
        var after = SchedulerLimits.Of(answerer, run.Deployment, context, factors) with { PrefilledElsewhere = true, ArrivalSeconds = 0, TokenSeconds = 0 };
        prefill = [.. Enumerable.Range(0, run.PrefillReplicas).Select(_ => new BatchScheduler(worker, before))];
        decode = [.. Enumerable.Range(0, run.Replicas).Select(_ => new BatchScheduler(answerer, after))];
        link = Collective.Hop(accelerator, (run.PrefillReplicas * run.Prefill!.Accelerators) + (run.Replicas * run.Deployment.Accelerators), factors);
    }

    /// <summary>Times to first token, per output token and to the last, seconds, in the order of sending; NaN for a request that never fits.</summary>
    /// <param name="clients">Clients; at least 1.</param>
    /// <param name="requests">Requests in all.</param>
    /// <param name="inputs">Prompt lengths.</param>
    /// <param name="outputs">Answer lengths.</param>
    /// <param name="seed">Of the lengths.</param>
    public (double[] Ttft, double[] Tpot, double[] EndToEnd) Serve(int clients, int requests, RequestLengths inputs, RequestLengths outputs, ulong seed)
    {
        var generator = new Generator(seed);
        var (ttft, tpot, whole) = (new double[requests], new double[requests], new double[requests]);
        var shapes = new RequestShape[requests];
        var travelling = new PriorityQueue<int, double>();
        var (sent, taken, open) = (0, 0, 0);
        var ahead = worker.Step(inputs.Least, inputs.Least / 2.0, 0, 0, 1);
        for (var i = 0; i < Math.Min(clients, requests); i++) Send(0);
        while (open > 0)
        {
            // What has been prefilled is handed on once no replica that prefills can still end something earlier.
            var (behind, first, _) = Behind(prefill);
            while (travelling.TryPeek(out var next, out var at) && at <= first)
            {
                travelling.Dequeue();
                decode[taken++ % decode.Length].Offer(shapes[next] with { Arrival = at, Cached = 0 }, next);
            }

            // Nor does one that decodes go on past the moment at which an answer of another could have led to the next request for it.
            var (slowest, now, others) = Behind(decode);
            if (slowest is not null && now < first) Decode(slowest, Math.Min(first, others + ahead));
            else Prefill(behind!);
        }

        return (ttft, tpot, whole);

        void Send(double seconds)
        {
            shapes[sent] = new(seconds, inputs.Draw(ref generator), outputs.Draw(ref generator));
            prefill[sent % prefill.Length].Offer(shapes[sent] with { Output = 1 }, sent);
            (sent, open) = (sent + 1, open + 1);
        }

        void Prefill(BatchScheduler replica)
        {
            replica.Work(double.PositiveInfinity);
            foreach (ref readonly var done in replica.Answered)
            {
                var request = (int)done.Tag;
                if (double.IsNaN(done.Finish)) Lose(request, replica.Now);
                else travelling.Enqueue(request, done.Finish + Transfer(shapes[request].Input));
            }

            replica.ForgetAnswered();
        }

        void Decode(BatchScheduler replica, double until)
        {
            replica.Work(until);
            foreach (ref readonly var done in replica.Answered)
            {
                var request = (int)done.Tag;
                if (double.IsNaN(done.Finish))
                {
                    Lose(request, replica.Now);
                    continue;
                }

                (ttft[request], whole[request]) = (done.First - shapes[request].Arrival, done.Finish - shapes[request].Arrival);
                tpot[request] = done.Output > 1 ? (done.Finish - done.First) / (done.Output - 1) : double.NaN;
                open--;
                if (sent < requests) Send(done.Finish);
            }

            replica.ForgetAnswered();
        }

        void Lose(int request, double now)
        {
            (ttft[request], tpot[request], whole[request]) = (double.NaN, double.NaN, double.NaN);
            open--;
            if (sent < requests) Send(now);
        }
    }

    /// <summary>The replica with work that is furthest behind, its time, and that of the next; infinity where there is none.</summary>
    private static (BatchScheduler? Replica, double Now, double Next) Behind(BatchScheduler[] replicas)
    {
        BatchScheduler? slowest = null;
        var (now, next) = (double.PositiveInfinity, double.PositiveInfinity);
        foreach (var replica in replicas)
        {
            if (replica.Outstanding == 0) continue;
            if (replica.Now < now) (slowest, now, next) = (replica, replica.Now, now);
            else next = Math.Min(next, replica.Now);
        }

        return (slowest, now, next);
    }

    private double Transfer(int input) => link.LatencySeconds + (link.SecondsPerByte * Math.Max(worker.KvBytesOf(input), answerer.KvBytesOf(input)));
}

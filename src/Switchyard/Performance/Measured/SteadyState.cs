using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Performance.Simulate;

namespace Switchyard.Performance.Measured;

/// <summary>
/// A closed loop in balance, in closed form: what a long run with so many clients settles to. A few hundred times cheaper than the simulation, whose mean
/// time per output token it meets within a few percent; fits are made with it.
/// </summary>
public static class SteadyState
{
    // To within a hundred-thousandth of the range.
    private const int Halvings = 17;

    /// <summary>Mean seconds per output token; NaN where the model does not fit.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="input">Mean prompt, tokens.</param>
    /// <param name="output">Mean answer, tokens; above 1.</param>
    /// <param name="clients">Clients; at least 1.</param>
    /// <param name="budget">Most tokens in a step.</param>
    public static double Tpot(Replica replica, double input, double output, double clients, double budget)
    {
        var traffic = new Traffic(TokenLengths.Constant(input), TokenLengths.Constant(output));
        var room = replica.KvTokens(traffic.Context) / traffic.Context;
        if (!(room >= 1) || !(traffic.Decodes > 0)) return double.NaN;
        var batch = Math.Min(clients, room);
        var balance = Balance.OfBatch(replica, traffic, batch, batch, budget);
        for (var i = 0; i < 5; i++)
        {
            // A client is decoding except while it waits for its first token.
            var first = replica.Step(Math.Min(input, budget), input / 2, batch, traffic.Context) * Math.Max(1, input / budget);
            var decoding = traffic.Decodes * balance.StepSeconds;
            batch = Math.Min(room, Math.Max(Math.Min(1, clients), clients * decoding / (decoding + first + (balance.StepSeconds / 2))));
            balance = Balance.OfBatch(replica, traffic, batch, batch, budget);
        }

        return balance.StepSeconds;
    }

    /// <summary>
    /// Mean times of a closed loop over replicas that prefill and replicas that decode: a network of two stations. Prefill is a queue with as many servers as
    /// replicas; in decode each replica holds its share of the requests. The first answers of all clients are prefilled at once, which their mean time
    /// to first token remembers.
    /// </summary>
    /// <param name="run">The run; with its own replicas for prefill.</param>
    /// <param name="prefill">A replica that prefills.</param>
    /// <param name="decode">A replica that decodes.</param>
    /// <param name="factors">The efficiency reached.</param>
    /// <returns>Mean time to first token and per output token, seconds; NaN where the model does not fit.</returns>
    public static (double Ttft, double Tpot) Disaggregated(ServingRun run, Replica prefill, Replica decode, EfficiencyFactors factors)
    {
        var loop = (ClosedLoop)run.Load;
        var (input, output) = (run.Input.Mean, run.Output.Mean);
        // A prompt is worked on by one rank of data-parallel attention, in steps of the budget; a step takes as many as the ranks' budgets hold.
        var (ranks, budget) = (prefill.DataParallel, factors.TokenBudget);
        var most = ranks * Math.Max(1, Math.Floor(budget / input));
        double Prefill(double prompts) => prefill.Step(prompts * Math.Min(input, budget), input / 2, 0, 0, prompts) * Math.Max(1, input / budget);
        var each = Prefill(most) / most;
        var context = input + (output / 2);
        var room = decode.KvTokens(context) / context;
        if (!(room >= 1) || !(prefill.KvBytes > 0)) return (double.NaN, double.NaN);
        var highest = run.PrefillReplicas / each;
        var (low, high) = (0.0, highest);
        for (var i = 0; i < Halvings; i++)
        {
            var rate = (low + high) / 2;
            var batch = Batch(rate);
            if ((rate * Before(rate)) + (batch * run.Replicas) < loop.Concurrency) low = rate;
            else high = rate;
        }

        double Step(double batch) => decode.Step(0, 0, batch, context);
        // From arrival to the end of the prompt: what is left of the step that is on, the queue (M/D/c), and the own step with all that came in between.
        double Before(double rate)
        {
            var busy = rate / highest;
            if (!(busy < 0.999)) return 1e3;
            var together = 1.0;
            for (var i = 0; i < 8; i++) together = Math.Clamp(rate / run.PrefillReplicas * Prefill(together), 1, most);
            var step = Prefill(together);
            return (Math.Min(1, rate / run.PrefillReplicas * step) * step / 2) + (busy * busy * each / (2 * run.PrefillReplicas * (1 - busy))) + step;
        }

        double Batch(double rate)
        {
            // Requests of a replica that decode: N = rate/W × steps × T(N), by halving.
            var (a, b) = (0.0, Math.Min(room, loop.Concurrency));
            for (var i = 0; i < Halvings; i++)
            {
                var n = (a + b) / 2;
                if (n < rate / run.Replicas * (output - 1) * Step(n)) a = n;
                else b = n;
            }

            return (a + b) / 2;
        }

        var settled = Batch(low);
        var tpot = Step(settled);
        var alone = Prefill(1);
        var queue = Math.Max(0, (loop.Concurrency / low) - alone - ((output - 1) * tpot));
        var burst = loop.Concurrency * each / (2 * run.PrefillReplicas);
        var share = Math.Min(1, loop.Concurrency / (double)loop.Requests);
        // Keys and values travel once the prompt is worked on.
        var hop = Collective.Hop(prefill.Accelerator, (run.PrefillReplicas * run.Prefill!.Accelerators) + (run.Replicas * run.Deployment.Accelerators), factors);
        var transfer = hop.LatencySeconds + (prefill.KvBytesOf(input) * hop.SecondsPerByte);
        return (factors.SeparateArrivalSeconds + (factors.ArrivalTokenSeconds * input) + transfer + alone + (share * Math.Max(burst, queue)) + ((1 - share) * queue) + tpot, tpot);
    }
}

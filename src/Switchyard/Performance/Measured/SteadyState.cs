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
        var budget = factors.TokenBudget * prefill.DataParallel;
        // What one prompt keeps a replica busy for when prompts share full steps, and what it takes alone.
        var together = Math.Max(1, Math.Floor(budget / input));
        var alone = prefill.Step(Math.Min(input, budget), input / 2, 0, 0) * Math.Max(1, input / budget);
        var each = prefill.Step(together * Math.Min(input, budget), input / 2, 0, 0) * Math.Max(1, input / budget) / together;
        var context = input + (output / 2);
        var room = decode.KvTokens(context) / context;
        if (!(room >= 1) || !(prefill.KvBytes > 0)) return (double.NaN, double.NaN);
        var most = run.PrefillReplicas / each;
        var (low, high) = (0.0, most);
        for (var i = 0; i < Halvings; i++)
        {
            var rate = (low + high) / 2;
            var batch = Batch(rate);
            if ((rate * (alone + Wait(rate))) + (batch * run.Replicas) < loop.Concurrency) low = rate;
            else high = rate;
        }

        double Step(double batch) => decode.Step(0, 0, batch, context);
        double Wait(double rate) => rate / most is var busy && busy < 0.999 ? busy * each / (2 * run.PrefillReplicas * (1 - busy)) : 1e3;
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
        var queue = Math.Max(0, (loop.Concurrency / low) - alone - ((output - 1) * tpot));
        var burst = loop.Concurrency * each / (2 * run.PrefillReplicas);
        var share = Math.Min(1, loop.Concurrency / (double)loop.Requests);
        return (factors.ArrivalOf(run.Deployment.Engine) + (factors.ArrivalTokenSeconds * input) + alone + (share * Math.Max(burst, queue)) + ((1 - share) * queue) + tpot, tpot);
    }
}

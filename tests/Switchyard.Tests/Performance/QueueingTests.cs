using Switchyard.Demand;
using Switchyard.Performance;
using Switchyard.Performance.Simulate;
using static Switchyard.Tests.Performance.Fixtures;

namespace Switchyard.Tests.Performance;

/// <summary>
/// The scheduler that plans are proven with, made into the queues that have formulas. All costs of a step but one are taken away: with a fixed cost of a step it
/// serves as many requests at once as its batch has places, each at the same speed (M/D/1, M/M/c); with a cost of each running request it shares itself among
/// them (M/G/1-PS). Formulas: Gross and Harris, Fundamentals of Queueing Theory; Kleinrock, Queueing Systems II (processor sharing). They are taken at the load
/// that was drawn, not at the one that was meant, which leaves less to chance.
/// </summary>
public sealed class QueueingTests
{
    private const int Requests = 400_000, Seeds = 4;

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.7)]
    public void Constant_service_waits_as_in_M_D_1(double load)
    {
        const double service = 0.25;
        Ratio(seed =>
        {
            var (arrivals, gap) = Drawn(service / load, seed, _ => 1);
            var waited = Simulator(Factors with { StepSeconds = service }, new() { MaxSequences = 1 }).Answer(arrivals).Ttft.Mean - service;
            // The same requests by Lindley's recursion: no chance is left between the two.
            waited.ShouldBe(Recursion(arrivals, 1, service), 1e-9);
            var rho = service / gap;
            return waited / (rho * service / (2 * (1 - rho)));
        }).ShouldBe(1, 0.01);
    }

    [Theory]
    [InlineData(1, 0.5)]
    [InlineData(4, 0.6)]
    [InlineData(16, 0.7)]
    public void Exponential_service_waits_as_in_M_M_c(int servers, double load)
    {
        // A thousand steps on average: geometric lengths of so many steps are as good as exponential.
        const double step = 0.001, mean = 1_000;
        Ratio(seed =>
        {
            var (arrivals, gap) = Drawn(step * mean / (servers * load), seed, random => (int)Math.Ceiling(-mean * Math.Log(1 - random.NextDouble())));
            var began = Simulator(Factors with { StepSeconds = step }, new() { MaxSequences = servers }).Answer(arrivals).Ttft.Mean - step;
            var service = step * arrivals.Average(r => (double)r.Output);
            var offered = service / gap;
            // Where others are served already, a request begins with their next step: half a step later on average.
            var waited = began - (step / 2 * (1 - Empty(servers, offered)));
            waited.ShouldBe(Recursion(arrivals, servers, step), 0.005 * waited);
            return waited / (ErlangC(servers, offered) * service / (servers - offered));
        }).ShouldBe(1, 0.01);
    }

    [Theory]
    [InlineData(0.5, 0.1)]
    [InlineData(0.7, 0.02)]
    public void Whatever_the_service_times_sharing_takes_the_mean_over_what_is_idle(double load, double share)
    {
        // Most requests are short and a few forty times as long: first come, first served would wait far longer.
        const double each = 1e-4;
        const int brief = 1_000, lengthy = 40_000;
        var mean = each * (((1 - share) * brief) + (share * lengthy));
        Ratio(seed =>
        {
            var (arrivals, gap) = Drawn(mean / load, seed, random => 1 + (random.NextDouble() < share ? lengthy : brief));
            var took = Simulator(Factors with { RequestSeconds = each }, new() { MaxSequences = 100_000, TokenBudget = 1_000_000 }).Answer(arrivals).EndToEnd.Mean;
            // The first token is made with the prompt, which costs nothing here.
            var service = each * arrivals.Average(r => r.Output - 1.0);
            return took / (service / (1 - (service / gap)));
        }).ShouldBe(1, 0.01);
    }

    private static double Ratio(Func<int, double> of) => Enumerable.Range(1, Seeds).Average(of);

    private static readonly EfficiencyFactors Factors = EfficiencyFactors.Default with
    {
        Matrix16 = 1e15, Attention = 1e15, WeightBandwidth = 1e15, CacheBandwidth = 1e15, LayerSeconds = 0, StepSeconds = 0, RequestSeconds = 0, WaitingRequestSeconds = 0, PromptLayerSeconds = 0,
        RequestLayerSeconds = 0, OnChipBytesPerSecond = 1e40, SustainedFlopsPerWatt = 1e40, AheadSteps = 1,
    };

    private static ReplicaSimulator Simulator(EfficiencyFactors factors, SchedulerLimits limits) =>
        new(new(Llama8, Precision.Bf16, A100, 1, factors), limits);

    /// <summary>Requests at random with a prompt of one token, and the mean time between them that came out.</summary>
    private static (RequestShape[] Arrivals, double Gap) Drawn(double gap, int seed, Func<Random, int> output)
    {
        var random = new Random(seed);
        var arrivals = new RequestShape[Requests];
        var now = 0.0;
        for (var i = 0; i < Requests; i++)
        {
            now -= gap * Math.Log(1 - random.NextDouble());
            arrivals[i] = new(now, 1, output(random));
        }

        return (arrivals, now / Requests);
    }

    /// <summary>The chance that all servers are busy, by the recursion of Erlang's B formula.</summary>
    private static double ErlangC(int servers, double offered)
    {
        var blocked = 1.0;
        for (var n = 1; n <= servers; n++) blocked = offered * blocked / (n + (offered * blocked));
        return blocked / (1 - (offered / servers * (1 - blocked)));
    }

    /// <summary>The chance that no server is busy.</summary>
    private static double Empty(int servers, double offered)
    {
        var (sum, term) = (0.0, 1.0);
        for (var n = 0; n < servers; n++)
        {
            sum += term;
            term *= offered / (n + 1);
        }

        return 1 / (sum + (term * servers / (servers - offered)));
    }

    /// <summary>Mean wait of the same requests before servers in continuous time: each goes to the server that is free first (Kiefer and Wolfowitz).</summary>
    private static double Recursion(RequestShape[] arrivals, int servers, double step)
    {
        var free = new PriorityQueue<double, double>();
        for (var i = 0; i < servers; i++) free.Enqueue(0, 0);
        var waited = 0.0;
        foreach (var request in arrivals)
        {
            var begin = Math.Max(request.Arrival, free.Dequeue());
            waited += begin - request.Arrival;
            var end = begin + (step * request.Output);
            free.Enqueue(end, end);
        }

        return waited / arrivals.Length;
    }
}

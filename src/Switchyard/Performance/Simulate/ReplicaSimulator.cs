namespace Switchyard.Performance.Simulate;

/// <summary>Answers requests on one replica and says how long they took: the scheduler of <see cref="BatchScheduler"/> from the first request to the last.</summary>
public sealed class ReplicaSimulator
{
    private readonly TimeHistogram gaps = new();
    private readonly BatchScheduler scheduler;
    private double[] arrival = [], first = [], finish = [];
    private int[] output = [];
    private Memory<double> firstTimes, wholeTimes, paceTimes;
    private int total;

    /// <summary>Prepares a replica.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="limits">Its scheduler's limits.</param>
    public ReplicaSimulator(Replica replica, SchedulerLimits limits) => scheduler = new(replica, limits, gaps);

    /// <summary>Where the steps are counted; null for nowhere.</summary>
    public StepTally? Tally
    {
        get => scheduler.Tally;
        init => scheduler.Tally = value;
    }

    /// <summary>Requests at the start that count in no time, while the batch fills; at most half of them.</summary>
    public int Unseen { get; init; }

    /// <summary>When each request of the last run was done, seconds from the start, in the order of their arrival; NaN for one that never fits.</summary>
    public ReadOnlySpan<double> Finished => finish.AsSpan(0, total);

    /// <summary>When each request of the last run had its first token, seconds from the start, in the order of their arrival.</summary>
    public ReadOnlySpan<double> FirstTokens => first.AsSpan(0, total);

    /// <summary>A percentile of the last run's times, seconds; 0 where there are none.</summary>
    /// <param name="quantity">Time to first token, time per output token or time to the last token.</param>
    /// <param name="percentile">In percent, 0 to 100.</param>
    public double At(Measured.Quantity quantity, double percentile) => Distribution.At(quantity switch
    {
        Measured.Quantity.Ttft => firstTimes.Span,
        Measured.Quantity.Tpot => paceTimes.Span,
        Measured.Quantity.EndToEnd => wholeTimes.Span,
        _ => throw new ArgumentOutOfRangeException(nameof(quantity)),
    }, percentile / 100);

    /// <summary>Answers requests that arrive by themselves.</summary>
    /// <param name="requests">The requests in the order of their arrival.</param>
    public SimulationResult Answer(ReadOnlySpan<RequestShape> requests)
    {
        Reserve(requests.Length);
        for (var i = 0; i < requests.Length; i++) scheduler.Offer(requests[i], i);
        while (scheduler.Outstanding > 0) scheduler.Work(double.PositiveInfinity);
        Take();
        return Result();
    }

    /// <summary>Answers clients that each send their next request when the last is answered, all of them starting at once.</summary>
    /// <param name="clients">Clients; at least 1.</param>
    /// <param name="requests">Requests in all.</param>
    /// <param name="inputs">Prompt lengths.</param>
    /// <param name="outputs">Answer lengths.</param>
    /// <param name="prefix">Tokens at the start of each prompt that are in the cache already.</param>
    /// <param name="seed">Of the lengths.</param>
    public SimulationResult Serve(int clients, int requests, RequestLengths inputs, RequestLengths outputs, int prefix, ulong seed)
    {
        Reserve(requests);
        var generator = new Generator(seed);
        for (var i = 0; i < Math.Min(clients, requests); i++) Send(i, 0);
        var sent = Math.Min(clients, requests);
        while (scheduler.Outstanding > 0)
        {
            scheduler.Work(double.PositiveInfinity);
            for (var answered = Take(); answered > 0 && sent < requests; answered--) Send(sent++, scheduler.Now);
        }

        return Result();

        void Send(int i, double seconds) =>
            scheduler.Offer(new(seconds, inputs.Draw(ref generator), outputs.Draw(ref generator), prefix), i);
    }

    private void Reserve(int requests)
    {
        scheduler.Clear(0);
        gaps.Clear();
        total = requests;
        if (arrival.Length >= requests) return;
        (arrival, first, finish, output) = (new double[requests], new double[requests], new double[requests], new int[requests]);
    }

    private int Take()
    {
        var answered = scheduler.Answered;
        foreach (ref readonly var request in answered)
            (arrival[request.Tag], first[request.Tag], finish[request.Tag], output[request.Tag]) = (request.Arrival, request.First, request.Finish, request.Output);
        scheduler.ForgetAnswered();
        return answered.Length;
    }

    private SimulationResult Result()
    {
        var rejected = finish.AsSpan(0, total).ToArray().Count(double.IsNaN);
        var times = new double[total - rejected];
        var wholes = new double[times.Length];
        var paces = new double[times.Length];
        var (at, several) = (0, 0);
        for (var i = Math.Min(Unseen, total / 2); i < total; i++)
        {
            if (double.IsNaN(finish[i])) continue;
            times[at] = first[i] - arrival[i];
            wholes[at++] = finish[i] - arrival[i];
            if (output[i] > 1) paces[several++] = (finish[i] - first[i]) / (output[i] - 1);
        }

        (firstTimes, wholeTimes, paceTimes) = (times.AsMemory(0, at), wholes.AsMemory(0, at), paces.AsMemory(0, several));
        var result = new SimulationResult
        {
            Requests = times.Length,
            Rejected = rejected,
            Seconds = scheduler.Now,
            Ttft = Distribution.Of(firstTimes.Span),
            Tpot = Distribution.Of(paceTimes.Span),
            Itl = gaps.Distribution(),
            EndToEnd = Distribution.Of(wholeTimes.Span),
            OutputTokens = scheduler.OutputTokens,
            PromptTokens = scheduler.PromptTokens,
            Steps = scheduler.Steps,
            Preemptions = scheduler.Preemptions,
            Batch = scheduler.Batch,
            PeakKvShare = scheduler.PeakKvShare,
            MeanKvShare = scheduler.MeanKvShare,
            Joules = double.IsNaN(scheduler.Joules) ? null : scheduler.Joules,
        };
        scheduler.CloseTally(result);
        return result;
    }
}

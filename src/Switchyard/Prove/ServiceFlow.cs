using Switchyard.Operate;

namespace Switchyard.Prove;

/// <summary>
/// A service's requests as a flow: what arrives less what its replicas can answer and what goes to its APIs, which are paid for. The queue that is left is what the controller sees
/// between its ticks; the requests themselves are played later. Where answers are paid for on their way out, each machine's are those of its part of the capacity.
/// </summary>
internal sealed class ServiceFlow(Stage stage, ServiceMandate mandate, double demand, Books books)
{
    // Users do not wait for hours.
    private const double Patience = 600;

    private readonly List<(int Api, double From, double To)> withoutApi = [];
    private readonly Dictionary<int, double> shut = [];
    // Requests a second of each pool whose answers cost something to send.
    private readonly SortedDictionary<int, double> paid = [];
    private double capacity, planned, seen;

    /// <summary>Requests that wait.</summary>
    public double Backlog { get; private set; }

    /// <summary>When nothing was to be sent to an API, in order of time.</summary>
    public IReadOnlyList<(int Api, double From, double To)> WithoutApi => withoutApi;

    /// <summary>Requests a second that arrive at a moment.</summary>
    public double Rate(double now) => mandate.Expected(stage.Horizon, now) * demand;

    /// <summary>An instance begins or ends to serve: by so many requests a second more, as they are and as the plan reckons with them.</summary>
    public void Change(double now, Pool pool, double rate, double plannedRate)
    {
        Until(now);
        capacity += rate;
        planned += plannedRate;
        if (pool.PricePerRequest > 0) paid[pool.Index] = Math.Max(0, paid.GetValueOrDefault(pool.Index) + rate);
    }

    /// <summary>Nothing is to be sent to an API until a time.</summary>
    public void CloseApi(int api, double now, double until)
    {
        if (until <= now) return;
        withoutApi.Add((api, now, until));
        shut[api] = until;
    }

    /// <summary>Brings it up to a moment.</summary>
    public void Until(double now)
    {
        for (var at = seen; at < Math.Min(now, stage.End);)
        {
            var next = Math.Min(now, (Math.Floor(at / 3600) + 1) * 3600);
            foreach (var (_, until) in shut)
                if (at < until) next = Math.Min(next, until);
            var rate = Rate(at);
            var overflow = 0.0;
            if (!mandate.Apis.IsEmpty)
            {
                foreach (var (api, sent) in mandate.Overflows(rate, planned, Most))
                {
                    books.Buy(stage.Mandate.Pools[api], sent * (next - at), at);
                    overflow += sent;
                }
            }

            var before = Backlog;
            Backlog = Math.Max(0, before + ((rate - overflow - capacity) * (next - at)));
            if (paid.Count > 0 && capacity > 0)
            {
                var answered = before + ((rate - overflow) * (next - at)) - Backlog;
                foreach (var (pool, own) in paid) books.Answer(stage.Mandate.Pools[pool], answered * own / capacity, at);
            }

            at = next;

            double Most(int api) => at < shut.GetValueOrDefault(api) ? 0 : stage.Mandate.Pools[api].MostAt(HorizonTime.MonthAt(stage.Horizon, at));
        }

        seen = now;
        Backlog = Math.Min(Backlog, Patience * Rate(now));
    }
}

using Switchyard.Operate;

namespace Switchyard.Prove;

/// <summary>
/// A service's requests as a flow: what arrives less what its replicas can answer and what goes to its API, which is paid for. The queue that is left is what the controller sees
/// between its ticks; the requests themselves are played later.
/// </summary>
internal sealed class ServiceFlow(Stage stage, ServiceMandate mandate, double demand, Books books)
{
    // Users do not wait for hours.
    private const double Patience = 600;

    private readonly List<(double From, double To)> withoutApi = [];
    private double capacity, planned, seen;

    /// <summary>Requests that wait.</summary>
    public double Backlog { get; private set; }

    /// <summary>Requests that the API has answered since the beginning.</summary>
    public double ByApi { get; private set; }

    /// <summary>When nothing was to be sent to the API, in order of time.</summary>
    public IReadOnlyList<(double From, double To)> WithoutApi => withoutApi;

    /// <summary>Requests a second that arrive at a moment.</summary>
    public double Rate(double now) => mandate.Expected(stage.Horizon, now) * demand;

    /// <summary>An instance begins or ends to serve: by so many requests a second more, as they are and as the plan reckons with them.</summary>
    public void Change(double now, double rate, double plannedRate)
    {
        Until(now);
        capacity += rate;
        planned += plannedRate;
    }

    /// <summary>Nothing is to be sent to the API until a time.</summary>
    public void CloseApi(double now, double until)
    {
        if (until > now) withoutApi.Add((now, until));
    }

    /// <summary>Brings it up to a moment.</summary>
    public void Until(double now)
    {
        for (var at = seen; at < Math.Min(now, stage.End);)
        {
            var next = Math.Min(now, (Math.Floor(at / 3600) + 1) * 3600);
            var rate = Rate(at);
            var overflow = 0.0;
            if (mandate.Api >= 0)
            {
                var closed = withoutApi.Count > 0 ? withoutApi[^1] : default;
                if (at < closed.To) next = Math.Min(next, closed.To);
                else overflow = mandate.Overflow(rate, planned, stage.Mandate.Pools[mandate.Api].MostAt(HorizonTime.MonthAt(stage.Horizon, at)));
                books.Buy(stage.Mandate.Pools[mandate.Api], overflow * (next - at), at);
                ByApi += overflow * (next - at);
            }

            Backlog = Math.Max(0, Backlog + ((rate - overflow - capacity) * (next - at)));
            at = next;
        }

        seen = now;
        Backlog = Math.Min(Backlog, Patience * Rate(now));
    }
}

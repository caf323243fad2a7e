using Switchyard.Demand;

namespace Switchyard.Connect.Traces;

/// <summary>What a file of arrivals says about a workload.</summary>
/// <param name="PeakPerSecond">Requests a second in the busiest hour of the folded week, or in the busiest five minutes of a trace shorter than a day.</param>
/// <param name="Shape">The week's shape; null where the trace is shorter than a day and says nothing of it.</param>
/// <param name="ShapeOrigin">How the shape was found, in words.</param>
/// <param name="Input">Prompt lengths: the data's median and 95th percentile.</param>
/// <param name="Output">Answer lengths: the data's median and 95th percentile.</param>
/// <param name="Requests">Requests in the trace.</param>
/// <param name="Span">Time from the first to the last.</param>
public sealed record ArrivalTrace(
    double PeakPerSecond, WeekShape? Shape, string ShapeOrigin, TokenLengths Input, TokenLengths Output, int Requests, TimeSpan Span);

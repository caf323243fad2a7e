using System.Collections.Immutable;
using Switchyard.Operate;

namespace Switchyard.Tests.Operate;

/// <summary>A controller that is told each event in turn; machines that it asks for work at once.</summary>
internal sealed class Walk(Mandate mandate)
{
    private readonly Controller controller = new(mandate);

    public ControllerState State { get; private set; } = new();

    public ImmutableArray<ControllerDecision> Tell(ControllerEvent happened)
    {
        var decided = controller.Decide(State, happened);
        State = decided.State;
        var all = decided.Decisions;
        foreach (var start in decided.Decisions.OfType<StartInstance>()) all = all.AddRange(Tell(new InstanceReady(happened.Seconds, start.Instance)));
        return all;
    }

    public int Count(int pool) => State.Instances.Values.Count(i => i.Pool == pool);
}

using Switchyard.Operate;

namespace Switchyard.Prove;

/// <summary>
/// What teams are charged by use: machines that their workloads hold and somebody else pays for. A service holds as many as it wants, a job those that it has; what
/// stands idle is nobody's.
/// </summary>
internal sealed class ChargeMeter(Stage stage, Books books)
{
    private readonly Pool[] charged = [.. stage.Mandate.Pools.Where(p => p.ChargePerHour > 0)];
    private readonly int[] held = new int[stage.Mandate.Pools.Count(p => p.ChargePerHour > 0)];
    private readonly bool[] over = new bool[stage.Mandate.Pools.Length];
    private double since;

    /// <summary>Counts what is held up to a moment.</summary>
    public void Until(double now)
    {
        for (var i = 0; i < charged.Length; i++) books.Charge(charged[i], held[i], since, now);
        since = now;
    }

    /// <summary>Services are over: what they hold counts no longer.</summary>
    public void Leave()
    {
        for (var i = 0; i < charged.Length; i++)
            if (IsService(charged[i].Index)) (held[i], over[i]) = (0, true);
    }

    private bool IsService(int pool) => stage.Mandate.Services.Any(s => s.Pools.Contains(pool));

    /// <summary>Takes note of what the controller has put to work.</summary>
    public void Read(ControllerState state)
    {
        for (var i = 0; i < charged.Length; i++)
        {
            var (pool, all, working) = (charged[i].Index, 0, 0);
            foreach (var (_, instance) in state.Instances)
            {
                if (instance.Pool != pool) continue;
                all++;
                working += instance.Job is null ? 0 : 1;
            }

            held[i] = over[i] ? 0 : IsService(pool) ? Math.Min(all, state.Wanted.GetValueOrDefault(pool, int.MaxValue)) : working;
        }
    }
}

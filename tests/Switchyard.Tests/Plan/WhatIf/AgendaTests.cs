using Switchyard.Plan.Solve;
using Switchyard.Plan.WhatIf;

namespace Switchyard.Tests.Plan.WhatIf;

/// <summary>Things that others make possible are done after those, the most urgent first, by however many.</summary>
public sealed class AgendaTests
{
    [Fact]
    public void Alone_the_most_urgent_of_what_can_be_begun_comes_next()
    {
        using var agenda = new Agenda(5);
        var done = new List<string>();
        agenda.Add(1, () => done.Add("late"));
        agenda.Add(3, () =>
        {
            done.Add("first");
            agenda.Add(2, () => done.Add("made possible"));
            agenda.Add(4, () => done.Add("made urgent"));
        });
        agenda.Add(2, () => done.Add("added before"));
        agenda.Run(SolveLimits.OneByOne);
        done.ShouldBe(["first", "made urgent", "added before", "made possible", "late"]);
    }

    [Fact]
    public void Side_by_side_all_is_done_once_and_only_when_it_can_be()
    {
        const int Many = 1000;
        using var agenda = new Agenda(Many);
        var done = new int[Many];
        void Add(int thing) => agenda.Add(thing % 7, () =>
        {
            Interlocked.Increment(ref done[thing]);
            foreach (var next in new[] { (2 * thing) + 1, (2 * thing) + 2 })
                if (next < Many) Add(next);
        });
        Add(0);
        agenda.Run(things => Parallel.Invoke([.. things]));
        done.ShouldAllBe(times => times == 1);
    }

    [Fact]
    public void What_goes_wrong_is_thrown_and_nobody_waits_for_what_it_would_have_made_possible()
    {
        using var agenda = new Agenda(20);
        agenda.Add(1, () => throw new InvalidOperationException("wrong"));
        Should.Throw<AggregateException>(() => agenda.Run(things => Parallel.Invoke([.. things]))).InnerExceptions.ShouldHaveSingleItem().Message.ShouldBe("wrong");
    }
}

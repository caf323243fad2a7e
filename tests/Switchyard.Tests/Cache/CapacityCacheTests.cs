using Switchyard.Connect.Cache;
using Switchyard.Demand;
using Switchyard.Performance;
using Switchyard.Performance.Search;
using static Switchyard.Tests.Performance.Fixtures;

namespace Switchyard.Tests.Cache;

/// <summary>Simulated capacities, kept between runs.</summary>
public sealed class CapacityCacheTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("switchyard-cache-").FullName;

    private string CacheFile => Path.Combine(folder, "capacities.txt");

    [Fact]
    public void What_was_simulated_once_is_the_same_from_the_file_and_not_simulated_again()
    {
        var (question, cache, first) = (Chat(Llama8, H100, 2), new CapacityCache(folder), new SimulatedCapacities());
        var answer = new PerformanceModel(EfficiencyFactors.Default, first).Serve(question);
        first.Added.Count.ShouldBe(1);
        cache.Save(first).ShouldBeTrue();
        var second = cache.Load();
        new PerformanceModel(EfficiencyFactors.Default, second).Serve(question).ShouldBe(answer);
        second.Added.ShouldBeEmpty();
    }

    [Fact]
    public void A_simulated_capacity_is_near_the_closed_form_and_not_it()
    {
        var different = 0;
        foreach (var question in new[] { Chat(Llama8, H100, 1), Chat(Llama70, H100, 4), Chat(Qwen32, H200, 2), Chat(Llama8, L4, 1, Precision.Fp8) with { ServiceLevel = Level(2000, 100) } })
        {
            var closed = new PerformanceModel().Serve(question).Value.ShouldNotBeNull();
            var simulated = new PerformanceModel(EfficiencyFactors.Default, new()).Serve(question).Value.ShouldNotBeNull();
            (simulated.RequestsPerSecond.Value / closed.RequestsPerSecond.Value).ShouldBeInRange(0.6, 1.4);
            (simulated.TensorParallel, simulated.Precision).ShouldBe((closed.TensorParallel, closed.Precision));
            if (simulated.RequestsPerSecond.Value != closed.RequestsPerSecond.Value) different++;
        }

        different.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Whatever_changes_a_capacity_makes_it_another_one()
    {
        var capacities = new SimulatedCapacities();
        var question = Chat(Llama8, H100, 1, Precision.Bf16);
        var factors = EfficiencyFactors.Default;
        var slower = factors with { Corrections = [new("H100-80GB", Engine.Vllm, true, 1.2, 1.2, 1, 9)] };
        foreach (var (asked, reached) in new[]
        {
            (question, factors), (question with { ServiceLevel = Level(900, 60) }, factors), (question with { Input = new(800, 2400) }, factors),
            (question with { Accelerator = H100 with { MemoryBandwidth = H200.MemoryBandwidth } }, factors), (question with { Model = Qwen7 }, factors),
            (question, factors with { WeightBandwidth = 0.7 }), (question, slower),
        }) new PerformanceModel(reached, capacities).Serve(asked).Value.ShouldNotBeNull();
        capacities.Added.Count.ShouldBe(7);
        // Regions farther away share it, and so do more accelerators of the same division.
        new PerformanceModel(factors, capacities).Serve(question with { NetworkRoundTrip = TimeSpan.FromMilliseconds(70) });
        capacities.Added.Count.ShouldBe(7);
    }

    [Fact]
    public void A_broken_file_is_passed_over_line_by_line()
    {
        var good = new string('a', 64);
        File.WriteAllText(CacheFile, $"{good} 0.9\n{new string('b', 64)} NaN\n{new string('c', 64)} x\nshort 1\n{new string('z', 64)} 1\n\0\0\u0001\n{new string('d', 64)} 1e300\n{new string('e', 64)}");
        var capacities = new CapacityCache(folder).Load();
        new PerformanceModel(EfficiencyFactors.Default, capacities).Serve(Chat(Llama8, H100, 1)).Value.ShouldNotBeNull();
        new CapacityCache(folder).Save(capacities).ShouldBeTrue();
        File.ReadAllLines(CacheFile).ShouldContain($"{good} 0.9");
        File.WriteAllBytes(CacheFile, [0xff, 0xfe, 0x00, 0x80]);
        new CapacityCache(folder).Load().Added.ShouldBeEmpty();
    }

    [Fact]
    public void Writers_at_the_same_time_leave_a_whole_file()
    {
        Parallel.For(0, 24, i =>
        {
            var capacities = new SimulatedCapacities();
            new PerformanceModel(EfficiencyFactors.Default, capacities).Serve(Chat(Llama8, H100, 1) with { Input = new(500 + i, 900) });
            new CapacityCache(folder).Save(capacities).ShouldBeTrue();
            new CapacityCache(folder).Load().Added.ShouldBeEmpty();
        });
        var lines = File.ReadAllLines(CacheFile);
        lines.Length.ShouldBeInRange(1, 24);
        lines.ShouldAllBe(line => line.Length > 65 && line[64] == ' ');
        Directory.GetFiles(folder).ShouldHaveSingleItem();
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_no_reason_to_fail()
    {
        var file = Path.Combine(folder, "a-file");
        File.WriteAllText(file, "");
        var cache = new CapacityCache(Path.Combine(file, "below"));
        var capacities = cache.Load();
        new PerformanceModel(EfficiencyFactors.Default, capacities).Serve(Chat(Llama8, H100, 1));
        cache.Save(capacities).ShouldBeFalse();
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(folder, recursive: true);
}

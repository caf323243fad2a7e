namespace Switchyard.Performance;

/// <summary>The shape of an accelerator's power against its load.</summary>
public sealed record PowerFactors
{
    /// <summary>Idle power as a share of the rated power where the maker states none: 70 of 700 W on an H100.</summary>
    public double IdleShare { get; init; } = 0.10;

    /// <summary>
    /// Share of the range from idle to rated power that flows as soon as anything runs (clocks, caches, the host's link): a third of what an H100 draws
    /// when it decodes an 8B model at batch 8, 486 W (ML.ENERGY's runs, as are the others here: 8B to 70B on H100 and B200).
    /// </summary>
    public double Busy { get; init; } = 0.25;

    /// <summary>Bandwidth share and arithmetic share together from which on <see cref="Busy"/> flows whole: an assumption, for shares that are means over idle time too.</summary>
    public double BusyFrom { get; init; } = 0.10;

    /// <summary>Joules to bring a byte from memory to the cores, stacked memory: 85 pJ on H100 and 94 on B200, whose powers at small batches are 283 and 720 W above the rest.</summary>
    public double JoulesPerByte { get; init; } = 90e-12;

    /// <summary>Share of the range that is added as arithmetic rises to <see cref="ArithmeticKnee"/>: the same H100 draws 610 W at batch 64, 688 W from 192 on.</summary>
    public double Arithmetic { get; init; } = 0.70;

    /// <summary>Share of the arithmetic peak above which more arithmetic draws no more.</summary>
    public double ArithmeticKnee { get; init; } = 0.38;

    /// <summary>Share of the rated power that flows however little is done at full voltage: 83 W of an A100's 400; fitted (see <see cref="PowerCap"/>).</summary>
    public double StaticShare { get; init; } = 0.207;

    /// <summary>Voltage as the clock goes to 0, as a share of that at full clock; fitted.</summary>
    public double LeastVoltage { get; init; } = 0.50;

    /// <summary>Share of the time that waits for the clock where hardly anything is multiplied; fitted to serving.</summary>
    public double ClockBoundLeast { get; init; } = 0.20;

    /// <summary>The same from <see cref="ClockKnee"/> of the arithmetic peak up; fitted to pretraining.</summary>
    public double ClockBoundMost { get; init; } = 0.69;

    /// <summary>Share of the arithmetic peak from which on <see cref="ClockBoundMost"/> holds: about what pretraining reaches.</summary>
    public double ClockKnee { get; init; } = 0.40;

    /// <summary>Share of the bandwidth in use while a job is bound by arithmetic (training, embeddings): an assumption that puts a well-fed H100 at about 670 W.</summary>
    public double TrafficWhenComputing { get; init; } = 0.30;
}

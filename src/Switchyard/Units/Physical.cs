using System.Globalization;

namespace Switchyard.Units;

/// <summary>An amount of data.</summary>
/// <param name="Bytes">Bytes; not negative.</param>
public readonly record struct DataSize(double Bytes)
{
    /// <summary>Bytes in a gibibyte (2^30).</summary>
    public const double BytesPerGiB = 1024.0 * 1024 * 1024;

    /// <summary>The size in gibibytes (2^30 bytes), as memory is sold.</summary>
    public double GiB => Bytes / BytesPerGiB;

    /// <summary>The size in gigabytes (10^9 bytes), as storage and traffic are sold.</summary>
    public double GB => Bytes / 1e9;

    /// <summary>A size given in gibibytes.</summary>
    public static DataSize FromGiB(double gib) => new(gib * BytesPerGiB);

    /// <summary>A size given in gigabytes.</summary>
    public static DataSize FromGB(double gb) => new(gb * 1e9);

    /// <summary>Gigabytes or terabytes.</summary>
    public override string ToString() => GB >= 1000
        ? (GB / 1000).ToString("0.##", CultureInfo.InvariantCulture) + " TB"
        : GB.ToString("0.##", CultureInfo.InvariantCulture) + " GB";
}

/// <summary>A flow of data.</summary>
/// <param name="BytesPerSecond">Bytes a second; not negative.</param>
public readonly record struct DataRate(double BytesPerSecond)
{
    /// <summary>The rate in gigabytes (10^9 bytes) a second.</summary>
    public double GBPerSecond => BytesPerSecond / 1e9;

    /// <summary>A rate given in gigabytes a second.</summary>
    public static DataRate FromGBPerSecond(double value) => new(value * 1e9);

    /// <summary>Gigabytes a second.</summary>
    public override string ToString() => GBPerSecond.ToString("0.##", CultureInfo.InvariantCulture) + " GB/s";
}

/// <summary>Electrical power.</summary>
/// <param name="Watts">Watts; not negative.</param>
public readonly record struct Power(double Watts)
{
    /// <summary>The energy drawn at this power over <paramref name="hours"/> hours.</summary>
    public Energy For(double hours) => new(Watts * hours / 1000);

    /// <summary>Watts, kilowatts or megawatts.</summary>
    public override string ToString() => Watts switch
    {
        >= 1e6 => (Watts / 1e6).ToString("0.##", CultureInfo.InvariantCulture) + " MW",
        >= 1e3 => (Watts / 1e3).ToString("0.##", CultureInfo.InvariantCulture) + " kW",
        _ => Watts.ToString("0", CultureInfo.InvariantCulture) + " W",
    };
}

/// <summary>Electrical energy.</summary>
/// <param name="KilowattHours">Kilowatt-hours; not negative.</param>
public readonly record struct Energy(double KilowattHours)
{
    /// <summary>Kilowatt-hours or megawatt-hours.</summary>
    public override string ToString() => KilowattHours >= 1e4
        ? (KilowattHours / 1e3).ToString("#,##0.#", CultureInfo.InvariantCulture) + " MWh"
        : KilowattHours.ToString("#,##0.#", CultureInfo.InvariantCulture) + " kWh";
}

/// <summary>A mass of greenhouse gases, as the carbon dioxide that warms as much (CO2e).</summary>
/// <param name="Kilograms">Kilograms of CO2e; not negative.</param>
public readonly record struct Carbon(double Kilograms)
{
    /// <summary>Kilograms or tonnes.</summary>
    public override string ToString() => Kilograms >= 1000
        ? (Kilograms / 1000).ToString("#,##0.##", CultureInfo.InvariantCulture) + " t"
        : Kilograms.ToString("0.##", CultureInfo.InvariantCulture) + " kg";
}

/// <summary>A count of tokens.</summary>
/// <param name="Count">Tokens; not negative. A double, since runs of 10^13 tokens and fractions of a mean both occur.</param>
public readonly record struct Tokens(double Count)
{
    /// <summary>Tokens with a k, M, B or T suffix.</summary>
    public override string ToString() => Count switch
    {
        >= 1e12 => (Count / 1e12).ToString("0.##", CultureInfo.InvariantCulture) + "T tokens",
        >= 1e9 => (Count / 1e9).ToString("0.##", CultureInfo.InvariantCulture) + "B tokens",
        >= 1e6 => (Count / 1e6).ToString("0.##", CultureInfo.InvariantCulture) + "M tokens",
        >= 1e4 => (Count / 1e3).ToString("0.##", CultureInfo.InvariantCulture) + "k tokens",
        _ => Count.ToString("0.##", CultureInfo.InvariantCulture) + " tokens",
    };
}

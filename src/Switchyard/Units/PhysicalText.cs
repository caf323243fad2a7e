namespace Switchyard.Units;

/// <summary>Reads amounts and flows of data, power, and masses of carbon dioxide.</summary>
public static class PhysicalText
{
    private static readonly (string Unit, double Bytes)[] Sizes =
    [
        ("GB", 1e9), ("TB", 1e12), ("MB", 1e6), ("PB", 1e15), ("kB", 1e3), ("KB", 1e3), ("B", 1), ("EB", 1e18),
        ("GiB", 1L << 30), ("TiB", 1L << 40), ("MiB", 1L << 20), ("PiB", 1L << 50), ("KiB", 1L << 10),
    ];

    private static readonly (string Unit, double Bytes)[] Flows =
    [
        .. Sizes.Select(size => ($"{size.Unit}/s", size.Bytes)),
        ("Gbit/s", 1e9 / 8), ("Tbit/s", 1e12 / 8), ("Mbit/s", 1e6 / 8), ("Gbps", 1e9 / 8), ("Tbps", 1e12 / 8), ("Mbps", 1e6 / 8),
        ("Gb/s", 1e9 / 8), ("Tb/s", 1e12 / 8),
    ];

    private static readonly (string Unit, double Watts)[] Powers = [("kW", 1e3), ("MW", 1e6), ("W", 1), ("GW", 1e9)];

    private static readonly (string Unit, double KilogramsAMonth)[] Masses =
    [
        ("t/month", 1e3), ("kg/month", 1), ("t/year", 1e3 / 12), ("kg/year", 1 / 12.0),
    ];

    /// <summary>Reads a size above 0 such as <c>4 TB</c>, <c>100 GB</c> or <c>80GiB</c>.</summary>
    public static bool TryParseSize(string text, out DataSize value, out Misread misread)
    {
        var ok = TryParse(text, Sizes, "a size, such as '100 GB' or '80GiB'", out var bytes, out misread);
        value = new(bytes);
        return ok;
    }

    /// <summary>Reads a flow of data above 0 such as <c>400 GB/s</c> or <c>3200 Gbit/s</c>.</summary>
    public static bool TryParseRate(string text, out DataRate value, out Misread misread)
    {
        var ok = TryParse(text, Flows, "a data rate, such as '400 GB/s' or '3200 Gbit/s'", out var bytes, out misread);
        value = new(bytes);
        return ok;
    }

    /// <summary>Reads a power above 0 such as <c>40 kW</c>.</summary>
    public static bool TryParsePower(string text, out Power value, out Misread misread)
    {
        var ok = TryParse(text, Powers, "a power, such as '40 kW'", out var watts, out misread);
        value = new(watts);
        return ok;
    }

    /// <summary>Reads a mass of carbon dioxide by time above 0, such as <c>20 t/month</c>, in kilograms a month.</summary>
    public static bool TryParseCarbon(string text, out Carbon value, out Misread misread)
    {
        var ok = TryParse(text, Masses, "a mass of CO2 by time, such as '20 t/month'", out var kilograms, out misread);
        value = new(kilograms);
        return ok;
    }

    private static bool TryParse(string text, (string Unit, double Factor)[] units, string expected, out double value, out Misread misread)
    {
        value = 0;
        misread = new(expected);
        if (!QuantityText.TrySplit(text, out var number, out var rest) || number is not (> 0 and <= 1e15)) return false;
        var unit = rest.ToString().Replace(" ", "", StringComparison.Ordinal);
        foreach (var (name, factor) in units)
        {
            if (name != unit) continue;
            value = number * factor;
            return double.IsFinite(value);
        }

        var likely = unit.Length == 0 ? units[0].Unit
            : Array.Find(units, u => string.Equals(u.Unit, unit, StringComparison.OrdinalIgnoreCase)).Unit
                ?? Array.Find(units, u => u.Unit.StartsWith(unit, StringComparison.OrdinalIgnoreCase)).Unit
                ?? Nearest.To(unit, units.Select(u => u.Unit));
        misread = misread with { Correction = likely is null ? null : $"{QuantityText.Plain(number)} {likely}" };
        return false;
    }
}

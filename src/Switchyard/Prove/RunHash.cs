using System.Globalization;

namespace Switchyard.Prove;

/// <summary>A fingerprint of a run: FNV-1a over everything that happened and was decided, in order. Two runs with the same one did the same.</summary>
public struct RunHash
{
    private ulong value;
    private bool begun;

    /// <summary>The fingerprint so far, as 16 hexadecimal digits.</summary>
    public readonly string Text => (begun ? value : Offset).ToString("x16", CultureInfo.InvariantCulture);

    private const ulong Offset = 14695981039346656037, Prime = 1099511628211;

    /// <summary>Adds a number.</summary>
    public void Add(long number)
    {
        if (!begun) (value, begun) = (Offset, true);
        for (var i = 0; i < 64; i += 8) value = (value ^ (byte)(number >> i)) * Prime;
    }

    /// <summary>Adds a number.</summary>
    public void Add(double number) => Add(BitConverter.DoubleToInt64Bits(number));

    /// <summary>Adds a text.</summary>
    public void Add(string? text)
    {
        Add(text?.Length ?? -1);
        foreach (var letter in text ?? "") Add(letter);
    }
}

/// <summary>Seeds that are as good as independent, for each purpose its own: what one process draws changes nothing for another.</summary>
internal static class Streams
{
    /// <summary>The generator of a purpose.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="purpose">The purpose.</param>
    /// <param name="index">Which of several.</param>
    public static Performance.Simulate.Generator Of(ulong seed, string purpose, long index = 0)
    {
        var hash = new RunHash();
        hash.Add((long)seed);
        hash.Add(purpose);
        hash.Add(index);
        return new(ulong.Parse(hash.Text, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }
}

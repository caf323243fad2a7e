using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Switchyard.Plan.Solve;

/// <summary>Arrays of numbers as bytes. Who writes and who reads are on one machine, so the order of bytes is its own.</summary>
internal static class Packing
{
    public static void Pack<T>(this BinaryWriter writer, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        writer.Write(values.Length);
        writer.Write(MemoryMarshal.AsBytes(values));
    }

    /// <exception cref="InvalidDataException">They do not fit in what is left.</exception>
    public static T[] Unpack<T>(this BinaryReader reader)
        where T : unmanaged
    {
        var count = reader.ReadInt32();
        if (count < 0 || (long)count * Unsafe.SizeOf<T>() > reader.BaseStream.Length - reader.BaseStream.Position) throw new InvalidDataException($"There are no {count} numbers.");
        var values = new T[count];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}

using System.Buffers.Binary;

namespace Switchyard.Connect.Solver;

/// <summary>Bytes with their number before them, between this process and one that it started.</summary>
internal static class Message
{
    // More than any program takes, and less than what four letters come to: text where a number is expected is not waited for.
    private const int Most = 1 << 27;

    /// <summary>Writes a message.</summary>
    public static void Write(Stream to, byte[] message)
    {
        var length = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, message.Length);
        to.Write(length);
        to.Write(message);
        to.Flush();
    }

    /// <summary>Reads a message; null where there are no more.</summary>
    /// <exception cref="IOException">It ends early.</exception>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static byte[]? Read(Stream from)
    {
        var length = new byte[sizeof(int)];
        var read = from.ReadAtLeast(length, length.Length, throwOnEndOfStream: false);
        if (read == 0) return null;
        if (read < length.Length) throw new EndOfStreamException();
        var count = BinaryPrimitives.ReadInt32LittleEndian(length);
        if (count is < 0 or > Most) throw new InvalidDataException($"A message of {count} bytes is none.");
        var message = new byte[count];
        from.ReadExactly(message);
        return message;
    }
}

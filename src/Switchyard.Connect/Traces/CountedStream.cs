using System.Buffers.Binary;

namespace Switchyard.Connect.Traces;

/// <summary>Counts what is read through it, to compare with the length that a gzip file states at its end (RFC 1952, ISIZE).</summary>
internal sealed class CountedStream(Stream inner) : Stream
{
    private long count;

    /// <summary>Ends of lines read so far.</summary>
    internal int Lines { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => count; set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var read = inner.Read(buffer);
        count += read;
        Lines += buffer[..read].Count((byte)'\n');
        return read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>
    /// Whether everything was there, after the rest has been read: the last four bytes of the file are the length of its last part. A file
    /// of several parts states less than was read, which says nothing, and passes.
    /// </summary>
    internal bool IsWhole(Stream file)
    {
        try
        {
            CopyTo(Null);
        }
        catch (InvalidDataException)
        {
            return false;
        }

        if (file.Length < 18) return false;
        Span<byte> end = stackalloc byte[4];
        file.Position = file.Length - 4;
        file.ReadExactly(end);
        return BinaryPrimitives.ReadUInt32LittleEndian(end) <= (uint)count;
    }
}

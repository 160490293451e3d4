using System.IO.Compression;
using Cairn.IO;

namespace Cairn.Snapshots;

/// <summary>Compresses and decompresses the parts of a snapshot, one at a time. Used by one thread.</summary>
internal static class PartCompressor
{
    /// <summary>Whether a codec can be used here.</summary>
    public static bool IsAvailable(SnapshotCodec codec) => codec != SnapshotCodec.Zstandard || Zstandard.IsAvailable;

    /// <summary>Compresses a part, or leaves it as it is where that does not make it shorter.</summary>
    /// <param name="codec">How.</param>
    /// <param name="raw">The part.</param>
    /// <param name="used">How it really was.</param>
    /// <returns>What to store.</returns>
    public static ReadOnlyMemory<byte> Compress(SnapshotCodec codec, ReadOnlyMemory<byte> raw, out SnapshotCodec used)
    {
        byte[] room = codec == SnapshotCodec.None ? [] : new byte[raw.Length];
        int length = codec switch
        {
            SnapshotCodec.Deflate => Deflate(raw.Span, room),
            SnapshotCodec.Zstandard => Zstandard.Compress(raw.Span, room),
            _ => -1,
        };
        bool isShorter = length >= 0 && length < raw.Length;
        used = isShorter ? codec : SnapshotCodec.None;
        return isShorter ? room.AsMemory(0, length) : raw;
    }

    /// <summary>Decompresses a part.</summary>
    /// <param name="codec">How it was compressed; available here.</param>
    /// <param name="stored">What is stored.</param>
    /// <param name="raw">As long as the part.</param>
    /// <returns>Whether the bytes are sound and give exactly so many.</returns>
    public static bool TryDecompress(SnapshotCodec codec, ReadOnlyMemory<byte> stored, Span<byte> raw)
    {
        switch (codec)
        {
            case SnapshotCodec.Deflate:
                return TryInflate(stored, raw);
            case SnapshotCodec.Zstandard:
                return Zstandard.TryDecompress(stored.Span, raw);
            default:
                stored.Span.CopyTo(raw);
                return stored.Length == raw.Length;
        }
    }

    private static int Deflate(ReadOnlySpan<byte> raw, byte[] room)
    {
        using FixedStream target = new(room);
        using (DeflateStream deflate = new(target, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflate.Write(raw);
        }

        return target.HasOverflowed ? -1 : (int)target.Position;
    }

    private static bool TryInflate(ReadOnlyMemory<byte> stored, Span<byte> raw)
    {
        try
        {
            using MemoryStream source = new(stored.ToArray(), writable: false);
            using DeflateStream inflate = new(source, CompressionMode.Decompress);
            int length = 0;
            while (length < raw.Length && inflate.Read(raw[length..]) is > 0 and var read)
            {
                length += read;
            }

            return length == raw.Length && inflate.ReadByte() < 0;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    /// <summary>A stream over memory of a fixed length, which takes no more than fits and says so.</summary>
    private sealed class FixedStream(byte[] room) : Stream
    {
        private int _used;

        public bool HasOverflowed { get; private set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => _used;

        public override long Position { get => _used; set => throw new NotSupportedException(); }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (HasOverflowed || buffer.Length > room.Length - _used)
            {
                HasOverflowed = true;
                return;
            }

            buffer.CopyTo(room.AsSpan(_used));
            _used += buffer.Length;
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}

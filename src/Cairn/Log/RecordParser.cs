using System.Buffers.Binary;
using Cairn.Format;
using Cairn.Homes;
using static Cairn.Log.RecordBodyLayout;

namespace Cairn.Log;

/// <summary>Walks through the bytes of a record body and refuses what cannot be. Every length is checked before it is used or allocated.</summary>
internal ref struct RecordParser(ReadOnlySpan<byte> body, string file, long offset)
{
    private readonly ReadOnlySpan<byte> _body = body;
    private readonly string _file = file;
    private readonly long _offset = offset;

    /// <summary>How far the variable part was read.</summary>
    public int Position { get; set; }

    private readonly int Remaining => _body.Length - Position;

    /// <summary>The refusal.</summary>
    public readonly StateCorruptedException Corrupted<T>(int at, string what, string expected, T found) =>
        new(_file, _offset + at, what, expected, $"{found}");

    /// <summary>A field of eight bytes that must be zero when it is absent.</summary>
    public readonly ulong? Optional(bool present, int at, string what)
    {
        ulong value = BinaryPrimitives.ReadUInt64LittleEndian(_body[at..]);
        if (!present && value != 0)
        {
            throw Corrupted(at, $"{what} that is absent", "0", value);
        }

        return present ? value : null;
    }

    /// <summary>Reads the payload.</summary>
    public ReadOnlyMemory<byte>? Payload(bool present)
    {
        uint bytes = BinaryPrimitives.ReadUInt32LittleEndian(_body[PayloadBytesOffset..]);
        uint limit = present ? (uint)Math.Min(StateLimits.MaxPayloadBytes, Remaining) : 0;
        if (bytes > limit)
        {
            throw Corrupted(PayloadBytesOffset, "payload length", $"at most {limit}", bytes);
        }

        return present ? (ReadOnlyMemory<byte>?)Take((int)bytes).ToArray() : null; // without the cast null would become an empty payload
    }

    /// <summary>Reads the changes of one tree.</summary>
    /// <param name="countAt">The place of their count; the sum of their bytes stands behind it.</param>
    /// <param name="spare">Memory for them, if there is any.</param>
    public ChangeList Changes(int countAt, SpareLists? spare)
    {
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(_body[countAt..]);
        uint bytes = BinaryPrimitives.ReadUInt32LittleEndian(_body[(countAt + sizeof(uint))..]);
        if (count > Remaining / MinChangeBytes)
        {
            throw Corrupted(countAt, "count of changes", $"at most {Remaining / MinChangeBytes}", count);
        }

        if (bytes > Remaining)
        {
            throw Corrupted(countAt + sizeof(uint), "bytes of changes", $"at most {Remaining}", bytes);
        }

        ChangeList.Builder builder = spare?.Rent((int)count, (int)bytes) ?? new ChangeList.Builder((int)count, (int)bytes);
        for (uint i = 0; i < count; i++)
        {
            Change(builder, bytes);
        }

        if (builder.ByteCount != bytes)
        {
            throw Corrupted(countAt + sizeof(uint), "bytes of changes", $"{builder.ByteCount}", bytes);
        }

        return builder.Build();
    }

    private void Change(ChangeList.Builder builder, uint limit)
    {
        int start = Position;
        if (Remaining < MinChangeBytes)
        {
            throw Corrupted(start, "change", $"at least {MinChangeBytes} bytes", Remaining);
        }

        int head = BinaryPrimitives.ReadUInt16LittleEndian(Take(sizeof(ushort)));
        if ((head & ~(KeyBytesMask | HasOld | HasNew)) != 0)
        {
            throw Corrupted(start, "flags of a change", "bits 14 and 15", head);
        }

        int keyBytes = head & KeyBytesMask;
        bool hasOld = (head & HasOld) != 0;
        bool hasNew = (head & HasNew) != 0;
        int oldBytes = hasOld ? Length() : 0;
        ulong previousHeight = hasOld ? Number() : 0;
        int newBytes = hasNew ? Length() : 0;
        long total = (long)keyBytes + oldBytes + newBytes;
        if (total > Math.Min(Remaining, limit - builder.ByteCount))
        {
            throw Corrupted(start, "bytes of a change", $"at most {Math.Min(Remaining, limit - builder.ByteCount)}", total);
        }

        ReadOnlySpan<byte> key = Take(keyBytes);
        ReadOnlySpan<byte> old = Take(oldBytes);
        builder.Add(key, hasOld, old, (BlockHeight)previousHeight, hasNew, Take(newBytes));
    }

    private int Length()
    {
        int start = Position;
        ulong length = Number();
        if (length > StateLimits.MaxValueBytes)
        {
            throw Corrupted(start, "length of a value", $"at most {StateLimits.MaxValueBytes}", length);
        }

        return (int)length;
    }

    private ulong Number()
    {
        if (!Varint.TryRead(_body[Position..], out ulong value, out int bytes))
        {
            throw Corrupted(Position, "number", "one in its shortest form", Convert.ToHexStringLower(_body.Slice(Position, Math.Min(Remaining, Varint.MaxBytes))));
        }

        Position += bytes;
        return value;
    }

    private ReadOnlySpan<byte> Take(int bytes)
    {
        ReadOnlySpan<byte> taken = _body.Slice(Position, bytes);
        Position += bytes;
        return taken;
    }
}

using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Cairn.Contracts.Namespaces;

using Layout = VersionHeadLayout;

/// <summary>What is known of the current version of a key beside its value: a deleted key has one too, where versions are kept.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct VersionHead(ulong Number, ulong Oldest, bool IsDeleted, int ContentBytes, BlockHeight Height, long? TimeTicks)
{
    /// <summary>The longest record.</summary>
    public const int MaxBytes = Layout.SizeBytes + NamespaceLimits.MaxPrincipalBytes;

    /// <summary>Whether the key has had a value at all.</summary>
    public bool Exists => Number > 0;

    /// <summary>Whether the key has a value.</summary>
    public bool HasValue => Number > 0 && !IsDeleted;

    /// <summary>How many versions there are.</summary>
    public ulong Count => Exists ? Number - Oldest + 1 : 0;

    /// <summary>Writes the record.</summary>
    /// <returns>Its length.</returns>
    public int Write(ReadOnlySpan<byte> author, Span<byte> destination)
    {
        destination[Layout.VersionOffset] = Layout.Version;
        destination[Layout.FlagsOffset] = (byte)((IsDeleted ? Layout.DeletedFlag : 0) | (TimeTicks is null ? 0 : Layout.TimeFlag));
        BinaryPrimitives.WriteUInt64LittleEndian(destination[Layout.NumberOffset..], Number);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[Layout.OldestOffset..], Oldest);
        BinaryPrimitives.WriteInt32LittleEndian(destination[Layout.ContentLengthOffset..], ContentBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[Layout.HeightOffset..], Height.Value);
        BinaryPrimitives.WriteInt64LittleEndian(destination[Layout.TimeOffset..], TimeTicks ?? 0);
        author.CopyTo(destination[Layout.SizeBytes..]);
        return Layout.SizeBytes + author.Length;
    }

    /// <summary>Reads a record.</summary>
    /// <param name="bytes">Its bytes.</param>
    /// <param name="key">Its key.</param>
    /// <param name="author">Who made the version: the rest of the record.</param>
    /// <exception cref="ContractRecordException">The bytes are none.</exception>
    public static VersionHead Read(ReadOnlySpan<byte> bytes, scoped ReadOnlySpan<byte> key, out ReadOnlySpan<byte> author)
    {
        if (bytes.Length is <= Layout.SizeBytes or > MaxBytes || bytes[Layout.VersionOffset] != Layout.Version)
        {
            throw Damage(key, $"version {Layout.Version} and {Layout.SizeBytes + 1} to {MaxBytes} bytes", bytes.IsEmpty ? "no bytes" : $"version {bytes[Layout.VersionOffset]} and {bytes.Length} bytes");
        }

        byte flags = bytes[Layout.FlagsOffset];
        VersionHead head = new(
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[Layout.NumberOffset..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[Layout.OldestOffset..]),
            (flags & Layout.DeletedFlag) != 0,
            BinaryPrimitives.ReadInt32LittleEndian(bytes[Layout.ContentLengthOffset..]),
            new BlockHeight(BinaryPrimitives.ReadUInt64LittleEndian(bytes[Layout.HeightOffset..])),
            (flags & Layout.TimeFlag) != 0 ? BinaryPrimitives.ReadInt64LittleEndian(bytes[Layout.TimeOffset..]) : null);
        bool hasTime = head.TimeTicks is not null || BinaryPrimitives.ReadInt64LittleEndian(bytes[Layout.TimeOffset..]) == 0;
        bool isSound = flags <= (Layout.DeletedFlag | Layout.TimeFlag) && hasTime
            && head.Oldest > 0 && head.Number >= head.Oldest && head.Number - head.Oldest < NamespaceLimits.MaxVersionsKept
            && head.ContentBytes is >= 0 and < NamespaceLimits.MaxValueBytes && (!head.IsDeleted || head.ContentBytes == 0);
        author = bytes[Layout.SizeBytes..];
        return isSound
            ? head
            : throw Damage(key, $"flags 0 to 3, numbers in order with at most {NamespaceLimits.MaxVersionsKept} versions, a length below {NamespaceLimits.MaxValueBytes}", $"flags {flags}, versions {head.Oldest} to {head.Number}, {head.ContentBytes} bytes");
    }

    private static ContractRecordException Damage(ReadOnlySpan<byte> key, string expected, string found) => new("head of versions", key, expected, found);
}

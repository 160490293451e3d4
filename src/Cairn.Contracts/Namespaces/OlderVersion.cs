using System.Buffers.Binary;
using Cairn.Contracts.Values;

namespace Cairn.Contracts.Namespaces;

using Layout = OlderVersionLayout;

/// <summary>The bytes of an older version: who made it and when, then the value unless it is a deletion.</summary>
internal static class OlderVersion
{
    /// <summary>The most bytes before the value.</summary>
    public const int MaxHeaderBytes = Layout.SizeBytes + NamespaceLimits.MaxPrincipalBytes;

    /// <summary>Writes a record.</summary>
    /// <param name="head">What is known of the version.</param>
    /// <param name="author">Who made it.</param>
    /// <param name="value">The encoded value; empty for a deletion.</param>
    /// <param name="destination">Takes the record.</param>
    /// <returns>Its length.</returns>
    public static int Write(in VersionHead head, ReadOnlySpan<byte> author, ReadOnlySpan<byte> value, Span<byte> destination)
    {
        destination[Layout.VersionOffset] = Layout.Version;
        destination[Layout.FlagsOffset] = (byte)((head.IsDeleted ? VersionHeadLayout.DeletedFlag : 0) | (head.TimeTicks is null ? 0 : VersionHeadLayout.TimeFlag));
        BinaryPrimitives.WriteUInt64LittleEndian(destination[Layout.HeightOffset..], head.Height.Value);
        BinaryPrimitives.WriteInt64LittleEndian(destination[Layout.TimeOffset..], head.TimeTicks ?? 0);
        destination[Layout.AuthorLengthOffset] = (byte)author.Length;
        author.CopyTo(destination[Layout.SizeBytes..]);
        value.CopyTo(destination[(Layout.SizeBytes + author.Length)..]);
        return Layout.SizeBytes + author.Length + value.Length;
    }

    /// <summary>Reads a record.</summary>
    /// <exception cref="ContractRecordException">The bytes are none.</exception>
    public static ValueVersion Read(ulong number, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> key)
    {
        if (bytes.Length < Layout.SizeBytes || bytes[Layout.VersionOffset] != Layout.Version)
        {
            throw Damage(key, $"version {Layout.Version} and at least {Layout.SizeBytes} bytes", bytes.IsEmpty ? "no bytes" : $"version {bytes[Layout.VersionOffset]} and {bytes.Length} bytes");
        }

        byte flags = bytes[Layout.FlagsOffset];
        long time = BinaryPrimitives.ReadInt64LittleEndian(bytes[Layout.TimeOffset..]);
        int authorBytes = bytes[Layout.AuthorLengthOffset];
        bool isDeleted = (flags & VersionHeadLayout.DeletedFlag) != 0;
        bool hasTime = (flags & VersionHeadLayout.TimeFlag) != 0;
        int valueBytes = bytes.Length - Layout.SizeBytes - authorBytes;
        if (flags > (VersionHeadLayout.DeletedFlag | VersionHeadLayout.TimeFlag) || (!hasTime && time != 0) || valueBytes < 0 || (isDeleted && valueBytes > 0))
        {
            throw Damage(key, "flags 0 to 3, an author that fits, and no value of a deletion", $"flags {flags}, an author of {authorBytes} in {bytes.Length} bytes");
        }

        return new ValueVersion(
            number,
            NamespaceSession.DecodeAuthor(bytes.Slice(Layout.SizeBytes, authorBytes), key),
            new BlockHeight(BinaryPrimitives.ReadUInt64LittleEndian(bytes[Layout.HeightOffset..])),
            hasTime ? time : null,
            isDeleted,
            isDeleted ? StateValue.Null : NamespaceSession.DecodeValue(bytes[(Layout.SizeBytes + authorBytes)..], key));
    }

    private static ContractRecordException Damage(ReadOnlySpan<byte> key, string expected, string found) => new("older version", key, expected, found);
}

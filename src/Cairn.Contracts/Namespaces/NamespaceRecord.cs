using System.Buffers.Binary;
using System.Text;
using Cairn.Contracts.Namespaces.Access;

namespace Cairn.Contracts.Namespaces;

using Layout = NamespaceRecordLayout;

/// <summary>A namespace as it is stored.</summary>
internal sealed record NamespaceRecord
{
    public required string Owner { get; init; }

    public required int VersionsKept { get; init; }

    public bool InheritsRoles { get; init; }

    public uint SchemaVersion { get; init; }

    public uint Children { get; init; }

    public NamespaceQuota Quota { get; init; } = NamespaceQuota.None;

    public string Attributes { get; init; } = "{}";

    public BlockHeight CreatedAt { get; init; }

    /// <summary>The record as bytes.</summary>
    public byte[] Encode()
    {
        byte[] owner = Encoding.UTF8.GetBytes(Owner);
        byte[] attributes = Encoding.UTF8.GetBytes(Attributes);
        byte[] bytes = new byte[Layout.SizeBytes + owner.Length + attributes.Length];
        bytes[Layout.VersionOffset] = Layout.Version;
        bytes[Layout.FlagsOffset] = (byte)((InheritsRoles ? Layout.InheritsFlag : 0) | (Quota.MaxBytes is null ? 0 : Layout.MaxBytesFlag) | (Quota.MaxKeys is null ? 0 : Layout.MaxKeysFlag));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(Layout.VersionsKeptOffset), (ushort)VersionsKept);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(Layout.SchemaVersionOffset), SchemaVersion);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(Layout.ChildrenOffset), Children);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(Layout.MaxBytesOffset), Quota.MaxBytes ?? 0);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(Layout.MaxKeysOffset), Quota.MaxKeys ?? 0);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(Layout.CreatedAtOffset), CreatedAt.Value);
        bytes[Layout.OwnerLengthOffset] = (byte)owner.Length;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(Layout.AttributesLengthOffset), (ushort)attributes.Length);
        owner.CopyTo(bytes, Layout.SizeBytes);
        attributes.CopyTo(bytes, Layout.SizeBytes + owner.Length);
        return bytes;
    }

    /// <summary>Reads a record.</summary>
    /// <exception cref="ContractRecordException">The bytes are none.</exception>
    public static NamespaceRecord Read(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> key)
    {
        if (bytes.Length < Layout.SizeBytes || bytes[Layout.VersionOffset] != Layout.Version)
        {
            throw Damage(key, $"version {Layout.Version} and at least {Layout.SizeBytes} bytes", bytes.IsEmpty ? "no bytes" : $"version {bytes[Layout.VersionOffset]} and {bytes.Length} bytes");
        }

        byte flags = bytes[Layout.FlagsOffset];
        int kept = BinaryPrimitives.ReadUInt16LittleEndian(bytes[Layout.VersionsKeptOffset..]);
        ulong maxBytes = BinaryPrimitives.ReadUInt64LittleEndian(bytes[Layout.MaxBytesOffset..]);
        ulong maxKeys = BinaryPrimitives.ReadUInt64LittleEndian(bytes[Layout.MaxKeysOffset..]);
        int ownerBytes = bytes[Layout.OwnerLengthOffset];
        int attributeBytes = BinaryPrimitives.ReadUInt16LittleEndian(bytes[Layout.AttributesLengthOffset..]);
        bool hasBytes = (flags & Layout.MaxBytesFlag) != 0;
        bool hasKeys = (flags & Layout.MaxKeysFlag) != 0;
        if (flags > (Layout.InheritsFlag | Layout.MaxBytesFlag | Layout.MaxKeysFlag) || kept > NamespaceLimits.MaxVersionsKept || (!hasBytes && maxBytes != 0) || (!hasKeys && maxKeys != 0))
        {
            throw Damage(key, $"flags 0 to 7, at most {NamespaceLimits.MaxVersionsKept} versions, and quotas only with their flags", $"flags {flags}, {kept} versions, quotas {maxBytes} and {maxKeys}");
        }

        if (attributeBytes > NamespaceLimits.MaxAttributeBytes || bytes.Length != Layout.SizeBytes + ownerBytes + attributeBytes)
        {
            throw Damage(key, "lengths of owner and attributes that fill the record", $"{ownerBytes} and {attributeBytes} in {bytes.Length} bytes");
        }

        ReadOnlySpan<byte> rest = bytes[Layout.SizeBytes..];
        if (!Principal.TryDecode(rest[..ownerBytes], out string owner) || !Utf8Text.TryDecode(rest[ownerBytes..], out string attributes) || !attributes.StartsWith('{'))
        {
            throw Damage(key, "the id of an owner and attributes of UTF-8", "other bytes");
        }

        return new NamespaceRecord
        {
            Owner = owner,
            VersionsKept = kept,
            InheritsRoles = (flags & Layout.InheritsFlag) != 0,
            SchemaVersion = BinaryPrimitives.ReadUInt32LittleEndian(bytes[Layout.SchemaVersionOffset..]),
            Children = BinaryPrimitives.ReadUInt32LittleEndian(bytes[Layout.ChildrenOffset..]),
            Quota = hasBytes || hasKeys ? new NamespaceQuota(hasBytes ? maxBytes : null, hasKeys ? maxKeys : null) : NamespaceQuota.None,
            Attributes = attributes,
            CreatedAt = new BlockHeight(BinaryPrimitives.ReadUInt64LittleEndian(bytes[Layout.CreatedAtOffset..])),
        };
    }

    /// <summary>The record for those who ask.</summary>
    public NamespaceInfo ToInfo(ReadOnlySpan<byte> path) => new(
        NamespacePath.ToText(path),
        path.IsEmpty ? null : NamespacePath.ToText(path[..PathRules.ParentLength(path)]),
        Owner,
        VersionsKept,
        InheritsRoles,
        Quota,
        Attributes,
        SchemaVersion,
        Children,
        CreatedAt);

    private static ContractRecordException Damage(ReadOnlySpan<byte> key, string expected, string found) => new("namespace", key, expected, found);
}

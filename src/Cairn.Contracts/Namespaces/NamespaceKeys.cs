using System.Buffers.Binary;

namespace Cairn.Contracts.Namespaces;

/// <summary>Where the records of namespaces are: see <c>docs/format.md</c>, "Namespaces". The keys of users are their paths, which begin with a byte of 0x20 or above.</summary>
internal static class NamespaceKeys
{
    /// <summary>The first byte of all records in the state tree.</summary>
    public const byte First = 0x05;

    /// <summary>The namespaces, by path.</summary>
    public const byte Namespaces = 0x01;

    /// <summary>The roles, by path and principal.</summary>
    public const byte Roles = 0x02;

    /// <summary>The accounts, by principal.</summary>
    public const byte Accounts = 0x03;

    /// <summary>The heads of versions, by key.</summary>
    public const byte Heads = 0x04;

    /// <summary>The older versions, by key and number.</summary>
    public const byte Versions = 0x05;

    /// <summary>The next nonces, by principal.</summary>
    public const byte Nonces = 0x06;

    /// <summary>The first byte and one of those above.</summary>
    public const int PrefixBytes = 2;

    /// <summary>The longest key: a role.</summary>
    public const int MaxBytes = PrefixBytes + NamespaceLimits.MaxPathBytes + 1 + NamespaceLimits.MaxPrincipalBytes;

    /// <summary>The end of the audit chain, in the local tree.</summary>
    public static ReadOnlySpan<byte> AuditHead => [0x08, 0x01];

    /// <summary>What the keys of audit records begin with, in the local tree.</summary>
    public static ReadOnlySpan<byte> AuditRecords => [0x08, 0x02];

    /// <summary>The bytes of the key of an audit record.</summary>
    public const int AuditRecordBytes = 2 + sizeof(ulong);

    /// <summary>Writes the key of a record that is found by a path or a principal.</summary>
    public static ReadOnlySpan<byte> Of(byte kind, ReadOnlySpan<byte> name, Span<byte> destination)
    {
        destination[0] = First;
        destination[1] = kind;
        name.CopyTo(destination[PrefixBytes..]);
        return destination[..(PrefixBytes + name.Length)];
    }

    /// <summary>Writes what the keys of the roles of a namespace begin with.</summary>
    public static ReadOnlySpan<byte> RolesOf(ReadOnlySpan<byte> path, Span<byte> destination)
    {
        int length = Of(Roles, path, destination).Length;
        destination[length] = 0;
        return destination[..(length + 1)];
    }

    /// <summary>Writes the key of a role.</summary>
    public static ReadOnlySpan<byte> Role(ReadOnlySpan<byte> path, ReadOnlySpan<byte> principal, Span<byte> destination)
    {
        int length = RolesOf(path, destination).Length;
        principal.CopyTo(destination[length..]);
        return destination[..(length + principal.Length)];
    }

    /// <summary>Writes the key of an older version.</summary>
    public static ReadOnlySpan<byte> Version(ReadOnlySpan<byte> path, ulong number, Span<byte> destination)
    {
        int length = Of(Versions, path, destination).Length;
        destination[length] = 0;
        BinaryPrimitives.WriteUInt64BigEndian(destination[(length + 1)..], number);
        return destination[..(length + 1 + sizeof(ulong))];
    }

    /// <summary>Writes the key of an audit record.</summary>
    public static ReadOnlySpan<byte> AuditRecord(ulong number, Span<byte> destination)
    {
        AuditRecords.CopyTo(destination);
        BinaryPrimitives.WriteUInt64BigEndian(destination[AuditRecords.Length..], number);
        return destination[..AuditRecordBytes];
    }
}

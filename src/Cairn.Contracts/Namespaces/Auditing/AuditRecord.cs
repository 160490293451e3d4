using System.Buffers.Binary;

namespace Cairn.Contracts.Namespaces.Auditing;

using Layout = AuditRecordLayout;

/// <summary>A record of the audit.</summary>
public sealed record AuditRecord
{
    /// <summary>Its place in the chain, from 1.</summary>
    public required ulong Number { get; init; }

    /// <summary>Who it was; <c>anonymous</c> for nobody.</summary>
    public required string Principal { get; init; }

    /// <summary>What was done or tried.</summary>
    public required AuditAction Action { get; init; }

    /// <summary>How it went.</summary>
    public required AuditOutcome Outcome { get; init; }

    /// <summary>Where; <c>global</c> for the namespace around all others.</summary>
    public required string Namespace { get; init; }

    /// <summary>The key it was about; empty when it was about none.</summary>
    public required string Key { get; init; }

    /// <summary>The version of the key that was made; 0 for none.</summary>
    public required ulong KeyVersion { get; init; }

    /// <summary>The height of the block.</summary>
    public required BlockHeight Height { get; init; }

    /// <summary>The time of the block in 100 ns ticks since 1970-01-01 UTC; null when it has none.</summary>
    public required long? TimeTicks { get; init; }

    /// <summary>What else there is to say.</summary>
    public required string Details { get; init; }

    /// <summary>The hash of the record before; the zero hash for the first one.</summary>
    public required Hash256 PreviousHash { get; init; }

    /// <summary>Reads a record.</summary>
    /// <exception cref="ContractRecordException">The bytes are none.</exception>
    internal static AuditRecord Read(ulong number, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> key)
    {
        if (bytes.Length < Layout.SizeBytes || bytes[Layout.VersionOffset] != Layout.Version)
        {
            throw Damage(key, $"version {Layout.Version} and at least {Layout.SizeBytes} bytes", bytes.IsEmpty ? "no bytes" : $"version {bytes[Layout.VersionOffset]} and {bytes.Length} bytes");
        }

        AuditAction action = (AuditAction)bytes[Layout.ActionOffset];
        AuditOutcome outcome = (AuditOutcome)bytes[Layout.OutcomeOffset];
        byte flags = bytes[Layout.FlagsOffset];
        long time = BinaryPrimitives.ReadInt64LittleEndian(bytes[Layout.TimeOffset..]);
        if (action is < AuditAction.Read or > AuditAction.AcceptCall || outcome > AuditOutcome.OverQuota || flags > Layout.TimeFlag || (flags == 0 && time != 0))
        {
            throw Damage(key, "an action, an outcome and flags that are known", $"{(int)action}, {(int)outcome} and {flags}");
        }

        int principalBytes = bytes[Layout.PrincipalLengthOffset];
        int namespaceBytes = bytes[Layout.NamespaceLengthOffset];
        int keyBytes = bytes[Layout.KeyLengthOffset];
        int detailBytes = BinaryPrimitives.ReadUInt16LittleEndian(bytes[Layout.DetailsLengthOffset..]);
        ReadOnlySpan<byte> rest = bytes[Layout.SizeBytes..];
        if (rest.Length != principalBytes + namespaceBytes + keyBytes + detailBytes)
        {
            throw Damage(key, "lengths that fill the record", $"{principalBytes}, {namespaceBytes}, {keyBytes} and {detailBytes} in {bytes.Length} bytes");
        }

        string principal = Access.Principal.Anonymous.Id;
        if ((principalBytes > 0 && !Access.Principal.TryDecode(rest[..principalBytes], out principal))
            || !Utf8Text.TryDecode(rest.Slice(principalBytes, namespaceBytes), out string at)
            || !Utf8Text.TryDecode(rest.Slice(principalBytes + namespaceBytes, keyBytes), out string about)
            || !Utf8Text.TryDecode(rest[(principalBytes + namespaceBytes + keyBytes)..], out string details))
        {
            throw Damage(key, "UTF-8 text", "other bytes");
        }

        return new AuditRecord
        {
            Number = number,
            Principal = principal,
            Action = action,
            Outcome = outcome,
            Namespace = namespaceBytes == 0 ? NamespacePath.Global : at,
            Key = about,
            KeyVersion = BinaryPrimitives.ReadUInt64LittleEndian(bytes[Layout.KeyVersionOffset..]),
            Height = new BlockHeight(BinaryPrimitives.ReadUInt64LittleEndian(bytes[Layout.HeightOffset..])),
            TimeTicks = flags == 0 ? null : time,
            Details = details,
            PreviousHash = new Hash256(bytes.Slice(Layout.PreviousHashOffset, Hash256.SizeBytes)),
        };
    }

    private static ContractRecordException Damage(ReadOnlySpan<byte> key, string expected, string found) => new("audit record", key, expected, found);
}

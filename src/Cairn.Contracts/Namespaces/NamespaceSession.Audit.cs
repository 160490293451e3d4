using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Namespaces.Auditing;

namespace Cairn.Contracts.Namespaces;

using Layout = AuditRecordLayout;

/// <content>The audit: a record in the local tree for each change and each attempt, chained by hashes.</content>
internal sealed partial class NamespaceSession
{
    private readonly byte[] _head = new byte[AuditHeadLayout.SizeBytes];
    private byte[]? _auditBytes;
    private AuditHead? _chain;

    /// <summary>Writes an attempt that was refused.</summary>
    public void Append(AuditAttempt attempt)
    {
        byte[] principal = string.Equals(attempt.Principal, Principal.Anonymous.Id, StringComparison.Ordinal) ? [] : Encoding.UTF8.GetBytes(attempt.Principal);
        Append(attempt.Action, attempt.Outcome, principal, NamespacePath.Parse(attempt.Namespace), Encoding.UTF8.GetBytes(attempt.Key), keyVersion: 0, attempt.Details);
    }

    /// <summary>Writes a record.</summary>
    public void Append(AuditAction action, AuditOutcome outcome, ReadOnlySpan<byte> principal, ReadOnlySpan<byte> at, ReadOnlySpan<byte> key, ulong keyVersion, string details)
    {
        BlockDraft draft = Writable;
        AuditHead end = _chain ?? AuditChain.ReadHead(Local);
        byte[] record = _auditBytes ??= new byte[Layout.MaxBytes];
        long? time = draft.TimeTicks;
        record[Layout.VersionOffset] = Layout.Version;
        record[Layout.ActionOffset] = (byte)action;
        record[Layout.OutcomeOffset] = (byte)outcome;
        record[Layout.FlagsOffset] = time is null ? (byte)0 : Layout.TimeFlag;
        BinaryPrimitives.WriteUInt64LittleEndian(record.AsSpan(Layout.HeightOffset), draft.Height.Value);
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(Layout.TimeOffset), time ?? 0);
        BinaryPrimitives.WriteUInt64LittleEndian(record.AsSpan(Layout.KeyVersionOffset), keyVersion);
        end.Hash.CopyTo(record.AsSpan(Layout.PreviousHashOffset));
        record[Layout.PrincipalLengthOffset] = (byte)principal.Length;
        record[Layout.NamespaceLengthOffset] = (byte)at.Length;
        record[Layout.KeyLengthOffset] = (byte)key.Length;
        int length = Layout.SizeBytes;
        principal.CopyTo(record.AsSpan(length));
        length += principal.Length;
        at.CopyTo(record.AsSpan(length));
        length += at.Length;
        key.CopyTo(record.AsSpan(length));
        length += key.Length;
        int detailBytes = 0;
        if (details.Length > 0)
        {
            // Whole characters, as many as there is room for.
            System.Text.Unicode.Utf8.FromUtf16(details, record.AsSpan(length, NamespaceLimits.MaxDetailBytes), out _, out detailBytes);
        }

        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(Layout.DetailsLengthOffset), (ushort)detailBytes);
        Put(draft, end, record.AsSpan(0, length + detailBytes));
    }

    private void Put(BlockDraft draft, AuditHead end, ReadOnlySpan<byte> record)
    {
        Span<byte> key = stackalloc byte[NamespaceKeys.AuditRecordBytes];
        Span<byte> hash = stackalloc byte[Hash256.SizeBytes];
        SHA256.HashData(record, hash);
        AuditHead next = new(end.Count + 1, new Hash256(hash));
        next.Write(_head);
        draft.Local.Put(NamespaceKeys.AuditRecord(next.Count, key), record);
        draft.Local.Put(NamespaceKeys.AuditHead, _head);
        _chain = next;
    }
}

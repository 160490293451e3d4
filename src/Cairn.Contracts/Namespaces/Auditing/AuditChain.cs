using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Cairn.Contracts.Namespaces.Auditing;

/// <summary>
/// Verifies the chain of audit records of a store: that they are numbered from 1 without a gap, that each has the hash of the one before, and that the last one is the one the store says it is. Nothing is ever cut off, so a chain that does
/// not begin with record 1 is damaged. It says nothing of what is in the records, so it takes no role.
/// </summary>
public static class AuditChain
{
    /// <summary>Reads where the chain ends.</summary>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    public static AuditHead HeadOf(StateView view) => ReadHead((view ?? throw new ArgumentNullException(nameof(view))).Local);

    /// <summary>Reads where the chain ends.</summary>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    public static AuditHead HeadOf(BlockDraft draft) => ReadHead((draft ?? throw new ArgumentNullException(nameof(draft))).Local);

    /// <summary>Verifies the chain; it ends at the first record that is not sound.</summary>
    /// <param name="view">The state.</param>
    /// <param name="known">An end of the chain that was kept elsewhere: the record of that number has to have that hash. Null, the default, for none.</param>
    /// <param name="cancellationToken">Ends verifying between two records.</param>
    public static AuditReport Verify(StateView view, AuditHead? known = null, CancellationToken cancellationToken = default) =>
        Verify((view ?? throw new ArgumentNullException(nameof(view))).Local, known, cancellationToken);

    /// <summary>Verifies the chain with what a draft has added.</summary>
    /// <param name="draft">The draft, which must not be changed meanwhile.</param>
    /// <param name="known">An end of the chain that was kept elsewhere; null, the default, for none.</param>
    /// <param name="cancellationToken">Ends verifying between two records.</param>
    public static AuditReport Verify(BlockDraft draft, AuditHead? known = null, CancellationToken cancellationToken = default) =>
        Verify((draft ?? throw new ArgumentNullException(nameof(draft))).Local, known, cancellationToken);

    internal static AuditHead ReadHead(ITreeReader local)
    {
        Span<byte> bytes = stackalloc byte[AuditHeadLayout.SizeBytes];
        return RecordReading.TryRead(local, "audit head", NamespaceKeys.AuditHead, bytes) ? AuditHead.Read(bytes) : default;
    }

    private static AuditReport Verify(ITreeReader local, AuditHead? known, CancellationToken cancellationToken)
    {
        AuditHead head;
        try
        {
            head = ReadHead(local);
        }
        catch (ContractRecordException damaged)
        {
            return new AuditReport(0, default, new AuditFault(0, "audit head", damaged.Expected, damaged.Found));
        }

        AuditHead at = default;
        using EntryScan scan = local.Prefix(NamespaceKeys.AuditRecords);
        while (scan.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (FaultOf(local, scan, at, head, known, out AuditHead next) is { } fault)
            {
                return new AuditReport(fault.Number == 0 ? 0 : fault.Number - 1, head, fault);
            }

            at = next;
        }

        AuditFault? missing = at.Count != head.Count ? new AuditFault(at.Count + 1, "record", $"{head.Count} records", $"{at.Count}")
            : known is { } later && later.Count > at.Count ? new AuditFault(at.Count + 1, "record", $"{later.Count} records", $"{at.Count}")
            : null;
        return new AuditReport(at.Count, head, missing);
    }

    /// <summary>Checks the record behind the sound part of a chain.</summary>
    private static AuditFault? FaultOf(ITreeReader local, EntryScan scan, AuditHead at, AuditHead head, AuditHead? known, out AuditHead next)
    {
        ulong number = at.Count + 1;
        next = default;
        if (scan.Key.Length != NamespaceKeys.AuditRecordBytes || BinaryPrimitives.ReadUInt64BigEndian(scan.Key[NamespaceKeys.AuditRecords.Length..]) is var found && found != number)
        {
            return new AuditFault(number, "record", $"record {number}", $"key {Convert.ToHexStringLower(scan.Key)}");
        }

        if (number > head.Count)
        {
            return new AuditFault(number, "record", $"{head.Count} records", "another one");
        }

        AuditRecord record;
        try
        {
            record = AuditRecord.Read(number, scan.Value, scan.Key);
        }
        catch (ContractRecordException damaged)
        {
            return new AuditFault(number, "record", damaged.Expected, damaged.Found);
        }

        next = new AuditHead(number, HashOf(scan.Value));
        if (record.PreviousHash != at.Hash)
        {
            // Where what comes after vouches for this record, it is the one before that was changed.
            return number > 1 && IsVouchedFor(local, next, head)
                ? new AuditFault(number - 1, "hash of the record", $"{record.PreviousHash}", $"{at.Hash}")
                : new AuditFault(number, "hash of the record before", $"{at.Hash}", $"{record.PreviousHash}");
        }

        return next.Count == head.Count && next.Hash != head.Hash ? new AuditFault(number, "hash of the last record", $"{head.Hash}", $"{next.Hash}")
            : known is { } kept && kept.Count == number && kept.Hash != next.Hash ? new AuditFault(number, "hash of a record that is known", $"{kept.Hash}", $"{next.Hash}")
            : null;
    }

    private static bool IsVouchedFor(ITreeReader local, AuditHead at, AuditHead head)
    {
        byte[] key = NamespaceKeys.AuditRecord(at.Count + 1, new byte[NamespaceKeys.AuditRecordBytes]).ToArray();
        return at.Count == head.Count
            ? at.Hash == head.Hash
            : local.Get(key) is { Length: >= AuditRecordLayout.SizeBytes } bytes && new Hash256(bytes.AsSpan(AuditRecordLayout.PreviousHashOffset, Hash256.SizeBytes)) == at.Hash;
    }

    /// <summary>The hash of a record.</summary>
    internal static Hash256 HashOf(ReadOnlySpan<byte> record)
    {
        Span<byte> hash = stackalloc byte[Hash256.SizeBytes];
        SHA256.HashData(record, hash);
        return new Hash256(hash);
    }
}

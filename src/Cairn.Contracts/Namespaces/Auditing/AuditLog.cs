using System.Buffers.Binary;
using System.Text.Json;
using Cairn.Contracts.Namespaces.Access;

namespace Cairn.Contracts.Namespaces.Auditing;

/// <summary>
/// The audit: what was done, and what was denied, in the local tree of this node. Atomic and durable with the block and rewound with it. Reading takes admin of the namespace asked for, or global admin.
/// An admin who is no global admin reads the records from the block on that created the namespace: what was done under its path before that, in a namespace that was removed, is not theirs.
/// <see cref="AuditChain"/> verifies it. For one thread at a time.
/// </summary>
public sealed class AuditLog
{
    private readonly NamespaceStore _store;

    internal AuditLog(NamespaceStore store) => _store = store;

    /// <summary>Where the chain ends.</summary>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    public AuditHead Head => AuditChain.ReadHead(_store.Session.Local);

    /// <summary>Reads a page of the audit, newest first.</summary>
    /// <param name="query">What is asked for; null for the newest records.</param>
    /// <exception cref="AccessDeniedException">The principal is no admin there.</exception>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    public AuditPage List(AuditQuery? query = null)
    {
        query ??= new AuditQuery();
        NamespaceStore.CheckLimit(query.Limit);
        List<AuditRecord> records = [];
        foreach (AuditRecord record in Read(query))
        {
            if (records.Count == query.Limit)
            {
                return new AuditPage(records, query.Limit == 0 ? query.Before : records[^1].Number);
            }

            records.Add(record);
        }

        return new AuditPage(records, Next: null);
    }

    /// <summary>Walks the audit, newest first; what <see cref="AuditQuery.Limit"/> says does not matter.</summary>
    /// <param name="query">What is asked for; null for everything.</param>
    /// <returns>The records, read as they are asked for: valid as long as the view or draft, which must not be changed meanwhile.</returns>
    /// <exception cref="AccessDeniedException">The principal is no admin there.</exception>
    /// <exception cref="ContractRecordException">What is there is damaged; thrown by the step that meets it.</exception>
    public IEnumerable<AuditRecord> Read(AuditQuery? query = null)
    {
        query ??= new AuditQuery();
        return Walk(query, RequireAdmin(query), isReverse: true).Select(static one => one.Record);
    }

    /// <summary>Writes the records as JSON lines, oldest first: the fields of a record, and its hash, a line each.</summary>
    /// <param name="destination">Takes the lines.</param>
    /// <param name="query">What is asked for; null for everything.</param>
    /// <returns>How many records were written.</returns>
    /// <exception cref="AccessDeniedException">The principal is no admin there.</exception>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    public long Export(Stream destination, AuditQuery? query = null)
    {
        ArgumentNullException.ThrowIfNull(destination);
        query ??= new AuditQuery();
        BlockHeight from = RequireAdmin(query);
        long count = 0;
        using Utf8JsonWriter writer = new(destination);
        foreach ((AuditRecord record, Hash256 hash) in Walk(query, from, isReverse: false))
        {
            WriteLine(writer, record, hash);
            writer.Flush();
            destination.WriteByte((byte)'\n');
            writer.Reset();
            count++;
        }

        return count;
    }

    private static void WriteLine(Utf8JsonWriter writer, AuditRecord record, Hash256 hash)
    {
        writer.WriteStartObject();
        writer.WriteNumber("number", record.Number);
        writer.WriteNumber("height", record.Height.Value);
        if (record.TimeTicks is { } time)
        {
            writer.WriteNumber("timeTicks", time);
        }

        writer.WriteString("principal", record.Principal);
        writer.WriteString("action", record.Action.ToString());
        writer.WriteString("outcome", record.Outcome.ToString());
        writer.WriteString("namespace", record.Namespace);
        writer.WriteString("key", record.Key);
        writer.WriteNumber("keyVersion", record.KeyVersion);
        writer.WriteString("details", record.Details);
        writer.WriteString("previousHash", record.PreviousHash.ToString());
        writer.WriteString("hash", hash.ToString());
        writer.WriteEndObject();
    }

    /// <summary>Lets a reading go on if the principal may.</summary>
    /// <returns>The height from which on it may read: for all but global admins, that at which the namespace was created, since another one with the same path may have been there before.</returns>
    private BlockHeight RequireAdmin(AuditQuery query)
    {
        NamespaceSession session = _store.Session;
        NamespaceState at = query.Namespace is null ? session.Root : session.Find(NamespacePath.Parse(query.Namespace)) ?? session.Root;
        session.Require(at, _store, Role.Admin, AuditAction.ReadAudit, default);
        return session.RoleOf(session.Root, _store.Principal) == Role.Admin ? default : at.Record!.CreatedAt;
    }

    private IEnumerable<(AuditRecord Record, Hash256 Hash)> Walk(AuditQuery query, BlockHeight from, bool isReverse)
    {
        byte[] start = NamespaceKeys.AuditRecords.ToArray();
        byte[] end = query.Before is { } before ? NamespaceKeys.AuditRecord(before, new byte[NamespaceKeys.AuditRecordBytes]).ToArray() : [start[0], (byte)(start[1] + 1)];
        using EntryScan scan = _store.Session.Local.Range(start, end, reverse: isReverse);
        while (scan.MoveNext())
        {
            if (scan.Key.Length != NamespaceKeys.AuditRecordBytes)
            {
                throw new ContractRecordException("audit record", scan.Key, $"a key of {NamespaceKeys.AuditRecordBytes} bytes", $"{scan.Key.Length} bytes");
            }

            AuditRecord record = AuditRecord.Read(BinaryPrimitives.ReadUInt64BigEndian(scan.Key[start.Length..]), scan.Value, scan.Key);
            if (record.Height >= from && query.Matches(record))
            {
                yield return (record, isReverse ? default : AuditChain.HashOf(scan.Value));
            }
        }
    }
}

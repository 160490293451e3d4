using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Namespaces.Auditing;
using Cairn.Contracts.Values;

namespace Cairn.Contracts.Namespaces;

/// <content>
/// Writing keys. The current version has its value under the key and all else in its head; a write moves both into an entry of the older version. So the first write of a key puts two entries, and no value is stored twice.
/// </content>
internal sealed partial class NamespaceSession
{
    private readonly byte[] _headBytes = new byte[VersionHead.MaxBytes];
    private byte[] _valueBytes = new byte[ScratchBytes];

    /// <summary>Reads the head of a key.</summary>
    /// <param name="path">The key.</param>
    /// <param name="author">Who made the current version; valid until the next reading.</param>
    public VersionHead ReadHead(scoped ReadOnlySpan<byte> path, out ReadOnlySpan<byte> author)
    {
        Span<byte> buffer = stackalloc byte[NamespaceKeys.MaxBytes];
        ReadOnlySpan<byte> key = NamespaceKeys.Of(NamespaceKeys.Heads, path, buffer);
        author = default;
        return TryRead(State, key, out ReadOnlySpan<byte> value) ? VersionHead.Read(value, key, out author) : default;
    }

    /// <summary>Lets a change of a key go on if it can be made at all and the principal may; else notes the attempt and throws.</summary>
    /// <returns>The namespace the key is in.</returns>
    /// <exception cref="AccessDeniedException">The principal may not write there.</exception>
    /// <exception cref="InvalidOperationException">The session is over a view.</exception>
    public NamespaceState RequireWriting(NamespaceStore store, StatePath path, AuditAction action)
    {
        _ = Writable;
        NamespaceState at = Resolve(path);
        Require(at, store, Role.Writer, action, path.Utf8);
        return at;
    }

    /// <summary>Writes or deletes a key.</summary>
    /// <param name="store">Who.</param>
    /// <param name="path">The key.</param>
    /// <param name="value">The value; null deletes.</param>
    /// <param name="expected">The version that has to be there, 0 for none; null for any.</param>
    /// <returns>The number of the version made; 0 where nothing is left of a deleted key.</returns>
    public ulong Write(NamespaceStore store, StatePath path, in StateValue? value, ulong? expected)
    {
        BlockDraft draft = Writable;
        AuditAction action = value is null ? AuditAction.Delete : AuditAction.Write;
        NamespaceState at = RequireWriting(store, path, action);
        int encoded = value is { } given ? Encode(path, given) : 0;
        VersionHead head = ReadHead(path.Utf8, out ReadOnlySpan<byte> author);
        if (expected is { } version && version != head.Number)
        {
            throw new VersionConflictException(path.ToString(), version, head.Number);
        }

        if (value is null && !head.HasValue)
        {
            throw new KeyMissingException(path.ToString());
        }

        long content = encoded - 1;
        long entries = value is null ? -1 : head.HasValue ? 0 : 1;
        long bytes = (entries * path.Utf8.Length) + encoded - (head.HasValue ? head.ContentBytes + 1 : 0);
        long growth = (value is null ? 0 : content) - head.ContentBytes;
        int authorBytes = author.Length;
        author.CopyTo(_headBytes);
        CheckQuotas(at, store, path.Utf8, growth, entries, bytes);

        draft.Begin();
        try
        {
            ulong oldest = KeepOlder(draft.State, path.Utf8, at.VersionsKept, head, _headBytes.AsSpan(0, authorBytes));
            VersionHead next = new(head.Number + 1, oldest, value is null, value is null ? 0 : (int)content, draft.Height, draft.TimeTicks);
            Put(draft.State, path.Utf8, at.VersionsKept, next, store.Principal.Utf8, _valueBytes.AsSpan(0, encoded));
            Append(action, AuditOutcome.Done, store.Principal.Utf8, at.Path, path.Utf8, next.Number, "");
            Charge(at, store.Principal, growth, entries, bytes);
        }
        catch
        {
            draft.Rollback();
            _account = null;
            _chain = null;
            throw;
        }

        draft.Release();
        return value is null && at.VersionsKept == 0 ? 0 : head.Number + 1;
    }

    /// <summary>Drops the older versions of a key, and what is known of a deleted one.</summary>
    /// <returns>How many versions are gone.</returns>
    public ulong DropVersions(NamespaceStore store, StatePath path)
    {
        BlockDraft draft = Writable;
        NamespaceState at = RequireWriting(store, path, AuditAction.DropVersions);
        VersionHead head = ReadHead(path.Utf8, out ReadOnlySpan<byte> author);
        byte[] current = author.ToArray();
        if (!head.Exists || (!head.IsDeleted && head.Count == 1))
        {
            return 0;
        }

        Atomically(() =>
        {
            Drop(draft.State, path.Utf8, head.Oldest, head.Number);
            Span<byte> buffer = stackalloc byte[NamespaceKeys.MaxBytes];
            ReadOnlySpan<byte> key = NamespaceKeys.Of(NamespaceKeys.Heads, path.Utf8, buffer);
            if (head.IsDeleted)
            {
                draft.State.Delete(key);
            }
            else
            {
                int length = (head with { Oldest = head.Number }).Write(current, _headBytes);
                draft.State.Put(key, _headBytes.AsSpan(0, length));
            }

            Append(AuditAction.DropVersions, AuditOutcome.Done, store.Principal.Utf8, at.Path, path.Utf8, head.Number, "");
        });
        return head.IsDeleted ? head.Count : head.Count - 1;
    }

    /// <summary>Reads a version of a key.</summary>
    /// <param name="path">The key.</param>
    /// <param name="number">The number.</param>
    /// <param name="version">The version; null when there is none.</param>
    /// <param name="head">The head of the key.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryReadVersion(StatePath path, ulong number, out ValueVersion? version, out VersionHead head)
    {
        version = null;
        head = ReadHead(path.Utf8, out ReadOnlySpan<byte> author);
        if (!head.Exists || number < head.Oldest || number > head.Number)
        {
            return false;
        }

        Span<byte> buffer = stackalloc byte[NamespaceKeys.MaxBytes];
        if (number == head.Number)
        {
            string by = DecodeAuthor(author, NamespaceKeys.Of(NamespaceKeys.Heads, path.Utf8, buffer));
            StateValue value = default;
            if (!head.IsDeleted && !TryReadValue(path, out value))
            {
                throw new ContractRecordException("value of a key", path.Utf8, $"a value of version {number}", "none");
            }

            version = new ValueVersion(number, by, head.Height, head.TimeTicks, head.IsDeleted, value);
            return true;
        }

        ReadOnlySpan<byte> key = NamespaceKeys.Version(path.Utf8, number, buffer);
        if (!TryRead(State, key, out ReadOnlySpan<byte> bytes))
        {
            throw new ContractRecordException("older version", key, $"version {number} of versions {head.Oldest} to {head.Number}", "none");
        }

        version = OlderVersion.Read(number, bytes, key);
        return true;
    }

    /// <summary>Reads the value of a key.</summary>
    public bool TryReadValue(StatePath path, out StateValue value)
    {
        bool isThere = TryRead(State, path.Utf8, out ReadOnlySpan<byte> bytes);
        value = isThere ? DecodeValue(bytes, path.Utf8) : default;
        return isThere;
    }

    /// <summary>Decodes a value.</summary>
    /// <exception cref="ContractRecordException">The bytes are none.</exception>
    public static StateValue DecodeValue(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> key)
    {
        try
        {
            return StateValue.Decode(bytes);
        }
        catch (ValueFormatException bad)
        {
            throw new ContractRecordException("value of a key", key, $"at {bad.Offset} {bad.Expected}", bad.Found);
        }
    }

    internal static string DecodeAuthor(ReadOnlySpan<byte> author, ReadOnlySpan<byte> key) =>
        Principal.TryDecode(author, out string id) ? id : throw new ContractRecordException("author of a version", key, "the id of a principal", $"{author.Length} bytes that are none");

    private int Encode(StatePath path, in StateValue value)
    {
        int encoded = value.EncodedBytes;
        if (encoded > NamespaceLimits.MaxValueBytes)
        {
            throw new ArgumentException($"The value of key '{path}' has {encoded} bytes; {NamespaceLimits.MaxValueBytes} are allowed.", nameof(value));
        }

        if (encoded > _valueBytes.Length)
        {
            _valueBytes = new byte[Math.Max(encoded, Math.Min(NamespaceLimits.MaxValueBytes, _valueBytes.Length * 2))];
        }

        return value.Encode(_valueBytes);
    }

    /// <summary>Keeps the current version as an older one, and drops those that are too many.</summary>
    /// <returns>The number of the oldest version once there is one more.</returns>
    private ulong KeepOlder(TreeDraft state, ReadOnlySpan<byte> path, int kept, in VersionHead head, ReadOnlySpan<byte> author)
    {
        if (!head.Exists)
        {
            return 1;
        }

        ulong next = head.Number + 1;
        ulong oldest = Math.Max(head.Oldest, next - (ulong)Math.Min(next - 1, (ulong)Math.Max(1, kept) - 1));
        Drop(state, path, head.Oldest, Math.Min(oldest, head.Number));
        if (oldest <= head.Number)
        {
            Span<byte> buffer = stackalloc byte[NamespaceKeys.MaxBytes];
            ReadOnlySpan<byte> value = default;
            if (!head.IsDeleted && !TryRead(State, path, out value))
            {
                throw new ContractRecordException("value of a key", path, $"a value of version {head.Number}", "none");
            }

            byte[] record = System.Buffers.ArrayPool<byte>.Shared.Rent(OlderVersion.MaxHeaderBytes + value.Length);
            int length = OlderVersion.Write(head, author, value, record);
            state.Put(NamespaceKeys.Version(path, head.Number, buffer), record.AsSpan(0, length));
            System.Buffers.ArrayPool<byte>.Shared.Return(record);
        }

        return oldest;
    }

    private static void Put(TreeDraft state, ReadOnlySpan<byte> path, int kept, in VersionHead next, ReadOnlySpan<byte> author, ReadOnlySpan<byte> value)
    {
        Span<byte> buffer = stackalloc byte[NamespaceKeys.MaxBytes];
        Span<byte> record = stackalloc byte[VersionHead.MaxBytes];
        ReadOnlySpan<byte> key = NamespaceKeys.Of(NamespaceKeys.Heads, path, buffer);
        if (next.IsDeleted)
        {
            state.Delete(path);
        }
        else
        {
            state.Put(path, value);
        }

        if (next.IsDeleted && kept == 0)
        {
            state.Delete(key);
        }
        else
        {
            state.Put(key, record[..next.Write(author, record)]);
        }
    }

    /// <summary>Drops the older versions from a number up to another one, which stays.</summary>
    private static void Drop(TreeDraft state, ReadOnlySpan<byte> path, ulong from, ulong to)
    {
        Span<byte> buffer = stackalloc byte[NamespaceKeys.MaxBytes];
        for (ulong number = from; number < to; number++)
        {
            state.Delete(NamespaceKeys.Version(path, number, buffer));
        }
    }
}

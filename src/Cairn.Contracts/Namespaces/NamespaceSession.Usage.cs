using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Namespaces.Auditing;

namespace Cairn.Contracts.Namespaces;

/// <content>Quotas: what accounts and namespaces use.</content>
internal sealed partial class NamespaceSession
{
    private AccountState? _account;
    private Dictionary<UsageCell, (NamespaceState At, TreeTotals Before)>? _batch;

    /// <summary>Reads an account.</summary>
    public AccountRecord? ReadAccount(ReadOnlySpan<byte> principal)
    {
        Span<byte> buffer = stackalloc byte[NamespaceKeys.MaxBytes];
        ReadOnlySpan<byte> key = NamespaceKeys.Of(NamespaceKeys.Accounts, principal, buffer);
        return TryRead(State, key, out ReadOnlySpan<byte> value) ? AccountRecord.Read(value, key) : null;
    }

    /// <summary>Writes or removes an account.</summary>
    public void PutAccount(ReadOnlySpan<byte> principal, AccountRecord? record)
    {
        Span<byte> buffer = stackalloc byte[NamespaceKeys.MaxBytes];
        Span<byte> bytes = stackalloc byte[AccountLayout.SizeBytes];
        ReadOnlySpan<byte> key = NamespaceKeys.Of(NamespaceKeys.Accounts, principal, buffer);
        _account = null;
        if (record is { } there)
        {
            there.Write(bytes);
            Writable.State.Put(key, bytes);
        }
        else
        {
            Writable.State.Delete(key);
        }
    }

    /// <summary>What lies in and below a namespace.</summary>
    public TreeTotals UsedBy(NamespaceState at)
    {
        UsageCell cell = LoadUsage(at);
        return new TreeTotals(cell.CurrentEntries, cell.CurrentBytes);
    }

    /// <summary>Begins to let writes pass quotas, which <see cref="EndBatch"/> looks at.</summary>
    public ulong BeginBatch(Principal principal)
    {
        _batch = [];
        return AccountOf(principal).Record?.Used ?? 0;
    }

    /// <summary>Ends a batch, whatever came of it.</summary>
    public void AbandonBatch() => _batch = null;

    /// <summary>Ends a batch: what it has added must be within the quotas.</summary>
    /// <exception cref="QuotaExceededException">It is not.</exception>
    public void EndBatch(NamespaceStore store, ulong usedBefore)
    {
        Dictionary<UsageCell, (NamespaceState At, TreeTotals Before)> batch = _batch!;
        _batch = null;
        if (AccountOf(store.Principal).Record is { Quota: { } quota } account && account.Used > quota && account.Used > usedBefore)
        {
            throw Exceeded(store, AuditAction.Write, default, QuotaKind.AccountBytes, store.Principal.Id, usedBefore, account.Used - usedBefore, quota);
        }

        // The first one in the order of paths is named, so that all nodes name the same.
        foreach ((NamespaceState at, TreeTotals before) in batch.Values.OrderBy(static one => one.At.Path, Comparer<byte[]>.Create(static (left, right) => left.AsSpan().SequenceCompareTo(right))))
        {
            TreeTotals now = UsedBy(at);
            NamespaceQuota limits = at.Record!.Quota;
            if (limits.MaxBytes is { } bytes && now.Bytes > bytes && now.Bytes > before.Bytes)
            {
                throw Exceeded(store, AuditAction.Write, at.Path, QuotaKind.NamespaceBytes, NamespacePath.ToText(at.Path), before.Bytes, now.Bytes - before.Bytes, bytes);
            }

            if (limits.MaxKeys is { } keys && now.Entries > keys && now.Entries > before.Entries)
            {
                throw Exceeded(store, AuditAction.Write, at.Path, QuotaKind.NamespaceKeys, NamespacePath.ToText(at.Path), before.Entries, now.Entries - before.Entries, keys);
            }
        }
    }

    /// <summary>Checks, before a write, what it adds.</summary>
    /// <exception cref="QuotaExceededException">It is too much.</exception>
    private void CheckQuotas(NamespaceState at, NamespaceStore store, ReadOnlySpan<byte> key, long content, long entries, long bytes)
    {
        if (at.IsLimited)
        {
            CheckNamespaces(at, store, key, entries, bytes);
        }

        if (content > 0 && _batch is null && AccountOf(store.Principal).Record is { Quota: { } quota } account && account.Used + (ulong)content > quota)
        {
            Refuse(store, AuditAction.Write, AuditOutcome.OverQuota, at.Path, key, "account");
            throw new QuotaExceededException(QuotaKind.AccountBytes, store.Principal.Id, account.Used, (ulong)content, quota);
        }
    }

    private void CheckNamespaces(NamespaceState at, NamespaceStore store, ReadOnlySpan<byte> key, long entries, long bytes)
    {
        for (NamespaceState? one = at; one is not null; one = one.Parent)
        {
            if (one.Record is not { Quota: { IsNone: false } limits })
            {
                continue;
            }

            UsageCell used = LoadUsage(one);
            if (_batch is { } batch)
            {
                batch.TryAdd(used, (one, new TreeTotals(used.CurrentEntries, used.CurrentBytes)));
                continue;
            }

            if (bytes > 0 && limits.MaxBytes is { } maxBytes && used.CurrentBytes + (ulong)bytes > maxBytes)
            {
                throw Exceeded(store, AuditAction.Write, key, QuotaKind.NamespaceBytes, NamespacePath.ToText(one.Path), used.CurrentBytes, (ulong)bytes, maxBytes);
            }

            if (entries > 0 && limits.MaxKeys is { } maxKeys && used.CurrentEntries + (ulong)entries > maxKeys)
            {
                throw Exceeded(store, AuditAction.Write, key, QuotaKind.NamespaceKeys, NamespacePath.ToText(one.Path), used.CurrentEntries, (ulong)entries, maxKeys);
            }
        }
    }

    /// <summary>Notes, after a write, what it has added.</summary>
    private void Charge(NamespaceState at, Principal principal, long content, long entries, long bytes)
    {
        if (content != 0 && AccountOf(principal) is { Record: { } account } known)
        {
            ulong used = content > 0 ? account.Used + (ulong)content : account.Used - Math.Min(account.Used, (ulong)-content);
            PutAccount(principal.Utf8, account with { Used = used });
            known.Record = account with { Used = used };
            _account = known;
        }

        if ((entries | bytes) == 0)
        {
            return;
        }

        for (NamespaceState? one = at; one is not null; one = one.Parent)
        {
            one.Usage.Entries += entries;
            one.Usage.Bytes += bytes;
            if (_marks.Count > 0)
            {
                _undo.Add(new UsageChange(one.Usage, entries, bytes, Path: null));
            }
        }
    }

    private AccountState AccountOf(Principal principal)
    {
        if (_account is { } known && ReferenceEquals(known.Principal, principal))
        {
            return known;
        }

        _account = new AccountState(principal) { Record = ReadAccount(principal.Utf8) };
        return _account;
    }

    /// <summary>Knows what the tree had before the writes that were counted.</summary>
    private UsageCell LoadUsage(NamespaceState at)
    {
        UsageCell cell = at.Usage;
        if (cell.Base is null)
        {
            TreeTotals now = ReadUsage(at.Path);
            cell.Base = new TreeTotals(now.Entries - (ulong)cell.Entries, now.Bytes - (ulong)cell.Bytes);
        }

        return cell;
    }

    /// <summary>What the tree says: the key that is the path itself, and those below it; in the namespace around all others, all that are no records.</summary>
    private TreeTotals ReadUsage(ReadOnlySpan<byte> path)
    {
        Span<byte> below = stackalloc byte[NamespaceLimits.MaxPathBytes + 1];
        TreeTotals totals;
        if (path.IsEmpty)
        {
            totals = State.Totals;
            for (byte first = 0; first < PathRules.FirstPathByte; first++)
            {
                totals -= State.TotalsOf([first]);
            }

            return totals;
        }

        path.CopyTo(below);
        below[path.Length] = PathRules.Separator;
        totals = State.TotalsOf(below[..(path.Length + 1)]);
        return State.TryGetLength(path, out int length) ? totals + new TreeTotals(1, (ulong)(path.Length + length)) : totals;
    }

    private QuotaExceededException Exceeded(NamespaceStore store, AuditAction action, ReadOnlySpan<byte> key, QuotaKind kind, string name, ulong used, ulong asked, ulong limit)
    {
        Refuse(store, action, AuditOutcome.OverQuota, Resolve(key).Path, key, $"{(kind == QuotaKind.AccountBytes ? "account" : "namespace")} {name}");
        return new QuotaExceededException(kind, name, used, asked, limit);
    }

    private sealed class AccountState(Principal principal)
    {
        public Principal Principal { get; } = principal;

        public AccountRecord? Record { get; set; }
    }
}

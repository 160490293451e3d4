using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Namespaces.Auditing;

namespace Cairn.Contracts.Namespaces;

/// <summary>
/// The accounts of a state: whose value bytes are counted, and how many there may be. A principal without an account has no quota, and nothing is counted for it. Global admins make and change them; a principal may
/// look at its own. For one thread at a time.
/// </summary>
public sealed class AccountBook
{
    private readonly NamespaceStore _store;

    internal AccountBook(NamespaceStore store) => _store = store;

    private NamespaceSession Session => _store.Session;

    /// <summary>Creates an account; from now on what its principal writes is counted.</summary>
    /// <param name="id">The id of the principal.</param>
    /// <param name="quota">The most value bytes; null, the default, for any number.</param>
    /// <exception cref="AccessDeniedException">The principal of the store is no global admin.</exception>
    /// <exception cref="NamespaceException">There is one already.</exception>
    /// <exception cref="ArgumentException">The id is none.</exception>
    public void Create(string id, ulong? quota = null)
    {
        Principal one = new(id);
        RequireAdmin(AuditAction.CreateAccount);
        if (Session.ReadAccount(one.Utf8) is not null)
        {
            throw new NamespaceException(NamespaceFault.Exists, id, $"Principal '{id}' has an account already.");
        }

        Session.Atomically(() =>
        {
            Session.PutAccount(one.Utf8, new AccountRecord(quota, 0));
            Note(AuditAction.CreateAccount, $"{id}, quota {Text(quota)}");
        });
    }

    /// <summary>Changes the quota of an account. It may use more already: then nothing may be added.</summary>
    /// <param name="id">The id of the principal.</param>
    /// <param name="quota">The most value bytes; null for any number.</param>
    /// <exception cref="AccessDeniedException">The principal of the store is no global admin.</exception>
    /// <exception cref="NamespaceException">There is no such account.</exception>
    /// <exception cref="ArgumentException">The id is none.</exception>
    public void SetQuota(string id, ulong? quota)
    {
        Principal one = new(id);
        RequireAdmin(AuditAction.ChangeAccount);
        AccountRecord record = Session.ReadAccount(one.Utf8) ?? throw Missing(id);
        Session.Atomically(() =>
        {
            Session.PutAccount(one.Utf8, record with { Quota = quota });
            Note(AuditAction.ChangeAccount, $"{id}, quota {Text(quota)}");
        });
    }

    /// <summary>Removes an account; what its principal writes is no longer counted.</summary>
    /// <exception cref="AccessDeniedException">The principal of the store is no global admin.</exception>
    /// <exception cref="NamespaceException">There is no such account.</exception>
    /// <exception cref="ArgumentException">The id is none.</exception>
    public void Remove(string id)
    {
        Principal one = new(id);
        RequireAdmin(AuditAction.RemoveAccount);
        if (Session.ReadAccount(one.Utf8) is null)
        {
            throw Missing(id);
        }

        Session.Atomically(() =>
        {
            Session.PutAccount(one.Utf8, record: null);
            Note(AuditAction.RemoveAccount, id);
        });
    }

    /// <summary>Finds an account.</summary>
    /// <param name="id">The id of the principal.</param>
    /// <param name="account">The account; null when there is none.</param>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="AccessDeniedException">The principal of the store is neither that one nor a global admin.</exception>
    /// <exception cref="ArgumentException">The id is none.</exception>
    public bool TryGet(string id, [NotNullWhen(true)] out Account? account)
    {
        Principal one = new(id);
        if (!one.Equals(_store.Principal))
        {
            RequireAdmin(AuditAction.Read);
        }

        account = Session.ReadAccount(one.Utf8) is { } record ? new Account(id, record.Quota, record.Used) : null;
        return account is not null;
    }

    /// <summary>Reads an account.</summary>
    /// <exception cref="NamespaceException">There is none.</exception>
    /// <exception cref="AccessDeniedException">The principal of the store is neither that one nor a global admin.</exception>
    /// <exception cref="ArgumentException">The id is none.</exception>
    public Account Get(string id) => TryGet(id, out Account? account) ? account : throw Missing(id);

    /// <summary>Lists the accounts: all for global admins, for others their own.</summary>
    /// <param name="after">The id after which to begin; null, the default, for the beginning.</param>
    /// <param name="limit">The most accounts to give.</param>
    /// <exception cref="ArgumentException">The id to begin after is none.</exception>
    public AccountPage List(string? after = null, int limit = NamespaceLimits.DefaultPageLimit)
    {
        NamespaceStore.CheckLimit(limit);
        byte[] buffer = new byte[NamespaceKeys.MaxBytes];
        byte[] from = NamespaceKeys.Of(NamespaceKeys.Accounts, after is null ? default : new Principal(after).Utf8, buffer).ToArray();
        bool isAdmin = Session.RoleOf(Session.Root, _store.Principal) == Role.Admin;
        List<Account> accounts = [];
        using EntryScan scan = Session.State.Range(after is null ? from : [.. from, 0], [NamespaceKeys.First, NamespaceKeys.Accounts + 1]);
        while (scan.MoveNext())
        {
            ReadOnlySpan<byte> bytes = scan.Key[NamespaceKeys.PrefixBytes..];
            if (!isAdmin && !bytes.SequenceEqual(_store.Principal.Utf8))
            {
                continue;
            }

            if (accounts.Count == limit)
            {
                return new AccountPage(accounts, limit == 0 ? after : accounts[^1].Id);
            }

            AccountRecord record = AccountRecord.Read(scan.Value, scan.Key);
            accounts.Add(Principal.TryDecode(bytes, out string id)
                ? new Account(id, record.Quota, record.Used)
                : throw new ContractRecordException("account", scan.Key, "the id of a principal", "other bytes"));
        }

        return new AccountPage(accounts, Next: null);
    }

    private static NamespaceException Missing(string id) => new(NamespaceFault.Missing, id, $"Principal '{id}' has no account.");

    private static string Text(ulong? quota) => quota?.ToString(CultureInfo.InvariantCulture) ?? "any";

    private void RequireAdmin(AuditAction action) => Session.Require(Session.Root, _store, Role.Admin, action, default);

    private void Note(AuditAction action, string details) => Session.Append(action, AuditOutcome.Done, _store.Principal.Utf8, default, default, keyVersion: 0, details);
}

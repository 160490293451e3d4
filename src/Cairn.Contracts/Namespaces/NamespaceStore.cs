using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Namespaces.Auditing;
using Cairn.Contracts.Values;

namespace Cairn.Contracts.Namespaces;

/// <summary>
/// The keys of namespaces as one principal sees them, in a block that is being written or at the height of a view: values with versions, roles, quotas, an audit. Everything that decides is part of the state, so all nodes
/// decide alike. Stores over the same draft share what they know, and transactions; a draft is changed through them alone while they are used. For one thread at a time, also over a view: each thread opens its own.
/// </summary>
public sealed partial class NamespaceStore
{
    private readonly NamespaceSession _session;

    /// <summary>A store that reads and changes a draft.</summary>
    /// <param name="draft">The draft; it has to stay open as long as the store is used.</param>
    /// <param name="principal">Who does what is done.</param>
    /// <param name="options">How it works on this node; null for the defaults.</param>
    public NamespaceStore(BlockDraft draft, Principal principal, NamespaceStoreOptions? options = null)
        : this(NamespaceSession.Of(draft ?? throw new ArgumentNullException(nameof(draft))), principal, options ?? NamespaceStoreOptions.Default)
    {
    }

    /// <summary>A store that reads at the height of a view.</summary>
    /// <param name="view">The view; it has to stay open as long as the store is used.</param>
    /// <param name="principal">Who reads.</param>
    /// <param name="options">How it works on this node; null for the defaults.</param>
    public NamespaceStore(StateView view, Principal principal, NamespaceStoreOptions? options = null)
        : this(NamespaceSession.Of(view ?? throw new ArgumentNullException(nameof(view))), principal, options ?? NamespaceStoreOptions.Default)
    {
    }

    private NamespaceStore(NamespaceSession session, Principal principal, NamespaceStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(principal);
        _session = session;
        Principal = principal;
        Options = options;
        Namespaces = new NamespaceCatalog(this);
        Roles = new RoleBook(this);
        Accounts = new AccountBook(this);
        Audit = new AuditLog(this);
    }

    /// <summary>Who does what is done.</summary>
    public Principal Principal { get; }

    /// <summary>How it works on this node.</summary>
    public NamespaceStoreOptions Options { get; }

    /// <summary>Whether the state has its first global admin; before that nothing is allowed to anybody.</summary>
    public bool IsInitialized => _session.Root.Record is not null;

    /// <summary>The namespaces.</summary>
    public NamespaceCatalog Namespaces { get; }

    /// <summary>The roles.</summary>
    public RoleBook Roles { get; }

    /// <summary>The accounts.</summary>
    public AccountBook Accounts { get; }

    /// <summary>The audit.</summary>
    public AuditLog Audit { get; }

    /// <summary>How many transactions are open, in all stores over the draft together.</summary>
    public int TransactionDepth => _session.Depth;

    /// <summary>
    /// What was refused through any store over the draft, in order. It is in the audit, and after a rollback again; when the whole draft is given up, <see cref="RecordAttempts"/> writes it into another one.
    /// </summary>
    public IReadOnlyList<AuditAttempt> Attempts => _session.Attempts;

    /// <summary>What the stores over a draft share.</summary>
    internal NamespaceSession Session => _session;

    /// <summary>Makes the first global admin of a state, and the namespace around all others.</summary>
    /// <param name="draft">The block.</param>
    /// <param name="admin">Who.</param>
    /// <exception cref="InvalidOperationException">The state has been initialized, the principal is anonymous, or the draft can no longer be changed.</exception>
    public static void Initialize(BlockDraft draft, Principal admin)
    {
        NamespaceStore store = new(draft, admin);
        if (store.IsInitialized)
        {
            throw new InvalidOperationException("The state has its first global admin already; global admins make others.");
        }

        if (admin.IsAnonymous)
        {
            throw new InvalidOperationException("Nobody in particular cannot be an admin: the first global admin is a principal with an id.");
        }

        store.Namespaces.PutGlobal();
    }

    /// <summary>Writes attempts that were refused in a block that was given up, so that the audit has them: the state stays as it is.</summary>
    /// <param name="draft">Another block.</param>
    /// <param name="attempts">The attempts, in order.</param>
    public static void RecordAttempts(BlockDraft draft, IEnumerable<AuditAttempt> attempts)
    {
        ArgumentNullException.ThrowIfNull(draft);
        ArgumentNullException.ThrowIfNull(attempts);
        NamespaceSession session = NamespaceSession.Of(draft);
        foreach (AuditAttempt attempt in attempts)
        {
            session.Append(attempt);
        }
    }

    /// <summary>The same store for another principal: the same draft or view, transactions and options.</summary>
    public NamespaceStore As(Principal principal) => ReferenceEquals(principal, Principal) ? this : new NamespaceStore(_session, principal, Options);

    /// <summary>The namespace a key is in.</summary>
    /// <returns>Its path; <c>global</c> for the namespace around all others.</returns>
    public string NamespaceOf(StatePath key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return NamespacePath.ToText(_session.Resolve(key).Path);
    }

    /// <summary>Opens a transaction. Transactions nest.</summary>
    /// <exception cref="InvalidOperationException">The store is over a view, or the draft can no longer be changed.</exception>
    public void Begin() => _session.Begin();

    /// <summary>Closes the innermost transaction and keeps its changes, which become part of the one around it.</summary>
    /// <exception cref="InvalidOperationException">No transaction is open.</exception>
    public void Commit()
    {
        if (_session.Depth == 0)
        {
            throw new InvalidOperationException("There is no active transaction to commit.");
        }

        _session.Commit();
    }

    /// <summary>Closes the innermost transaction and takes its changes back: values, versions, what accounts use, namespaces, roles. What was refused in it stays in the audit.</summary>
    /// <exception cref="InvalidOperationException">No transaction is open.</exception>
    public void Rollback()
    {
        if (_session.Depth == 0)
        {
            throw new InvalidOperationException("There is no active transaction to roll back.");
        }

        _session.Rollback();
    }

    /// <summary>Reads the value of a key.</summary>
    /// <param name="key">The key.</param>
    /// <exception cref="KeyMissingException">It has none.</exception>
    /// <exception cref="AccessDeniedException">The principal may not read there.</exception>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    public StateValue Get(StatePath key) => TryGet(key, out StateValue value) ? value : throw new KeyMissingException(key.ToString());

    /// <summary>Reads the value of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value; null when there is none.</param>
    /// <returns>Whether the key has a value.</returns>
    /// <exception cref="AccessDeniedException">The principal may not read there.</exception>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    public bool TryGet(StatePath key, out StateValue value)
    {
        RequireReading(key);
        return _session.TryReadValue(key, out value);
    }

    /// <summary>Whether a key has a value.</summary>
    /// <exception cref="AccessDeniedException">The principal may not read there.</exception>
    public bool Exists(StatePath key)
    {
        RequireReading(key);
        return _session.State.Contains(key.Utf8);
    }

    /// <summary>Writes a key. Writing the value it has already makes a version too.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <returns>The number of the version made.</returns>
    /// <exception cref="AccessDeniedException">The principal may not write there.</exception>
    /// <exception cref="QuotaExceededException">The account of the principal, or a namespace the key is in, has no room for it.</exception>
    /// <exception cref="ArgumentException">The value is longer than <see cref="NamespaceLimits.MaxValueBytes"/>.</exception>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    /// <exception cref="BlockTooLargeException">The block would become too large.</exception>
    /// <exception cref="InvalidOperationException">The store is over a view, or the draft can no longer be changed.</exception>
    public ulong Set(StatePath key, StateValue value)
    {
        ArgumentNullException.ThrowIfNull(key);
        return _session.Write(this, key, value, expected: null);
    }

    /// <summary>Writes a key if it has the version that is expected.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="expectedVersion">The number of its current version, a deletion included; 0 if it never had one.</param>
    /// <returns>The number of the version made.</returns>
    /// <exception cref="VersionConflictException">It has another one.</exception>
    /// <exception cref="AccessDeniedException">The principal may not write there.</exception>
    /// <exception cref="QuotaExceededException">The account of the principal, or a namespace the key is in, has no room for it.</exception>
    /// <exception cref="ArgumentException">The value is longer than <see cref="NamespaceLimits.MaxValueBytes"/>.</exception>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    /// <exception cref="InvalidOperationException">The store is over a view, or the draft can no longer be changed.</exception>
    public ulong Set(StatePath key, StateValue value, ulong expectedVersion)
    {
        ArgumentNullException.ThrowIfNull(key);
        return _session.Write(this, key, value, expectedVersion);
    }

    /// <summary>Deletes a key. Its versions stay, the deletion becomes one; where no versions are kept, nothing stays, and the numbers begin again.</summary>
    /// <param name="key">The key.</param>
    /// <param name="expectedVersion">The number of its current version; null, the default, for any.</param>
    /// <returns>The number of the version made; 0 where no versions are kept.</returns>
    /// <exception cref="KeyMissingException">It has no value.</exception>
    /// <exception cref="VersionConflictException">It has another version.</exception>
    /// <exception cref="AccessDeniedException">The principal may not write there.</exception>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    /// <exception cref="InvalidOperationException">The store is over a view, or the draft can no longer be changed.</exception>
    public ulong Delete(StatePath key, ulong? expectedVersion = null)
    {
        ArgumentNullException.ThrowIfNull(key);
        return _session.Write(this, key, value: null, expectedVersion);
    }

    /// <summary>Writes and deletes several keys, in order: all of it or nothing. Quotas have to have room for what all of it comes to.</summary>
    /// <param name="writes">The writes.</param>
    /// <exception cref="QuotaExceededException">A quota has no room for it.</exception>
    /// <exception cref="KeyMissingException">A key to be deleted has no value.</exception>
    /// <exception cref="VersionConflictException">A key has another version than a write expects.</exception>
    /// <exception cref="AccessDeniedException">The principal may not write a key.</exception>
    /// <exception cref="ArgumentException">A value is longer than <see cref="NamespaceLimits.MaxValueBytes"/>.</exception>
    /// <exception cref="InvalidOperationException">The store is over a view, or the draft can no longer be changed.</exception>
    public void Apply(IEnumerable<NamespaceWrite> writes)
    {
        ArgumentNullException.ThrowIfNull(writes);
        _session.Atomically(() =>
        {
            ulong usedBefore = _session.BeginBatch(Principal);
            try
            {
                foreach (NamespaceWrite write in writes)
                {
                    _session.Write(this, write.Key, write.Value, write.ExpectedVersion);
                }

                _session.EndBatch(this, usedBefore);
            }
            finally
            {
                _session.AbandonBatch();
            }
        });
    }

    /// <summary>Lets a read go on if the principal may.</summary>
    internal void RequireReading(StatePath key)
    {
        ArgumentNullException.ThrowIfNull(key);
        _session.Require(_session.Resolve(key), this, Role.Reader, AuditAction.Read, key.Utf8);
    }
}

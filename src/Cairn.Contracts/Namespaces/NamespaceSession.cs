using System.Runtime.CompilerServices;
using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Namespaces.Auditing;

namespace Cairn.Contracts.Namespaces;

/// <summary>
/// What all stores over a draft, or over a view, share: which namespaces and roles there are, what namespaces hold, where the audit chain ends, and the transactions that are open. A draft has one session, whatever number of stores.
/// Used by one thread at a time.
/// </summary>
/// <remarks>
/// Invariants: everything remembered equals what the trees say; a rollback takes the sums back by <see cref="_undo"/> and forgets the rest; <see cref="Depth"/> savepoints of the draft are the session's own.
/// </remarks>
internal sealed partial class NamespaceSession
{
    private const int ScratchBytes = 4096;

    /// <summary>When there are more, they are forgotten: a program may ask for any number of paths.</summary>
    private const int MaxRemembered = 65_536;

    private static readonly ConditionalWeakTable<BlockDraft, NamespaceSession> OfDrafts = [];

    private readonly Dictionary<byte[], NamespaceState?> _namespaces = new(Utf8Comparer.Instance);
    private readonly Dictionary<byte[], NamespaceState?>.AlternateLookup<ReadOnlySpan<byte>> _namespacesBySpan;
    private readonly Dictionary<byte[], UsageCell> _usage = new(Utf8Comparer.Instance);
    private object _generation = new();
    private NamespaceState? _root;
    private NamespaceState? _last;
    private byte[] _scratch = new byte[ScratchBytes];

    private NamespaceSession(BlockDraft? draft, StateView? view)
    {
        Draft = draft;
        View = view;
        State = draft is null ? view!.State : draft.State;
        Local = draft is null ? view!.Local : draft.Local;
        _namespacesBySpan = _namespaces.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public BlockDraft? Draft { get; }

    public StateView? View { get; }

    public ITreeReader State { get; }

    public ITreeReader Local { get; }

    /// <summary>The draft.</summary>
    /// <exception cref="InvalidOperationException">The session is over a view.</exception>
    public BlockDraft Writable => Draft ?? throw new InvalidOperationException("The store is over a view, which cannot be changed. Make one over a draft.");

    /// <summary>The namespace around all others.</summary>
    public NamespaceState Root
    {
        get
        {
            if (_root is not { } root || !ReferenceEquals(root.Generation, _generation))
            {
                _root = root = new NamespaceState(_generation, [], ReadNamespace(default), parent: null, UsageOf([]));
            }

            return root;
        }
    }

    /// <summary>The session of a draft.</summary>
    public static NamespaceSession Of(BlockDraft draft) => OfDrafts.GetValue(draft, static one => new NamespaceSession(one, view: null));

    /// <summary>A session over a view.</summary>
    public static NamespaceSession Of(StateView view) => new(draft: null, view);

    /// <summary>Forgets which namespaces and roles there are.</summary>
    public void ForgetStructure()
    {
        _generation = new object();
        _structure++;
        _namespaces.Clear();
        _root = null;
        _last = null;
    }

    /// <summary>The namespace a key is in: the longest one whose path is the key's, or one above it.</summary>
    public NamespaceState Resolve(StatePath path)
    {
        if (path.Owner is { } known && ReferenceEquals(known.Generation, _generation))
        {
            return known;
        }

        NamespaceState found = Resolve(path.Utf8);
        path.Owner = found;
        return found;
    }

    /// <summary>The namespace a key is in.</summary>
    public NamespaceState Resolve(ReadOnlySpan<byte> path)
    {
        if (_last is { HasChildren: false } last && PathRules.IsAtOrBelow(path, last.Path))
        {
            return last;
        }

        // A namespace lies in one that exists, so the first that is missing ends the way down.
        NamespaceState at = Root;
        for (int end = 0; at.HasChildren && end < path.Length; end++)
        {
            int next = path[end..].IndexOf(PathRules.Separator);
            end = next < 0 ? path.Length : end + next;
            if (Find(path[..end], at) is not { } child)
            {
                break;
            }

            at = child;
        }

        _last = at;
        return at;
    }

    /// <summary>Finds a namespace by its path.</summary>
    public NamespaceState? Find(ReadOnlySpan<byte> path)
    {
        NamespaceState found = Resolve(path);
        return found.Path.AsSpan().SequenceEqual(path) && found.Record is not null ? found : null;
    }

    /// <summary>The role of a principal in a namespace: its own there, those from above where the namespace says so, and global admins' everywhere.</summary>
    public Role RoleOf(NamespaceState at, Principal principal)
    {
        if (at.TryGetRole(principal, out Role known))
        {
            return known;
        }

        if (principal.IsAnonymous)
        {
            return at.Remember(principal, Role.None);
        }

        Role above = at.Parent is null ? Role.None : RoleOf(Root, principal) == Role.Admin ? Role.Admin : Role.None;
        if (above == Role.None && at is { Parent: { } parent, Record.InheritsRoles: true })
        {
            above = RoleOf(parent, principal);
        }

        Role own = ReadRole(at.Path, principal.Utf8);
        return at.Remember(principal, own > above ? own : above);
    }

    /// <summary>The role that was granted to a principal in exactly this namespace.</summary>
    public Role ReadRole(ReadOnlySpan<byte> path, ReadOnlySpan<byte> principal)
    {
        Span<byte> buffer = stackalloc byte[NamespaceKeys.MaxBytes];
        ReadOnlySpan<byte> key = NamespaceKeys.Role(path, principal, buffer);
        return TryRead(State, key, out ReadOnlySpan<byte> value) ? DecodeRole(key, value) : Role.None;
    }

    /// <summary>Checks the value of a role.</summary>
    /// <exception cref="ContractRecordException">It is none.</exception>
    public static Role DecodeRole(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => value is [>= (byte)Role.Reader and <= (byte)Role.Admin]
        ? (Role)value[0]
        : throw new ContractRecordException("role", key, "a byte from 1 to 3", value.Length == 1 ? $"{value[0]}" : $"{value.Length} bytes");

    /// <summary>Lets an operation go on if the principal has the role; else notes the attempt and throws.</summary>
    /// <exception cref="AccessDeniedException">It has not.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Require(NamespaceState at, NamespaceStore store, Role role, AuditAction action, ReadOnlySpan<byte> key)
    {
        if (!at.TryGetRole(store.Principal, out Role found) || found < role)
        {
            RequireSlowly(at, store, role, action, key);
        }
    }

    /// <summary>Reads a record, or a value, into memory of the session.</summary>
    /// <param name="tree">Where it is.</param>
    /// <param name="key">Its key.</param>
    /// <param name="value">The bytes; valid until the next reading.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryRead(ITreeReader tree, scoped ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        bool isThere;
        int length;
        try
        {
            isThere = tree.TryGet(key, _scratch, out length);
        }
        catch (ArgumentException) when (tree.TryGetLength(key, out length) && length > _scratch.Length)
        {
            _scratch = new byte[Math.Max(length, Math.Min(StateLimits.MaxValueBytes, _scratch.Length * 2))];
            isThere = tree.TryGet(key, _scratch, out length);
        }

        value = _scratch.AsSpan(0, isThere ? length : 0);
        return isThere;
    }

    private void RequireSlowly(NamespaceState at, NamespaceStore store, Role role, AuditAction action, ReadOnlySpan<byte> key)
    {
        Role found = RoleOf(at, store.Principal);
        if (found < role)
        {
            string? text = key.IsEmpty ? null : System.Text.Encoding.UTF8.GetString(key);
            AccessDeniedException denied = new(store.Principal.Id, action, NamespacePath.ToText(at.Path), text, role, found);
            Refuse(store, action, AuditOutcome.Denied, at.Path, key, $"takes {role.ToString().ToLowerInvariant()}");
            throw denied;
        }
    }

    private NamespaceState? Find(ReadOnlySpan<byte> path, NamespaceState parent)
    {
        if (_namespacesBySpan.TryGetValue(path, out NamespaceState? known))
        {
            return known;
        }

        if (_namespaces.Count >= MaxRemembered)
        {
            _namespaces.Clear();
        }

        NamespaceRecord? record = ReadNamespace(path);
        byte[] owned = path.ToArray();
        NamespaceState? found = record is null ? null : new NamespaceState(_generation, owned, record, parent, UsageOf(owned));
        _namespaces[owned] = found;
        return found;
    }

    private NamespaceRecord? ReadNamespace(ReadOnlySpan<byte> path)
    {
        Span<byte> buffer = stackalloc byte[NamespaceKeys.MaxBytes];
        ReadOnlySpan<byte> key = NamespaceKeys.Of(NamespaceKeys.Namespaces, path, buffer);
        return TryRead(State, key, out ReadOnlySpan<byte> value) ? NamespaceRecord.Read(value, key) : null;
    }

    private UsageCell UsageOf(byte[] path)
    {
        if (!_usage.TryGetValue(path, out UsageCell? cell))
        {
            _usage[path] = cell = new UsageCell();
        }

        return cell;
    }
}

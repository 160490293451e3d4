using System.Diagnostics.CodeAnalysis;
using System.Text;
using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Namespaces.Auditing;
using Cairn.Contracts.Values;

namespace Cairn.Contracts.Namespaces;

/// <summary>The namespaces of a state. Paths are texts; <c>global</c>, or the empty text, is the namespace around all others. For one thread at a time.</summary>
public sealed partial class NamespaceCatalog
{
    private readonly NamespaceStore _store;

    internal NamespaceCatalog(NamespaceStore store) => _store = store;

    private NamespaceSession Session => _store.Session;

    /// <summary>Creates a namespace below one that exists. Its owner becomes its admin. Keys below its path that are there already are in it from now on.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="options">How it begins; null for the defaults.</param>
    /// <exception cref="AccessDeniedException">The principal is no admin of the namespace above it; where that does not exist, of the nearest one above that does.</exception>
    /// <exception cref="NamespaceException">It exists, the one above it does not, or an option is out of its range.</exception>
    /// <exception cref="InvalidPathException">The path breaks a rule, or is <c>global</c>.</exception>
    /// <exception cref="InvalidOperationException">The store is over a view, or the draft can no longer be changed.</exception>
    public void Create(string path, NamespaceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        options ??= new NamespaceOptions();
        if (string.Equals(path, NamespacePath.Global, StringComparison.Ordinal))
        {
            throw new InvalidPathException(path, 0, PathRule.Reserved);
        }

        byte[] bytes = StatePath.Parse(path).Utf8.ToArray();
        byte[] above = bytes[..PathRules.ParentLength(bytes)];
        NamespaceState parent = Session.Resolve(above);
        Session.Require(parent, _store, Role.Admin, AuditAction.CreateNamespace, bytes);
        if (!parent.Path.AsSpan().SequenceEqual(above))
        {
            throw new NamespaceException(NamespaceFault.ParentMissing, path, $"Namespace '{path}' cannot be created: there is no namespace '{NamespacePath.ToText(above)}'. Create that first.");
        }

        if (Session.Find(bytes) is not null)
        {
            throw new NamespaceException(NamespaceFault.Exists, path, $"Namespace '{path}' exists already.");
        }

        NamespaceRecord record = new()
        {
            Owner = options.Owner is null ? _store.Principal.Id : CheckOwner(options.Owner),
            VersionsKept = CheckVersionsKept(path, options.VersionsKept),
            InheritsRoles = options.InheritsRoles,
            Quota = CheckQuota(options.Quota),
            Attributes = CheckAttributes(path, options.Attributes),
            CreatedAt = Session.Writable.Height,
        };
        Session.Atomically(() =>
        {
            Put(above, parent.Record! with { Children = parent.Record.Children + 1 });
            Put(bytes, record);
            _store.Roles.Put(bytes, record.Owner, Role.Admin);
            Session.ReplaceUsage(bytes);
            Note(AuditAction.CreateNamespace, bytes, Describe(record));
        });
    }

    /// <summary>Finds a namespace.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="info">The namespace; null when there is none.</param>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="AccessDeniedException">The principal may not read there.</exception>
    public bool TryGet(string path, [NotNullWhen(true)] out NamespaceInfo? info)
    {
        NamespaceState? found = Session.Find(NamespacePath.Parse(path));
        info = null;
        if (found is not null)
        {
            Session.Require(found, _store, Role.Reader, AuditAction.Read, default);
            info = found.Record!.ToInfo(found.Path);
        }

        return info is not null;
    }

    /// <summary>Reads a namespace.</summary>
    /// <exception cref="NamespaceException">There is none.</exception>
    /// <exception cref="AccessDeniedException">The principal may not read there.</exception>
    public NamespaceInfo Get(string path) => TryGet(path, out NamespaceInfo? info) ? info : throw Missing(path);

    /// <summary>What lies in a namespace and below it: keys, and the bytes of keys and values.</summary>
    /// <exception cref="NamespaceException">There is none.</exception>
    /// <exception cref="AccessDeniedException">The principal may not read there.</exception>
    public TreeTotals UsageOf(string path) => Session.UsedBy(Known(path, Role.Reader, AuditAction.Read));

    /// <summary>Lists the namespaces directly below one, or all below it, as far as the principal may read them.</summary>
    /// <param name="parent">The namespace above them; <c>global</c>, the default, for those at the top.</param>
    /// <param name="isDeep">Whether those further below are listed too.</param>
    /// <param name="after">The path after which to begin, as <see cref="NamespacePage.Next"/> says; null, the default, for the beginning.</param>
    /// <param name="limit">The most namespaces to give.</param>
    /// <exception cref="NamespaceException">There is no such parent.</exception>
    public NamespacePage List(string parent = NamespacePath.Global, bool isDeep = false, string? after = null, int limit = NamespaceLimits.DefaultPageLimit)
    {
        NamespaceStore.CheckLimit(limit);
        byte[] above = NamespacePath.Parse(parent);
        if (Session.Find(above) is null)
        {
            throw Missing(parent);
        }

        byte[] below = above.Length == 0 ? [] : [.. above, PathRules.Separator];
        byte[] from = after is null ? below : [.. StatePath.Parse(after).Utf8, 0];
        List<NamespaceInfo> found = [];
        while (found.Count <= limit && Collect(below, ref from, isDeep, limit + 1, found))
        {
        }

        if (found.Count <= limit)
        {
            return new NamespacePage(found, Next: null);
        }

        found.RemoveAt(limit);
        return new NamespacePage(found, limit == 0 ? after : found[^1].Path);
    }

    /// <summary>Makes the namespace around all others, with its admin.</summary>
    internal void PutGlobal() => Session.Atomically(() =>
    {
        NamespaceRecord record = new() { Owner = _store.Principal.Id, VersionsKept = NamespaceLimits.DefaultVersionsKept, CreatedAt = Session.Writable.Height };
        Put([], record);
        _store.Roles.Put([], record.Owner, Role.Admin);
        Session.ForgetStructure();
        Note(AuditAction.Initialize, [], $"admin {record.Owner}");
    });

    private static NamespaceException Missing(string path) => new(NamespaceFault.Missing, path, $"There is no namespace '{path}'.");

    /// <summary>Collects namespaces until one is met below which none is wanted.</summary>
    private bool Collect(byte[] below, ref byte[] from, bool isDeep, int limit, List<NamespaceInfo> found)
    {
        byte[] start = NamespaceKeys.Of(NamespaceKeys.Namespaces, from.AsSpan(0, Math.Min(from.Length, NamespaceLimits.MaxPathBytes + 1)), new byte[NamespaceKeys.MaxBytes]).ToArray();
        using EntryScan scan = Session.State.Range(start, [NamespaceKeys.First, NamespaceKeys.Namespaces + 1]);
        while (found.Count < limit && scan.MoveNext())
        {
            ReadOnlySpan<byte> path = scan.Key[NamespaceKeys.PrefixBytes..];
            if (path.IsEmpty)
            {
                continue;
            }

            if (!path.StartsWith(below))
            {
                return false;
            }

            int inner = path[below.Length..].IndexOf(PathRules.Separator);
            if (inner >= 0 && !isDeep)
            {
                from = [.. path[..(below.Length + inner)], PathRules.AfterSeparator];
                return true;
            }

            NamespaceState? at = Session.Find(path);
            if (at is null)
            {
                throw new ContractRecordException("namespace", scan.Key, "a namespace below one that exists", "one that is not");
            }

            if (Session.RoleOf(at, _store.Principal) >= Role.Reader)
            {
                found.Add(at.Record!.ToInfo(at.Path));
            }
        }

        return false;
    }

    private NamespaceState Known(string path, Role role, AuditAction action)
    {
        NamespaceState found = Session.Find(NamespacePath.Parse(path)) ?? throw Missing(path);
        Session.Require(found, _store, role, action, default);
        return found;
    }

    private void Put(ReadOnlySpan<byte> path, NamespaceRecord record)
    {
        Span<byte> buffer = stackalloc byte[NamespaceKeys.MaxBytes];
        Session.Writable.State.Put(NamespaceKeys.Of(NamespaceKeys.Namespaces, path, buffer), record.Encode());
    }

    private void Note(AuditAction action, ReadOnlySpan<byte> path, string details) =>
        Session.Append(action, AuditOutcome.Done, _store.Principal.Utf8, path, default, keyVersion: 0, details);

    private static string Describe(NamespaceRecord record) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"owner {record.Owner}, versions {record.VersionsKept}, {(record.InheritsRoles ? "inherits roles" : "own roles")}, bytes {record.Quota.MaxBytes?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "any"}, keys {record.Quota.MaxKeys?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "any"}, attributes {record.Attributes}");

    private static string CheckOwner(string owner) => new Principal(owner).Id;

    private static int CheckVersionsKept(string path, int kept) => kept is >= 0 and <= NamespaceLimits.MaxVersionsKept
        ? kept
        : throw new NamespaceException(NamespaceFault.BadOption, path, $"Namespace '{path}' cannot keep {kept} versions: 0 to {NamespaceLimits.MaxVersionsKept} are possible.");

    private static NamespaceQuota CheckQuota(NamespaceQuota quota)
    {
        ArgumentNullException.ThrowIfNull(quota);
        return quota;
    }

    private static string CheckAttributes(string path, string attributes)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        string text = StateValue.ParseObject(Utf8Text.Encode(attributes, nameof(attributes))).Text;
        int bytes = Encoding.UTF8.GetByteCount(text);
        return !text.StartsWith('{') ? throw new NamespaceException(NamespaceFault.BadOption, path, $"The attributes of namespace '{path}' have to be a JSON object.")
            : bytes > NamespaceLimits.MaxAttributeBytes ? throw new NamespaceException(NamespaceFault.BadOption, path, $"The attributes of namespace '{path}' have {bytes} bytes; {NamespaceLimits.MaxAttributeBytes} are allowed.")
            : text;
    }
}

using System.Text;
using Cairn.Contracts.Namespaces.Auditing;

namespace Cairn.Contracts.Namespaces.Access;

/// <summary>The roles of a state. Namespaces are texts; <c>global</c>, or the empty text, is the one around all others. For one thread at a time.</summary>
public sealed class RoleBook
{
    private readonly NamespaceStore _store;

    internal RoleBook(NamespaceStore store) => _store = store;

    private NamespaceSession Session => _store.Session;

    /// <summary>Grants a role, in place of the one the principal has there.</summary>
    /// <param name="path">The namespace.</param>
    /// <param name="principal">The id of the principal.</param>
    /// <param name="role">The role.</param>
    /// <exception cref="AccessDeniedException">The principal of the store is no admin there.</exception>
    /// <exception cref="NamespaceException">There is no such namespace, or it would leave no global admin.</exception>
    /// <exception cref="ArgumentException">The id is none, or the role is <see cref="Role.None"/>.</exception>
    public void Grant(string path, string principal, Role role)
    {
        if (role is < Role.Reader or > Role.Admin)
        {
            throw new ArgumentException("The roles to grant are reader, writer and admin; revoke takes them away.", nameof(role));
        }

        NamespaceState at = Known(path, Role.Admin, AuditAction.GrantRole);
        Principal to = new(principal);
        if (role != Role.Admin)
        {
            ThrowIfLastAdmin(at, to);
        }

        Session.Atomically(() =>
        {
            Put(at.Path, to.Id, role);
            Note(AuditAction.GrantRole, at.Path, $"{NameOf(role)} to {to.Id}");
        });
    }

    /// <summary>Takes the role of a principal away.</summary>
    /// <param name="path">The namespace.</param>
    /// <param name="principal">The id of the principal.</param>
    /// <returns>Whether it had one there.</returns>
    /// <exception cref="AccessDeniedException">The principal of the store is no admin there.</exception>
    /// <exception cref="NamespaceException">There is no such namespace, or it would leave no global admin.</exception>
    /// <exception cref="ArgumentException">The id is none.</exception>
    public bool Revoke(string path, string principal)
    {
        NamespaceState at = Known(path, Role.Admin, AuditAction.RevokeRole);
        Principal from = new(principal);
        Role had = Session.ReadRole(at.Path, from.Utf8);
        if (had == Role.None)
        {
            return false;
        }

        ThrowIfLastAdmin(at, from);
        Session.Atomically(() =>
        {
            Span<byte> buffer = stackalloc byte[NamespaceKeys.MaxBytes];
            Session.Writable.State.Delete(NamespaceKeys.Role(at.Path, from.Utf8, buffer));
            Session.ForgetStructure();
            Note(AuditAction.RevokeRole, at.Path, $"{NameOf(had)} from {from.Id}");
        });
        return true;
    }

    /// <summary>What the principal of the store may do in a namespace, by whatever it owes that to; <see cref="Role.None"/> where there is no such namespace.</summary>
    public Role Of(string path) => Session.Find(NamespacePath.Parse(path)) is { } at ? Session.RoleOf(at, _store.Principal) : Role.None;

    /// <summary>What another principal may do in a namespace.</summary>
    /// <exception cref="AccessDeniedException">The principal of the store is neither that one nor an admin there.</exception>
    public Role Of(string path, string principal)
    {
        Principal one = new(principal);
        if (!one.Equals(_store.Principal))
        {
            Known(path, Role.Admin, AuditAction.Read);
        }

        return _store.As(one).Roles.Of(path);
    }

    /// <summary>Whether the principal of the store has a role in a namespace, or one that includes it.</summary>
    public bool Has(string path, Role role) => Of(path) >= role;

    /// <summary>Goes on if the principal of the store has a role in a namespace.</summary>
    /// <exception cref="AccessDeniedException">It has not.</exception>
    /// <exception cref="NamespaceException">There is no such namespace.</exception>
    public void Require(string path, Role role) => Known(path, role, AuditAction.RequireRole);

    /// <summary>Lists the roles that were granted in exactly a namespace.</summary>
    /// <param name="path">The namespace.</param>
    /// <param name="after">The principal after which to begin; null, the default, for the beginning.</param>
    /// <param name="limit">The most roles to give.</param>
    /// <exception cref="AccessDeniedException">The principal of the store may not read there.</exception>
    /// <exception cref="NamespaceException">There is no such namespace.</exception>
    public RolePage List(string path, string? after = null, int limit = NamespaceLimits.DefaultPageLimit)
    {
        NamespaceStore.CheckLimit(limit);
        NamespaceState at = Known(path, Role.Reader, AuditAction.Read);
        byte[] buffer = new byte[NamespaceKeys.MaxBytes];
        byte[] prefix = NamespaceKeys.RolesOf(at.Path, buffer).ToArray();
        byte[] from = after is null ? prefix : [.. NamespaceKeys.Role(at.Path, new Principal(after).Utf8, buffer), 0];
        byte[] end = [.. prefix[..^1], 1];
        List<RoleGrant> grants = [];
        using EntryScan scan = Session.State.Range(from, end);
        while (scan.MoveNext())
        {
            if (grants.Count == limit)
            {
                return new RolePage(grants, limit == 0 ? after : grants[^1].Principal);
            }

            grants.Add(Principal.TryDecode(scan.Key[prefix.Length..], out string id)
                ? new RoleGrant(id, NamespaceSession.DecodeRole(scan.Key, scan.Value))
                : throw new ContractRecordException("role", scan.Key, "the id of a principal", "other bytes"));
        }

        return new RolePage(grants, Next: null);
    }

    /// <summary>Writes a role.</summary>
    internal void Put(ReadOnlySpan<byte> path, string principal, Role role)
    {
        Span<byte> buffer = stackalloc byte[NamespaceKeys.MaxBytes];
        Session.Writable.State.Put(NamespaceKeys.Role(path, Encoding.UTF8.GetBytes(principal), buffer), [(byte)role]);
        Session.ForgetStructure();
    }

    private static string NameOf(Role role) => role switch
    {
        Role.Reader => "reader",
        Role.Writer => "writer",
        _ => "admin",
    };

    private NamespaceState Known(string path, Role role, AuditAction action)
    {
        NamespaceState found = Session.Find(NamespacePath.Parse(path)) ?? throw new NamespaceException(NamespaceFault.Missing, path, $"There is no namespace '{path}'.");
        Session.Require(found, _store, role, action, default);
        return found;
    }

    private void ThrowIfLastAdmin(NamespaceState at, Principal one)
    {
        if (at.Path.Length > 0 || Session.ReadRole(at.Path, one.Utf8) != Role.Admin)
        {
            return;
        }

        byte[] prefix = NamespaceKeys.RolesOf(at.Path, new byte[NamespaceKeys.MaxBytes]).ToArray();
        using EntryScan scan = Session.State.Prefix(prefix);
        while (scan.MoveNext())
        {
            if (!scan.Key[prefix.Length..].SequenceEqual(one.Utf8) && NamespaceSession.DecodeRole(scan.Key, scan.Value) == Role.Admin)
            {
                return;
            }
        }

        throw new NamespaceException(NamespaceFault.LastAdmin, NamespacePath.Global, $"'{one.Id}' is the only global admin. Make another one first.");
    }

    private void Note(AuditAction action, ReadOnlySpan<byte> path, string details) =>
        Session.Append(action, AuditOutcome.Done, _store.Principal.Utf8, path, default, keyVersion: 0, details);
}

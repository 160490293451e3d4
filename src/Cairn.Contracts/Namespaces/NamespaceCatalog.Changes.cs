using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Namespaces.Auditing;

namespace Cairn.Contracts.Namespaces;

/// <content>Changing, migrating and removing namespaces.</content>
public sealed partial class NamespaceCatalog
{
    /// <summary>Changes the options of a namespace.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="change">What to change.</param>
    /// <exception cref="AccessDeniedException">The principal is no admin there; to change the quota, no admin of the namespace above it.</exception>
    /// <exception cref="NamespaceException">There is no such namespace, or an option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The store is over a view, or the draft can no longer be changed.</exception>
    public void Change(string path, NamespaceChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        NamespaceState at = Known(path, Role.Admin, AuditAction.ChangeNamespace);
        if (change.Quota is not null)
        {
            Session.Require(at.Parent ?? at, _store, Role.Admin, AuditAction.ChangeNamespace, at.Path);
        }

        NamespaceRecord record = at.Record! with
        {
            Owner = change.Owner is null ? at.Record!.Owner : CheckOwner(change.Owner),
            VersionsKept = CheckVersionsKept(path, change.VersionsKept ?? at.Record!.VersionsKept),
            InheritsRoles = change.InheritsRoles ?? at.Record!.InheritsRoles,
            Quota = change.Quota ?? at.Record!.Quota,
            Attributes = change.Attributes is null ? at.Record!.Attributes : CheckAttributes(path, change.Attributes),
        };
        Session.Atomically(() =>
        {
            Put(at.Path, record);
            if (change.Owner is not null)
            {
                _store.Roles.Put(at.Path, record.Owner, Role.Admin);
            }

            Session.ForgetStructure();
            Note(AuditAction.ChangeNamespace, at.Path, Describe(record));
        });
    }

    /// <summary>
    /// Brings the keys of a namespace to the newest version of its schema: runs the migrations that it has not had yet, in order, all of them or none. A migration runs once in the life of a namespace, in this block.
    /// </summary>
    /// <param name="path">The path of the namespace.</param>
    /// <param name="migrations">All migrations, numbered from 1 on without a gap.</param>
    /// <returns>How many were run.</returns>
    /// <exception cref="AccessDeniedException">The principal is no admin there, or a migration does what it may not.</exception>
    /// <exception cref="NamespaceException">There is no such namespace, the migrations are not numbered one by one, or the state is newer than all of them.</exception>
    /// <exception cref="InvalidOperationException">The store is over a view, the draft can no longer be changed, or a migration leaves a transaction open.</exception>
    public int Migrate(string path, IReadOnlyList<NamespaceMigration> migrations)
    {
        ArgumentNullException.ThrowIfNull(migrations);
        NamespaceState at = Known(path, Role.Admin, AuditAction.Migrate);
        uint version = at.Record!.SchemaVersion;
        for (int i = 0; i < migrations.Count; i++)
        {
            if (migrations[i].ToVersion != i + 1)
            {
                throw new NamespaceException(NamespaceFault.BadMigration, path, $"Migration '{migrations[i].Name}' is number {i + 1} and leads to version {migrations[i].ToVersion}: migrations are numbered one by one.");
            }
        }

        if (version > migrations.Count)
        {
            throw new NamespaceException(NamespaceFault.BadMigration, path, $"Namespace '{path}' has version {version} of its schema; the migrations lead to {migrations.Count}. A newer program wrote it.");
        }

        if (version == migrations.Count)
        {
            return 0;
        }

        Session.Atomically(() =>
        {
            for (int i = (int)version; i < migrations.Count; i++)
            {
                int depth = Session.Depth;
                migrations[i].Apply(_store);
                if (Session.Depth != depth)
                {
                    throw new InvalidOperationException($"Migration '{migrations[i].Name}' left {Session.Depth - depth} transactions open.");
                }

                NamespaceState now = Session.Find(at.Path) ?? throw Missing(path);
                Put(at.Path, now.Record! with { SchemaVersion = migrations[i].ToVersion });
                Session.ForgetStructure();
                Note(AuditAction.Migrate, at.Path, $"to {migrations[i].ToVersion}: {migrations[i].Name}");
            }
        });
        return migrations.Count - (int)version;
    }

    /// <summary>Removes a namespace in which there are neither keys nor namespaces, with its roles and with the versions of keys that were deleted.</summary>
    /// <exception cref="AccessDeniedException">The principal is no admin of the namespace above it.</exception>
    /// <exception cref="NamespaceException">There is no such namespace, something lies in it, or it is the one around all others.</exception>
    /// <exception cref="InvalidOperationException">The store is over a view, or the draft can no longer be changed.</exception>
    public void Remove(string path)
    {
        NamespaceState at = Session.Find(NamespacePath.Parse(path)) ?? throw Missing(path);
        Session.Require(at.Parent ?? at, _store, Role.Admin, AuditAction.RemoveNamespace, at.Path);
        if (at.Parent is not { } parent)
        {
            throw new NamespaceException(NamespaceFault.NotEmpty, path, "The namespace around all others cannot be removed.");
        }

        TreeTotals used = Session.UsedBy(at);
        if (at.HasChildren || used.Entries > 0)
        {
            throw new NamespaceException(NamespaceFault.NotEmpty, path, $"Namespace '{path}' has {used.Entries} keys and {at.Record!.Children} namespaces below it. Delete and remove these first.");
        }

        Session.Atomically(() =>
        {
            TreeDraft state = Session.Writable.State;
            byte[] buffer = new byte[NamespaceKeys.MaxBytes];
            DeleteAll(NamespaceKeys.RolesOf(at.Path, buffer).ToArray());
            foreach (byte kind in (ReadOnlySpan<byte>)[NamespaceKeys.Heads, NamespaceKeys.Versions])
            {
                DeleteAll(NamespaceKeys.Of(kind, (byte[])[.. at.Path, PathRules.Separator], buffer).ToArray());
            }

            DeleteAll(NamespaceKeys.Of(NamespaceKeys.Versions, (byte[])[.. at.Path, 0], buffer).ToArray());
            state.Delete(NamespaceKeys.Of(NamespaceKeys.Heads, at.Path, buffer));
            state.Delete(NamespaceKeys.Of(NamespaceKeys.Namespaces, at.Path, buffer));
            Put(parent.Path, parent.Record! with { Children = parent.Record.Children - 1 });
            Session.ReplaceUsage(at.Path);
            Note(AuditAction.RemoveNamespace, at.Path, "");
        });
    }

    private void DeleteAll(byte[] prefix)
    {
        List<byte[]> keys = [];
        using (EntryScan scan = Session.State.Prefix(prefix))
        {
            while (scan.MoveNext())
            {
                keys.Add(scan.Key.ToArray());
            }
        }

        foreach (byte[] key in keys)
        {
            Session.Writable.State.Delete(key);
        }
    }
}

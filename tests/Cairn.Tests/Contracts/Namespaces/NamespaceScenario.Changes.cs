using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Namespaces.Auditing;
using Cairn.Contracts.Values;
using Xunit;

namespace Cairn.Tests.Contracts.Namespaces;

/// <content>Changes of both, which have to come to the same.</content>
internal sealed partial class NamespaceScenario
{
    /// <summary>Does something and names what came of it.</summary>
    private static string OutcomeOf(Action change)
    {
        try
        {
            change();
            return "done";
        }
        catch (AccessDeniedException)
        {
            return "denied";
        }
        catch (QuotaExceededException fault)
        {
            return $"quota {fault.Kind} {fault.Name} {fault.Used} {fault.Asked} {fault.Limit}";
        }
        catch (VersionConflictException fault)
        {
            return $"conflict {fault.Expected} {fault.Found}";
        }
        catch (KeyMissingException)
        {
            return "missing";
        }
        catch (NamespaceException fault)
        {
            return $"{fault.Fault}";
        }
    }

    private void Write(NamespaceStore store, string key, StateValue? value, ulong? expected)
    {
        string outcome = _model.Write(store.Principal.Id, key, value, expected);
        Assert.Equal(outcome, OutcomeOf(() =>
        {
            if (value is not { } given)
            {
                store.Delete(key, expected);
            }
            else if (expected is { } version)
            {
                store.Set(key, given, version);
            }
            else
            {
                store.Set(key, given);
            }
        }));
    }

    private void ApplyBatch(NamespaceStore store, List<(string Key, StateValue? Value)> writes)
    {
        PlainNamespaces before = _model.Copy();
        int refused = _model.Refused.Count;
        string outcome = _model.Apply(store.Principal.Id, writes);
        if (outcome != "done")
        {
            _model = before.WithRefused(refused);
        }

        Assert.Equal(outcome, OutcomeOf(() => store.Apply(writes.Select(one => new NamespaceWrite(one.Key, one.Value)))));
    }

    private void CreateSpace(NamespaceStore store, string path)
    {
        string by = store.Principal.Id;
        NamespaceOptions options = new()
        {
            Owner = random.Next(3) == 0 ? Pick(["ada", "bob"]) : null,
            VersionsKept = Pick(["0", "1", "2", "3", "64"]) is var kept ? int.Parse(kept) : 0,
            InheritsRoles = random.Next(2) == 0,
            Quota = NextQuota(),
        };
        string above = PlainNamespaces.Above(path);
        string nearest = _model.SpaceOf(above);
        string outcome = _model.RoleOf(nearest, by) < Role.Admin ? _model.Refuse(by, AuditAction.CreateNamespace, AuditOutcome.Denied, nearest, path, "denied")
            : nearest != above ? nameof(NamespaceFault.ParentMissing)
            : _model.Spaces.ContainsKey(path) ? nameof(NamespaceFault.Exists)
            : "done";
        if (outcome == "done")
        {
            _model.Spaces[path] = new(options.Owner ?? by, options.VersionsKept, options.InheritsRoles, options.Quota.MaxBytes, options.Quota.MaxKeys);
            _model.Roles[$"{path}|{options.Owner ?? by}"] = Role.Admin;
            _model.Note(by, AuditAction.CreateNamespace, path);
        }

        Assert.Equal(outcome, OutcomeOf(() => store.Namespaces.Create(path, options)));
    }

    private void ChangeSpace(NamespaceStore store, string path)
    {
        string by = store.Principal.Id;
        NamespaceChange change = new()
        {
            VersionsKept = random.Next(2) == 0 ? random.Next(4) : null,
            InheritsRoles = random.Next(2) == 0 ? random.Next(2) == 0 : null,
            Quota = random.Next(2) == 0 ? NextQuota() : null,
        };
        string above = PlainNamespaces.Above(path);
        string outcome = !_model.Spaces.ContainsKey(path) ? nameof(NamespaceFault.Missing)
            : _model.RoleOf(path, by) < Role.Admin ? _model.Refuse(by, AuditAction.ChangeNamespace, AuditOutcome.Denied, path, "", "denied")
            : change.Quota is not null && _model.RoleOf(above, by) < Role.Admin ? _model.Refuse(by, AuditAction.ChangeNamespace, AuditOutcome.Denied, above, path, "denied")
            : "done";
        if (outcome == "done")
        {
            PlainNamespaces.Space old = _model.Spaces[path];
            NamespaceQuota quota = change.Quota ?? new NamespaceQuota(old.MaxBytes, old.MaxKeys);
            _model.Spaces[path] = new(old.Owner, change.VersionsKept ?? old.Kept, change.InheritsRoles ?? old.Inherits, quota.MaxBytes, quota.MaxKeys);
            _model.Note(by, AuditAction.ChangeNamespace, path);
        }

        Assert.Equal(outcome, OutcomeOf(() => store.Namespaces.Change(path, change)));
    }

    private void RemoveSpace(NamespaceStore store, string path)
    {
        string by = store.Principal.Id;
        string above = PlainNamespaces.Above(path);
        string outcome = !_model.Spaces.ContainsKey(path) ? nameof(NamespaceFault.Missing)
            : _model.RoleOf(above, by) < Role.Admin ? _model.Refuse(by, AuditAction.RemoveNamespace, AuditOutcome.Denied, above, path, "denied")
            : _model.UsageOf(path).Keys > 0 || _model.Spaces.Keys.Any(one => one != path && PlainNamespaces.IsIn(one, path)) ? nameof(NamespaceFault.NotEmpty)
            : "done";
        if (outcome == "done")
        {
            _model.Spaces.Remove(path);
            foreach (string role in _model.Roles.Keys.Where(one => one.StartsWith(path + "|", StringComparison.Ordinal)).ToList())
            {
                _model.Roles.Remove(role);
            }

            foreach (string key in _model.Keys.Keys.Where(one => PlainNamespaces.IsIn(one, path)).ToList())
            {
                _model.Keys.Remove(key);
            }

            _model.Note(by, AuditAction.RemoveNamespace, path);
        }

        Assert.Equal(outcome, OutcomeOf(() => store.Namespaces.Remove(path)));
    }

    private void Grant(NamespaceStore store, string path, string to)
    {
        string by = store.Principal.Id;
        Role role = (Role)random.Next(4);
        AuditAction action = role == Role.None ? AuditAction.RevokeRole : AuditAction.GrantRole;
        string outcome = !_model.Spaces.ContainsKey(path) ? nameof(NamespaceFault.Missing)
            : _model.RoleOf(path, by) < Role.Admin ? _model.Refuse(by, action, AuditOutcome.Denied, path, "", "denied")
            : "done";
        string key = $"{path}|{to}";
        if (outcome == "done" && (role != Role.None || _model.Roles.ContainsKey(key)))
        {
            _model.Roles.Remove(key);
            if (role != Role.None)
            {
                _model.Roles[key] = role;
            }

            _model.Note(by, action, path);
        }

        Assert.Equal(outcome, OutcomeOf(() =>
        {
            if (role == Role.None)
            {
                store.Roles.Revoke(path, to);
            }
            else
            {
                store.Roles.Grant(path, to, role);
            }
        }));
    }

    private void ChangeAccount(NamespaceStore store, string id)
    {
        string by = store.Principal.Id;
        ulong? quota = random.Next(3) == 0 ? null : (ulong)random.Next(100);
        bool isThere = _model.Accounts.ContainsKey(id);
        bool isRemoval = isThere && random.Next(3) == 0;
        AuditAction action = isRemoval ? AuditAction.RemoveAccount : isThere ? AuditAction.ChangeAccount : AuditAction.CreateAccount;
        string outcome = _model.RoleOf("", by) < Role.Admin ? _model.Refuse(by, action, AuditOutcome.Denied, "", "", "denied") : "done";
        if (outcome == "done")
        {
            ulong used = isThere ? _model.Accounts[id].Used : 0;
            _model.Accounts.Remove(id);
            if (!isRemoval)
            {
                _model.Accounts[id] = (quota, used);
            }

            _model.Note(by, action, "");
        }

        Assert.Equal(outcome, OutcomeOf(() =>
        {
            switch (action)
            {
                case AuditAction.RemoveAccount:
                    store.Accounts.Remove(id);
                    break;
                case AuditAction.ChangeAccount:
                    store.Accounts.SetQuota(id, quota);
                    break;
                default:
                    store.Accounts.Create(id, quota);
                    break;
            }
        }));
    }

    private void Drop(NamespaceStore store, string key)
    {
        string by = store.Principal.Id;
        string space = _model.SpaceOf(key);
        string outcome = _model.RoleOf(space, by) < Role.Writer ? _model.Refuse(by, AuditAction.DropVersions, AuditOutcome.Denied, space, key, "denied") : "done";
        if (outcome == "done" && _model.Keys.TryGetValue(key, out List<ValueVersion>? versions) && (versions.Count > 1 || versions[^1].IsDeleted))
        {
            ulong number = versions[^1].Number;
            if (versions[^1].IsDeleted)
            {
                _model.Keys.Remove(key);
            }
            else
            {
                _model.Keys[key] = [versions[^1]];
            }

            _model.Note(by, AuditAction.DropVersions, space, key, number);
        }

        Assert.Equal(outcome, OutcomeOf(() => store.DropVersions(key)));
    }

    private NamespaceQuota NextQuota() => new(random.Next(2) == 0 ? null : (ulong)random.Next(200), random.Next(3) == 0 ? (ulong)random.Next(4) : null);
}

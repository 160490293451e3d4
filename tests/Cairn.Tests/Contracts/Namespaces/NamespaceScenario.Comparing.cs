using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Namespaces.Auditing;
using Xunit;

namespace Cairn.Tests.Contracts.Namespaces;

/// <content>Questions to both, which have to answer the same.</content>
internal sealed partial class NamespaceScenario
{
    /// <summary>Everything, at the height of a view, for everybody.</summary>
    private void CompareAll(StateView view)
    {
        NamespaceStore store = new(view, People[0]);
        foreach (string key in Paths)
        {
            CompareKey(store, key);
        }

        Assert.Equal(_model.Spaces.Keys.Where(path => path.Length > 0), store.Namespaces.List(isDeep: true).Namespaces.Select(one => one.Path));
        foreach ((string path, PlainNamespaces.Space space) in _model.Spaces)
        {
            NamespaceInfo info = store.Namespaces.Get(path);
            Assert.Equal((space.Owner, space.Kept, space.Inherits, space.MaxBytes, space.MaxKeys), (info.Owner, info.VersionsKept, info.InheritsRoles, info.Quota.MaxBytes, info.Quota.MaxKeys));
            Assert.Equal((uint)_model.Spaces.Keys.Count(one => one.Length > 0 && PlainNamespaces.Above(one) == path), info.Children);
            var (keys, bytes) = _model.UsageOf(path);
            Assert.Equal(new TreeTotals(keys, bytes), store.Namespaces.UsageOf(path));
            Assert.Equal(
                _model.Roles.Where(one => one.Key[..one.Key.IndexOf('|')] == path).Select(one => new RoleGrant(one.Key[(one.Key.IndexOf('|') + 1)..], one.Value)),
                store.Roles.List(path).Grants);
            string child = random.Next(2) == 0 ? path : PlainNamespaces.Above(path);
            Assert.Equal(
                _model.Spaces.Keys.Where(one => one.Length > 0 && PlainNamespaces.Above(one) == child),
                store.Namespaces.List(child).Namespaces.Select(one => one.Path));
        }

        Assert.Equal(_model.Accounts.Select(one => new Account(one.Key, one.Value.Quota, one.Value.Used)), store.Accounts.List().Accounts);
        CompareAudit(store);
        Assert.Equal(new AuditReport((ulong)_model.Audit.Count, store.Audit.Head, Fault: null), AuditChain.Verify(view));
        foreach (Principal who in People)
        {
            for (int i = 0; i < 3; i++)
            {
                CompareList(new NamespaceStore(view, who), Pick(Prefixes));
            }
        }
    }

    /// <summary>Some questions, to the draft as it is.</summary>
    private void CompareSome()
    {
        CompareKey(_store, Pick(Paths));
        CompareList(_store.As(People[random.Next(People.Length)]), Pick(Prefixes));
        string path = _model.Spaces.Keys.ElementAt(random.Next(_model.Spaces.Count));
        var (keys, bytes) = _model.UsageOf(path);
        Assert.Equal(new TreeTotals(keys, bytes), _store.Namespaces.UsageOf(path));
        string id = People[random.Next(4)].Id;
        Assert.Equal(_model.Accounts.TryGetValue(id, out var account) ? new Account(id, account.Quota, account.Used) : null, _store.Accounts.TryGet(id, out Account? there) ? there : null);
        foreach (Principal who in People)
        {
            Assert.Equal(_model.RoleOf(path, who.Id), _store.As(who).Roles.Of(path));
        }

        Assert.Equal((ulong)_model.Audit.Count, _store.Audit.Head.Count);
    }

    private void CompareKey(NamespaceStore store, string key)
    {
        List<ValueVersion> versions = _model.Keys.GetValueOrDefault(key) ?? [];
        bool has = versions.Count > 0 && !versions[^1].IsDeleted;
        Assert.Equal(has, store.Exists(key));
        Assert.Equal(has, store.TryGet(key, out var value));
        Assert.Equal(has ? versions[^1].Value : default, value);
        Assert.Equal(versions, store.Versions(key));
        Assert.Equal((ulong)versions.Count, store.VersionCount(key));
        Assert.Equal(versions.Count == 0 ? 0 : versions[^1].Number, store.CurrentVersion(key));
        Assert.Equal(PlainNamespaces.Name(_model.SpaceOf(key)), store.NamespaceOf(key));
    }

    private void CompareList(NamespaceStore store, string prefix)
    {
        string by = store.Principal.Id;
        string above = prefix.LastIndexOf('/') is >= 0 and int at ? prefix[..at] : "";
        bool isAllowed = _model.RoleOf(_model.SpaceOf(above), by) >= Role.Reader
            || _model.Spaces.Keys.Any(space => space.StartsWith(prefix, StringComparison.Ordinal) && _model.RoleOf(space, by) >= Role.Reader);
        if (!isAllowed)
        {
            Assert.Throws<AccessDeniedException>(() => store.List(prefix));
            return;
        }

        IEnumerable<string> expected = _model.Keys
            .Where(one => one.Key.StartsWith(prefix, StringComparison.Ordinal) && !one.Value[^1].IsDeleted && _model.RoleOf(_model.SpaceOf(one.Key), by) >= Role.Reader)
            .Select(one => one.Key);
        List<string> found = [];
        StatePath? after = null;
        int limit = random.Next(1, 5);
        do
        {
            KeyPage page = store.List(prefix, after, limit);
            Assert.True(page.Keys.Count <= limit);
            found.AddRange(page.Keys.Select(key => key.ToString()));
            after = page.Next;
        }
        while (after is not null);
        Assert.Equal(expected, found);
    }

    private void CompareAudit(NamespaceStore store)
    {
        Assert.Equal(
            _model.Audit.AsEnumerable().Reverse(),
            store.Audit.Read().Select(one => (one.Principal, one.Action, one.Outcome, one.Namespace, one.Key, one.KeyVersion)));
    }
}

using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Namespaces.Auditing;
using Cairn.Contracts.Values;

namespace Cairn.Tests.Contracts.Namespaces;

/// <summary>The rules of namespaces over plain collections, as slow and as short as they can be. The namespace around all others is the empty path.</summary>
internal sealed class PlainNamespaces
{
    public SortedDictionary<string, Space> Spaces { get; private init; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, Role> Roles { get; private init; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, (ulong? Quota, ulong Used)> Accounts { get; private init; } = new(StringComparer.Ordinal);

    /// <summary>The versions of each key that are kept, oldest first.</summary>
    public SortedDictionary<string, List<ValueVersion>> Keys { get; private init; } = new(StringComparer.Ordinal);

    /// <summary>What the audit has, oldest first.</summary>
    public List<(string Principal, AuditAction Action, AuditOutcome Outcome, string Namespace, string Key, ulong Version)> Audit { get; private init; } = [];

    /// <summary>What was refused, whatever became of it.</summary>
    public List<AuditAttempt> Refused { get; private init; } = [];

    public ulong Height { get; set; }

    public long? Time { get; set; }

    /// <summary>A copy that shares nothing but what never changes, and what was refused.</summary>
    public PlainNamespaces Copy() => new()
    {
        Spaces = new(Spaces, StringComparer.Ordinal),
        Roles = new(Roles, StringComparer.Ordinal),
        Accounts = new(Accounts, StringComparer.Ordinal),
        Keys = new(Keys.ToDictionary(one => one.Key, one => one.Value.ToList(), StringComparer.Ordinal), StringComparer.Ordinal),
        Audit = [.. Audit],
        Refused = Refused,
        Height = Height,
        Time = Time,
    };

    public static string Above(string path) => path.LastIndexOf('/') is >= 0 and int at ? path[..at] : "";

    public static bool IsIn(string path, string space) => space.Length == 0 || path == space || path.StartsWith(space + "/", StringComparison.Ordinal);

    public static int Size(StateValue value) => 1 + (value.Kind switch
    {
        ValueKind.Null => 0,
        ValueKind.Boolean => 1,
        ValueKind.Number => 8,
        _ => System.Text.Encoding.UTF8.GetByteCount(value.Text),
    });

    public string SpaceOf(string key) => Spaces.Keys.Where(space => IsIn(key, space)).MaxBy(space => space.Length)!;

    public Role RoleOf(string space, string principal)
    {
        if (principal == "anonymous")
        {
            return Role.None;
        }

        if (Roles.GetValueOrDefault($"|{principal}") == Role.Admin)
        {
            return Role.Admin;
        }

        Role own = Roles.GetValueOrDefault($"{space}|{principal}");
        Role above = space.Length > 0 && Spaces[space].Inherits ? RoleOf(Above(space), principal) : Role.None;
        return own > above ? own : above;
    }

    public (ulong Keys, ulong Bytes) UsageOf(string space)
    {
        var there = Keys.Where(one => IsIn(one.Key, space) && !one.Value[^1].IsDeleted).Select(one => (ulong)(System.Text.Encoding.UTF8.GetByteCount(one.Key) + Size(one.Value[^1].Value))).ToList();
        return ((ulong)there.Count, there.Aggregate(0UL, (sum, one) => sum + one));
    }

    /// <summary>Writes or deletes a key.</summary>
    /// <returns>What came of it, as the scenario names it.</returns>
    public string Write(string by, string key, StateValue? value, ulong? expected, bool checksQuotas = true)
    {
        string space = SpaceOf(key);
        AuditAction action = value is null ? AuditAction.Delete : AuditAction.Write;
        if (RoleOf(space, by) < Role.Writer)
        {
            return Refuse(by, action, AuditOutcome.Denied, space, key, "denied");
        }

        List<ValueVersion> versions = Keys.GetValueOrDefault(key) ?? [];
        ulong number = versions.Count == 0 ? 0 : versions[^1].Number;
        if (expected is { } version && version != number)
        {
            return $"conflict {version} {number}";
        }

        bool has = versions.Count > 0 && !versions[^1].IsDeleted;
        if (value is null && !has)
        {
            return "missing";
        }

        int before = has ? Size(versions[^1].Value) : 0;
        int after = value is { } given ? Size(given) : 0;
        int keyBytes = System.Text.Encoding.UTF8.GetByteCount(key);
        long bytes = after - before + (value is null ? -keyBytes : has ? 0 : keyBytes);
        long keys = value is null ? -1 : has ? 0 : 1;
        long content = Math.Max(0, after - 1) - Math.Max(0, before - 1);
        if (checksQuotas && FindExceeded(by, space, content, keys, bytes) is { } exceeded)
        {
            return Refuse(by, AuditAction.Write, AuditOutcome.OverQuota, space, key, exceeded);
        }

        Keep(key, versions, Spaces[space].Kept, new ValueVersion(number + 1, by, new BlockHeight(Height), Time, value is null, value ?? StateValue.Null));
        if (Accounts.TryGetValue(by, out var account))
        {
            Accounts[by] = account with { Used = (ulong)Math.Max(0, (long)account.Used + content) };
        }

        Note(by, action, space, key, number + 1);
        return "done";
    }

    /// <summary>Writes several keys, or none.</summary>
    public string Apply(string by, IReadOnlyList<(string Key, StateValue? Value)> writes)
    {
        PlainNamespaces before = Copy();
        foreach ((string key, StateValue? value) in writes)
        {
            if (Write(by, key, value, expected: null, checksQuotas: false) is var outcome and not "done")
            {
                return outcome;
            }
        }

        if (Accounts.TryGetValue(by, out var account) && account.Used > account.Quota && account.Used > before.Accounts[by].Used)
        {
            return Refuse(by, AuditAction.Write, AuditOutcome.OverQuota, "", "", $"quota AccountBytes {by} {before.Accounts[by].Used} {account.Used - before.Accounts[by].Used} {account.Quota}");
        }

        foreach ((string path, Space space) in Spaces)
        {
            var (oldKeys, oldBytes) = before.UsageOf(path);
            var (keys, bytes) = UsageOf(path);
            if (bytes > space.MaxBytes && bytes > oldBytes)
            {
                return Refuse(by, AuditAction.Write, AuditOutcome.OverQuota, path, path, $"quota NamespaceBytes {Name(path)} {oldBytes} {bytes - oldBytes} {space.MaxBytes}");
            }

            if (keys > space.MaxKeys && keys > oldKeys)
            {
                return Refuse(by, AuditAction.Write, AuditOutcome.OverQuota, path, path, $"quota NamespaceKeys {Name(path)} {oldKeys} {keys - oldKeys} {space.MaxKeys}");
            }
        }

        return "done";
    }

    public string Refuse(string by, AuditAction action, AuditOutcome outcome, string space, string key, string result)
    {
        Refused.Add(new AuditAttempt(by, action, outcome, Name(space), key, ""));
        Audit.Add((by, action, outcome, Name(space), key, 0));
        return result;
    }

    public void Note(string by, AuditAction action, string space, string key = "", ulong version = 0) => Audit.Add((by, action, AuditOutcome.Done, Name(space), key, version));

    public static string Name(string space) => space.Length == 0 ? "global" : space;

    /// <summary>Puts what was refused since a place behind what the audit has: it outlives a rollback.</summary>
    public PlainNamespaces WithRefused(int since)
    {
        foreach (AuditAttempt attempt in Refused.Skip(since))
        {
            Audit.Add((attempt.Principal, attempt.Action, attempt.Outcome, attempt.Namespace, attempt.Key, 0));
        }

        return this;
    }

    private string? FindExceeded(string by, string space, long content, long keys, long bytes)
    {
        for (string? one = space; one is not null; one = one.Length == 0 ? null : Above(one))
        {
            var (usedKeys, usedBytes) = UsageOf(one);
            if (bytes > 0 && usedBytes + (ulong)bytes > Spaces[one].MaxBytes)
            {
                return $"quota NamespaceBytes {Name(one)} {usedBytes} {bytes} {Spaces[one].MaxBytes}";
            }

            if (keys > 0 && usedKeys + (ulong)keys > Spaces[one].MaxKeys)
            {
                return $"quota NamespaceKeys {Name(one)} {usedKeys} {keys} {Spaces[one].MaxKeys}";
            }
        }

        return content > 0 && Accounts.TryGetValue(by, out var account) && account.Used + (ulong)content > account.Quota
            ? $"quota AccountBytes {by} {account.Used} {content} {account.Quota}"
            : null;
    }

    private void Keep(string key, List<ValueVersion> versions, int kept, ValueVersion next)
    {
        versions.Add(next);
        versions.RemoveRange(0, Math.Max(0, versions.Count - Math.Max(1, kept)));
        if (kept == 0 && next.IsDeleted)
        {
            Keys.Remove(key);
        }
        else
        {
            Keys[key] = versions;
        }
    }

    /// <summary>A namespace.</summary>
    internal sealed record Space(string Owner, int Kept, bool Inherits, ulong? MaxBytes, ulong? MaxKeys);
}

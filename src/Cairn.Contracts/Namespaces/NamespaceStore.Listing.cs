using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Namespaces.Auditing;

namespace Cairn.Contracts.Namespaces;

/// <content>Lists of keys.</content>
public sealed partial class NamespaceStore
{
    /// <summary>
    /// Lists keys in the order of their bytes. What the principal may not read is left out; where it may read nothing that the prefix touches, it is denied.
    /// </summary>
    /// <param name="prefix">
    /// What the keys begin with: whole segments when it ends in a slash (<c>org/acme/</c>: what is below <c>org/acme</c>), else the last segment may go on (<c>org/acme/m</c>); empty, the default, for all keys.
    /// </param>
    /// <param name="after">The key after which to begin, as <see cref="KeyPage.Next"/> says; null, the default, for the beginning.</param>
    /// <param name="limit">The most keys to give.</param>
    /// <exception cref="InvalidPathException">The prefix breaks a rule.</exception>
    /// <exception cref="AccessDeniedException">The principal may read nothing there.</exception>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    public KeyPage List(string prefix = "", StatePath? after = null, int limit = NamespaceLimits.DefaultPageLimit)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        CheckLimit(limit);
        byte[] bytes = new byte[NamespaceLimits.MaxPathBytes];
        bytes = bytes[..PathRules.Encode(prefix, bytes, isPrefix: true)];
        RequireSomeReading(bytes);
        List<StatePath> keys = [];
        byte[] from = bytes.Length == 0 ? [PathRules.FirstPathByte] : bytes;
        if (after is not null && after.Utf8.SequenceCompareTo(from) >= 0)
        {
            from = [.. after.Utf8, 0];
        }

        bool isMore = true;
        while (isMore && keys.Count <= limit)
        {
            isMore = Collect(bytes, ref from, limit + 1, keys);
        }

        if (keys.Count <= limit)
        {
            return new KeyPage(keys, Next: null);
        }

        keys.RemoveAt(limit);
        return new KeyPage(keys, limit == 0 ? after : keys[^1]);
    }

    internal static void CheckLimit(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, NamespaceLimits.MaxPageLimit);
    }

    /// <summary>Collects readable keys until one cannot be read.</summary>
    /// <param name="prefix">What they begin with.</param>
    /// <param name="from">Where to begin; afterwards, where to go on behind what cannot be read.</param>
    /// <param name="limit">The most keys.</param>
    /// <param name="keys">The keys.</param>
    /// <returns>Whether to go on.</returns>
    private bool Collect(byte[] prefix, ref byte[] from, int limit, List<StatePath> keys)
    {
        using EntryScan scan = _session.State.Range(from, EndOf(prefix));
        while (keys.Count < limit && scan.MoveNext())
        {
            if (!StatePath.TryParse(scan.Key, out StatePath? key))
            {
                throw new ContractRecordException("key of a namespace", scan.Key, "a path", "other bytes");
            }

            NamespaceState at = _session.Resolve(key);
            if (_session.RoleOf(at, Principal) >= Role.Reader)
            {
                keys.Add(key);
                continue;
            }

            return _session.TrySkip(at, key.Utf8, out from);
        }

        return false;
    }

    /// <summary>Denies a list when nothing that it touches can be read.</summary>
    private void RequireSomeReading(byte[] prefix)
    {
        // The namespace of what is above the last segment: a prefix inside it may go on to any name.
        byte[] above = prefix[..PathRules.ParentLength(prefix)];
        NamespaceState at = _session.Resolve(above);
        if (_session.RoleOf(at, Principal) < Role.Reader && !_session.HasReadableBelow(this, prefix))
        {
            _session.Require(at, this, Role.Reader, AuditAction.Read, prefix);
        }
    }

    /// <summary>The first key behind all that begin with a prefix; empty where nothing is.</summary>
    private static byte[] EndOf(byte[] prefix)
    {
        byte[] end = [.. prefix];
        for (int i = end.Length - 1; i >= 0; i--)
        {
            if (end[i] < byte.MaxValue)
            {
                end[i]++;
                return end[..(i + 1)];
            }
        }

        return [];
    }
}

using Cairn.Contracts.Namespaces.Access;

namespace Cairn.Contracts.Namespaces;

/// <content>Lists that cross namespaces.</content>
internal sealed partial class NamespaceSession
{
    /// <summary>Finds where to go on behind a key of a namespace that cannot be read: at the next namespace within it, or behind it.</summary>
    /// <returns>False when there is nothing behind it.</returns>
    public bool TrySkip(NamespaceState at, ReadOnlySpan<byte> key, out byte[] from)
    {
        if (at.Path.Length > 0 && key.SequenceEqual(at.Path))
        {
            // Between the path of a namespace and what is below it lie others: "a", "a!", "a/b".
            from = [.. key, 0];
            return true;
        }

        byte[] below = at.Path.Length == 0 ? [] : [.. at.Path, PathRules.Separator];
        from = at.Path.Length == 0 ? [] : [.. at.Path, PathRules.AfterSeparator];
        Span<byte> start = stackalloc byte[NamespaceKeys.MaxBytes];
        using EntryScan scan = State.Range(NamespaceKeys.Of(NamespaceKeys.Namespaces, key, start), [NamespaceKeys.First, NamespaceKeys.Namespaces + 1]);
        if (scan.MoveNext() && scan.Key[NamespaceKeys.PrefixBytes..] is var next && next.StartsWith(below))
        {
            from = next.ToArray();
        }

        // A namespace "a/b" is passed at the key "a/b!", and what is below it is not: it may be nearer.
        for (int end = key.Length - 1; end > below.Length; end--)
        {
            if (key[end] < PathRules.Separator && Find(key[..end]) is not null)
            {
                byte[] near = [.. key[..end], PathRules.Separator];
                from = from.Length == 0 || near.AsSpan().SequenceCompareTo(from) < 0 ? near : from;
                break;
            }
        }

        return from.Length > 0;
    }

    /// <summary>Whether a principal may read any namespace whose path begins with a prefix.</summary>
    public bool HasReadableBelow(NamespaceStore store, ReadOnlySpan<byte> prefix)
    {
        Span<byte> start = stackalloc byte[NamespaceKeys.MaxBytes];
        using EntryScan scan = State.Prefix(NamespaceKeys.Of(NamespaceKeys.Namespaces, prefix, start));
        while (scan.MoveNext())
        {
            if (RoleOf(Resolve(scan.Key[NamespaceKeys.PrefixBytes..]), store.Principal) >= Role.Reader)
            {
                return true;
            }
        }

        return false;
    }
}

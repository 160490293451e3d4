using System.Security.Cryptography;
using Cairn.Proofs;
using Cairn.Tests.Reference;
using Xunit;

namespace Cairn.Tests.Proofs;

/// <summary>Small random states with many common prefixes, questions near their keys, and what a verified object may say about them.</summary>
internal static class ProofSamples
{
    private static readonly byte[] Letters = [0x00, 0x01, 0x61, 0x62, 0x2f, 0xff];

    public static Hash256 Sha256(ReadOnlySpan<byte> bytes) => new(SHA256.HashData(bytes));

    /// <summary>A state of about as many entries; some values are empty.</summary>
    public static ReferenceProver Prover(Random random, int count, bool withEmptyValues = true)
    {
        SortedDictionary<byte[], byte[]> state = new(ByteStringComparer.Instance);
        for (int i = 0; i < count; i++)
        {
            state[Key(random)] = Bytes(random, random.Next(withEmptyValues ? 0 : 1, 12));
        }

        return new ReferenceProver(state);
    }

    /// <summary>A key from few letters, so that keys are often prefixes of others; sometimes one of the greatest length.</summary>
    public static byte[] Key(Random random)
    {
        byte[] key = new byte[random.Next(40) == 0 ? StateLimits.MaxKeyBytes : 1 + random.Next(6)];
        for (int i = 0; i < key.Length; i++)
        {
            key[i] = Letters[random.Next(Letters.Length)];
        }

        return key;
    }

    /// <summary>A key of the state, one beside it, or any other, the empty one too.</summary>
    public static byte[] Question(Random random, ReferenceProver prover)
    {
        byte[] near = prover.Entries.Count == 0 ? [] : prover.Entries[random.Next(prover.Entries.Count)].Key;
        return random.Next(6) switch
        {
            0 or 1 => near,
            2 => [.. near, Letters[random.Next(Letters.Length)]],
            3 => near[..Math.Max(0, near.Length - 1)],
            4 => [.. near.AsSpan(0, near.Length / 2), (byte)random.Next(256)],
            _ => Key(random),
        };
    }

    public static byte[] Bytes(Random random, int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>Whatever a verified tree says about two keys, and about the range and the prefix between them, is true of the state; saying nothing is allowed.</summary>
    public static void AssertTruthful(PrunedTree tree, ReferenceProver prover, byte[] a, byte[] b)
    {
        ProvedKey answer = tree.Find(a, out ReadOnlyMemory<byte> value, out Hash256? hash);
        int place = prover.FirstAtOrAfter(a);
        bool isPresent = place < prover.Entries.Count && prover.Entries[place].Key.AsSpan().SequenceEqual(a);
        Assert.True(answer == ProvedKey.Unknown || isPresent == answer is ProvedKey.Present or ProvedKey.PresentByHash, $"{answer} of a key that is {(isPresent ? "present" : "absent")}");
        Assert.True(answer != ProvedKey.Present || value.Span.SequenceEqual(prover.Entries[place].Value), "another value");
        Assert.True(hash is null || hash == Sha256(prover.Entries[place].Value), "the hash of another value");
        (byte[] from, byte[] to) = a.AsSpan().SequenceCompareTo(b) <= 0 ? (a, b) : (b, a);
        if (tree.TryRange(from, to, out PrunedEntryCollection? entries) && to.Length > 0)
        {
            AssertEqual(prover.Entries.Where(entry => entry.Key.AsSpan().SequenceCompareTo(from) >= 0 && entry.Key.AsSpan().SequenceCompareTo(to) < 0), entries);
        }

        if (tree.TryChunk(a, out entries, out byte[]? next))
        {
            AssertEqual(prover.Entries.Where(entry => entry.Key.AsSpan().SequenceCompareTo(a) >= 0 && (next is null || entry.Key.AsSpan().SequenceCompareTo(next) < 0)), entries);
        }

        byte[] prefix = a[..((a.Length + 1) / 2)];
        if (tree.TryNamespace(prefix, out NamespaceNode? node))
        {
            Assert.Equal(prover.NamespaceRoot(prefix), node?.Root);
        }
    }

    private static void AssertEqual(IEnumerable<KeyValuePair<byte[], byte[]>> expected, PrunedEntryCollection actual)
    {
        KeyValuePair<byte[], byte[]>[] all = [.. expected];
        Assert.Equal(all.Length, actual.Count);
        int place = 0;
        foreach (KeyValuePair<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> entry in actual)
        {
            Assert.True(entry.Key.Span.SequenceEqual(all[place].Key) && entry.Value.Span.SequenceEqual(all[place].Value), "another entry");
            place++;
        }
    }
}

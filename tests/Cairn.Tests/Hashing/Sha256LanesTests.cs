using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Cairn.Hashing;
using Xunit;

namespace Cairn.Tests;

public sealed class Sha256LanesTests
{
    private const int GuardBytes = 64;
    private const byte Guard = 0xa5;

    /// <summary>All of this machine, and the one for Arm on a model of Arm's instructions.</summary>
    private static readonly Sha256Lanes[] All = [.. Sha256Lanes.Supported, new Sha256LanesArm<ArmSha256Model>()];

    public static TheoryData<string> Implementations => [.. All.Select(lanes => lanes.Name)];

    [Fact]
    public void Supported_Always_BeginsWithBestAndEndsWithFallback()
    {
        Assert.Same(Sha256Lanes.Best, Sha256Lanes.Supported[0]);
        Assert.IsType<Sha256LanesFallback>(Sha256Lanes.Supported[^1]);
        Assert.Equal(Sha256Lanes.Supported.Count, Sha256Lanes.Supported.Select(lanes => lanes.Name).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Implementations))]
    public void HashBlocks_KnownAnswers_Equal(string name)
    {
        // FIPS 180-4 examples (one block, two blocks, the empty message) and the NIST example of 896 bits.
        (string Message, string Digest)[] answers =
        [
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
            (
                "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
                "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"),
        ];
        foreach ((string message, string digest) in answers)
        {
            byte[] padded = Padded(Encoding.ASCII.GetBytes(message));
            byte[] actual = new byte[Hash256.SizeBytes];
            Lanes(name).HashBlocks(padded, padded.Length / 64, 1, actual);
            Assert.Equal(digest, Convert.ToHexStringLower(actual));
        }
    }

    [Theory]
    [MemberData(nameof(Implementations))]
    public void HashBlocks_MillionTimesA_EqualsKnownAnswer(string name)
    {
        byte[] message = new byte[1_000_000];
        message.AsSpan().Fill((byte)'a');
        byte[] padded = Padded(message);
        byte[] digest = new byte[Hash256.SizeBytes];
        Lanes(name).HashBlocks(padded, padded.Length / 64, 1, digest);
        Assert.Equal("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0", Convert.ToHexStringLower(digest));
    }

    [Theory]
    [MemberData(nameof(Implementations))]
    public void HashBlocks_EveryCountAndBlockCount_EqualsPlatform(string name)
    {
        Random random = new(1);
        for (int blocks = 1; blocks <= 18; blocks++)
        {
            for (int count = 0; count <= 50; count++)
            {
                byte[][] messages = new byte[count][];
                for (int i = 0; i < count; i++)
                {
                    // Every length with this many blocks: 9 bytes of padding at least, 72 at most.
                    messages[i] = new byte[(blocks * 64) - random.Next(9, Math.Min(73, (blocks * 64) + 1))];
                    random.NextBytes(messages[i]);
                }

                CheckGuarded(
                    [.. messages.SelectMany(Padded)],
                    [.. messages.SelectMany(SHA256.HashData)],
                    $"{blocks} blocks, count {count}, seed 1",
                    (input, digests) => Lanes(name).HashBlocks(input, blocks, count, digests));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Implementations))]
    public void HashInner_EveryCount_EqualsPlain(string name)
    {
        for (int count = 0; count <= 50; count++)
        {
            byte[] pairs = RandomPairs(count, 2);
            byte[] expected = [.. pairs.Chunk(64).SelectMany(pair => SHA256.HashData([1, .. pair]))];
            CheckGuarded(pairs, expected, $"count {count}, seed 2", (input, digests) => Lanes(name).HashInner(input, count, digests));
        }
    }

    [Theory]
    [MemberData(nameof(Implementations))]
    public void HashLeaf_EveryCount_EqualsPlain(string name)
    {
        for (int count = 0; count <= 50; count++)
        {
            byte[] pairs = RandomPairs(count, 3);
            byte[] expected = [.. pairs.Chunk(64).SelectMany(pair => SHA256.HashData([0, 0x20, .. pair[..32], 0x20, .. pair[32..]]))];
            CheckGuarded(pairs, expected, $"count {count}, seed 3", (input, digests) => Lanes(name).HashLeaf(input, count, digests));
        }
    }

    [Theory]
    [MemberData(nameof(Implementations))]
    public void HashPairs_EachBitAlone_EqualsPlain(string name)
    {
        // One bit a message: a byte that goes to a wrong place in either block, in any lane, shows.
        byte[] pairs = new byte[512 * 64];
        for (int bit = 0; bit < 512; bit++)
        {
            pairs[(bit * 64) + (bit / 8)] = (byte)(1 << (bit % 8));
        }

        byte[] digests = new byte[512 * 32];
        Lanes(name).HashInner(pairs, 512, digests);
        Assert.Equal(pairs.Chunk(64).SelectMany(pair => CommitmentHash.Inner(new(pair.AsSpan(0, 32)), new(pair.AsSpan(32))).ToArray()), digests);
        Lanes(name).HashLeaf(pairs, 512, digests);
        Assert.Equal(pairs.Chunk(64).SelectMany(pair => CommitmentHash.Leaf(new(pair.AsSpan(0, 32)), new Hash256(pair.AsSpan(32))).ToArray()), digests);
    }

    [Theory]
    [MemberData(nameof(Implementations))]
    public void HashPairs_Vectors_EqualUnits(string name)
    {
        using JsonDocument units = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "vectors", "units.json")));
        byte[] digest = new byte[Hash256.SizeBytes];
        JsonElement inner = units.RootElement.GetProperty("inner_hash");
        byte[] left = Hex(inner, "left");
        byte[] right = Hex(inner, "right");
        Lanes(name).HashInner([.. left, .. right], 1, digest);
        Assert.Equal(Hex(inner, "prehash"), digest);
        Assert.Equal(Hex(inner, "prehash"), CommitmentHash.Inner(new(left), new(right)).ToArray());
        foreach (JsonElement leaf in units.RootElement.GetProperty("leaf_hash").EnumerateArray())
        {
            byte[] key = Hex(leaf, "key");
            byte[] value = Hex(leaf, "value");
            Lanes(name).HashLeaf([.. SHA256.HashData(key), .. SHA256.HashData(value)], 1, digest);
            Assert.Equal(Hex(leaf, "prehash"), digest);
            Assert.Equal(Hex(leaf, "prehash"), CommitmentHash.Leaf(key, value).ToArray());
        }

        Assert.Equal(Hash256.Parse(units.RootElement.GetProperty("empty_root").GetString()!), CommitmentHash.Value([]));
    }

    [Theory]
    [MemberData(nameof(Implementations))]
    public void Hash_WrongSpans_Refused(string name)
    {
        Sha256Lanes lanes = Lanes(name);
        byte[] input = new byte[130];
        byte[] digests = new byte[64];
        Assert.Throws<ArgumentException>(() => lanes.HashInner(input.AsSpan(0, 127), 2, digests));
        Assert.Throws<ArgumentException>(() => lanes.HashLeaf(input, 2, digests.AsSpan(0, 63)));
        Assert.Throws<ArgumentException>(() => lanes.HashBlocks(input, 2, 2, digests));
        Assert.Throws<ArgumentException>(() => lanes.HashBlocks(input, int.MaxValue, int.MaxValue, digests));
        Assert.Throws<ArgumentException>(() => lanes.HashInner(input, 1, input.AsSpan(60)));
        Assert.Throws<ArgumentOutOfRangeException>(() => lanes.HashInner(input, -1, digests));
        Assert.Throws<ArgumentOutOfRangeException>(() => lanes.HashBlocks(input, 0, 1, digests));
    }

    [Theory]
    [MemberData(nameof(Implementations))]
    public void Hash_Warm_AllocatesNothing(string name)
    {
        Sha256Lanes lanes = Lanes(name);
        byte[] pairs = RandomPairs(37, 4);
        byte[] padded = [.. pairs.Chunk(64).SelectMany(pair => Padded(pair[..40]))];
        byte[] digests = new byte[37 * 32];
        Run();
        Allocations.AssertNone(Run);

        void Run()
        {
            lanes.HashInner(pairs, 37, digests);
            lanes.HashLeaf(pairs, 37, digests);
            lanes.HashBlocks(padded, 1, 37, digests);
        }
    }

    private static byte[] Padded(byte[] message)
    {
        byte[] buffer = new byte[Sha256Padding.BlockCount(message.Length) * 64];
        message.CopyTo(buffer, 0);
        Sha256Padding.Pad(buffer, message.Length);
        return buffer;
    }

    /// <summary>Input and digests stand between guards: what is written outside, or depends on bytes outside, shows.</summary>
    private static void CheckGuarded(byte[] input, byte[] expected, string what, GuardedHash hash)
    {
        byte[] guard = new byte[GuardBytes];
        guard.AsSpan().Fill(Guard);
        byte[] output = [.. guard, .. new byte[expected.Length], .. guard];
        hash([.. input], output.AsSpan(GuardBytes, expected.Length));
        Assert.True(output.AsSpan().SequenceEqual([.. guard, .. expected, .. guard]), what);
    }

    private static byte[] RandomPairs(int count, int seed)
    {
        byte[] pairs = new byte[count * 64];
        new Random(seed).NextBytes(pairs);
        return pairs;
    }

    private static byte[] Hex(JsonElement element, string name) => Convert.FromHexString(element.GetProperty(name).GetString()!);

    private static Sha256Lanes Lanes(string name) => All.Single(lanes => lanes.Name == name);

    private delegate void GuardedHash(ReadOnlySpan<byte> input, Span<byte> digests);
}

using System.Security.Cryptography;
using Cairn.Homes;
using Cairn.Tests.Reference;

namespace Cairn.Tests.History;

/// <summary>Makes random records that follow from each other: blocks, rewinds, finalise records. Few keys, so that each changes often, in both trees; some values are too long to be kept in an index.</summary>
internal sealed class HistoryScript(Random random)
{
    private const int MostChanges = 8;

    private readonly List<State> _chain = [new(0, 0, Hash256.EmptyRoot, [[], []])];
    private ulong _sequence;
    private ulong _highest;

    /// <summary>All keys that there are.</summary>
    public static byte[][] Keys { get; } =
    [
        .. Enumerable.Range(0, 40).Select(static i => BitConverter.GetBytes(i * 7919)[..(1 + (i % 4))]).Distinct(ByteStringComparer.Instance),
        [0], [0, 0], [0xff], [0xff, 0xff], [.. Enumerable.Repeat((byte)0xff, StateLimits.MaxKeyBytes)], [.. Enumerable.Repeat((byte)7, StateLimits.MaxKeyBytes)],
    ];

    /// <summary>One block in so many is a rewind; 0 for none.</summary>
    public int RewindOneIn { get; init; } = 12;

    /// <summary>The records so far.</summary>
    public List<LogRecord> Records { get; } = [];

    /// <summary>Makes the next record.</summary>
    public LogRecord Next()
    {
        _sequence++;
        LogRecord record = RewindOneIn > 0 && _chain.Count > 2 && random.Next(RewindOneIn) == 0 ? Rewind()
            : RewindOneIn > 0 && _chain.Count > 2 && random.Next(20) == 0 ? Finalise()
            : Block();
        Records.Add(record);
        return record;
    }

    private LogRecord Block()
    {
        State head = _chain[^1];
        ulong height = head.Height + 1 + (ulong)random.Next(3);
        _highest = Math.Max(_highest, height);
        ChangeList state = Changes(head.Trees[0], height, out var newState);
        ChangeList local = Changes(head.Trees[1], height, out var newLocal);
        Hash256 root = state.Count == 0 ? head.Root : new Hash256(SHA256.HashData(BitConverter.GetBytes(random.NextInt64())));
        _chain.Add(new State(_sequence, height, root, [newState, newLocal]));
        return new LogRecord
        {
            Kind = RecordKind.Block,
            Sequence = _sequence,
            Height = new BlockHeight(height),
            ParentHeight = head.Sequence == 0 ? null : new BlockHeight(head.Height),
            TimeTicks = random.Next(3) == 0 ? null : random.NextInt64(),
            PreviousRoot = head.Root,
            Root = root,
            StateChanges = state,
            LocalChanges = local,
            Payload = random.Next(2) == 0 ? null : new byte[random.Next(50)],
        };
    }

    private LogRecord Rewind()
    {
        State head = _chain[^1];
        int to = random.Next(1, _chain.Count - 1);
        ulong abandonedFrom = _chain[to + 1].Sequence;
        _chain.RemoveRange(to + 1, _chain.Count - to - 1);
        return new LogRecord
        {
            Kind = RecordKind.Rewind,
            Sequence = _sequence,
            Height = new BlockHeight(_chain[^1].Height),
            ParentHeight = new BlockHeight(head.Height),
            PreviousRoot = head.Root,
            Root = _chain[^1].Root,
            AbandonedFrom = abandonedFrom,
        };
    }

    private LogRecord Finalise() => new()
    {
        Kind = RecordKind.Finalise,
        Sequence = _sequence,
        Height = new BlockHeight(_chain[random.Next(1, _chain.Count)].Height),
        PreviousRoot = _chain[^1].Root,
        Root = _chain[^1].Root,
    };

    private ChangeList Changes(Dictionary<byte[], Value> tree, ulong height, out Dictionary<byte[], Value> changed)
    {
        changed = new Dictionary<byte[], Value>(tree, ByteStringComparer.Instance);
        ChangeList.Builder builder = new();
        foreach (byte[] key in Enumerable.Range(0, random.Next(MostChanges)).Select(_ => Keys[random.Next(Keys.Length)]).Distinct(ByteStringComparer.Instance).Order(ByteStringComparer.Instance))
        {
            bool hasOld = tree.TryGetValue(key, out Value? old);
            bool hasNew = !hasOld || random.Next(4) > 0;
            byte[] value = new byte[random.Next(5) == 0 ? random.Next(33, 200) : random.Next(33)];
            random.NextBytes(value);
            builder.Add(key, hasOld, old?.Bytes, new BlockHeight(old?.Height ?? 0), hasNew, value);
            changed.Remove(key);
            if (hasNew)
            {
                changed.Add(key, new Value(value, height));
            }
        }

        return builder.Build();
    }

    private sealed record Value(byte[] Bytes, ulong Height);

    private sealed record State(ulong Sequence, ulong Height, Hash256 Root, Dictionary<byte[], Value>[] Trees)
    {
        public State(ulong sequence, ulong height, Hash256 root, IEnumerable<Dictionary<byte[], Value>> trees)
            : this(sequence, height, root, [.. trees.Select(static tree => new Dictionary<byte[], Value>(tree, ByteStringComparer.Instance))])
        {
        }
    }
}

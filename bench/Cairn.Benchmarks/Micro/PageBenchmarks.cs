using BenchmarkDotNet.Attributes;
using Cairn.Benchmarks.Workloads;
using Cairn.Homes;
using Cairn.Tree;

namespace Cairn.Benchmarks.Micro;

/// <summary>One page of entries, in memory and in the processor's caches.</summary>
public class PageBenchmarks
{
    private const int Entries = 40;

    private readonly PageCache _pages = new(store: null, limitBytes: long.MaxValue, new PagePool(poison: false));
    private readonly DraftBuffers _buffers = new(poison: false);
    private readonly ChangeSet _changes = new();
    private readonly ChangeSet _oneChange = new();
    private byte[][] _keys = [];
    private byte[][] _absent = [];
    private TreeApplier _applier = null!;
    private ChangeBatch _all = null!;
    private ChangeBatch _one = null!;
    private TreeRoot _root;
    private Page _page = null!;

    /// <summary>Whether it is a page of the state, which is hashed, or of the local tree.</summary>
    [Params(true, false)]
    public bool IsHashed { get; set; }

    private TreeKind Kind => IsHashed ? TreeKind.State : TreeKind.Local;

    /// <summary>Makes the page.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        KeySpace space = new(seed: 1);
        UpdateBuffer buffer = new(space, Entries);
        foreach (int number in space.SortedNumbers(Entries))
        {
            buffer.Add((ulong)number, version: 0);
        }

        buffer.PutInto(_changes);
        _all = _changes.ToBatch();
        _oneChange.Put(buffer.Key(Entries / 2), buffer.Value(0));
        _one = _oneChange.ToBatch();
        _keys = [.. Enumerable.Range(0, Entries).Select(i => buffer.Key(i).ToArray())];
        _absent = [.. _keys.Select((_, i) => AbsentKey(space, i))];
        _applier = new TreeApplier(_pages, Kind);
        TreeChange made = _applier.Apply(TreeRoot.Empty(Kind), _all, new BlockHeight(1), born: 1, record: null);
        _pages.AddDraft(made.Created);
        _pages.Commit(made.Created, made.Superseded);
        _root = made.Root;
        _page = _pages.Get(_root.Reference!);
    }

    /// <summary>Finds each key in it. A time is that of one.</summary>
    [Benchmark(OperationsPerInvoke = Entries)]
    public int Search()
    {
        int found = 0;
        foreach (byte[] key in _keys)
        {
            found += new PageProbe(_page.Address, _page.Shape).Find(key, out _, out _, out ReadOnlySpan<byte> value) ? value.Length : 0;
        }

        return found;
    }

    /// <summary>Looks for keys that are not there. A time is that of one.</summary>
    [Benchmark(OperationsPerInvoke = Entries)]
    public int SearchAbsent()
    {
        int found = 0;
        foreach (byte[] key in _absent)
        {
            found += new PageProbe(_page.Address, _page.Shape).Find(key, out _, out _, out _) ? 1 : 0;
        }

        return found;
    }

    /// <summary>Makes the page from its sorted entries.</summary>
    [Benchmark]
    public void Build() => Apply(TreeRoot.Empty(Kind), _all, _changes);

    /// <summary>Makes a copy of the page with another value for one key.</summary>
    [Benchmark]
    public void Change() => Apply(_root, _one, _oneChange);

    private static byte[] AbsentKey(KeySpace space, int number)
    {
        byte[] key = new byte[KeySpace.KeyBytes];
        space.WriteAbsentKey((ulong)number, key);
        return key;
    }

    private void Apply(TreeRoot root, ChangeBatch batch, ChangeSet changes)
    {
        ChangeList.Builder record = _buffers.RentRecord(changes);
        TreeChange made = _applier.Apply(root, batch, new BlockHeight(2), born: 2, record, _buffers.RentTree());
        _pages.Discard(made.Created);
        _buffers.Return(made);
        _buffers.Return(record, record.Build());
    }
}

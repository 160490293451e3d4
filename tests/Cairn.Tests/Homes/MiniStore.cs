using System.Buffers.Binary;
using Cairn.Format;
using Cairn.Homes;
using Cairn.IO;
using Xunit;

namespace Cairn.Tests.Homes;

/// <summary>
/// The least engine there can be, to test homes with: its state is the list of what the blocks carried, a checkpoint is one page with a number a block.
/// It follows the rules of the real one: sync before acknowledging, log before manifest.
/// </summary>
internal sealed class MiniStore : IAsyncDisposable
{
    public const string Path = "/data/store";

    private readonly DirectoryHome _home;
    private readonly List<ulong> _blocks;
    private StoredExtent? _page;

    private MiniStore(DirectoryHome home, List<ulong> blocks, StoredExtent? page)
    {
        _home = home;
        _blocks = blocks;
        _page = page;
    }

    public DirectoryHome Home => _home;

    /// <summary>What the blocks carried, in their order.</summary>
    public IReadOnlyList<ulong> Blocks => _blocks;

    public static StateStoreOptions Options { get; } = new() { SegmentBytes = 64 << 10, PageFileBytes = 64 << 10, ReserveBytes = 0 };

    public static async Task<MiniStore> Open(IFileSystem files, StateStoreOptions? options = null)
    {
        DirectoryHome home = DirectoryHome.Open(files, Path, options ?? Options);
        try
        {
            MiniStore store = new(home, [], page: null);
            await store.Load();
            return store;
        }
        catch
        {
            await home.DisposeAsync();
            throw;
        }
    }

    /// <summary>Appends a block. Only a sync makes it last.</summary>
    public async Task Append(ulong block, int payloadBytes = 16)
    {
        byte[] payload = new byte[payloadBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(payload, block);
        LogRecord record = new()
        {
            Kind = RecordKind.Block,
            Sequence = _home.Log.End.Sequence + 1,
            Height = (BlockHeight)(_home.Log.End.Sequence + 1),
            ParentHeight = _blocks.Count == 0 ? null : (BlockHeight)_home.Log.End.Sequence,
            PreviousRoot = Hash256.EmptyRoot,
            Root = Hash256.EmptyRoot,
            Payload = payload,
        };
        await _home.Log.AppendAsync(record, default);
        _blocks.Add(block);
    }

    public ValueTask Sync() => _home.Log.SyncAsync(default);

    /// <summary>Writes all blocks as a page, with a few pages that are free again at once with the next.</summary>
    public async Task Checkpoint()
    {
        await Sync();
        await using ICheckpointWriter writer = _home.Pages.BeginCheckpoint();
        byte[] bytes = new byte[_blocks.Count * sizeof(ulong)];
        for (int index = 0; index < _blocks.Count; index++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(index * sizeof(ulong)), _blocks[index]);
        }

        StoredExtent? page = null;
        RootPage root = Manifest.Empty.State;
        if (bytes.Length > 0)
        {
            page = new StoredExtent(writer.Add(bytes), bytes.Length);
            root = new RootPage(page.Value.Id, bytes.Length, Crc32C.Compute(bytes), Hash256.EmptyRoot, new TreeTotals((ulong)_blocks.Count, (ulong)bytes.Length));
        }

        Manifest manifest = new()
        {
            Height = _blocks.Count == 0 ? null : (BlockHeight)_home.Log.DurableEnd.Sequence,
            State = root,
            ReplayFrom = _home.Log.DurableEnd,
            LogEnd = _home.Log.DurableEnd,
        };
        await writer.CommitAsync(manifest, _page is { } freed ? [freed] : [], default);
        _page = page;
    }

    public async ValueTask RefreshAndLoad()
    {
        await _home.Pages.RefreshAsync(default);
        await _home.Log.RefreshAsync(default);
        await Load();
    }

    public ValueTask DisposeAsync() => _home.DisposeAsync();

    private async Task Load()
    {
        _blocks.Clear();
        Manifest manifest = _home.Pages.Manifest;
        RootPage root = manifest.State;
        if (root.Id != PageId.None)
        {
            byte[] bytes = new byte[root.Bytes];
            _home.Pages.Read(root.Id, bytes);
            (string file, long offset) = _home.Pages.Locate(root.Id);
            uint crc = Crc32C.Compute(bytes);
            if (crc != root.Crc)
            {
                throw new StateCorruptedException(file, offset, "page", $"{root.Crc:x8}", $"{crc:x8}");
            }

            _page = new StoredExtent(root.Id, root.Bytes);
            for (int at = 0; at < bytes.Length; at += sizeof(ulong))
            {
                _blocks.Add(BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at)));
            }
        }

        await foreach (LogRecord record in _home.Log.Read(manifest.ReplayFrom, default))
        {
            Assert.Equal((ulong)_blocks.Count + 1, record.Sequence);
            _blocks.Add(BinaryPrimitives.ReadUInt64LittleEndian(record.Payload!.Value.Span));
        }
    }
}

/// <summary>What was done to a <see cref="MiniStore"/>, and what must therefore be found again.</summary>
internal sealed class MiniModel
{
    private ulong _next = 1;

    /// <summary>Everything appended, acknowledged or not.</summary>
    public List<ulong> Blocks { get; private set; } = [];

    /// <summary>How many of them a sync has acknowledged.</summary>
    public int Acknowledged { get; private set; }

    /// <summary>The same model, to go on from differently.</summary>
    public MiniModel Clone() => new() { Blocks = [.. Blocks], Acknowledged = Acknowledged, _next = _next };

    /// <summary>Some openings with blocks, grouped blocks, unsynced blocks, checkpoints, clean closes and others.</summary>
    public async Task Run(IFileSystem files, int openings = 4)
    {
        for (int opening = 0; opening < openings; opening++)
        {
            await using MiniStore store = await MiniStore.Open(files);
            Check(store);
            await Append(store, sync: true, payloadBytes: 16);
            await Append(store, sync: true, payloadBytes: 30_000);
            await Checkpoint(store);
            await Append(store, sync: false, payloadBytes: 100);
            await Append(store, sync: true, payloadBytes: 45_000);
            await Append(store, sync: false, payloadBytes: 200);
            if (opening % 2 == 0)
            {
                await Checkpoint(store);
            }
        }
    }

    /// <summary>Nothing acknowledged is missing, nothing is there that was not appended. What was not acknowledged may be there; the model goes on with what is.</summary>
    public void Check(MiniStore store)
    {
        Assert.InRange(store.Blocks.Count, Acknowledged, Blocks.Count);
        Assert.Equal(Blocks.Take(store.Blocks.Count), store.Blocks);
        Blocks = [.. store.Blocks];
        Acknowledged = Blocks.Count;
    }

    private async Task Append(MiniStore store, bool sync, int payloadBytes)
    {
        ulong block = _next++ * 0x9e3779b97f4a7c15;
        Blocks.Add(block); // it may last from the moment of the call, though nobody was told
        await store.Append(block, payloadBytes);
        if (sync)
        {
            await store.Sync();
            Acknowledged = Blocks.Count;
        }
    }

    private async Task Checkpoint(MiniStore store)
    {
        await store.Checkpoint();
        Acknowledged = Blocks.Count;
    }
}

using System.Buffers.Binary;
using System.Collections.Concurrent;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>
/// Views and half-finished scans held while everything that gives pages back goes on beside them: blocks, drafts thrown away, drafts on drafts, rewinds, evictions, checkpoints. Page objects serve other pages then; whoever looks at one
/// must never see the other page. Freed memory is overwritten.
/// </summary>
public sealed class PageReuseTests
{
    private const int Keys = 3_000;
    private const int Readers = 2;
    private const int MostHeld = 4;

    [Fact]
    public async Task Scans_HeldWhilePagesAreReused_GiveTheirOwnVersion()
    {
        int blocks = Environment.GetEnvironmentVariable("CAIRN_LONG") == "1" ? 2_000 : 60;
        foreach (int seed in SeededRandom.Seeds(2))
        {
            using TestHome home = TestHome.Create(HomeKind.SimulatedDirectory);
            StateStore store = await home.OpenAsync(StoreSettings.Tight with { Durability = Durability.Grouped });
            ConcurrentDictionary<Hash256, int[]> states = [];
            Random random = new(seed);
            await CommitAsync(store, random, states, (BlockHeight)1, new int[Keys], Keys);
            using CancellationTokenSource done = new();
            Task[] readers = [.. Enumerable.Range(0, Readers).Select(reader => Task.Run(() => Read(store, states, new Random((seed * 10) + reader), done.Token)))];
            try
            {
                await WriteAsync(store, states, random, blocks);
            }
            finally
            {
                await done.CancelAsync();
            }

            await Task.WhenAll(readers);
            await home.CloseAsync(store);
        }
    }

    private static async Task WriteAsync(StateStore store, ConcurrentDictionary<Hash256, int[]> states, Random random, int blocks)
    {
        for (int block = 0; block < blocks; block++)
        {
            BlockHeight next = (BlockHeight)(store.Height!.Value.Value + 1);
            int[] head = states[store.Root];
            using (BlockDraft thrownAway = store.CreateDraft(next))
            {
                Change(thrownAway, random, [.. head], 100);
                thrownAway.ComputeRoot();
                if (random.Next(2) == 0)
                {
                    using BlockDraft onIt = store.CreateDraft((BlockHeight)(next.Value + 1), thrownAway);
                    Change(onIt, random, [.. head], 100);
                    onIt.ComputeRoot();
                }
            }

            await CommitAsync(store, random, states, next, head, random.Next(1, 500));
            if (random.Next(8) == 0 && next.Value > 4)
            {
                await store.RewindAsync((BlockHeight)(next.Value - (ulong)random.Next(1, 3)));
            }
        }
    }

    private static async Task CommitAsync(StateStore store, Random random, ConcurrentDictionary<Hash256, int[]> states, BlockHeight height, int[] head, int changes)
    {
        using BlockDraft draft = store.CreateDraft(height);
        int[] after = [.. head];
        Change(draft, random, after, changes);
        states[draft.ComputeRoot()] = after;
        await store.CommitAsync(draft);
    }

    private static void Change(BlockDraft draft, Random random, int[] versions, int changes)
    {
        for (int i = 0; i < changes; i++)
        {
            int key = changes == Keys ? i : random.Next(Keys);
            versions[key] = random.Next(10) == 0 && changes < Keys ? 0 : random.Next(1, int.MaxValue);
            if (versions[key] == 0)
            {
                draft.State.Delete(Key(key));
            }
            else
            {
                draft.State.Put(Key(key), Value(versions[key]));
            }
        }
    }

    private static void Read(StateStore store, ConcurrentDictionary<Hash256, int[]> states, Random random, CancellationToken done)
    {
        List<HeldScan> held = [];
        while (!done.IsCancellationRequested)
        {
            if (held.Count < MostHeld)
            {
                held.Add(new HeldScan(store.OpenView(), states));
            }

            HeldScan scan = held[random.Next(held.Count)];
            if (!scan.GoOn(random.Next(1, 300)))
            {
                held.Remove(scan);
                scan.Dispose();
            }
        }

        Assert.All(held, static scan => Assert.False(scan.GoOn(Keys)));
        held.ForEach(static scan => scan.Dispose());
    }

    private static byte[] Key(int key)
    {
        byte[] bytes = new byte[12];
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4), key);
        return bytes;
    }

    /// <summary>Forty bytes that tell the version.</summary>
    private static byte[] Value(int version)
    {
        byte[] bytes = new byte[40];
        bytes.AsSpan().Fill((byte)version);
        BinaryPrimitives.WriteInt32BigEndian(bytes, version);
        return bytes;
    }

    private sealed class HeldScan : IDisposable
    {
        private readonly StateView _view;
        private readonly int[] _expected;
        private readonly EntryScan _scan;
        private int _next;

        public HeldScan(StateView view, ConcurrentDictionary<Hash256, int[]> states)
        {
            _view = view;
            _expected = states[view.Root];
            _scan = view.State.Range([], []);
        }

        /// <summary>Goes on by at most so many entries.</summary>
        /// <returns>False at the end.</returns>
        public bool GoOn(int entries)
        {
            for (; entries > 0; entries--)
            {
                int key = Array.FindIndex(_expected, _next, static version => version != 0);
                Assert.Equal(key >= 0, _scan.MoveNext());
                if (key < 0)
                {
                    return false;
                }

                Assert.Equal(Key(key), _scan.Key.ToArray());
                Assert.Equal(Value(_expected[key]), _scan.Value.ToArray());
                _next = key + 1;
            }

            return true;
        }

        public void Dispose()
        {
            _scan.Dispose();
            _view.Dispose();
        }
    }
}

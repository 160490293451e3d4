using Cairn.Contracts;
using Cairn.Contracts.Migrations;
using Cairn.Tests.IO;
using Cairn.Tests.Stores;
using Xunit;

namespace Cairn.Tests.Contracts.Migrations;

/// <summary>Migrations in blocks: crashes, reopening, rewinding.</summary>
public sealed class MigratedStoreTests
{
    [Theory]
    [InlineData(HomeKind.Memory)]
    [InlineData(HomeKind.SimulatedDirectory)]
    [InlineData(HomeKind.JsonLines)]
    public async Task Migration_IsABlock_ThatOldHeightsAndRewindsDoNotSee(HomeKind kind)
    {
        using TestHome home = TestHome.Create(kind);
        StateStore store = await home.OpenAsync(StoreSettings.Quiet);
        await CommitAsync(store, 1, LedgerSchema.Deploy);
        Hash256 before = store.Root;
        await CommitAsync(store, 2, static storage => LedgerSchema.V3.Migrate(storage));
        Hash256 after = store.Root;
        await home.CloseAsync(store);
        store = await home.OpenAsync(StoreSettings.Quiet);
        Assert.Equal((3u, 20u), (VersionAt(store, 2), Read(store, 2, static storage => LedgerV3.Open(storage).Holders)));
        Assert.Equal((1u, 300u), (VersionAt(store, 1), Read(store, 1, static storage => LedgerV1.Open(storage).Supply)));

        await store.RewindAsync(new BlockHeight(1));
        Assert.Equal((before, 1u), (store.Root, VersionAt(store, 1)));
        await CommitAsync(store, 2, static storage => Assert.Equal(2, LedgerSchema.V3.Migrate(storage)));
        Assert.Equal((after, 3u), (store.Root, VersionAt(store, 2)));
        await CommitAsync(store, 3, static storage => Assert.Equal(0, LedgerSchema.V3.Migrate(storage)));
        Assert.Equal(after, store.Root);
        await home.CloseAsync(store);
    }

    [Fact]
    public async Task FailedMigration_InABlock_LeavesTheOtherWritesOfTheBlock()
    {
        using TestHome home = TestHome.Create(HomeKind.Memory);
        StateStore store = await home.OpenAsync(StoreSettings.Quiet);
        await CommitAsync(store, 1, LedgerSchema.Deploy);
        await CommitAsync(store, 2, static storage =>
        {
            LedgerV1.Open(storage).Supply = 301;
            Assert.Throws<MigrationMissingException>(() => new ContractSchema(9, LedgerSchema.ToV2).Migrate(storage));
            Assert.Throws<SlotForbiddenException>(() => new ContractSchema(2, new Migration(1, 2, static storage => LedgerV1.Open(storage.Session.Open(storage.Contract, StorageAccess.ReadOnly)).Supply = 1)).Migrate(storage));
        });
        Assert.Equal((1u, 301u), (VersionAt(store, 2), Read(store, 2, static storage => LedgerV1.Open(storage).Supply)));
        await home.CloseAsync(store);
    }

    /// <summary>Whatever the disk kept: the contract is wholly old or wholly new, and a migration that did not make it is run again with the same root.</summary>
    [Theory]
    [InlineData(HomeKind.SimulatedDirectory)]
    [InlineData(HomeKind.JsonLines)]
    public async Task StoppedAtEveryOperation_TheContractIsOldOrNew(HomeKind kind)
    {
        SimulatedHome whole = new(kind, new SimulatedFileSystem());
        (Hash256 _, Hash256 after) = await PlayAsync(whole);
        long operations = whole.Files.ChangeCount;
        Assert.True(operations > 4, $"{operations}");
        for (long stop = 1; stop <= operations; stop++)
        {
            SimulatedHome home = new(kind, new SimulatedFileSystem { StopAt = stop });
            await StoreCrashTests.UntilCrashAsync(() => PlayAsync(home));
            for (int seed = 0; seed < 3; seed++)
            {
                SimulatedHome left = new(kind, home.Files.Crash((int)(stop * 4) + seed));
                StateStore store = await left.OpenAsync(StoreSettings.Quiet);
                switch (store.Height?.Value)
                {
                    case 2:
                        Assert.Equal((3u, 20u), (VersionAt(store, 2), Read(store, 2, static storage => LedgerV3.Open(storage).Holders)));
                        break;
                    case 1:
                        Assert.Equal((1u, "note 19"), (VersionAt(store, 1), Read(store, 1, static storage => LedgerV1.Open(storage).Notes[19])));
                        await CommitAsync(store, 2, static storage => LedgerSchema.V3.Migrate(storage));
                        break;
                    default:
                        await store.DisposeAsync();
                        continue;
                }

                Assert.Equal(after, store.Root);
                await left.CloseAsync(store);
            }
        }
    }

    private static async Task<(Hash256 Before, Hash256 After)> PlayAsync(TestHome home)
    {
        StateStore store = await home.OpenAsync(StoreSettings.Quiet);
        try
        {
            await CommitAsync(store, 1, LedgerSchema.Deploy);
            Hash256 before = store.Root;
            await CommitAsync(store, 2, static storage => LedgerSchema.V3.Migrate(storage));
            return (before, store.Root);
        }
        finally
        {
            await store.DisposeAsync();
        }
    }

    private static async Task CommitAsync(StateStore store, ulong height, Action<SlotStorage> body)
    {
        using BlockDraft draft = store.CreateDraft(new BlockHeight(height));
        StorageSession session = new(draft);
        body(session.Open(LedgerSchema.Contract));
        session.Flush();
        await store.CommitAsync(draft);
    }

    private static uint VersionAt(StateStore store, ulong height) => Read(store, height, ContractSchema.VersionOf);

    private static T Read<T>(StateStore store, ulong height, Func<SlotStorage, T> read)
    {
        using StateView view = store.ViewAt(new BlockHeight(height));
        return read(new StorageSession(view).Open(LedgerSchema.Contract));
    }
}

using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>What every home promises that can be opened twice.</summary>
public abstract class SharedConformanceTests(HomeKind kind) : ConformanceTests(kind)
{
    [Fact]
    public async Task SecondWriter_IsRefusedAtOnce()
    {
        StateStore store = await Home.OpenAsync(StoreSettings.Quiet);
        StoreLockedException refusal = await Assert.ThrowsAsync<StoreLockedException>(() => Home.OpenAsync(StoreSettings.Quiet));
        Assert.Equal(RecoveryAction.Retry, refusal.RecoveryAction);
        Assert.Contains("store", refusal.Path, StringComparison.Ordinal);
        await CommitAsync(store, 1, ("a", "1"));
        await Home.CloseAsync(store);
        await Home.CloseAsync(await Home.OpenAsync(StoreSettings.Quiet));
    }

    [Fact]
    public async Task Reader_BesideAWriter_FollowsAndNeverWrites()
    {
        StateStore writer = await Home.OpenAsync(StoreSettings.Quiet);
        await CommitAsync(writer, 1, ("a", "1"));
        StateStore reader = await Home.OpenAsync(StoreSettings.Quiet with { ReadOnly = true });
        Assert.True(reader.IsReadOnly);
        Assert.Equal(Height(1), reader.Height);
        using (StateView old = reader.OpenView())
        {
            await CommitAsync(writer, 2, ("a", "2"));
            await writer.CheckpointAsync();
            await CommitAsync(writer, 3, ("a", "3"));
            await reader.RefreshAsync();
            Assert.Equal((Height(3), writer.Root), (reader.Height!.Value, reader.Root));
            using StateView view = reader.OpenView();
            Assert.Equal(Key("3"), view.State.Get(Key("a")));
            Assert.Equal(Key("1"), old.State.Get(Key("a")));
        }

        Assert.Throws<InvalidOperationException>(() => reader.CreateDraft(Height(4)));
        await Assert.ThrowsAsync<InvalidOperationException>(() => reader.CheckpointAsync());
        await reader.DisposeAsync();
        await Home.CloseAsync(writer);
    }

    [Fact]
    public async Task MissingStore_IsNotCreatedUnasked()
    {
        foreach (StoreSettings settings in new[] { StoreSettings.Quiet with { CreateIfMissing = false }, StoreSettings.Quiet with { ReadOnly = true } })
        {
            StoreNotFoundException refusal = await Assert.ThrowsAsync<StoreNotFoundException>(() => Home.OpenAsync(settings));
            Assert.Equal(RecoveryAction.FixTheCall, refusal.RecoveryAction);
        }
    }
}

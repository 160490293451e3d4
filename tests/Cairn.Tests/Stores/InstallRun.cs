using Cairn.Homes;
using Cairn.Tests.Reference;

namespace Cairn.Tests.Stores;

/// <summary>Installs states of the reference in test homes.</summary>
internal static class InstallRun
{
    /// <summary>How many blocks are said to have led to every state that is installed.</summary>
    public const ulong Blocks = 7;

    /// <summary>What a manifest says of a state.</summary>
    public static InstalledState Target(ReferenceState state) => new(state.Height!.Value, state.TimeTicks, Blocks, state.Root, state.State.Totals, state.Local.Totals);

    /// <summary>Adds the entries of a state that are not there yet.</summary>
    /// <param name="installer">Takes them.</param>
    /// <param name="state">The state.</param>
    /// <param name="most">How many entries at most.</param>
    /// <param name="step">Whether to make steps.</param>
    public static async Task AddAsync(StoreInstaller installer, ReferenceState state, int most = int.MaxValue, bool step = true)
    {
        foreach (TreeKind tree in new[] { TreeKind.State, TreeKind.Local })
        {
            byte[]? last = installer.LastKey(tree)?.ToArray();
            foreach ((byte[] key, ReferenceEntry entry) in state.Tree(tree).Sorted.Where(entry => last is null || entry.Key.AsSpan().SequenceCompareTo(last) > 0))
            {
                if (most-- == 0)
                {
                    return;
                }

                installer.Add(tree, key, entry.Value, entry.Height);
                if (step)
                {
                    await installer.StepAsync(CancellationToken.None);
                }
            }
        }
    }

    /// <summary>Installs a whole state.</summary>
    /// <param name="home">Where.</param>
    /// <param name="settings">With which options.</param>
    /// <param name="state">The state.</param>
    /// <param name="storeEvery">How many entries are made durable at a time.</param>
    public static async Task<StateStore> InstallAsync(TestHome home, StoreSettings settings, ReferenceState state, int storeEvery = int.MaxValue)
    {
        await using StoreInstaller installer = await home.InstallAsync(settings, Target(state));
        for (ulong left = state.State.Totals.Entries + state.Local.Totals.Entries; left > 0; left -= Math.Min(left, (ulong)storeEvery))
        {
            await AddAsync(installer, state, storeEvery);
            if (storeEvery < int.MaxValue)
            {
                await installer.StoreAsync();
            }
        }

        return await installer.FinishAsync(CancellationToken.None);
    }

    /// <summary>The same entries, all of them changed at the height of the state.</summary>
    public static ReferenceState Flat(ReferenceState state)
    {
        ReferenceDraft draft = new(ReferenceState.Empty, state.Height!.Value);
        foreach (TreeKind tree in new[] { TreeKind.State, TreeKind.Local })
        {
            foreach ((byte[] key, ReferenceEntry entry) in state.Tree(tree).Sorted)
            {
                draft.Put(tree, key, entry.Value);
            }
        }

        draft.SetTime(state.TimeTicks);
        return draft.Working;
    }
}

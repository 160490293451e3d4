using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Cairn.Contracts.Machines;

using Layout = MachineStateLayout;

/// <summary>
/// The states of virtual machines in the local tree, by name and root: atomic and durable with the block they are saved in, rewound with it, no part of the state root. Over a view for any number of threads, over a draft for one.
/// </summary>
public sealed class MachineStore
{
    private readonly ITreeReader _tree;

    /// <summary>The machines at the height of a view.</summary>
    /// <param name="view">The view; it has to stay open as long as this is used.</param>
    public MachineStore(StateView view) => _tree = (view ?? throw new ArgumentNullException(nameof(view))).Local;

    /// <summary>The machines with what a draft has saved.</summary>
    /// <param name="draft">The draft; it has to stay open as long as this is used.</param>
    public MachineStore(BlockDraft draft) => _tree = (draft ?? throw new ArgumentNullException(nameof(draft))).Local;

    /// <summary>Saves a state in a block; it is the newest one of its machine from then on. One with the same root is replaced.</summary>
    /// <param name="draft">The block.</param>
    /// <param name="state">The state. Its memory is copied.</param>
    /// <exception cref="ArgumentException">The name is empty, too long or no text, or the memory is too long.</exception>
    /// <exception cref="BlockTooLargeException">The block would become too large.</exception>
    /// <exception cref="InvalidOperationException">The draft can no longer be changed.</exception>
    public static void Save(BlockDraft draft, MachineState state)
    {
        ArgumentNullException.ThrowIfNull(draft);
        ArgumentNullException.ThrowIfNull(state);
        byte[] name = NameOf(state.Machine);
        if (state.Memory.Length > MachineState.MaxMemoryBytes)
        {
            throw new ArgumentException($"The memory of a machine has at most {MachineState.MaxMemoryBytes} bytes, not {state.Memory.Length}.", nameof(state));
        }

        byte[] value = new byte[Layout.SizeBytes + state.Memory.Length];
        value[Layout.VersionOffset] = Layout.Version;
        BinaryPrimitives.WriteUInt64LittleEndian(value.AsSpan(Layout.HeightOffset), state.Height.Value);
        BinaryPrimitives.WriteInt64LittleEndian(value.AsSpan(Layout.TimeOffset), state.TimeTicks);
        state.Memory.Span.CopyTo(value.AsSpan(Layout.SizeBytes));

        // Both or neither: a block that has grown too large must not keep half of it.
        draft.Begin();
        try
        {
            draft.Local.Put(MachineKeys.State(name, state.Root), value);
            draft.Local.Put(MachineKeys.LatestOf(name), state.Root.ToArray());
        }
        catch
        {
            draft.Rollback();
            throw;
        }

        draft.Release();
    }

    /// <summary>Deletes a state that is not the newest one of its machine.</summary>
    /// <param name="draft">The block.</param>
    /// <param name="machine">The machine.</param>
    /// <param name="root">The root of the state.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="ArgumentException">The name is empty, too long or no text.</exception>
    /// <exception cref="InvalidOperationException">It is the newest one, or the draft can no longer be changed.</exception>
    public static bool Delete(BlockDraft draft, string machine, Hash256 root)
    {
        ArgumentNullException.ThrowIfNull(draft);
        byte[] name = NameOf(machine);
        if (new MachineStore(draft).TryReadLatest(name, out Hash256 latest) && latest == root)
        {
            throw new InvalidOperationException($"State {root} is the newest one of machine '{machine}'. Save another one first.");
        }

        byte[] key = MachineKeys.State(name, root);
        bool isThere = draft.Local.Contains(key);
        draft.Local.Delete(key);
        return isThere;
    }

    /// <summary>How many states of a machine there are.</summary>
    /// <exception cref="ArgumentException">The name is empty, too long or no text.</exception>
    public ulong CountOf(string machine) => _tree.Count(MachineKeys.StatesOf(NameOf(machine)));

    /// <summary>Reads the newest state of a machine.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="state">The state; null when there is none.</param>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="ArgumentException">The name is empty, too long or no text.</exception>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    public bool TryGetLatest(string machine, [NotNullWhen(true)] out MachineState? state)
    {
        byte[] name = NameOf(machine);
        state = null;
        if (!TryReadLatest(name, out Hash256 root))
        {
            return false;
        }

        return TryGet(machine, root, out state)
            ? true
            : throw new ContractRecordException("newest state of a machine", MachineKeys.LatestOf(name), $"a state with root {root}", "none");
    }

    /// <summary>Reads a state by its root.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="root">The root.</param>
    /// <param name="state">The state; null when there is none.</param>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="ArgumentException">The name is empty, too long or no text.</exception>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    public bool TryGet(string machine, Hash256 root, [NotNullWhen(true)] out MachineState? state)
    {
        state = null;
        byte[] key = MachineKeys.State(NameOf(machine), root);
        if (_tree.Get(key) is not { } value)
        {
            return false;
        }

        if (value.Length < Layout.SizeBytes || value[Layout.VersionOffset] != Layout.Version)
        {
            throw new ContractRecordException(
                "state of a machine", key, $"version {Layout.Version} and at least {Layout.SizeBytes} bytes", value.Length == 0 ? "no bytes" : $"version {value[Layout.VersionOffset]} and {value.Length} bytes");
        }

        state = new MachineState
        {
            Machine = machine,
            Root = root,
            Height = new BlockHeight(BinaryPrimitives.ReadUInt64LittleEndian(value.AsSpan(Layout.HeightOffset))),
            TimeTicks = BinaryPrimitives.ReadInt64LittleEndian(value.AsSpan(Layout.TimeOffset)),
            Memory = value.AsMemory(Layout.SizeBytes),
        };
        return true;
    }

    private static byte[] NameOf(string machine)
    {
        ArgumentException.ThrowIfNullOrEmpty(machine);
        byte[] name = Utf8Text.Encode(machine, nameof(machine));
        return name.Length <= MachineState.MaxNameBytes ? name : throw new ArgumentException($"The name of a machine has 1 to {MachineState.MaxNameBytes} bytes of UTF-8, not {name.Length}.", nameof(machine));
    }

    private bool TryReadLatest(byte[] name, out Hash256 root)
    {
        Span<byte> bytes = stackalloc byte[Hash256.SizeBytes];
        bool isThere = RecordReading.TryRead(_tree, "newest state of a machine", MachineKeys.LatestOf(name), bytes);
        root = isThere ? new Hash256(bytes) : default;
        return isThere;
    }
}

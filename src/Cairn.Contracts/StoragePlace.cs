using System.Buffers.Binary;

namespace Cairn.Contracts;

/// <summary>Where a value lives: a storage, a slot of it, an offset in the slot. Small and cheap to copy; valid as long as the storage.</summary>
public readonly struct StoragePlace : IEquatable<StoragePlace>
{
    private readonly SlotStorage? _storage;
    private readonly int _slot;

    internal StoragePlace(SlotStorage storage, int slot, uint offset)
    {
        _storage = storage;
        _slot = slot;
        Offset = offset;
    }

    /// <summary>The storage.</summary>
    /// <exception cref="InvalidOperationException">The place is none: a value that was made by <c>default</c>.</exception>
    public SlotStorage Storage => _storage ?? throw new InvalidOperationException("The value is in no storage. Make it by its constructor, or take it from a contract.");

    /// <summary>The id of the slot.</summary>
    public SlotId Slot => Storage.Session.IdOf(_slot);

    /// <summary>The offset in the slot.</summary>
    public uint Offset { get; }

    /// <summary>How often the container here was changed.</summary>
    internal ContainerVersion Version => Storage.Session.VersionOf(_slot, Offset);

    /// <summary>Whether two places are the same one.</summary>
    public static bool operator ==(StoragePlace left, StoragePlace right) => left.Equals(right);

    /// <summary>Whether two places differ.</summary>
    public static bool operator !=(StoragePlace left, StoragePlace right) => !left.Equals(right);

    /// <summary>The beginning of a new storage in memory: where records live that are no part of a contract yet.</summary>
    public static StoragePlace InMemory() => SlotStorage.InMemory().Root;

    /// <summary>A place further on in the same slot.</summary>
    /// <param name="bytes">By how many bytes.</param>
    /// <exception cref="SlotOverflowException">There is none.</exception>
    public StoragePlace At(ulong bytes)
    {
        ulong offset = Offset + bytes;
        return bytes <= uint.MaxValue && offset <= uint.MaxValue
            ? new StoragePlace(Storage, _slot, (uint)offset)
            : throw new SlotOverflowException(Slot, Offset, bytes, Storage.Session.Profile.SlotBytes);
    }

    /// <summary>The beginning of the slot that this place refers to.</summary>
    public StoragePlace Indirect() => new(Storage, Storage.Session.Indirect(_slot, Offset), offset: 0);

    /// <summary>Reads bytes from here on.</summary>
    /// <param name="destination">Takes them.</param>
    /// <exception cref="SlotOverflowException">The bytes reach beyond the end of the slot.</exception>
    /// <exception cref="SlotForbiddenException">The storage was opened without permission.</exception>
    public void Read(Span<byte> destination) => Storage.Read(_slot, Offset, destination);

    /// <summary>Writes bytes from here on.</summary>
    /// <param name="source">The bytes.</param>
    /// <exception cref="SlotOverflowException">The bytes reach beyond the end of the slot. Nothing was written.</exception>
    /// <exception cref="SlotForbiddenException">The slot may not be written. Nothing was written.</exception>
    /// <exception cref="PageLimitException">The execution would write to more pages than it may. Nothing was written.</exception>
    public void Write(ReadOnlySpan<byte> source) => Storage.Write(_slot, Offset, source);

    /// <summary>Opens a scope: what is written until it is released is taken back when it is disposed.</summary>
    public StorageScope BeginScope() => Storage.Session.BeginScope();

    /// <inheritdoc/>
    public bool Equals(StoragePlace other) =>
        _slot == other._slot && Offset == other.Offset && ReferenceEquals(_storage?.Session, other._storage?.Session);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is StoragePlace other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_slot, Offset);

    /// <summary>Whether values of a size here and at another place have bytes in common.</summary>
    internal bool Overlaps(StoragePlace other, uint size) =>
        _slot == other._slot && Math.Max(Offset, other.Offset) - Math.Min(Offset, other.Offset) < size && ReferenceEquals(_storage?.Session, other._storage?.Session);

    internal byte ReadByte()
    {
        byte value = 0;
        Read(new Span<byte>(ref value));
        return value;
    }

    internal void WriteByte(byte value) => Write(new ReadOnlySpan<byte>(in value));

    internal uint ReadUInt32()
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        Read(bytes);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    internal void WriteUInt32(uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        Write(bytes);
    }

    internal StorageLayoutException Fault(string what) => new(Storage.Contract, Slot, Offset, what);
}

namespace Cairn.Contracts;

/// <summary>The record at the beginning of a contract's root slot: its code, which slots are locked, and who may change them all the same. Where its fields are is data of the profile.</summary>
public sealed class RootRecord
{
    private static readonly IndirectCodec<StorageVector<UInt256>> Slots = new(new VectorCodec<UInt256>(StorageCodecs.UInt256));
    private static readonly IndirectCodec<StorageVector<Address>> Senders = new(new VectorCodec<Address>(StorageCodecs.Address));

    private readonly SlotStorage _storage;
    private readonly StorageProfile _profile;

    /// <summary>Shows the root record of a contract. Nothing is read or written by it.</summary>
    /// <param name="storage">The storage of the contract.</param>
    public RootRecord(SlotStorage storage)
    {
        ArgumentNullException.ThrowIfNull(storage);
        _storage = storage;
        _profile = storage.Session.Profile;
    }

    /// <summary>The major version; 0 where the profile has none.</summary>
    /// <exception cref="InvalidOperationException">A version is set where the profile has none.</exception>
    public byte Major
    {
        get => _profile.MajorOffset is { } offset ? _storage.Root.At(offset).ReadByte() : (byte)0;
        set => Field(_profile.MajorOffset, "major version").WriteByte(value);
    }

    /// <summary>Where the contract's own fields begin.</summary>
    public StoragePlace Instance => _storage.Instance;

    /// <summary>The contract's code: a vector of bytes in the slot that the record refers to.</summary>
    /// <exception cref="StorageLayoutException">The length that is stored is above <see cref="StorageLimits.MaxContentBytes"/>.</exception>
    /// <exception cref="ArgumentException">What is set is longer than that.</exception>
    public StorageBytes Code
    {
        get
        {
            StoragePlace place = _storage.Root.At(_profile.CodeOffset).Indirect();
            int length = ListCodec.ReadCount(place);
            if (length > StorageLimits.MaxContentBytes)
            {
                throw place.Fault($"a code of {length} bytes is longer than can be read");
            }

            byte[] code = new byte[length];
            place.At(ListCodec.SizeBytes).Read(code);
            return new StorageBytes(code);
        }

        set
        {
            if (value.Length > StorageLimits.MaxContentBytes)
            {
                throw new ArgumentException($"A code has at most {StorageLimits.MaxContentBytes} bytes, not {value.Length}.", nameof(value));
            }

            StoragePlace place = _storage.Root.At(_profile.CodeOffset).Indirect();
            using StorageScope scope = place.BeginScope();
            place.WriteUInt32((uint)value.Length);
            place.At(ListCodec.SizeBytes).Write(value.Span);
            scope.Release();
        }
    }

    /// <summary>The id of the slot with the code; zero for the default one, and where the profile has none.</summary>
    /// <exception cref="InvalidOperationException">An id is set where the profile has none.</exception>
    public UInt256 CodeSlot
    {
        get => _profile.CodeSlotOffset is { } offset ? StorageCodecs.UInt256.Read(_storage.Root.At(offset)) : default;
        set => StorageCodecs.UInt256.Write(Field(_profile.CodeSlotOffset, "code slot"), value);
    }

    /// <summary>The permissions; zero where the profile has none.</summary>
    /// <exception cref="InvalidOperationException">Permissions are set where the profile has none.</exception>
    public UInt256 Permissions
    {
        get => _profile.PermissionsOffset is { } offset ? StorageCodecs.UInt256.Read(_storage.Root.At(offset)) : default;
        set => StorageCodecs.UInt256.Write(Field(_profile.PermissionsOffset, "permissions"), value);
    }

    /// <summary>The ids of the locked slots, each as the number that its bytes are, least significant first.</summary>
    public StorageVector<UInt256> LockedSlots => Slots.Read(_storage.Root.At(_profile.LockedSlotsOffset)).Value;

    /// <summary>Who may write locked slots.</summary>
    public StorageVector<Address> Upgraders => Senders.Read(_storage.Root.At(_profile.UpgradersOffset)).Value;

    /// <summary>Adds the slots of the record itself to the locked ones: root, code, locked slots, upgraders.</summary>
    public void LockDefault() => LockedSlots.AddRange(
        SlotId.Root.ToInteger(),
        SlotId.Root.Indirect(_profile.CodeOffset).ToInteger(),
        SlotId.Root.Indirect(_profile.LockedSlotsOffset).ToInteger(),
        SlotId.Root.Indirect(_profile.UpgradersOffset).ToInteger());

    /// <summary>The slots that a sender may not write; null for none.</summary>
    internal HashSet<SlotId>? LocksFor(Address sender)
    {
        StorageVector<Address> upgraders = Upgraders;
        if (upgraders.Count > (_profile.MaxUpgraders ?? int.MaxValue))
        {
            throw upgraders.Place.Fault($"the contract names {upgraders.Count} upgraders, at most {_profile.MaxUpgraders} are allowed");
        }

        // A length that no write of this library leaves behind must not become a walk over four billion zeros.
        ThrowIfUnwritten(upgraders.Place, upgraders.Count, Address.SizeBytes);
        StorageVector<UInt256> locked = LockedSlots;
        ThrowIfUnwritten(locked.Place, locked.Count, UInt256.SizeBytes);
        if (upgraders.Contains(sender) || locked.Count == 0)
        {
            return null;
        }

        return [.. locked.Select(SlotId.FromInteger)];
    }

    private static void ThrowIfUnwritten(StoragePlace place, int count, int itemBytes)
    {
        if ((long)count * itemBytes > StorageLimits.MaxContentBytes)
        {
            throw place.Fault($"a list of {count} items of {itemBytes} bytes is longer than {StorageLimits.MaxContentBytes} bytes");
        }
    }

    private StoragePlace Field(uint? offset, string what) =>
        offset is { } known ? _storage.Root.At(known) : throw new InvalidOperationException($"The root record of profile {_profile.Name} has no {what}.");
}

namespace Cairn.Contracts;

/// <summary>A place lies beyond the end of its slot. Nothing was changed.</summary>
public sealed class SlotOverflowException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="offset">Where reading, writing or a value begins.</param>
    /// <param name="length">How many bytes it takes.</param>
    /// <param name="slotBytes">How many bytes of a slot can be used.</param>
    public SlotOverflowException(SlotId slot, ulong offset, ulong length, ulong slotBytes)
        : base($"{length} bytes at offset {offset} of slot {slot} reach beyond its {slotBytes} usable bytes.", RecoveryAction.FixTheCall)
    {
        Slot = slot;
        Offset = offset;
        Length = length;
    }

    /// <summary>The slot.</summary>
    public SlotId Slot { get; }

    /// <summary>Where reading, writing or the value begins.</summary>
    public ulong Offset { get; }

    /// <summary>How many bytes it takes.</summary>
    public ulong Length { get; }
}

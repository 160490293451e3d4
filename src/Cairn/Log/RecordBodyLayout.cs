namespace Cairn.Log;

/// <summary>The fixed part of a record body. See "Record body" and "Change" in docs/format.md.</summary>
internal static class RecordBodyLayout
{
    public const int FlagsOffset = 0;
    public const int PayloadBytesOffset = 4;
    public const int StateChangesOffset = 8;
    public const int StateChangeBytesOffset = 12;
    public const int LocalChangesOffset = 16;
    public const int LocalChangeBytesOffset = 20;
    public const int HeightOffset = 24;
    public const int ParentHeightOffset = 32;
    public const int TimeOffset = 40;
    public const int AbandonedFromOffset = 48;
    public const int StateEntriesOffset = 56;
    public const int StateBytesOffset = 64;
    public const int LocalEntriesOffset = 72;
    public const int LocalBytesOffset = 80;
    public const int PreviousRootOffset = 88;
    public const int RootOffset = 120;
    public const int SizeBytes = 152;

    /// <summary>Flag: the parent height is there.</summary>
    public const uint HasParentHeight = 1;

    /// <summary>Flag: the time is there.</summary>
    public const uint HasTime = 2;

    /// <summary>Flag: the payload is there, be it empty.</summary>
    public const uint HasPayload = 4;

    /// <summary>Change: the bits of its first two bytes that hold the length of the key.</summary>
    public const int KeyBytesMask = 0x1ff;

    /// <summary>Change: the key was there before.</summary>
    public const int HasOld = 0x4000;

    /// <summary>Change: the key is there afterwards.</summary>
    public const int HasNew = 0x8000;

    /// <summary>The least bytes a change can take: its first two, one of the key, one for the length of a new value.</summary>
    public const int MinChangeBytes = 4;
}

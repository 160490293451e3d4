using System.Buffers.Binary;
using Cairn.Format;
using Cairn.Homes;

namespace Cairn.Manifests;

/// <summary>Offsets of the head hint: docs/format.md, "Head hint".</summary>
internal static class HeadHintLayout
{
    public const int MagicOffset = 0;
    public const int ChecksumOffset = 8;
    public const int FormatVersionOffset = 12;
    public const int StoreIdOffset = 16;
    public const int EndOffset = 32;
    public const int SizeBytes = 64;
}

/// <summary>
/// How far the log is synced, told by the writer to readers in other processes. A hint: it is never synced itself, so after a loss of power it may be
/// old or damaged, and recovery never looks at it.
/// </summary>
/// <param name="End">The durable end of the log.</param>
internal readonly record struct HeadHint(LogPosition End)
{
    /// <summary>The name of the file within the store.</summary>
    public const string FileName = "head";

    /// <summary>The format this version writes, and the only one it reads.</summary>
    public const uint FormatVersion = 1;

    /// <summary>The first 8 bytes.</summary>
    public static ReadOnlySpan<byte> Magic => "CairnHed"u8;

    /// <summary>Encodes the hint.</summary>
    /// <param name="destination">Exactly <see cref="HeadHintLayout.SizeBytes"/> bytes.</param>
    /// <param name="storeId">The store.</param>
    public void Write(Span<byte> destination, StoreId storeId)
    {
        destination.Clear();
        Magic.CopyTo(destination[HeadHintLayout.MagicOffset..]);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[HeadHintLayout.FormatVersionOffset..], FormatVersion);
        storeId.Write(destination[HeadHintLayout.StoreIdOffset..]);
        LogPositionCodec.Write(destination[HeadHintLayout.EndOffset..], End);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[HeadHintLayout.ChecksumOffset..], Crc32C.Compute(destination[HeadHintLayout.FormatVersionOffset..]));
    }

    /// <summary>Decodes a hint.</summary>
    /// <returns>Whether the bytes are a whole hint of that store: not while they are being rewritten.</returns>
    public static bool TryRead(ReadOnlySpan<byte> source, StoreId storeId, out HeadHint hint)
    {
        hint = default;
        if (source.Length != HeadHintLayout.SizeBytes
            || !source.StartsWith(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(source[HeadHintLayout.ChecksumOffset..]) != Crc32C.Compute(source[HeadHintLayout.FormatVersionOffset..])
            || BinaryPrimitives.ReadUInt32LittleEndian(source[HeadHintLayout.FormatVersionOffset..]) != FormatVersion
            || StoreId.Read(source[HeadHintLayout.StoreIdOffset..]) != storeId)
        {
            return false;
        }

        hint = new HeadHint(LogPositionCodec.Read(source[HeadHintLayout.EndOffset..]));
        return true;
    }
}

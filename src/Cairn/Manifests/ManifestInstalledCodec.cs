using System.Buffers.Binary;
using Cairn.Homes;

namespace Cairn.Manifests;

/// <summary>The installed state at the end of a manifest: docs/format.md, "Manifest installed state".</summary>
internal static class ManifestInstalledCodec
{
    /// <summary>The state has a time.</summary>
    private const uint TimeFlag = 1;

    /// <summary>Writes the structure; its bytes have to be zero already.</summary>
    public static void Write(Span<byte> bytes, InstalledState installed, Hash256? source)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[ManifestInstalledLayout.FlagsOffset..], installed.TimeTicks is null ? 0 : TimeFlag);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[ManifestInstalledLayout.HeightOffset..], installed.Height.Value);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[ManifestInstalledLayout.TimeOffset..], installed.TimeTicks ?? 0);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[ManifestInstalledLayout.BlockCountOffset..], installed.BlockCount);
        installed.Root.CopyTo(bytes[ManifestInstalledLayout.RootOffset..]);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[ManifestInstalledLayout.StateEntriesOffset..], installed.StateTotals.Entries);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[ManifestInstalledLayout.StateBytesOffset..], installed.StateTotals.Bytes);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[ManifestInstalledLayout.LocalEntriesOffset..], installed.LocalTotals.Entries);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[ManifestInstalledLayout.LocalBytesOffset..], installed.LocalTotals.Bytes);
        source?.CopyTo(bytes[ManifestInstalledLayout.SourceOffset..]);
    }

    /// <summary>Reads the structure; what it says of itself is checked here, what it says together with the manifest by <see cref="ManifestDecoder"/>.</summary>
    /// <param name="file">The file, for messages.</param>
    /// <param name="offset">Where the structure is in it.</param>
    /// <param name="bytes">Its bytes.</param>
    /// <param name="isUnfinished">Whether the manifest says that the state is not all there.</param>
    /// <param name="source">What it is installed from; null when it is all there.</param>
    /// <exception cref="StateCorruptedException">The bytes are not such a structure.</exception>
    public static InstalledState Read(string file, int offset, ReadOnlySpan<byte> bytes, bool isUnfinished, out Hash256? source)
    {
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(bytes[ManifestInstalledLayout.FlagsOffset..]);
        uint padding = BinaryPrimitives.ReadUInt32LittleEndian(bytes[ManifestInstalledLayout.PaddingOffset..]);
        long time = BinaryPrimitives.ReadInt64LittleEndian(bytes[ManifestInstalledLayout.TimeOffset..]);
        ulong blocks = BinaryPrimitives.ReadUInt64LittleEndian(bytes[ManifestInstalledLayout.BlockCountOffset..]);
        TreeTotals state = Totals(bytes[ManifestInstalledLayout.StateEntriesOffset..]);
        TreeTotals local = Totals(bytes[ManifestInstalledLayout.LocalEntriesOffset..]);
        Hash256 root = new(bytes.Slice(ManifestInstalledLayout.RootOffset, Hash256.SizeBytes));
        Hash256 from = new(bytes.Slice(ManifestInstalledLayout.SourceOffset, Hash256.SizeBytes));
        Check(flags <= TimeFlag, ManifestInstalledLayout.FlagsOffset, "flags", "0 or 1", $"{flags}");
        Check(padding == 0, ManifestInstalledLayout.PaddingOffset, "padding", "0", $"{padding}");
        Check(flags == TimeFlag || time == 0, ManifestInstalledLayout.TimeOffset, "time", "0, as it is absent", $"{time}");
        Check(blocks > 0, ManifestInstalledLayout.BlockCountOffset, "count of blocks", "1 or more", "0");
        Check(state.Bytes >= state.Entries && (state.Entries > 0 || state.Bytes == 0), ManifestInstalledLayout.StateBytesOffset, "bytes of the state", $"what {state.Entries} entries can have", $"{state.Bytes}");
        Check(local.Bytes >= local.Entries && (local.Entries > 0 || local.Bytes == 0), ManifestInstalledLayout.LocalBytesOffset, "bytes of the local tree", $"what {local.Entries} entries can have", $"{local.Bytes}");
        Check((state.Entries == 0) == (root == Hash256.EmptyRoot), ManifestInstalledLayout.RootOffset, "root", state.Entries == 0 ? $"{Hash256.EmptyRoot}, as there are no entries" : "that of a state with entries", $"{root}");
        Check(isUnfinished || from == default, ManifestInstalledLayout.SourceOffset, "source", "zero, as all of it is there", $"{from}");
        source = isUnfinished ? from : null;
        BlockHeight height = (BlockHeight)BinaryPrimitives.ReadUInt64LittleEndian(bytes[ManifestInstalledLayout.HeightOffset..]);
        return new InstalledState(height, flags == TimeFlag ? time : null, blocks, root, state, local);

        void Check(bool holds, int at, string what, string expected, string found)
        {
            if (!holds)
            {
                throw new StateCorruptedException(file, offset + at, "manifest: installed state: " + what, expected, found);
            }
        }
    }

    private static TreeTotals Totals(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[sizeof(ulong)..]));
}

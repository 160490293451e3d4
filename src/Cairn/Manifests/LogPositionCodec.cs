using System.Buffers.Binary;
using Cairn.Homes;

namespace Cairn.Manifests;

/// <summary>A place in the log as bytes, in the manifest and in the head hint.</summary>
internal static class LogPositionCodec
{
    /// <summary>Writes a place; the padding has to be zero already.</summary>
    public static void Write(Span<byte> destination, LogPosition position)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination[LogPositionLayout.SequenceOffset..], position.Sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[LogPositionLayout.PlaceOffset..], position.Place);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[LogPositionLayout.RecordChecksumOffset..], position.Checksum);
    }

    /// <summary>Reads a place. Whether the log has it, the log says.</summary>
    public static LogPosition Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(source[LogPositionLayout.SequenceOffset..]),
        BinaryPrimitives.ReadUInt64LittleEndian(source[LogPositionLayout.PlaceOffset..]),
        BinaryPrimitives.ReadUInt32LittleEndian(source[LogPositionLayout.RecordChecksumOffset..]));
}

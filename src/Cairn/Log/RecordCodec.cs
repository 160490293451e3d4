using System.Buffers.Binary;
using Cairn.Format;
using Cairn.Homes;
using static Cairn.Log.RecordBodyLayout;

namespace Cairn.Log;

/// <summary>
/// Log records as bytes: the body of a frame, without kind and sequence, which the frame has. Every record has exactly one form. See
/// "Record body" in docs/format.md. Stateless.
/// </summary>
internal static class RecordCodec
{
    /// <summary>The bytes of the body of a record.</summary>
    public static long EncodedBytes(LogRecord record) =>
        SizeBytes + (record.Payload?.Length ?? 0) + EncodedBytes(record.StateChanges) + EncodedBytes(record.LocalChanges);

    /// <summary>Adds the body of a record to a buffer.</summary>
    /// <exception cref="BlockTooLargeException">The body is larger than a record may be; nothing was added.</exception>
    /// <exception cref="ArgumentException">The record breaks a rule of the format, so that it could not be read again; the buffer is unusable.</exception>
    public static void Encode(LogRecord record, RecordBuffer buffer)
    {
        long bytes = EncodedBytes(record);
        if (bytes > StateLimits.MaxRecordBytes)
        {
            throw new BlockTooLargeException(record.Height, "its log record with the old values", bytes, StateLimits.MaxRecordBytes);
        }

        if (RecordRules.Broken(record) is { } rule)
        {
            throw new ArgumentException($"Record {record.Sequence} cannot be written: {rule}.", nameof(record));
        }

        Span<byte> body = buffer.Extend((int)bytes);
        EncodeHead(record, body);
        ReadOnlySpan<byte> payload = record.Payload.GetValueOrDefault().Span;
        payload.CopyTo(body[SizeBytes..]);
        Span<byte> rest = EncodeChanges(record.StateChanges, body[(SizeBytes + payload.Length)..]);
        EncodeChanges(record.LocalChanges, rest);
    }

    /// <summary>Reads the body of a record.</summary>
    /// <param name="kind">The kind, as the frame has it.</param>
    /// <param name="sequence">The sequence, as the frame has it.</param>
    /// <param name="body">All bytes of the body.</param>
    /// <param name="file">Where it comes from, for the exception.</param>
    /// <param name="offset">The place of its first byte there.</param>
    /// <param name="spare">Memory for its changes, if there is any.</param>
    /// <exception cref="StateCorruptedException">The bytes are not the form of any record.</exception>
    public static LogRecord Decode(byte kind, ulong sequence, ReadOnlySpan<byte> body, string file, long offset, SpareLists? spare = null)
    {
        RecordParser parser = new(body, file, offset);
        if (body.Length < SizeBytes)
        {
            throw parser.Corrupted(0, "record body", $"at least {SizeBytes} bytes", body.Length);
        }

        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(body[FlagsOffset..]);
        if ((flags & ~(HasParentHeight | HasTime | HasPayload)) != 0)
        {
            throw parser.Corrupted(FlagsOffset, "record flags", "bits 0 to 2", flags);
        }

        ulong? parentHeight = parser.Optional((flags & HasParentHeight) != 0, ParentHeightOffset, "parent height");
        ulong? time = parser.Optional((flags & HasTime) != 0, TimeOffset, "time");
        parser.Position = SizeBytes;
        ReadOnlyMemory<byte>? payload = parser.Payload((flags & HasPayload) != 0);
        LogRecord record = new()
        {
            Kind = (RecordKind)kind,
            Sequence = sequence,
            Height = (BlockHeight)BinaryPrimitives.ReadUInt64LittleEndian(body[HeightOffset..]),
            ParentHeight = (BlockHeight?)parentHeight,
            TimeTicks = (long?)time,
            AbandonedFrom = BinaryPrimitives.ReadUInt64LittleEndian(body[AbandonedFromOffset..]),
            StateTotals = Totals(body[StateEntriesOffset..]),
            LocalTotals = Totals(body[LocalEntriesOffset..]),
            PreviousRoot = new Hash256(body.Slice(PreviousRootOffset, Hash256.SizeBytes)),
            Root = new Hash256(body.Slice(RootOffset, Hash256.SizeBytes)),
            Payload = payload,
            StateChanges = parser.Changes(StateChangesOffset, spare),
            LocalChanges = parser.Changes(LocalChangesOffset, spare),
        };
        if (parser.Position != body.Length)
        {
            throw parser.Corrupted(parser.Position, "record body", $"{parser.Position} bytes", body.Length);
        }

        if (RecordRules.Broken(record) is { } rule)
        {
            throw parser.Corrupted(0, "record", "one that keeps the rules", rule);
        }

        return record;
    }

    private static TreeTotals Totals(ReadOnlySpan<byte> bytes) =>
        new(Entries: BinaryPrimitives.ReadUInt64LittleEndian(bytes), Bytes: BinaryPrimitives.ReadUInt64LittleEndian(bytes[sizeof(ulong)..]));

    private static void EncodeHead(LogRecord record, Span<byte> body)
    {
        uint flags = (record.ParentHeight is null ? 0 : HasParentHeight) | (record.TimeTicks is null ? 0 : HasTime) | (record.Payload is null ? 0 : HasPayload);
        BinaryPrimitives.WriteUInt32LittleEndian(body[FlagsOffset..], flags);
        BinaryPrimitives.WriteInt32LittleEndian(body[PayloadBytesOffset..], record.Payload?.Length ?? 0);
        BinaryPrimitives.WriteInt32LittleEndian(body[StateChangesOffset..], record.StateChanges.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(body[StateChangeBytesOffset..], (uint)record.StateChanges.ByteCount);
        BinaryPrimitives.WriteInt32LittleEndian(body[LocalChangesOffset..], record.LocalChanges.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(body[LocalChangeBytesOffset..], (uint)record.LocalChanges.ByteCount);
        BinaryPrimitives.WriteUInt64LittleEndian(body[HeightOffset..], record.Height.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(body[ParentHeightOffset..], record.ParentHeight?.Value ?? 0);
        BinaryPrimitives.WriteInt64LittleEndian(body[TimeOffset..], record.TimeTicks ?? 0);
        BinaryPrimitives.WriteUInt64LittleEndian(body[AbandonedFromOffset..], record.AbandonedFrom);
        BinaryPrimitives.WriteUInt64LittleEndian(body[StateEntriesOffset..], record.StateTotals.Entries);
        BinaryPrimitives.WriteUInt64LittleEndian(body[StateBytesOffset..], record.StateTotals.Bytes);
        BinaryPrimitives.WriteUInt64LittleEndian(body[LocalEntriesOffset..], record.LocalTotals.Entries);
        BinaryPrimitives.WriteUInt64LittleEndian(body[LocalBytesOffset..], record.LocalTotals.Bytes);
        record.PreviousRoot.CopyTo(body[PreviousRootOffset..]);
        record.Root.CopyTo(body[RootOffset..]);
    }

    private static long EncodedBytes(ChangeList changes)
    {
        long bytes = changes.ByteCount + ((long)changes.Count * sizeof(ushort));
        for (int i = 0; i < changes.Count; i++)
        {
            (_, int old, int @new) = changes.Lengths(i);
            bytes += old >= 0 ? Varint.Size((ulong)old) + Varint.Size(changes.PreviousHeight(i).Value) : 0;
            bytes += @new >= 0 ? Varint.Size((ulong)@new) : 0;
        }

        return bytes;
    }

    /// <summary>Tells where the old values of the changes of one tree are.</summary>
    /// <param name="record">The record.</param>
    /// <param name="tree">The tree.</param>
    /// <param name="body">The place of the first byte of the body.</param>
    /// <param name="places">As long as the list of changes.</param>
    public static void PlaceOld(LogRecord record, TreeKind tree, ulong body, Span<ulong> places)
    {
        ChangeList changes = tree == TreeKind.State ? record.StateChanges : record.LocalChanges;
        ulong at = body + SizeBytes + (ulong)(record.Payload?.Length ?? 0) + (tree == TreeKind.State ? 0 : (ulong)EncodedBytes(record.StateChanges));
        for (int i = 0; i < changes.Count; i++)
        {
            int key = changes.Key(i).Length;
            int old = changes.Old(i).Length;
            int @new = changes.New(i).Length;
            at += sizeof(ushort);
            at += changes.HasOld(i) ? (ulong)(Varint.Size((ulong)old) + Varint.Size(changes.PreviousHeight(i).Value)) : 0;
            at += (ulong)(changes.HasNew(i) ? Varint.Size((ulong)@new) : 0) + (ulong)key;
            places[i] = at;
            at += (ulong)old + (ulong)@new;
        }
    }

    /// <returns>What is left of the destination.</returns>
    private static Span<byte> EncodeChanges(ChangeList changes, Span<byte> destination)
    {
        for (int i = 0; i < changes.Count; i++)
        {
            (int key, int old, int @new) = changes.Lengths(i);
            BinaryPrimitives.WriteUInt16LittleEndian(destination, (ushort)(key | (old >= 0 ? HasOld : 0) | (@new >= 0 ? HasNew : 0)));
            int used = sizeof(ushort);
            if (old >= 0)
            {
                used += Varint.Write(destination[used..], (ulong)old);
                used += Varint.Write(destination[used..], changes.PreviousHeight(i).Value);
            }

            if (@new >= 0)
            {
                used += Varint.Write(destination[used..], (ulong)@new);
            }

            // In the list they lie as the record has them.
            ReadOnlySpan<byte> content = changes.Content(i);
            content.CopyTo(destination[used..]);
            destination = destination[(used + content.Length)..];
        }

        return destination;
    }
}

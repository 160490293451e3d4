using Cairn.Homes;

namespace Cairn.Log;

/// <summary>What must hold for every record, whether it is to be written or was read.</summary>
internal static class RecordRules
{
    /// <summary>The first rule the record breaks, in words; null when it keeps all.</summary>
    public static string? Broken(LogRecord record)
    {
        if (record.Sequence == 0)
        {
            return "its sequence is 0, the first is 1";
        }

        if (record.Payload is { Length: > StateLimits.MaxPayloadBytes })
        {
            return $"its payload is longer than {StateLimits.MaxPayloadBytes} bytes";
        }

        return OfKind(record) ?? OfChanges(record.StateChanges) ?? OfChanges(record.LocalChanges);
    }

    private static string? OfKind(LogRecord record)
    {
        bool hasChanges = record.StateChanges.Count > 0 || record.LocalChanges.Count > 0;
        return record.Kind switch
        {
            RecordKind.Block when record.ParentHeight >= record.Height => $"block {record.Height} is not above its parent {record.ParentHeight}",
            RecordKind.Rewind when record.AbandonedFrom == 0 || record.AbandonedFrom >= record.Sequence =>
                $"a rewind abandons from sequence {record.AbandonedFrom}, which is not before its own {record.Sequence}",
            RecordKind.Block or RecordKind.Finalise when record.AbandonedFrom != 0 => "only a rewind abandons sequences",
            RecordKind.Rewind or RecordKind.Finalise when hasChanges => "only a block has changes",
            RecordKind.Block or RecordKind.Rewind or RecordKind.Finalise => null,
            _ => $"its kind is {(byte)record.Kind}",
        };
    }

    private static string? OfChanges(ChangeList changes)
    {
        ReadOnlySpan<byte> before = default;
        for (int i = 0; i < changes.Count; i++)
        {
            ReadOnlySpan<byte> key = changes.Key(i);
            if (key.Length is 0 or > StateLimits.MaxKeyBytes)
            {
                return $"the key of change {i} has {key.Length} bytes";
            }

            if (i > 0 && before.SequenceCompareTo(key) >= 0)
            {
                return $"the key of change {i} is not above the one before";
            }

            if (!changes.HasOld(i) && !changes.HasNew(i))
            {
                return $"change {i} has neither an old nor a new value";
            }

            if (changes.Old(i).Length > StateLimits.MaxValueBytes || changes.New(i).Length > StateLimits.MaxValueBytes)
            {
                return $"a value of change {i} is longer than {StateLimits.MaxValueBytes} bytes";
            }

            before = key;
        }

        return null;
    }
}

using Cairn.Homes;

namespace Cairn.Checkpoints;

/// <summary>
/// Moves the floor of a manifest forward until no more blocks than wanted are retained, by reading the heads of the records that it passes. What a head says
/// is held against the record behind it (height and root of the block before), so that damage in one stops the walk: nothing is retired on a doubt.
/// Used once, by one thread.
/// </summary>
internal sealed class FloorWalk
{
    private readonly Manifest _manifest;
    private readonly ulong _surplus;
    private readonly string _location;
    private LogRecordHead? _before;
    private LogPosition _floor;
    private LogRecordHead? _oldest;
    private ulong _passed;

    private FloorWalk(Manifest manifest, ulong surplus, string location)
    {
        _location = location;
        _manifest = manifest;
        _surplus = surplus;
        _floor = manifest.LogFloor;
    }

    /// <summary>The manifest with its floor where it belongs. It is never moved back.</summary>
    /// <param name="manifest">The manifest to be written, with the floor of the one before.</param>
    /// <param name="log">The log.</param>
    /// <param name="retainBlocks">How many blocks to retain at most; null for all.</param>
    /// <param name="location">The store, for messages.</param>
    /// <exception cref="StateCorruptedException">The log is not as it was written.</exception>
    /// <exception cref="StoreFormatException">A segment is of a format this version does not know.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    public static Manifest Advance(Manifest manifest, ILogRecords log, ulong? retainBlocks, string location)
    {
        ulong retained = manifest.BlockCount - manifest.PrunedBlocks;
        ulong surplus = retainBlocks is { } wanted && retained > wanted ? retained - wanted : 0;
        return retained == 0 || (surplus == 0 && manifest.FloorHeight is not null) ? manifest : new FloorWalk(manifest, surplus, location).Run(log);
    }

    private Manifest Run(ILogRecords log)
    {
        if (_manifest.Installed is { } installed && (_manifest.FloorHeight is null || _manifest.HasInstalledFloor))
        {
            // No record tells of it, so that it stands in the walk for itself.
            LogRecordHead head = new(RecordKind.Block, Sequence: 0, installed.Height, ParentHeight: null, Hash256.EmptyRoot, installed.Root, AbandonedFrom: 0, LogPosition.Start);
            Follow(head);
            Pass(head);
        }

        foreach (LogRecordHead head in log.ReadHeads(_manifest.LogFloor))
        {
            if (_oldest is not null || head.Sequence > _manifest.ReplayFrom.Sequence)
            {
                if (head.Sequence <= _manifest.ReplayFrom.Sequence)
                {
                    Follow(head);
                }

                break;
            }

            Follow(head);
            Pass(head);
        }

        if (_oldest is not { } oldest)
        {
            throw Doubt("count of blocks in the log", $"{_manifest.BlockCount - _manifest.PrunedBlocks} up to record {_manifest.ReplayFrom.Sequence}", $"{_passed}");
        }

        if (oldest.Sequence == _manifest.ReplayFrom.Sequence && (oldest.Height != _manifest.Height || oldest.Root != _manifest.State.Hash))
        {
            throw Doubt("newest block of the log", $"height {_manifest.Height}, root {_manifest.State.Hash}", $"height {oldest.Height}, root {oldest.Root}");
        }

        return _manifest with { FloorHeight = oldest.Height, LogFloor = _floor, PrunedBlocks = _manifest.PrunedBlocks + _passed };
    }

    /// <summary>Takes a record for one that stays, or passes over it.</summary>
    private void Pass(in LogRecordHead head)
    {
        if (head.Kind != RecordKind.Block || IsAbandoned(head.Sequence))
        {
            return;
        }

        if (_passed == 0 && _manifest.FloorHeight is { } known && head.Height != known)
        {
            throw Doubt("height of the oldest block that is retained", $"{known}", $"{head.Height}");
        }

        if (_passed == _surplus)
        {
            _oldest = head;
        }
        else
        {
            _passed++;
            _floor = head.After;
        }
    }

    /// <summary>Holds a record against the one before it.</summary>
    private void Follow(in LogRecordHead head)
    {
        if (_before is { } before)
        {
            BlockHeight? parent = before.Kind == RecordKind.Finalise ? head.ParentHeight : before.Height;
            if (head.PreviousRoot != before.Root || (head.Kind == RecordKind.Block && head.ParentHeight != parent))
            {
                throw Doubt($"record before record {head.Sequence}", $"height {head.ParentHeight}, root {head.PreviousRoot}", $"height {before.Height}, root {before.Root}");
            }
        }

        _before = head;
    }

    private bool IsAbandoned(ulong sequence) => AbandonedList.Holds(_manifest.Abandoned, sequence);

    private StateCorruptedException Doubt(string what, string expected, string found) => new(_location, -1, what, expected, found);
}

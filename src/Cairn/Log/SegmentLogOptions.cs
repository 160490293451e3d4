using System.Buffers.Binary;
using System.Security.Cryptography;
using Cairn.Homes;

namespace Cairn.Log;

/// <summary>How a <see cref="SegmentLog"/> is opened.</summary>
internal sealed class SegmentLogOptions
{
    /// <summary>The size of a segment in bytes, a multiple of 4 KiB, at least 8 KiB. A larger record gets a segment of its own. Default: 64 MiB.</summary>
    public int SegmentBytes { get; init; } = 64 << 20;

    /// <summary>Nothing is written, whatever is found. Default: false.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>The log of a backup: it ends at the verified end, and whatever lies behind that belongs to a next backup that was not finished. Opening for writing removes it. Default: false.</summary>
    public bool EndsAtVerifiedEnd { get; init; }

    /// <summary>Read-only: every record from the place that is scanned from on is known to be whole, and what lies before need not be. Default: false.</summary>
    public bool IsSurveyed { get; init; }

    /// <summary>Gives the salt of a new segment. Default: the system's random numbers.</summary>
    public Func<ulong> NewSalt { get; init; } = RandomSalt;

    /// <summary>The place from which on every record has to be there; what lies before it may have been retired. Default: the start.</summary>
    public LogPosition KeptFrom { get; init; }

    /// <summary>Read-only: what the newest manifest that was read says of the log: a reader that fell behind goes on from there. Default: nothing, the log is never retired.</summary>
    public Func<Manifest> Newest { get; init; } = () => Manifest.Empty;

    /// <summary>Read-only: the sequence of the last record the writer is known to have synced, null when unknown; records behind it are not looked at. Default: unknown.</summary>
    public Func<ulong?> HeadHint { get; init; } = () => null;

    private static ulong RandomSalt()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }
}

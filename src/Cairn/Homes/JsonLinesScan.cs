using System.Buffers.Text;
using Cairn.Format;
using Cairn.IO;

namespace Cairn.Homes;

/// <summary>
/// Walks the lines of a log by their checksums, without taking them apart, and decides whether what follows the last good line is an interrupted
/// sync batch or damage. Never writes. One thread at a time.
/// </summary>
/// <remarks>
/// A batch is begun only when the one before is durable. So bad bytes belong to the last batch, and were never acknowledged, unless a later
/// line says that its batch began behind them, or that a clean close came behind them.
/// </remarks>
internal sealed class JsonLinesScan
{
    private const int BufferBytes = 256 * 1024;

    private readonly IFile _file;
    private readonly long _length;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private long _bufferOffset;
    private int _filled;
    private long _lineBytes;
    private ulong _batch;

    private JsonLinesScan(IFile file, long length, JsonLinesPlace from)
    {
        _file = file;
        _length = length;
        _bufferOffset = from.Offset;
        _batch = from.Batch;
        Place = from;
        BatchOffset = from.Offset;
    }

    /// <summary>The place after the last good line.</summary>
    public JsonLinesPlace Place { get; private set; }

    /// <summary>The place of the first line of the last batch.</summary>
    public long BatchOffset { get; private set; }

    /// <summary>The bytes of an interrupted batch behind the last good line.</summary>
    public long TornBytes { get; private set; }

    /// <summary>Walks the lines from a place to the end of the file.</summary>
    /// <param name="file">The log.</param>
    /// <param name="from">The place after a good line.</param>
    /// <param name="end">Where the log ended at the last clean close; null when that is not known.</param>
    /// <exception cref="StateCorruptedException">There is damage that no interrupted batch explains.</exception>
    public static JsonLinesScan Run(IFile file, JsonLinesPlace from, JsonLinesEnd? end)
    {
        JsonLinesScan scan = new(file, file.Length, from);
        while (scan.TryLine(out string expected, out string found))
        {
            if (expected.Length > 0)
            {
                scan.RefuseUnlessTorn(end, expected, found);
                break;
            }

            if (end is { } mark && scan.Place.Offset >= mark.Offset && (scan.Place.Offset - scan._lineBytes) < mark.Offset)
            {
                mark.Check(file, scan.Place);
            }
        }

        if (end is { } last && scan.Place.Offset < last.Offset)
        {
            throw new StateCorruptedException(file.Path, scan.Place.Offset, "the log", $"at least {last.Offset} bytes, as at the last clean close", $"{scan._length}");
        }

        return scan;
    }

    /// <summary>The number of the line that holds a byte, 1 for the first. Reads all before it.</summary>
    public static long LineNumber(IFile file, long offset)
    {
        byte[] buffer = new byte[BufferBytes];
        long number = 1;
        for (long at = 0; at < offset;)
        {
            int read = file.Read(at, buffer.AsSpan(0, (int)Math.Min(buffer.Length, offset - at)));
            if (read == 0)
            {
                break;
            }

            number += buffer.AsSpan(0, read).Count((byte)'\n');
            at += read;
        }

        return number;
    }

    /// <summary>Walks one line. A bad one leaves <see cref="Place"/> before it and tells what is wrong.</summary>
    /// <returns>Whether there was anything left.</returns>
    private bool TryLine(out string expected, out string found)
    {
        expected = found = "";
        long lineOffset = Place.Offset;
        if (lineOffset >= _length)
        {
            return false;
        }

        Prefix prefix = PrefixAt(lineOffset);
        if (!TryChecksum(lineOffset, out uint crc, out expected, out found))
        {
            return true;
        }

        CheckPrefix(lineOffset, prefix);
        if (!prefix.IsEnd && prefix.Batch != _batch)
        {
            _batch = prefix.Batch;
            BatchOffset = lineOffset;
        }

        Place = new JsonLinesPlace(lineOffset + _lineBytes, prefix.Sequence, crc, _batch, prefix.IsEnd);
        return true;
    }

    /// <summary>Finds the end of the line and checks its checksum.</summary>
    private bool TryChecksum(long lineOffset, out uint crc, out string expected, out string found)
    {
        crc = Place.Crc;
        long at = lineOffset; // where the checksum has to go on; the last bytes that may be the tail are kept back
        while (true)
        {
            Span<byte> window = _buffer.AsSpan((int)(at - _bufferOffset), Available(at));
            int newline = window.IndexOf((byte)'\n');
            if (newline >= 0)
            {
                _lineBytes = at + newline + 1 - lineOffset;
                return CheckTail(window[..newline], ref crc, out expected, out found);
            }

            if (_bufferOffset + _filled >= _length)
            {
                (expected, found) = ("a line feed", "the end of the file");
                return false;
            }

            int covered = Math.Max(0, window.Length - JsonLinesFormat.TailBytes);
            crc = Crc32C.Append(crc, window[..covered]);
            at += covered;
            Fill(at, BufferBytes);
        }
    }

    private static bool CheckTail(ReadOnlySpan<byte> rest, ref uint crc, out string expected, out string found)
    {
        (expected, found) = ("", "");
        if (rest.Length < JsonLinesFormat.TailBytes || !JsonLinesFormat.TryParseTail(rest[^JsonLinesFormat.TailBytes..], out uint stored))
        {
            (expected, found) = ("a line that ends with ,\"crc\":\"8 digits\"}", "another end");
            return false;
        }

        crc = Crc32C.Append(crc, rest[..^JsonLinesFormat.TailBytes]);
        if (crc != stored)
        {
            (expected, found) = ($"checksum {crc:x8} (over the line, continued from that of the line before)", $"{stored:x8}");
            return false;
        }

        return true;
    }

    /// <summary>A line whose checksum is right but which does not follow the one before was not written by this code: no crash explains it.</summary>
    private void CheckPrefix(long lineOffset, Prefix prefix)
    {
        ulong next = Place.Sequence + 1;
        bool isRight = prefix.IsEnd
            ? prefix.Sequence == Place.Sequence
            : prefix.IsRecord && prefix.Sequence == next && (prefix.Batch == next || (prefix.Batch == _batch && !Place.IsEnd));
        if (!isRight)
        {
            throw new StateCorruptedException(_file.Path, lineOffset, $"line {LineNumber(_file, lineOffset)}", $"record {next}, or the end mark of record {Place.Sequence}", prefix.ToString());
        }
    }

    /// <summary>Looks for lines behind the bad one which show that it had been durable.</summary>
    private void RefuseUnlessTorn(JsonLinesEnd? end, string expected, string found)
    {
        long bad = Place.Offset;
        ulong sequence = Place.Sequence + 1;
        string? proof = end is { } mark && bad < mark.Offset ? $"the log reached byte {mark.Offset} at the last clean close" : null;
        for (long at = bad + 1; proof is null && at < _length;)
        {
            Fill(at, BufferBytes);
            Span<byte> window = _buffer.AsSpan((int)(at - _bufferOffset), Available(at));
            int start = window.IndexOf(JsonLinesFormat.LineStart);
            if (start < 0)
            {
                at += Math.Max(1, window.Length - JsonLinesFormat.LineStart.Length + 1);
                continue;
            }

            at += start;
            Prefix later = PrefixAt(at);
            bool beganLater = later.IsRecord && (later.Batch > sequence || (later.Batch == sequence && later.Sequence == sequence));
            if (beganLater || (later.IsEnd && later.Sequence >= Place.Sequence))
            {
                proof = $"{later} follows at byte {at}";
            }

            at++;
        }

        if (proof is not null)
        {
            throw new StateCorruptedException(_file.Path, bad, $"line {LineNumber(_file, bad)} (durable, for {proof})", expected, found);
        }

        TornBytes = _length - bad;
    }

    private Prefix PrefixAt(long at)
    {
        Fill(at, JsonLinesFormat.MaxPrefixBytes);
        return Prefix.Parse(_buffer.AsSpan((int)(at - _bufferOffset), Math.Min(JsonLinesFormat.MaxPrefixBytes, Available(at))));
    }

    private int Available(long at) => (int)(_bufferOffset + _filled - at);

    /// <summary>Makes the buffer hold the bytes from a place on, as many as wanted or as there are.</summary>
    private void Fill(long at, int wanted)
    {
        long needed = Math.Min(wanted, _length - at);
        if (at >= _bufferOffset && Available(at) >= needed)
        {
            return;
        }

        // The place may lie before the buffer: looking behind a bad line begins again at its start.
        int kept = at < _bufferOffset ? 0 : Math.Max(0, Available(at));
        _buffer.AsSpan(_filled - kept, kept).CopyTo(_buffer);
        _bufferOffset = at;
        _filled = kept;
        int more = (int)Math.Min(_buffer.Length - kept, _length - at - kept);
        int read = _file.Read(at + kept, _buffer.AsSpan(kept, more));
        if (read < more)
        {
            throw new StateCorruptedException(_file.Path, at + kept + read, "the log", $"a file of {_length} bytes", $"one of {at + kept + read}");
        }

        _filled += read;
    }

    /// <summary>The start of a line: its sequence, its kind and its batch.</summary>
    private readonly record struct Prefix(ulong Sequence, ulong Batch, bool IsEnd)
    {
        public bool IsRecord => Batch > 0;

        public static Prefix Parse(ReadOnlySpan<byte> bytes)
        {
            if (!Skip(ref bytes, JsonLinesFormat.LineStart) || !Number(ref bytes, out ulong sequence) || !Skip(ref bytes, JsonLinesFormat.KindStart))
            {
                return default;
            }

            int length = bytes.IndexOf((byte)'"');
            if (length < 0)
            {
                return default;
            }

            ReadOnlySpan<byte> kind = bytes[..length];
            bytes = bytes[length..];
            if (kind.SequenceEqual(JsonLinesFormat.EndKind))
            {
                return new Prefix(sequence, Batch: 0, IsEnd: true);
            }

            if (!JsonLinesFormat.TryGetKind(kind, out _) || !Skip(ref bytes, JsonLinesFormat.BatchStart) || !Number(ref bytes, out ulong batch))
            {
                return default;
            }

            bool isWhole = bytes is [(byte)',', ..];
            return isWhole && batch <= sequence ? new Prefix(sequence, batch, IsEnd: false) : default;
        }

        public override string ToString() => IsEnd ? $"the end mark of record {Sequence}" : IsRecord ? $"record {Sequence} of the batch that began at {Batch}" : "neither a record nor an end mark";

        private static bool Skip(ref ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> part)
        {
            if (!bytes.StartsWith(part))
            {
                return false;
            }

            bytes = bytes[part.Length..];
            return true;
        }

        private static bool Number(ref ReadOnlySpan<byte> bytes, out ulong value)
        {
            bool isNumber = Utf8Parser.TryParse(bytes, out value, out int consumed);
            bytes = bytes[consumed..];
            return isNumber;
        }
    }
}

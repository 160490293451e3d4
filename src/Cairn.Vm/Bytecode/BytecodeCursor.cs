namespace Cairn.Vm.Bytecode;

/// <summary>Reads a section of bytecode, and never leaves it.</summary>
internal ref struct BytecodeCursor
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly string _sourceName;
    private readonly string _section;
    private readonly int _start;
    private int _at;

    /// <summary>Begins at the first byte of a section.</summary>
    /// <param name="bytes">The section.</param>
    /// <param name="start">Where it begins in the file.</param>
    /// <param name="section">What messages call it.</param>
    /// <param name="sourceName">The file.</param>
    public BytecodeCursor(ReadOnlySpan<byte> bytes, int start, string section, string sourceName)
    {
        _bytes = bytes;
        _start = start;
        _section = section;
        _sourceName = sourceName;
    }

    /// <summary>Where it is in the file.</summary>
    public readonly int Offset => _start + _at;

    /// <summary>How many bytes are left in the section.</summary>
    public readonly int Left => _bytes.Length - _at;

    /// <summary>Reads a byte.</summary>
    /// <param name="expected">What it should be, for messages.</param>
    public byte Byte(string expected) => _at < _bytes.Length ? _bytes[_at++] : throw Fault(expected, EndOfSection());

    /// <summary>Reads bytes.</summary>
    public ReadOnlySpan<byte> Bytes(int count, string expected)
    {
        if (count > Left)
        {
            throw Fault($"{count} bytes of {expected}", $"{Left} up to the end of the section {_section}");
        }

        ReadOnlySpan<byte> bytes = _bytes.Slice(_at, count);
        _at += count;
        return bytes;
    }

    /// <summary>Reads a number in its shortest form.</summary>
    /// <param name="min">The smallest that it may be.</param>
    /// <param name="max">The largest that it may be.</param>
    /// <param name="expected">What it is, for messages.</param>
    public long Number(long min, long max, string expected)
    {
        int begin = _at;
        long number = 0;
        for (int shift = 0; shift < 63; shift += 7)
        {
            byte part = Byte(expected);
            number |= (long)(part & 0x7F) << shift;
            if (part >= 0x80)
            {
                continue;
            }

            if (part == 0 && shift > 0)
            {
                throw FaultAt(begin, $"{expected} in its shortest form", "a longer one");
            }

            return number >= min && number <= max ? number : throw FaultAt(begin, Range(min, max, expected), $"{number}");
        }

        throw FaultAt(begin, Range(min, max, expected), "a number of more than nine bytes");
    }

    /// <summary>Reads a number that fits 32 bits.</summary>
    public int Int(int min, int max, string expected) => (int)Number(min, max, expected);

    /// <summary>Reads how many of something follow; each has at least one byte, so that nobody reserves memory for what cannot be there.</summary>
    public int Count(int min, int max, string expected)
    {
        int begin = _at;
        int count = Int(min, max, expected);
        return count <= Left ? count : throw FaultAt(begin, $"{expected} that fit in the {Left} bytes left of the section {_section}", $"{count}");
    }

    /// <summary>Ends the section.</summary>
    public readonly void End()
    {
        if (Left > 0)
        {
            throw Fault($"the end of the section {_section}", $"{Left} more bytes");
        }
    }

    /// <summary>Something is wrong with the next byte.</summary>
    public readonly BytecodeException Fault(string expected, string found) => FaultAt(_at, expected, found);

    private readonly BytecodeException FaultAt(int at, string expected, string found) => new(_sourceName, _start + at, expected, found);

    /// <summary>A range for messages. Nothing in it is negative, so that culture does not matter.</summary>
    private static string Range(long min, long max, string expected) => max < min ? $"{expected}, of which there is none" : $"{expected}, {min} to {max}";

    private readonly string EndOfSection() => $"the end of the section {_section}";
}

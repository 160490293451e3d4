namespace Cairn.Cli.Input;

/// <summary>
/// Reads blocks from a stream, one JSON object a line, one line in memory at a time. A line ends with a line feed, the last one may do without;
/// a carriage return before it is blank space as JSON allows it; blank lines are refused.
/// </summary>
internal sealed class BlockLineReader
{
    /// <summary>The longest line: a block of the greatest size in hexadecimal digits, and what stands around its keys.</summary>
    public const int MaxLineBytes = 1200 * 1024 * 1024;

    private const int FirstBufferBytes = 256 * 1024;

    private readonly Stream _stream;
    private readonly string _name;
    private readonly int _maxLineBytes;
    private readonly BlockLineParser _parser;
    private byte[] _buffer = new byte[FirstBufferBytes];
    private int _start;
    private int _filled;
    private bool _hasEnded;

    /// <summary>Makes a reader.</summary>
    /// <param name="stream">The input; stays the caller's.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="maxLineBytes">The longest line that is taken.</param>
    public BlockLineReader(Stream stream, string name, int maxLineBytes = MaxLineBytes)
    {
        _stream = stream;
        _name = name;
        _maxLineBytes = maxLineBytes;
        _parser = new BlockLineParser(name);
    }

    /// <summary>The number of the line read last.</summary>
    public long Line { get; private set; }

    /// <summary>Reads the next block.</summary>
    /// <returns>The block, valid until the next call; null at the end.</returns>
    /// <exception cref="MalformedInputException">The next line is no block.</exception>
    public async ValueTask<BlockLine?> ReadAsync(CancellationToken cancellationToken)
    {
        int searched = _start;
        while (true)
        {
            int at = _buffer.AsSpan(searched, _filled - searched).IndexOf((byte)'\n');
            if (at >= 0 || (_hasEnded && _start < _filled))
            {
                int end = at >= 0 ? searched + at : _filled;
                ReadOnlyMemory<byte> line = _buffer.AsMemory(_start, end - _start);
                _start = Math.Min(end + 1, _filled);
                return _parser.Parse(line, ++Line);
            }

            if (_hasEnded)
            {
                return null;
            }

            searched = _filled - _start;
            await FillAsync(cancellationToken);
        }
    }

    /// <summary>Moves what is left to the start of the buffer, makes room and reads on.</summary>
    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        _buffer.AsSpan(_start, _filled - _start).CopyTo(_buffer);
        _filled -= _start;
        _start = 0;
        if (_filled == _buffer.Length)
        {
            if (_filled >= _maxLineBytes)
            {
                throw new MalformedInputException(_name, Line + 1, _filled, $"the line is longer than {_maxLineBytes} bytes; a block holds at most {StateLimits.MaxBlockBytes} bytes of keys and values");
            }

            Array.Resize(ref _buffer, (int)Math.Min(_maxLineBytes, _buffer.Length * 2L));
        }

        // A console that waits for input does not look at the token; whoever waits for the console does.
        int read = await _stream.ReadAsync(_buffer.AsMemory(_filled), cancellationToken).AsTask().WaitAsync(cancellationToken);
        _filled += read;
        _hasEnded = read == 0;
    }
}

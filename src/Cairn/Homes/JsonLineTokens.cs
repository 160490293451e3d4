using System.Text.Json;
using Cairn.Format;
using Cairn.IO;

namespace Cairn.Homes;

/// <summary>
/// Reads lines token by token through a buffer that holds one token, not one line, so that a line may be longer than any array. Whatever is
/// wrong with a line is a <see cref="StateCorruptedException"/> that names its first byte. One thread at a time.
/// </summary>
/// <remarks>
/// Invariants: the buffer holds the bytes of the file from <c>_bufferOffset</c> on; <c>_position</c> is the first byte not consumed; bytes
/// between <c>_crcFrom</c> and <c>_position</c> are not yet in the checksum; <c>_lineEnd</c> is the place of the line feed, or −1 while unknown,
/// and then there is none before <c>_searched</c>.
/// </remarks>
internal sealed class JsonLineTokens
{
    private const int FirstBufferBytes = 64 * 1024;

    /// <summary>The longest token: a value as text with every character escaped takes three bytes for one.</summary>
    private const int MaxBufferBytes = (3 * StateLimits.MaxValueBytes) + FirstBufferBytes;

    private readonly IFile _file;
    private readonly long _limit;
    private byte[] _buffer = new byte[FirstBufferBytes];
    private byte[] _unescaped = [];
    private long _bufferOffset;
    private int _filled;
    private int _position;
    private int _searched;
    private int _lineEnd = -1;
    private int _crcFrom;
    private int _tokenStart;
    private int _tokenEnd;
    private int _unescapedBytes = -1;
    private uint _crc;
    private JsonReaderState _state;

    /// <summary>Makes a reader of the lines between two places.</summary>
    /// <param name="file">The file.</param>
    /// <param name="start">The first byte of a line.</param>
    /// <param name="limit">The place after the last line.</param>
    /// <param name="crc">The checksum of the line before <paramref name="start"/>.</param>
    public JsonLineTokens(IFile file, long start, long limit, uint crc)
    {
        _file = file;
        _limit = limit;
        _bufferOffset = start;
        LineOffset = start;
        _crc = crc;
    }

    /// <summary>The place of the first byte of the line.</summary>
    public long LineOffset { get; private set; }

    /// <summary>The checksum of the last line that was ended.</summary>
    public uint Crc { get; private set; }

    /// <summary>The place after the last line that was ended.</summary>
    public long EndOffset { get; private set; }

    /// <summary>Whether there is another line.</summary>
    public bool HasLine => _bufferOffset + _position < _limit;

    /// <summary>The kind of the current token.</summary>
    public JsonTokenType Type { get; private set; }

    /// <summary>The bytes of the current name, string or number, escapes resolved. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Text => _unescapedBytes >= 0 ? _unescaped.AsSpan(0, _unescapedBytes) : _buffer.AsSpan(_tokenStart.._tokenEnd);

    /// <summary>Begins the next line and goes to the opening brace.</summary>
    public void BeginLine()
    {
        LineOffset = _bufferOffset + _position;
        _crcFrom = _position;
        _searched = _position;
        _lineEnd = -1;
        _state = new JsonReaderState(new JsonReaderOptions { MaxDepth = 4 });
        Next();
        Expect(JsonTokenType.StartObject);
    }

    /// <summary>Goes to the next token of the line.</summary>
    public void Next()
    {
        FindLineEnd();
        while (!TryNext())
        {
            Refill();
            FindLineEnd();
        }
    }

    /// <summary>Fails unless the current token is of a kind.</summary>
    public void Expect(JsonTokenType type)
    {
        if (Type != type)
        {
            throw Bad($"a token of the kind {type}", $"one of the kind {Type}");
        }
    }

    /// <summary>Whether the current token is the name of a field.</summary>
    public bool IsName(ReadOnlySpan<byte> name) => Type == JsonTokenType.PropertyName && Text.SequenceEqual(name);

    /// <summary>Ends the line: the current token is the name of the last field, its checksum, which must be right and followed by nothing.</summary>
    public void EndLine()
    {
        if (!IsName("crc"u8))
        {
            throw Bad("the field 'crc'", Type == JsonTokenType.PropertyName ? "another field" : $"a token of the kind {Type}");
        }

        while (_lineEnd < 0)
        {
            Refill();
            FindLineEnd();
        }

        int tail = _tokenStart - 2; // the comma and the opening quote
        if (!JsonLinesFormat.TryParseTail(_buffer.AsSpan(tail, _lineEnd - tail), out uint stored))
        {
            throw Bad("a line that ends with ,\"crc\":\"8 digits\"}", "something else");
        }

        uint computed = Crc32C.Append(_crc, _buffer.AsSpan(_crcFrom, tail - _crcFrom));
        if (computed != stored)
        {
            throw Bad($"checksum {computed:x8} (over the line, continued from that of the line before)", $"{stored:x8}");
        }

        _crc = computed;
        _position = _lineEnd + 1;
        Crc = computed;
        EndOffset = _bufferOffset + _position;
    }

    /// <summary>The refusal of the current line.</summary>
    public StateCorruptedException Bad(string expected, string found, Exception? cause = null) =>
        new(_file.Path, LineOffset, $"line {JsonLinesScan.LineNumber(_file, LineOffset)}", expected, found, cause);

    private bool TryNext()
    {
        bool isWhole = _lineEnd >= 0;
        ReadOnlySpan<byte> window = _buffer.AsSpan(_position, (isWhole ? _lineEnd : _filled) - _position);
        Utf8JsonReader reader = new(window, isWhole, _state);
        try
        {
            if (!reader.Read())
            {
                if (isWhole)
                {
                    throw Bad("more of the line", "its end");
                }

                return false;
            }

            Take(ref reader);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw Bad("a JSON object", exception.Message, exception);
        }

        _position += (int)reader.BytesConsumed;
        _state = reader.CurrentState;
        return true;
    }

    private void Take(ref Utf8JsonReader reader)
    {
        Type = reader.TokenType;
        int quoteBytes = Type is JsonTokenType.PropertyName or JsonTokenType.String ? 1 : 0;
        _tokenStart = _position + (int)reader.TokenStartIndex + quoteBytes;
        _tokenEnd = _tokenStart + reader.ValueSpan.Length;
        _unescapedBytes = -1;
        if (reader.ValueIsEscaped)
        {
            if (_unescaped.Length < reader.ValueSpan.Length)
            {
                _unescaped = new byte[reader.ValueSpan.Length];
            }

            _unescapedBytes = reader.CopyString(_unescaped);
        }
    }

    private void FindLineEnd()
    {
        if (_lineEnd < 0)
        {
            int at = _buffer.AsSpan(_searched, _filled - _searched).IndexOf((byte)'\n');
            _lineEnd = at < 0 ? -1 : _searched + at;
            _searched = _filled;
        }
    }

    /// <summary>Drops what is consumed and in the checksum, then reads on.</summary>
    private void Refill()
    {
        long next = _bufferOffset + _filled;
        if (next >= _limit)
        {
            throw Bad("a line feed", "the end of the log");
        }

        // A name being current may be the checksum's: its own bytes and the comma before are not to be covered.
        int keep = Type == JsonTokenType.PropertyName ? Math.Max(_crcFrom, Math.Min(_position, _tokenStart - 2)) : _position;
        _crc = Crc32C.Append(_crc, _buffer.AsSpan(_crcFrom, keep - _crcFrom));
        Move(keep);
        if (_filled == _buffer.Length)
        {
            if (_buffer.Length == MaxBufferBytes)
            {
                throw Bad($"no token longer than {MaxBufferBytes} bytes", "a longer one");
            }

            Array.Resize(ref _buffer, Math.Min(MaxBufferBytes, _buffer.Length * 2));
        }

        int wanted = (int)Math.Min(_buffer.Length - _filled, _limit - next);
        int read = _file.Read(next, _buffer.AsSpan(_filled, wanted));
        if (read < wanted)
        {
            throw Bad($"a file of at least {_limit} bytes", $"one that ends at {next + read}");
        }

        _filled += read;
    }

    private void Move(int keep)
    {
        _buffer.AsSpan(keep, _filled - keep).CopyTo(_buffer);
        _bufferOffset += keep;
        _filled -= keep;
        _position -= keep;
        _searched -= keep;
        _tokenStart -= keep;
        _tokenEnd -= keep;
        _crcFrom = 0;
    }
}

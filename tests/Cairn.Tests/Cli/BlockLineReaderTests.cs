using System.Text;
using Cairn.Cli.Input;
using Xunit;

namespace Cairn.Tests.Cli;

public sealed class BlockLineReaderTests
{
    private const string Change = "{\"key\":\"k\",\"value\":\"v\"}";

    [Fact]
    public async Task Block_WithEverything_IsRead()
    {
        BlockLine block = await One(
            "{\"root\":\"" + new string('a', 64) + "\",\"height\":18446744073709551615,\"time\":\"2017-06-23T21:05:06Z\",\"payloadHex\":\"00Ff\",\"changes\":[" +
            "{\"key\":\"punk/0544/owner\",\"value\":\"0x00\"},{\"value\":null,\"key\":\"ä\\u00e4\\\"\"},{\"keyHex\":\"00ff\",\"valueHex\":\"0A\",\"tree\":\"local\"},{\"key\":\"k\",\"value\":\"\",\"tree\":\"state\"}]}");
        Assert.Equal(ulong.MaxValue, block.Height.Value);
        Assert.Equal(14982519060000000, block.TimeTicks);
        Assert.Equal([0x00, 0xff], block.Payload!.Value.ToArray());
        Assert.Equal(new string('a', 64), block.Root.ToString());
        Assert.Equal(
            ["State punk/0544/owner=0x00", "State ää\"", "Local hex:00ff=hex:0a", "State k="],
            block.Changes.Select(change => $"{change.Tree} {Show(change.Key)}{(change.Value is { } value ? "=" + Show(value) : "")}"));
    }

    [Fact]
    public async Task Block_WithTheLeast_LeavesTheRestOut()
    {
        BlockLine block = await One("{\"height\":0,\"changes\":[]}");
        Assert.Equal(0ul, block.Height.Value);
        Assert.Null(block.TimeTicks);
        Assert.Null(block.Payload);
        Assert.Null(block.Root);
        Assert.Empty(block.Changes);
        Assert.Equal(0, (await One("{\"height\":0,\"changes\":[],\"payloadHex\":\"\"}")).Payload!.Value.Length);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("{\"height\":1,\"changes\":[]}", 1)]
    [InlineData("{\"height\":1,\"changes\":[]}\n", 1)]
    [InlineData("{\"height\":1,\"changes\":[]}\r\n{\"height\":2,\"changes\":[]}\r\n", 2)]
    [InlineData(" { \"height\" : 1 , \"changes\" : [ ] } \n", 1)]
    public async Task Lines_AreCountedWithAndWithoutALastLineFeed(string text, int expected) => Assert.Equal(expected, (await All(text)).Count);

    [Theory]
    [InlineData("x", 1, "not JSON")]
    [InlineData("[]", 1, "JSON object")]
    [InlineData("{\"height\":1,\"changes\":[]", 25, "not JSON")]
    [InlineData("{\"height\":1,\"changes\":[]} {}", 27, "not JSON")]
    [InlineData("{\"height\":1,\"changes\":[]}x", 26, "not JSON")]
    [InlineData("{\"height\":1,\"changes\":[],}", 26, "not JSON")]
    [InlineData("{\"changes\":[]}", 14, "'height' is missing")]
    [InlineData("{\"height\":1}", 12, "'changes' is missing")]
    [InlineData("{\"height\":1,\"height\":1,\"changes\":[]}", 13, "height is given twice")]
    [InlineData("{\"height\":1,\"changes\":[],\"changes\":[]}", 26, "changes is given twice")]
    [InlineData("{\"height\":1,\"changes\":[],\"more\":1}", 26, "'more' is not known")]
    [InlineData("{\"height\":1,\"changes\":[],\"Height\":1}", 26, "'Height' is not known")]
    [InlineData("{\"height\":-1,\"changes\":[]}", 11, "whole number")]
    [InlineData("{\"height\":1.0,\"changes\":[]}", 11, "whole number")]
    [InlineData("{\"height\":1e3,\"changes\":[]}", 11, "whole number")]
    [InlineData("{\"height\":01,\"changes\":[]}", 12, "not JSON")]
    [InlineData("{\"height\":18446744073709551616,\"changes\":[]}", 11, "whole number")]
    [InlineData("{\"height\":\"1\",\"changes\":[]}", 11, "whole number")]
    [InlineData("{\"height\":1,\"changes\":{}}", 23, "list in brackets")]
    [InlineData("{\"height\":1,\"changes\":[1]}", 24, "JSON object")]
    [InlineData("{\"height\":1,\"changes\":[],\"time\":null}", 33, "text in quotes")]
    [InlineData("{\"height\":1,\"changes\":[],\"time\":\"2017-06-23\"}", 33, "a time looks like")]
    [InlineData("{\"height\":1,\"changes\":[],\"root\":\"00\"}", 33, "64 hexadecimal digits")]
    [InlineData("{\"height\":1,\"changes\":[],\"root\":null}", 33, "text in quotes")]
    [InlineData("{\"height\":1,\"changes\":[],\"payloadHex\":\"0\"}", 39, "pairs of hexadecimal")]
    [InlineData("{\"height\":1,\"changes\":[],\"payloadHex\":\"0x\"}", 39, "without 0x")]
    public Task Block_OfAnotherForm_IsRefused(string line, int column, string reason) => Refused(line, column, reason);

    [Theory]
    [InlineData("{}", 1, "neither 'key' nor")]
    [InlineData("{\"key\":\"k\"}", 1, "neither 'value' nor")]
    [InlineData("{\"value\":\"v\"}", 1, "neither 'key' nor")]
    [InlineData("{\"key\":\"k\",\"keyHex\":\"00\",\"value\":\"v\"}", 12, "key or keyHex is given twice")]
    [InlineData("{\"key\":\"k\",\"value\":null,\"valueHex\":\"00\"}", 25, "value or valueHex is given twice")]
    [InlineData("{\"key\":\"k\",\"value\":null,\"value\":null}", 25, "value or valueHex is given twice")]
    [InlineData("{\"key\":\"k\",\"value\":\"v\",\"tree\":\"local\",\"tree\":\"local\"}", 39, "tree is given twice")]
    [InlineData("{\"key\":\"k\",\"value\":\"v\",\"tree\":\"other\"}", 31, "'tree' is")]
    [InlineData("{\"key\":\"k\",\"value\":\"v\",\"note\":1}", 24, "'note' is not known")]
    [InlineData("{\"key\":\"\",\"value\":\"v\"}", 8, "empty")]
    [InlineData("{\"keyHex\":\"\",\"value\":\"v\"}", 11, "empty")]
    [InlineData("{\"keyHex\":\"abc\",\"value\":\"v\"}", 11, "pairs of hexadecimal")]
    [InlineData("{\"keyHex\":\"zz\",\"value\":\"v\"}", 11, "pairs of hexadecimal")]
    [InlineData("{\"key\":null,\"value\":\"v\"}", 8, "text in quotes")]
    [InlineData("{\"key\":\"k\",\"valueHex\":null}", 23, "text in quotes")]
    [InlineData("{\"key\":\"k\",\"value\":1}", 20, "text in quotes")]
    [InlineData("{\"key\":\"\\ud800\",\"value\":\"v\"}", 8, "surrogate")]
    [InlineData("{\"key\":\"k\",\"value\":\"a\nb\"}", 20, "not JSON")]
    [InlineData("{\"key\":\"k\",\"value\":{}}", 20, "text in quotes")]
    public Task Change_OfAnotherForm_IsRefused(string change, int column, string reason) =>
        Refused("{\"height\":1,\"changes\":[" + change + "]}", column + 23, reason);

    [Theory]
    [InlineData("\"key\":\"k\"", "\"key\":\"k\"")]
    [InlineData("\"key\":\"k\"", "\"keyHex\":\"6b\"")]
    [InlineData("\"key\":\"k\"", "\"key\":\"\\u006b\"")]
    public async Task Key_TwiceInOneTree_IsRefused(string first, string second)
    {
        await Refused($"{{\"height\":1,\"changes\":[{{{first},\"value\":\"1\"}},{{{second},\"value\":null}}]}}", 48, "'k' is changed twice in the state tree");
        await One($"{{\"height\":1,\"changes\":[{{{first},\"value\":\"1\"}},{{{second},\"value\":null,\"tree\":\"local\"}}]}}");
    }

    [Fact]
    public async Task Key_OfTheGreatestLength_IsTakenAndNoLongerOne()
    {
        string text = new('k', StateLimits.MaxKeyBytes);
        string digits = new('0', 2 * StateLimits.MaxKeyBytes);
        Assert.Equal(2, (await One($"{{\"height\":1,\"changes\":[{{\"key\":\"{text}\",\"value\":\"\"}},{{\"keyHex\":\"{digits}\",\"value\":\"\"}}]}}")).Changes.Count);
        await Refused($"{{\"height\":1,\"changes\":[{{\"key\":\"{text}k\",\"value\":\"\"}}]}}", 31, "321 bytes");
        await Refused($"{{\"height\":1,\"changes\":[{{\"key\":\"{text[1..]}ä\",\"value\":\"\"}}]}}", 31, "321 bytes");
        await Refused($"{{\"height\":1,\"changes\":[{{\"keyHex\":\"{digits}00\",\"value\":\"\"}}]}}", 34, "642 digits");
    }

    [Fact]
    public async Task Value_OfTheGreatestLength_IsTakenAndNoLongerOne()
    {
        string text = new('v', StateLimits.MaxValueBytes);
        Assert.Equal(StateLimits.MaxValueBytes, (await One($"{{\"height\":1,\"changes\":[{{\"key\":\"k\",\"value\":\"{text}\"}}]}}")).Changes[0].Value!.Value.Length);
        await Refused($"{{\"height\":1,\"changes\":[{{\"key\":\"k\",\"value\":\"{text}v\"}}]}}", 43, "more than");
    }

    [Fact]
    public async Task Bytes_ThatAreNoUtf8_AreNamedByTheirColumn()
    {
        byte[] line = [.. Encoding.UTF8.GetBytes("{\"height\":1,\"changes\":[{\"key\":\"ä"), 0xff, .. Encoding.UTF8.GetBytes("\",\"value\":\"\"}]}")];
        MalformedInputException refusal = await Assert.ThrowsAsync<MalformedInputException>(async () => await new BlockLineReader(new MemoryStream(line), "f").ReadAsync(default));
        Assert.Equal((1, 34), (refusal.Line, refusal.Column));
        Assert.Contains("UTF-8", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"height\":1,\"changes\":[]}\n\n", 2)]
    [InlineData("\n{\"height\":1,\"changes\":[]}\n", 1)]
    [InlineData("{\"height\":1,\"changes\":[]}\n{\"height\":2,\"changes\":[]}\n \t\r\n{\"height\":3,\"changes\":[]}\n", 3)]
    public async Task BlankLine_IsRefused(string text, int line)
    {
        MalformedInputException refusal = await Assert.ThrowsAsync<MalformedInputException>(() => All(text));
        Assert.Equal((line, 1), (refusal.Line, refusal.Column));
        Assert.StartsWith($"f, line {line}, column 1: the line is blank", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Line_LongerThanTheLimit_IsRefusedBeforeItIsHeld()
    {
        EndlessStream stream = new();
        MalformedInputException refusal = await Assert.ThrowsAsync<MalformedInputException>(async () => await new BlockLineReader(stream, "f", maxLineBytes: 1 << 20).ReadAsync(default));
        Assert.Contains("longer than 1048576 bytes", refusal.Message, StringComparison.Ordinal);
        Assert.InRange(stream.Given, 1, 1 << 20);
    }

    [Fact]
    public async Task Lines_AcrossReadsOfAnyLength_AreTheSame()
    {
        StringBuilder text = new();
        for (int i = 1; i <= 200; i++)
        {
            text.Append($"{{\"height\":{i},\"changes\":[{{\"key\":\"k{i}\",\"value\":\"{new string('v', i * 37)}\"}}]}}\n");
        }

        Stream stream = new SlowStream(Encoding.UTF8.GetBytes(text.ToString()));
        BlockLineReader reader = new(stream, "f");
        for (int i = 1; i <= 200; i++)
        {
            BlockLine? block = await reader.ReadAsync(default);
            Assert.Equal(((long)i, (ulong)i, i * 37), (block!.Line, block.Height.Value, block.Changes[0].Value!.Value.Length));
            Assert.Equal($"k{i}", Show(block.Changes[0].Key));
        }

        Assert.Null(await reader.ReadAsync(default));
        Assert.Null(await reader.ReadAsync(default));
    }

    [Fact]
    public async Task Lines_OfRandomBytes_AreRefusedAndNothingElse() => await SeededRandom.ForEachAsync(500, async random =>
    {
        byte[] line = Encoding.UTF8.GetBytes("{\"height\":3919706,\"time\":\"2017-06-23T21:05:06Z\",\"changes\":[" + Change + ",{\"keyHex\":\"00\",\"value\":null,\"tree\":\"local\"}],\"payloadHex\":\"00\"}");
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            line[random.Next(line.Length)] = random.Next(3) == 0 ? (byte)"{}[]\",:\\\n"[random.Next(9)] : (byte)random.Next(256);
        }

        BlockLineReader reader = new(new MemoryStream(line), "f");
        try
        {
            while (await reader.ReadAsync(default) is not null)
            {
            }
        }
        catch (MalformedInputException refusal)
        {
            Assert.InRange(refusal.Column, 1, line.Length + 1);
        }
    });

    private static string Show(ReadOnlyMemory<byte> bytes) => Cairn.Cli.Output.TextForm.Of(bytes.Span);

    private static async Task Refused(string line, int column, string reason)
    {
        // a line feed inside a string ends the line, so the rest of such a case is on the next one
        MalformedInputException refusal = await Assert.ThrowsAsync<MalformedInputException>(() => All("{\"height\":0,\"changes\":[]}\n" + line));
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(2, refusal.Line);
        Assert.Equal(column, line.Contains('\n', StringComparison.Ordinal) ? column : refusal.Column);
    }

    private static async Task<BlockLine> One(string line) => Assert.Single(await All(line));

    private static async Task<List<BlockLine>> All(string text)
    {
        BlockLineReader reader = new(new MemoryStream(Encoding.UTF8.GetBytes(text)), "f");
        List<BlockLine> blocks = [];
        while (await reader.ReadAsync(default) is { } block)
        {
            blocks.Add(block);
        }

        return blocks;
    }

    /// <summary>Gives one byte, then two, and so on.</summary>
    private sealed class SlowStream(byte[] bytes) : MemoryStream(bytes)
    {
        private int _next;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, 1 + (_next++ % 700))], cancellationToken);
    }

    /// <summary>A line that never ends.</summary>
    private sealed class EndlessStream : MemoryStream
    {
        public long Given { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            buffer.Span.Fill((byte)' ');
            Given += buffer.Length;
            return ValueTask.FromResult(buffer.Length);
        }
    }
}

using System.Text;
using Cairn.Vm.Bytecode;
using Cairn.Vm.Language;
using Xunit;

namespace Cairn.Tests.Vm;

/// <summary>At least 200,000 hostile inputs for the parser and the reader of bytecode: nothing but their own exceptions comes out, and what is accepted keeps its meaning in every form.</summary>
public sealed class FuzzTests
{
    private const int Rounds = 200;
    private const int SourcesARound = 510;
    private const int BytecodesARound = 510;

    private static readonly string[] Parts =
    [
        "\"", "\\", "#", " #", ":", "\n", "\r", "\t", "    ", "{", "}", "[", "]", "(", ")", ",", "\\u{", "\\u{d800}", "\0", "\uD800", "\uFEFF", "\u2028", "1e999", "0x10", "1_0", "-", "+", ".", "NaN", "99999999999999999999", "é", "😀",
        "if:\n", "else:\n", "while:\n", "condition:\n", "match:\n", "value:\n", "case 1:\n", "default:\n", "loop 9:\n", "def f(a):\n", "def ", "call f\n", "push ", "storep ", "storeptyped k ", "diffversionsp k 1 2\n", "emitevent a b\n", "break\n", "return\n", "listversionsP k\n", "../../x", "a\\b",
    ];

    [Fact]
    public void Sources_ThatAreHostile_GiveErrorsOrPrograms()
    {
        int accepted = 0;
        int refused = 0;
        SeededRandom.ForEach(Rounds, random =>
        {
            string valid = ProgramGenerator.Any(random, 8);
            for (int i = 0; i < SourcesARound; i++)
            {
                string source = (i % 6) switch
                {
                    0 => RandomText(random, 60),
                    1 => RandomParts(random, 12),
                    2 => Deep(random),
                    _ => Mutate(random, valid),
                };
                _ = FuzzTarget.Compile(source) is null ? refused++ : accepted++;
            }
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"seeds 1 to {Rounds}: {accepted} programs, {refused} refused");
        Assert.True(accepted > 1000 && refused > 1000, $"{accepted} accepted, {refused} refused");
    }

    [Fact]
    public void Bytecodes_ThatAreHostile_GiveErrorsOrPrograms()
    {
        int accepted = 0;
        int refused = 0;
        SeededRandom.ForEach(Rounds, random =>
        {
            byte[] valid = BytecodeWriter.Write(Compiler.Compile(ProgramGenerator.Any(random, 8)));
            for (int i = 0; i < BytecodesARound; i++)
            {
                byte[] bytes = (i % 6) switch
                {
                    0 => RandomBytes(random),
                    1 => RandomSections(random),
                    2 => BytecodeOf(random, valid),
                    _ => BytecodeImageMutation(random, valid),
                };
                _ = FuzzTarget.Read(bytes) is null ? refused++ : accepted++;
            }
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"seeds 1 to {Rounds}: {accepted} programs, {refused} refused");
        Assert.True(accepted > 1000 && refused > 1000, $"{accepted} accepted, {refused} refused");
    }

    private static string RandomText(Random random, int maxLength)
    {
        StringBuilder text = new();
        for (int length = random.Next(maxLength); length > 0; length--)
        {
            text.Append(random.Next(8) switch { 0 => (char)random.Next(0x10000), 1 => '\n', _ => (char)random.Next(0x20, 0x7F) });
        }

        return text.ToString();
    }

    private static string RandomParts(Random random, int maxParts)
    {
        StringBuilder text = new();
        for (int count = random.Next(maxParts); count > 0; count--)
        {
            text.Append(Parts[random.Next(Parts.Length)]);
            _ = random.Next(3) == 0 ? text.Append(' ', random.Next(9)) : text;
        }

        return text.ToString();
    }

    private static string Deep(Random random)
    {
        string[] headers = ["if:", "loop 2:", "while:", "condition:", "match:", "case 1:", "default:", "value:", "else:", "def f():"];
        StringBuilder text = new();
        int depth = random.Next(1, 90);
        string header = headers[random.Next(3)];
        for (int i = 0; i < depth; i++)
        {
            text.Append(' ', i).Append(random.Next(8) == 0 ? headers[random.Next(headers.Length)] : header).Append('\n');
            _ = header == "while:" ? text.Append(' ', i + 1).Append("load x\n") : text;
        }

        return text.Append(' ', depth).Append("pop\n").ToString();
    }

    private static string Mutate(Random random, string valid)
    {
        StringBuilder text = new(valid);
        for (int count = random.Next(1, 4); count > 0 && text.Length > 0; count--)
        {
            int at = random.Next(text.Length);
            switch (random.Next(5))
            {
                case 0:
                    text.Remove(at, Math.Min(text.Length - at, random.Next(1, 6)));
                    break;
                case 1:
                    text.Insert(at, Parts[random.Next(Parts.Length)]);
                    break;
                case 2:
                    text[at] = (char)random.Next(1, 0x100);
                    break;
                case 3:
                    text.Length = at;
                    break;
                default:
                    int length = Math.Min(text.Length - at, random.Next(1, 40));
                    text.Insert(random.Next(text.Length), text.ToString(at, length));
                    break;
            }
        }

        return text.ToString();
    }

    private static byte[] RandomBytes(Random random)
    {
        byte[] bytes = new byte[random.Next(300)];
        random.NextBytes(bytes);
        if (random.Next(2) == 0 && bytes.Length >= 80)
        {
            BytecodeLayout.Magic.CopyTo(bytes);
            bytes.AsSpan(BytecodeLayout.MagicBytes, 28).Clear();
            bytes[BytecodeLayout.FormatVersionOffset] = BytecodeLayout.FormatVersion;
        }

        return Bytecode.BytecodeImage.WithHash(bytes);
    }

    private static byte[] RandomSections(Random random)
    {
        byte[] Section(int maxLength)
        {
            byte[] bytes = new byte[random.Next(1, maxLength)];
            for (int i = 0; i < bytes.Length; i++)
            {
                bytes[i] = (byte)(random.Next(3) == 0 ? random.Next(256) : random.Next(4));
            }

            return bytes;
        }

        return new Bytecode.BytecodeImage(random.Next(2) == 0 ? [0] : Section(20), random.Next(2) == 0 ? [0] : Section(20), random.Next(2) == 0 ? [1, (byte)random.Next(4)] : Section(12), Section(30), Section(30)).ToBytes();
    }

    private static byte[] BytecodeOf(Random random, byte[] valid) => random.Next(3) switch
    {
        0 => BytecodeWriter.Write(Compiler.Compile(ProgramGenerator.Any(random, 6))),
        1 => Bytecode.BytecodeImage.WithHash(valid[..random.Next(valid.Length)]),
        _ => valid[..random.Next(valid.Length)],
    };

    /// <summary>Changes bytes of one section, and makes head and hash right again.</summary>
    private static byte[] BytecodeImageMutation(Random random, byte[] valid)
    {
        Bytecode.BytecodeImage image = Bytecode.BytecodeImage.Of(valid);
        byte[] Changed(byte[] section)
        {
            List<byte> bytes = [.. section];
            for (int count = random.Next(1, 3); count > 0 && bytes.Count > 0; count--)
            {
                int at = random.Next(bytes.Count);
                switch (random.Next(4))
                {
                    case 0:
                        bytes.RemoveAt(at);
                        break;
                    case 1:
                        bytes.Insert(at, (byte)random.Next(random.Next(2) == 0 ? 4 : 256));
                        break;
                    case 2:
                        bytes[at] = (byte)(bytes[at] + (random.Next(2) == 0 ? 1 : -1));
                        break;
                    default:
                        bytes[at] = (byte)random.Next(256);
                        break;
                }
            }

            return [.. bytes];
        }

        return (random.Next(6) switch
        {
            0 => image with { Constants = Changed(image.Constants) },
            1 => image with { Names = Changed(image.Names) },
            2 => image with { Functions = Changed(image.Functions) },
            3 => image with { Positions = Changed(image.Positions) },
            _ => image with { Code = Changed(image.Code) },
        }).ToBytes();
    }
}

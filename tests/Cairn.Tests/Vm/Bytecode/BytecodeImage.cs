using System.Buffers.Binary;
using System.Security.Cryptography;
using Cairn.Vm.Bytecode;

namespace Cairn.Tests.Vm.Bytecode;

/// <summary>Bytecode made by hand: sections of any content under a head and a hash that are right.</summary>
internal sealed record BytecodeImage(byte[] Constants, byte[] Names, byte[] Functions, byte[] Code, byte[] Positions)
{
    /// <summary>Takes bytecode apart.</summary>
    public static BytecodeImage Of(ReadOnlySpan<byte> bytes)
    {
        byte[][] sections = new byte[BytecodeLayout.Sections][];
        int at = BytecodeLayout.SizeBytes;
        for (int i = 0; i < sections.Length; i++)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(bytes[(BytecodeLayout.ConstantsLengthOffset + (i * sizeof(int)))..]);
            sections[i] = bytes.Slice(at, length).ToArray();
            at += length;
        }

        return new BytecodeImage(sections[0], sections[1], sections[2], sections[3], sections[4]);
    }

    /// <summary>Puts it together.</summary>
    public byte[] ToBytes()
    {
        byte[] head = new byte[BytecodeLayout.SizeBytes];
        BytecodeLayout.Magic.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(BytecodeLayout.FormatVersionOffset), BytecodeLayout.FormatVersion);
        byte[][] sections = [Constants, Names, Functions, Code, Positions];
        for (int i = 0; i < sections.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(BytecodeLayout.ConstantsLengthOffset + (i * sizeof(int))), sections[i].Length);
        }

        return WithHash([.. head, .. Constants, .. Names, .. Functions, .. Code, .. Positions, .. new byte[BytecodeLayout.HashBytes]]);
    }

    /// <summary>Sets the hash at the end of bytes, when they are long enough to have one.</summary>
    public static byte[] WithHash(byte[] bytes)
    {
        if (bytes.Length >= BytecodeLayout.HashBytes)
        {
            SHA256.HashData(bytes.AsSpan(..^BytecodeLayout.HashBytes), bytes.AsSpan(bytes.Length - BytecodeLayout.HashBytes));
        }

        return bytes;
    }
}

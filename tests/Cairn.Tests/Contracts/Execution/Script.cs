using System.Buffers.Binary;
using Cairn.Contracts;
using Cairn.Contracts.Execution;

namespace Cairn.Tests.Contracts.Execution;

/// <summary>A contract that does what its argument says: steps that <see cref="Step"/> encodes.</summary>
[Contract]
internal sealed partial class Script
{
    /// <summary>Cells in three entries of the state.</summary>
    public const int CellCount = 96;

    /// <summary>What a call that failed and was borne adds to the result, beside the kind of its failure.</summary>
    public const uint FailureBase = 1000;

    [StorageLength(CellCount)] public partial StorageArray<ulong> Cells { get; }

    [ContractMethod]
    public uint Run(StorageBytes steps) => Walk(steps.Span);

    [ContractView]
    public uint Look(StorageBytes steps) => Walk(steps.Span);

    private uint Walk(ReadOnlySpan<byte> steps)
    {
        uint done = 0;
        while (!steps.IsEmpty)
        {
            Step.Header header = Step.ReadHeader(ref steps, out ReadOnlySpan<byte> inner);
            done = unchecked(done + 1 + Do(header, inner));
        }

        return done;
    }

    private uint Do(Step.Header header, ReadOnlySpan<byte> inner)
    {
        switch (header.Kind)
        {
            case StepKind.Set:
                Cells[header.Index] = header.Value;
                return 0;
            case StepKind.Add:
                Cells[header.Index] = unchecked(Cells[header.Index] + header.Value);
                return (uint)Cells[header.Index];
            case StepKind.Refuse:
                Context.Require(header.Value == 0, "told to");
                return 0;
            case StepKind.Throw:
                throw new FormatException("told to");
            case StepKind.Scope:
                using (StorageScope scope = Context.Storage.Session.BeginScope())
                {
                    uint done = Walk(inner);
                    if (header.Value == 1)
                    {
                        scope.Release();
                    }

                    return done;
                }

            case StepKind.UseGas:
                return UseGas(header.Value, swallows: header.Index == 1);
            default:
                return Call(header, inner);
        }
    }

    private uint UseGas(ulong gas, bool swallows)
    {
        try
        {
            Context.UseGas(gas);
        }
        catch (OutOfGasException) when (swallows)
        {
        }

        return 0;
    }

    private uint Call(Step.Header header, ReadOnlySpan<byte> inner)
    {
        Calls other = At(Step.AddressOf(header.Index));
        ContractCall<uint> call = (header.IsView ? other.Look(new StorageBytes(inner)) : other.Run(new StorageBytes(inner))) with { GasLimit = header.Value == 0 ? null : header.Value };
        if (!header.IsBorne)
        {
            return Context.Call(call);
        }

        ExecutionResult<uint> result = Context.TryCall(call);
        return result.IsSuccess ? result.Value : FailureBase + (uint)result.Failure;
    }
}

internal enum StepKind : byte
{
    Set,
    Add,
    Refuse,
    Throw,
    Scope,
    UseGas,
    Call,
}

/// <summary>A step of a <see cref="Script"/>.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Index">A cell, or the number of a contract.</param>
/// <param name="Value">A value, an amount of gas, whether a scope is kept.</param>
/// <param name="IsView">Whether a view is called.</param>
/// <param name="IsBorne">Whether the failure of a call is borne.</param>
/// <param name="Inner">The steps inside of it.</param>
internal sealed record Step(StepKind Kind, int Index = 0, ulong Value = 0, bool IsView = false, bool IsBorne = false, params Step[] Inner)
{
    private const int HeaderBytes = 15;

    public static Address AddressOf(int contract) => new([.. Enumerable.Repeat((byte)0xc0, 19), (byte)contract]);

    public static byte[] Encode(IEnumerable<Step> steps) => [.. steps.SelectMany(step => step.Encode())];

    public static Header ReadHeader(ref ReadOnlySpan<byte> steps, out ReadOnlySpan<byte> inner)
    {
        Header header = new((StepKind)steps[0], steps[1], (steps[2] & 1) != 0, (steps[2] & 2) != 0, BinaryPrimitives.ReadUInt64LittleEndian(steps[3..]));
        int length = BinaryPrimitives.ReadInt32LittleEndian(steps[11..]);
        inner = steps.Slice(HeaderBytes, length);
        steps = steps[(HeaderBytes + length)..];
        return header;
    }

    private byte[] Encode()
    {
        byte[] inner = Encode(Inner);
        byte[] bytes = new byte[HeaderBytes + inner.Length];
        bytes[0] = (byte)Kind;
        bytes[1] = (byte)Index;
        bytes[2] = (byte)((IsView ? 1 : 0) | (IsBorne ? 2 : 0));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(3), Value);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(11), inner.Length);
        inner.CopyTo(bytes.AsSpan(HeaderBytes));
        return bytes;
    }

    internal readonly record struct Header(StepKind Kind, int Index, bool IsView, bool IsBorne, ulong Value);
}

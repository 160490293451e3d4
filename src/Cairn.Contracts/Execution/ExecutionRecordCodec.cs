using System.Buffers.Binary;
using Cairn.Contracts.Registry;

namespace Cairn.Contracts.Execution;

using Layout = ExecutionRecordLayout;

/// <summary>Writes records of executions and reads them back; bytes that were read are input. The time is not among them: it is part of the place in the history.</summary>
internal static class ExecutionRecordCodec
{
    /// <summary>Writes a record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="destination">At least <see cref="Layout.MaxBytes"/> bytes.</param>
    /// <returns>How many bytes it has.</returns>
    /// <exception cref="ArgumentException">A field is missing or too long.</exception>
    public static int Write(ExecutionRecord record, Span<byte> destination)
    {
        ThrowIfIncomplete(record);
        int functionBytes = Utf8Text.CountChecked(record.Function, ExecutionRecord.MaxFunctionBytes, nameof(record));
        int errorBytes = record.Error is null ? 0 : Utf8Text.CountChecked(record.Error, ExecutionRecord.MaxErrorBytes, nameof(record));
        destination[Layout.VersionOffset] = Layout.Version;
        destination[Layout.FlagsOffset] = (byte)((record.IsSuccess ? Layout.SuccessFlag : 0) | (record.Error is null ? 0 : Layout.ErrorFlag));
        record.Caller.CopyTo(destination[Layout.CallerOffset..]);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[Layout.HeightOffset..], record.Height.Value);
        BinaryPrimitives.WriteInt64LittleEndian(destination[Layout.DurationOffset..], record.Duration.Ticks);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[Layout.GasUsedOffset..], record.GasUsed);
        destination[Layout.IdLengthOffset] = (byte)record.Id.Length;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[Layout.ContractLengthOffset..], (ushort)record.Contract.Length);
        destination[Layout.FunctionLengthOffset] = (byte)functionBytes;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[Layout.ErrorLengthOffset..], (ushort)errorBytes);
        int at = Layout.SizeBytes;
        record.Id.Bytes.CopyTo(destination[at..]);
        at += record.Id.Length;
        record.Contract.Bytes.CopyTo(destination[at..]);
        at += record.Contract.Length;
        at += Utf8Text.Write(record.Function, destination[at..]);
        return at + Utf8Text.Write(record.Error ?? "", destination[at..]);
    }

    /// <summary>Reads a record.</summary>
    /// <param name="bytes">Its bytes.</param>
    /// <param name="timeTicks">When it was.</param>
    /// <param name="key">The key it was found under, for what is said of a damaged one.</param>
    /// <exception cref="ContractRecordException">The bytes are no record.</exception>
    public static ExecutionRecord Read(ReadOnlySpan<byte> bytes, long timeTicks, ReadOnlySpan<byte> key)
    {
        Lengths lengths = ReadLengths(bytes, key);
        byte flags = bytes[Layout.FlagsOffset];
        long duration = BinaryPrimitives.ReadInt64LittleEndian(bytes[Layout.DurationOffset..]);
        if ((flags & ~(Layout.SuccessFlag | Layout.ErrorFlag)) != 0 || ((flags & Layout.ErrorFlag) == 0 && lengths.Error != 0))
        {
            throw Damage(key, "flags 0 to 3, and no text of an error without its flag", $"flags {flags} and a text of {lengths.Error} bytes");
        }

        if (duration < 0)
        {
            throw Damage(key, "a duration that is not negative", $"{duration} ticks");
        }

        ReadOnlySpan<byte> rest = bytes[Layout.SizeBytes..];
        ReadOnlySpan<byte> function = rest.Slice(lengths.Id + lengths.Contract, lengths.Function);
        ReadOnlySpan<byte> error = rest[(lengths.Id + lengths.Contract + lengths.Function)..];
        if (!Utf8Text.TryDecode(function, out string functionText) || !Utf8Text.TryDecode(error, out string errorText))
        {
            throw Damage(key, "UTF-8 text", "other bytes");
        }

        return new ExecutionRecord
        {
            Id = new ExecutionId(rest[..lengths.Id]),
            Contract = new ContractId(rest.Slice(lengths.Id, lengths.Contract)),
            Function = functionText,
            Caller = new Address(bytes.Slice(Layout.CallerOffset, Address.SizeBytes)),
            Height = new BlockHeight(BinaryPrimitives.ReadUInt64LittleEndian(bytes[Layout.HeightOffset..])),
            TimeTicks = timeTicks,
            Duration = TimeSpan.FromTicks(duration),
            GasUsed = BinaryPrimitives.ReadUInt64LittleEndian(bytes[Layout.GasUsedOffset..]),
            IsSuccess = (flags & Layout.SuccessFlag) != 0,
            Error = (flags & Layout.ErrorFlag) != 0 ? errorText : null,
        };
    }

    private static void ThrowIfIncomplete(ExecutionRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        record.Contract.CheckedBytes(nameof(record));
        if (record.Id.IsDefault)
        {
            throw new ArgumentException("The id of the execution is missing.", nameof(record));
        }

        if (record.Function is null)
        {
            throw new ArgumentException("The function is null: an execution without one has the empty text.", nameof(record));
        }

        if (record.Duration < TimeSpan.Zero)
        {
            throw new ArgumentException($"A duration is not negative: {record.Duration}.", nameof(record));
        }
    }

    private static Lengths ReadLengths(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> key)
    {
        if (bytes.Length < Layout.SizeBytes || bytes[Layout.VersionOffset] != Layout.Version)
        {
            throw Damage(
                key,
                $"version {Layout.Version} and at least {Layout.SizeBytes} bytes",
                bytes.IsEmpty ? "no bytes" : $"version {bytes[Layout.VersionOffset]} and {bytes.Length} bytes");
        }

        Lengths lengths = new(
            bytes[Layout.IdLengthOffset],
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[Layout.ContractLengthOffset..]),
            bytes[Layout.FunctionLengthOffset],
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[Layout.ErrorLengthOffset..]));
        bool isValid = lengths.Id is > 0 and <= ExecutionId.MaxBytes && lengths.Contract is > 0 and <= ContractId.MaxBytes && lengths.Error <= ExecutionRecord.MaxErrorBytes;
        return isValid && lengths.Total == bytes.Length ? lengths : throw Damage(key, "lengths of id, contract, function and error that fill the record", $"{lengths} in {bytes.Length} bytes");
    }

    private static ContractRecordException Damage(ReadOnlySpan<byte> key, string expected, string found) => new("execution", key, expected, found);

    private readonly record struct Lengths(int Id, int Contract, int Function, int Error)
    {
        public int Total => Layout.SizeBytes + Id + Contract + Function + Error;
    }
}

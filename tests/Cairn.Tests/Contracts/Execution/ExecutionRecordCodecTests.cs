using Cairn.Contracts;
using Cairn.Contracts.Execution;
using Cairn.Contracts.Registry;
using Xunit;

namespace Cairn.Tests.Contracts.Execution;

/// <summary>The bytes of records of executions, and what is refused.</summary>
public sealed class ExecutionRecordCodecTests
{
    private static readonly byte[] Key = [4, 1, 9];

    [Fact]
    public async Task Entries_OfOneRecord_AreTheGoldenOnes()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using BlockDraft draft = store.CreateDraft(new BlockHeight(1));
        ExecutionHistory.Add(draft, SampleExecutions.Full);
        ExecutionHistory.Add(draft, SampleExecutions.Full with { Id = new ExecutionId(Hash256.EmptyRoot), Contract = Address.Parse("0x00000000000000000000000000000000000000aa"), TimeTicks = -1, IsSuccess = true, Error = null });
        GoldenFile.CheckText("contract-executions.txt", EntryText.Of(draft.Local));
    }

    [Fact]
    public void Record_WrittenAndRead_IsTheSame() => SeededRandom.ForEach(200, random =>
    {
        ExecutionRecord record = SampleExecutions.Next(random);
        Assert.Equal(record, ExecutionRecordCodec.Read(Bytes(record), record.TimeTicks, Key));
        ExecutionRecord empty = record with { Error = "" };
        Assert.Equal(empty, ExecutionRecordCodec.Read(Bytes(empty), record.TimeTicks, Key));
    });

    [Theory]
    [InlineData(ExecutionRecordLayout.VersionOffset, 0)]
    [InlineData(ExecutionRecordLayout.VersionOffset, 2)]
    [InlineData(ExecutionRecordLayout.FlagsOffset, 4)]
    [InlineData(ExecutionRecordLayout.FlagsOffset, 1)]
    [InlineData(ExecutionRecordLayout.DurationOffset + 7, 0x80)]
    [InlineData(ExecutionRecordLayout.IdLengthOffset, 0)]
    [InlineData(ExecutionRecordLayout.IdLengthOffset, 65)]
    [InlineData(ExecutionRecordLayout.ContractLengthOffset, 0)]
    [InlineData(ExecutionRecordLayout.ContractLengthOffset + 1, 2)]
    [InlineData(ExecutionRecordLayout.FunctionLengthOffset, 0)]
    [InlineData(ExecutionRecordLayout.ErrorLengthOffset + 1, 3)]
    [InlineData(ExecutionRecordLayout.SizeBytes + 9, 0xff)]
    public void Read_FieldOutOfRange_IsRefused(int offset, byte value)
    {
        byte[] bytes = Bytes(SampleExecutions.Full);
        bytes[offset] = value;
        ContractRecordException refused = Assert.Throws<ContractRecordException>(() => ExecutionRecordCodec.Read(bytes, 0, Key));
        Assert.Equal(Key, refused.Key.ToArray());
        Assert.Equal(RecoveryAction.Restore, refused.RecoveryAction);
    }

    [Fact]
    public void Read_AnyBytes_GivesARecordOrATypedError() => SeededRandom.ForEach(300, random =>
    {
        byte[] bytes = Bytes(SampleExecutions.Next(random));
        for (int i = random.Next(4); i >= 0; i--)
        {
            bytes[random.Next(3) == 0 ? random.Next(bytes.Length) : random.Next(ExecutionRecordLayout.SizeBytes)] = (byte)random.Next(256);
        }

        bytes = random.Next(3) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
        try
        {
            ExecutionRecord read = ExecutionRecordCodec.Read(bytes, 7, Key);
            Assert.Equal(bytes, Bytes(read));
        }
        catch (ContractRecordException)
        {
            // The other answer that is allowed.
        }
    });

    [Fact]
    public async Task History_OverForeignEntries_AnswersWithTypedErrors()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using BlockDraft draft = store.CreateDraft(new BlockHeight(1));
        ExecutionRecord record = SampleExecutions.Full;
        byte[] place = new byte[ExecutionKeys.PositionBytes];
        Write(ExecutionKeys.Id(record.Id.Bytes, new byte[ExecutionKeys.MaxBytes]), [1, 2, 3], () => new ExecutionHistory(draft).TryGet(record.Id, out _));
        Write(ExecutionKeys.Id(record.Id.Bytes, new byte[ExecutionKeys.MaxBytes]), place, () => new ExecutionHistory(draft).TryGet(record.Id, out _));
        Write(ExecutionKeys.Id(record.Id.Bytes, new byte[ExecutionKeys.MaxBytes]), place, () => ExecutionHistory.Add(draft, record));
        Write(ExecutionKeys.NextKey, new byte[2000], () => ExecutionHistory.Add(draft, record));
        Write(ExecutionKeys.NextKey, [1], () => ExecutionHistory.Add(draft, record));
        Write(ExecutionKeys.TotalsOf(record.Contract.Bytes, new byte[ExecutionKeys.MaxBytes]), new byte[ExecutionTotalsLayout.SizeBytes], () => new ExecutionHistory(draft).TotalsOf(record.Contract));
        Write(ExecutionKeys.TotalsOf(record.Contract.Bytes, new byte[ExecutionKeys.MaxBytes]), [1, .. new byte[ExecutionTotalsLayout.SizeBytes - 1]], () => new ExecutionHistory(draft).TotalsOf(record.Contract));
        Write([.. ExecutionKeys.RecordsPrefix, 1, 2, 3], [], () => new ExecutionHistory(draft).List());
        Write([.. ExecutionKeys.RecordsPrefix, .. place], new byte[5], () => new ExecutionHistory(draft).List());
        Write(ExecutionKeys.ContractRecord(record.Contract.Bytes, default, new byte[ExecutionKeys.MaxBytes]), [], () => new ExecutionHistory(draft).List(new ExecutionQuery { Contract = record.Contract }));

        void Write(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, Action act)
        {
            draft.Begin();
            draft.Local.Put(key, value);
            Assert.Throws<ContractRecordException>(act);
            draft.Rollback();
        }
    }

    [Fact]
    public async Task History_IndexThatNamesAnotherRecord_IsRefused()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using BlockDraft draft = store.CreateDraft(new BlockHeight(1));
        ExecutionRecord record = SampleExecutions.Full;
        ExecutionHistory.Add(draft, record);
        byte[] place = draft.Local.Get(ExecutionKeys.Id(record.Id.Bytes, new byte[ExecutionKeys.MaxBytes]))!;
        draft.Local.Put(ExecutionKeys.Id("other"u8, new byte[ExecutionKeys.MaxBytes]), place);
        draft.Local.Put(ExecutionKeys.ContractRecord("other"u8, ExecutionKeys.ReadPosition(place), new byte[ExecutionKeys.MaxBytes]), []);
        ExecutionHistory history = new(draft);
        Assert.Throws<ContractRecordException>(() => history.TryGet(ExecutionId.FromText("other"), out _));
        Assert.Throws<ContractRecordException>(() => history.List(new ExecutionQuery { Contract = ContractId.FromText("other") }));
        Assert.True(history.TryGet(record.Id, out _));
    }

    private static byte[] Bytes(ExecutionRecord record)
    {
        byte[] bytes = new byte[ExecutionRecordLayout.MaxBytes];
        return bytes[..ExecutionRecordCodec.Write(record, bytes)];
    }
}

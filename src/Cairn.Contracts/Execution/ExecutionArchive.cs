using System.Buffers.Binary;
using System.Globalization;

namespace Cairn.Contracts.Execution;

using Layout = ArchiveEntryLayout;

/// <summary>A file of executions that left the store, as the local tree knows it: what is not listed there is no part of the history.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Records">How many executions it has.</param>
/// <param name="FileBytes">How long the file is.</param>
/// <param name="NewestTicks">The time of the newest one, in 100 ns ticks since 1970-01-01 UTC.</param>
/// <param name="OldestTicks">The time of the oldest one.</param>
/// <param name="HeaderHash">The SHA-256 of the head of the file, which has that of its index, which has those of its blocks.</param>
public sealed record ExecutionArchive(ulong Number, ulong Records, ulong FileBytes, long NewestTicks, long OldestTicks, Hash256 HeaderHash)
{
    /// <summary>What the names of files end with.</summary>
    public const string Suffix = ".executions";

    /// <summary>The name of the file: its number and the beginning of its hash, so that no two archives ever have the same.</summary>
    public string FileName => string.Create(CultureInfo.InvariantCulture, $"{Number:x16}-{HeaderHash.ToString().AsSpan(0, 16)}{Suffix}");

    /// <summary>Reads the entry of an archive.</summary>
    /// <exception cref="ContractRecordException">The bytes are none.</exception>
    internal static ExecutionArchive Read(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (key.Length != ExecutionKeys.PrefixBytes + sizeof(ulong) || value.Length != Layout.SizeBytes || value[Layout.VersionOffset] != Layout.Version)
        {
            throw new ContractRecordException(
                "archive of executions", key, $"a number of 8 bytes, version {Layout.Version} and {Layout.SizeBytes} bytes", value.IsEmpty ? "no bytes" : $"version {value[Layout.VersionOffset]} and {value.Length} bytes");
        }

        ExecutionArchive archive = new(
            BinaryPrimitives.ReadUInt64BigEndian(key[ExecutionKeys.PrefixBytes..]),
            BinaryPrimitives.ReadUInt64LittleEndian(value[Layout.RecordsOffset..]),
            BinaryPrimitives.ReadUInt64LittleEndian(value[Layout.FileLengthOffset..]),
            BinaryPrimitives.ReadInt64LittleEndian(value[Layout.NewestTimeOffset..]),
            BinaryPrimitives.ReadInt64LittleEndian(value[Layout.OldestTimeOffset..]),
            new Hash256(value.Slice(Layout.HeaderHashOffset, Hash256.SizeBytes)));
        return archive.Records > 0 && archive.NewestTicks >= archive.OldestTicks
            ? archive
            : throw new ContractRecordException("archive of executions", key, "at least one record, the newest not before the oldest", $"{archive}");
    }

    /// <summary>Writes the entry.</summary>
    internal void Write(TreeDraft tree)
    {
        Span<byte> key = stackalloc byte[ExecutionKeys.PrefixBytes + sizeof(ulong)];
        Span<byte> value = stackalloc byte[Layout.SizeBytes];
        ExecutionKeys.ArchivesPrefix.CopyTo(key);
        BinaryPrimitives.WriteUInt64BigEndian(key[ExecutionKeys.PrefixBytes..], Number);
        value[Layout.VersionOffset] = Layout.Version;
        BinaryPrimitives.WriteUInt64LittleEndian(value[Layout.RecordsOffset..], Records);
        BinaryPrimitives.WriteUInt64LittleEndian(value[Layout.FileLengthOffset..], FileBytes);
        BinaryPrimitives.WriteInt64LittleEndian(value[Layout.NewestTimeOffset..], NewestTicks);
        BinaryPrimitives.WriteInt64LittleEndian(value[Layout.OldestTimeOffset..], OldestTicks);
        HeaderHash.CopyTo(value[Layout.HeaderHashOffset..]);
        tree.Put(key, value);
    }
}

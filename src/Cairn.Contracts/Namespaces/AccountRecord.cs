using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Cairn.Contracts.Namespaces;

using Layout = AccountLayout;

/// <summary>An account as it is stored.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct AccountRecord(ulong? Quota, ulong Used)
{
    public void Write(Span<byte> destination)
    {
        destination[Layout.VersionOffset] = Layout.Version;
        destination[Layout.FlagsOffset] = Quota is null ? (byte)0 : Layout.QuotaFlag;
        BinaryPrimitives.WriteUInt64LittleEndian(destination[Layout.QuotaOffset..], Quota ?? 0);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[Layout.UsedOffset..], Used);
    }

    /// <summary>Reads a record.</summary>
    /// <exception cref="ContractRecordException">The bytes are none.</exception>
    public static AccountRecord Read(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> key)
    {
        if (bytes.Length != Layout.SizeBytes || bytes[Layout.VersionOffset] != Layout.Version)
        {
            throw new ContractRecordException("account", key, $"version {Layout.Version} and {Layout.SizeBytes} bytes", bytes.IsEmpty ? "no bytes" : $"version {bytes[Layout.VersionOffset]} and {bytes.Length} bytes");
        }

        byte flags = bytes[Layout.FlagsOffset];
        ulong quota = BinaryPrimitives.ReadUInt64LittleEndian(bytes[Layout.QuotaOffset..]);
        ulong used = BinaryPrimitives.ReadUInt64LittleEndian(bytes[Layout.UsedOffset..]);
        return flags <= Layout.QuotaFlag && (flags == Layout.QuotaFlag || quota == 0) && used <= long.MaxValue
            ? new AccountRecord(flags == Layout.QuotaFlag ? quota : null, used)
            : throw new ContractRecordException("account", key, "flags 0 or 1, a quota only with its flag, and less than 2^63 bytes used", $"flags {flags}, quota {quota}, {used} used");
    }
}

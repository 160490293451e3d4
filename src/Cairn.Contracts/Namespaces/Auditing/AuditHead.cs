using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Cairn.Contracts.Namespaces.Auditing;

using Layout = AuditHeadLayout;

/// <summary>The end of the audit chain. Kept elsewhere it shows later on that no record up to it was changed, whatever was written since.</summary>
/// <param name="Count">How many records there are.</param>
/// <param name="Hash">The hash of the last one; the zero hash when there is none.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct AuditHead(ulong Count, Hash256 Hash)
{
    internal void Write(Span<byte> destination)
    {
        destination[Layout.VersionOffset] = Layout.Version;
        BinaryPrimitives.WriteUInt64LittleEndian(destination[Layout.CountOffset..], Count);
        Hash.CopyTo(destination[Layout.HashOffset..]);
    }

    internal static AuditHead Read(ReadOnlySpan<byte> bytes) => bytes.Length == Layout.SizeBytes && bytes[Layout.VersionOffset] == Layout.Version
        ? new AuditHead(BinaryPrimitives.ReadUInt64LittleEndian(bytes[Layout.CountOffset..]), new Hash256(bytes[Layout.HashOffset..]))
        : throw new ContractRecordException("audit head", NamespaceKeys.AuditHead, $"version {Layout.Version} and {Layout.SizeBytes} bytes", bytes.IsEmpty ? "no bytes" : $"version {bytes[Layout.VersionOffset]} and {bytes.Length} bytes");
}

using System.Buffers.Binary;

namespace Cairn.Contracts.Registry;

using Code = ContractCodeLayout;
using Layout = ContractMetadataLayout;

/// <summary>Writes metadata and reads it back; bytes that were read are input. The id is the key; code and ABI are entries of their own.</summary>
internal static class ContractMetadataCodec
{
    /// <summary>Writes metadata.</summary>
    /// <exception cref="ContractRegistryException">A field is too long.</exception>
    /// <exception cref="ArgumentException">A field is missing or no text.</exception>
    public static byte[] Write(ContractMetadata metadata)
    {
        byte[] name = Text(metadata.Id, metadata.Name, ContractMetadata.MaxNameBytes, "name");
        byte[] description = Text(metadata.Id, metadata.Description, ContractMetadata.MaxDescriptionBytes, "description");
        (byte type, bool hasOption, byte[] part) = TypeOf(metadata);
        byte[] bytes = new byte[Layout.SizeBytes + name.Length + description.Length + part.Length];
        bytes[Layout.VersionOffset] = Layout.Version;
        bytes[Layout.FlagsOffset] = (byte)((metadata.IsActive ? Layout.ActiveFlag : 0) | (metadata.DeploymentTransaction is null ? 0 : Layout.TransactionFlag) | (hasOption ? Layout.OptionFlag : 0));
        bytes[Layout.TypeOffset] = type;
        metadata.Owner.CopyTo(bytes.AsSpan(Layout.OwnerOffset));
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(Layout.DeployedAtOffset), metadata.DeployedAtTicks);
        metadata.DeploymentTransaction?.CopyTo(bytes.AsSpan(Layout.TransactionOffset));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(Layout.NameLengthOffset), (ushort)name.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(Layout.DescriptionLengthOffset), (ushort)description.Length);
        name.CopyTo(bytes, Layout.SizeBytes);
        description.CopyTo(bytes, Layout.SizeBytes + name.Length);
        part.CopyTo(bytes, Layout.SizeBytes + name.Length + description.Length);
        return bytes;
    }

    /// <summary>Reads metadata.</summary>
    /// <param name="id">The id, from the key.</param>
    /// <param name="bytes">The value.</param>
    /// <param name="key">The key.</param>
    /// <exception cref="ContractRecordException">The bytes are no metadata.</exception>
    public static ContractMetadata Read(ContractId id, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> key)
    {
        if (bytes.Length < Layout.SizeBytes || bytes[Layout.VersionOffset] != Layout.Version)
        {
            throw Damage(key, $"version {Layout.Version} and at least {Layout.SizeBytes} bytes", bytes.IsEmpty ? "no bytes" : $"version {bytes[Layout.VersionOffset]} and {bytes.Length} bytes");
        }

        byte flags = bytes[Layout.FlagsOffset];
        int nameBytes = BinaryPrimitives.ReadUInt16LittleEndian(bytes[Layout.NameLengthOffset..]);
        int descriptionBytes = BinaryPrimitives.ReadUInt16LittleEndian(bytes[Layout.DescriptionLengthOffset..]);
        bool isValid = flags <= (Layout.ActiveFlag | Layout.TransactionFlag | Layout.OptionFlag)
            && nameBytes <= ContractMetadata.MaxNameBytes && descriptionBytes <= ContractMetadata.MaxDescriptionBytes && Layout.SizeBytes + nameBytes + descriptionBytes <= bytes.Length;
        ReadOnlySpan<byte> transaction = bytes.Slice(Layout.TransactionOffset, Hash256.SizeBytes);
        if (!isValid || ((flags & Layout.TransactionFlag) == 0 && transaction.ContainsAnyExcept((byte)0)))
        {
            throw Damage(key, "flags 0 to 7, a transaction only with its flag, and lengths that fit", $"flags {flags}, a name of {nameBytes} and a description of {descriptionBytes} in {bytes.Length} bytes");
        }

        ReadOnlySpan<byte> rest = bytes[Layout.SizeBytes..];
        return new ContractMetadata
        {
            Id = id,
            Type = ReadType(bytes[Layout.TypeOffset], (flags & Layout.OptionFlag) != 0, rest[(nameBytes + descriptionBytes)..], key),
            Name = ReadText(rest[..nameBytes], key),
            Description = ReadText(rest.Slice(nameBytes, descriptionBytes), key),
            Owner = new Address(bytes.Slice(Layout.OwnerOffset, Address.SizeBytes)),
            DeploymentTransaction = (flags & Layout.TransactionFlag) != 0 ? new Hash256(transaction) : null,
            DeployedAtTicks = BinaryPrimitives.ReadInt64LittleEndian(bytes[Layout.DeployedAtOffset..]),
            IsActive = (flags & Layout.ActiveFlag) != 0,
        };
    }

    private static (byte Type, bool HasOption, byte[] Part) TypeOf(ContractMetadata metadata) => metadata.Type switch
    {
        ContractType.Wasm wasm => (Layout.WasmType, wasm.AbiBytes is not null, PartOf(metadata.Id, wasm)),
        ContractType.PrivacyEnhanced circuit => (Layout.PrivacyEnhancedType, false, Text(metadata.Id, circuit.CircuitId, ContractMetadata.MaxNameBytes, "circuit id")),
        ContractType.BuiltIn builtIn => (Layout.BuiltInType, builtIn.Parameters is not null, PartOf(metadata.Id, builtIn)),
        _ => throw new ArgumentException("The type of the contract is missing.", nameof(metadata)),
    };

    private static byte[] PartOf(ContractId id, ContractType.Wasm wasm)
    {
        ThrowIfTooLong(id, wasm.CodeBytes, ContractMetadata.MaxCodeBytes, "code");
        ThrowIfTooLong(id, wasm.AbiBytes ?? 0, ContractMetadata.MaxCodeBytes, "ABI");
        byte[] part = new byte[Code.SizeBytes];
        BinaryPrimitives.WriteInt32LittleEndian(part.AsSpan(Code.CodeLengthOffset), wasm.CodeBytes);
        wasm.CodeHash.CopyTo(part.AsSpan(Code.CodeHashOffset));
        BinaryPrimitives.WriteInt32LittleEndian(part.AsSpan(Code.AbiLengthOffset), wasm.AbiBytes ?? 0);
        wasm.AbiHash?.CopyTo(part.AsSpan(Code.AbiHashOffset));
        return part;
    }

    private static byte[] PartOf(ContractId id, ContractType.BuiltIn builtIn)
    {
        byte[] name = Text(id, builtIn.Name, ContractMetadata.MaxNameBytes, "name of what is built in");
        ReadOnlySpan<byte> parameters = builtIn.Parameters.GetValueOrDefault().Span;
        ThrowIfTooLong(id, parameters.Length, ContractMetadata.MaxParametersBytes, "parameters");
        return [(byte)name.Length, (byte)(name.Length >> 8), .. name, .. parameters];
    }

    private static ContractType ReadType(byte type, bool hasOption, ReadOnlySpan<byte> part, ReadOnlySpan<byte> key)
    {
        return type switch
        {
            Layout.WasmType when part.Length == Code.SizeBytes => ReadWasm(hasOption, part, key),
            Layout.PrivacyEnhancedType when part.Length <= ContractMetadata.MaxNameBytes && !hasOption => new ContractType.PrivacyEnhanced(ReadText(part, key)),
            Layout.BuiltInType when part.Length >= sizeof(ushort) => ReadBuiltIn(hasOption, part, key),
            _ => throw Damage(key, "a type 1 to 3 with its bytes", $"type {type} with {part.Length} bytes"),
        };
    }

    private static ContractType.Wasm ReadWasm(bool hasAbi, ReadOnlySpan<byte> part, ReadOnlySpan<byte> key)
    {
        int codeBytes = BinaryPrimitives.ReadInt32LittleEndian(part[Code.CodeLengthOffset..]);
        int abiBytes = BinaryPrimitives.ReadInt32LittleEndian(part[Code.AbiLengthOffset..]);
        ReadOnlySpan<byte> abiHash = part.Slice(Code.AbiHashOffset, Hash256.SizeBytes);
        bool isValid = codeBytes is >= 0 and <= ContractMetadata.MaxCodeBytes && abiBytes is >= 0 and <= ContractMetadata.MaxCodeBytes && (hasAbi || (abiBytes == 0 && !abiHash.ContainsAnyExcept((byte)0)));
        return isValid
            ? new ContractType.Wasm(codeBytes, new Hash256(part.Slice(Code.CodeHashOffset, Hash256.SizeBytes)), hasAbi ? abiBytes : null, hasAbi ? new Hash256(abiHash) : null)
            : throw Damage(key, $"code and ABI of at most {ContractMetadata.MaxCodeBytes} bytes, an ABI only with its flag", $"code of {codeBytes} and an ABI of {abiBytes} bytes");
    }

    private static ContractType.BuiltIn ReadBuiltIn(bool hasParameters, ReadOnlySpan<byte> part, ReadOnlySpan<byte> key)
    {
        int nameBytes = BinaryPrimitives.ReadUInt16LittleEndian(part);
        int parameterBytes = part.Length - sizeof(ushort) - nameBytes;
        if (nameBytes > ContractMetadata.MaxNameBytes || parameterBytes is < 0 or > ContractMetadata.MaxParametersBytes || (parameterBytes > 0 && !hasParameters))
        {
            throw Damage(key, "a name and parameters that fit, parameters only with their flag", $"a name of {nameBytes} bytes in {part.Length}");
        }

        return new ContractType.BuiltIn(
            ReadText(part.Slice(sizeof(ushort), nameBytes), key),
            hasParameters ? part[(sizeof(ushort) + nameBytes)..].ToArray() : (ReadOnlyMemory<byte>?)null);
    }

    private static byte[] Text(ContractId id, string? text, int maxBytes, string what)
    {
        byte[] bytes = Utf8Text.Encode(text ?? throw new ArgumentException($"The {what} is null: an absent one is the empty text."), what);
        ThrowIfTooLong(id, bytes.Length, maxBytes, what);
        return bytes;
    }

    private static void ThrowIfTooLong(ContractId id, int bytes, int maxBytes, string what)
    {
        if (bytes > maxBytes)
        {
            throw new ContractRegistryException(RegistryFault.TooLong, id, $"has {what} of {bytes} bytes; {maxBytes} are allowed. Nothing was changed.");
        }
    }

    private static string ReadText(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> key) =>
        Utf8Text.TryDecode(bytes, out string text) ? text : throw Damage(key, "UTF-8 text", "other bytes");

    private static ContractRecordException Damage(ReadOnlySpan<byte> key, string expected, string found) => new("metadata of a contract", key, expected, found);
}

using System.Security.Cryptography;

namespace Cairn.Contracts.Registry;

/// <summary>What runs when a contract is called. One of the records nested here.</summary>
public abstract record ContractType
{
    private ContractType()
    {
    }

    /// <summary>
    /// WebAssembly code. Made of its bytes to be deployed; read from metadata it knows their number and hash, and <see cref="ContractRegistry.TryGetCode"/> and <see cref="ContractRegistry.TryGetAbi"/> give what it stands for. Two
    /// are equal when their code and ABI are.
    /// </summary>
    public sealed record Wasm : ContractType
    {
        /// <summary>Makes the type of code that is at hand.</summary>
        /// <param name="code">The code, up to 16 MiB. Not copied.</param>
        /// <param name="abi">How to call it; null, the default, for nothing, which is another thing than the empty text. Up to 16 MiB of UTF-8.</param>
        /// <exception cref="ArgumentException">The ABI contains half a surrogate pair.</exception>
        public Wasm(ReadOnlyMemory<byte> code, string? abi = null)
        {
            byte[]? abiBytes = abi is null ? null : Utf8Text.Encode(abi, nameof(abi));
            Code = code;
            AbiText = abiBytes;
            CodeBytes = code.Length;
            CodeHash = HashOf(code.Span);
            AbiBytes = abiBytes?.Length;
            AbiHash = abiBytes is null ? null : HashOf(abiBytes);
        }

        internal Wasm(int codeBytes, Hash256 codeHash, int? abiBytes, Hash256? abiHash)
        {
            CodeBytes = codeBytes;
            CodeHash = codeHash;
            AbiBytes = abiBytes;
            AbiHash = abiHash;
        }

        /// <summary>How many bytes the code has.</summary>
        public int CodeBytes { get; }

        /// <summary>The SHA-256 of the code.</summary>
        public Hash256 CodeHash { get; }

        /// <summary>How many bytes of UTF-8 the ABI has; null when there is none.</summary>
        public int? AbiBytes { get; }

        /// <summary>The SHA-256 of the UTF-8 of the ABI; null when there is none.</summary>
        public Hash256? AbiHash { get; }

        /// <summary>Whether the code is at hand: the type was not read from metadata.</summary>
        public bool IsLoaded => Code is not null;

        /// <summary>The code; null when it is not at hand.</summary>
        public ReadOnlyMemory<byte>? Code { get; }

        /// <summary>The UTF-8 of the ABI; null when there is none or it is not at hand.</summary>
        internal byte[]? AbiText { get; }

        /// <inheritdoc/>
        public bool Equals(Wasm? other) => other is not null && CodeBytes == other.CodeBytes && CodeHash == other.CodeHash && AbiBytes == other.AbiBytes && AbiHash == other.AbiHash;

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(CodeHash, AbiHash);

        /// <summary>Sizes and hash.</summary>
        public override string ToString() => $"WebAssembly, {CodeBytes} bytes, SHA-256 {CodeHash}, {(AbiBytes is { } abi ? $"ABI of {abi} bytes" : "no ABI")}";

        internal static Hash256 HashOf(ReadOnlySpan<byte> bytes)
        {
            Span<byte> hash = stackalloc byte[Hash256.SizeBytes];
            SHA256.HashData(bytes, hash);
            return new Hash256(hash);
        }
    }

    /// <summary>A circuit that proves executions without showing them.</summary>
    /// <param name="CircuitId">What names the circuit, up to <see cref="ContractMetadata.MaxNameBytes"/> bytes of UTF-8.</param>
    public sealed record PrivacyEnhanced(string CircuitId) : ContractType;

    /// <summary>Something that the node itself knows how to do.</summary>
    public sealed record BuiltIn : ContractType
    {
        /// <summary>Makes the type.</summary>
        /// <param name="name">What names it on the node, up to <see cref="ContractMetadata.MaxNameBytes"/> bytes of UTF-8.</param>
        /// <param name="parameters">What it was set up with, up to <see cref="ContractMetadata.MaxParametersBytes"/> bytes of any content; null, the default, for nothing, which is another thing than no bytes. Not copied.</param>
        public BuiltIn(string name, ReadOnlyMemory<byte>? parameters = null)
        {
            Name = name;
            Parameters = parameters;
        }

        /// <summary>What names it on the node.</summary>
        public string Name { get; }

        /// <summary>What it was set up with; null for nothing.</summary>
        public ReadOnlyMemory<byte>? Parameters { get; }

        /// <inheritdoc/>
        public bool Equals(BuiltIn? other) =>
            other is not null && string.Equals(Name, other.Name, StringComparison.Ordinal)
            && Parameters.HasValue == other.Parameters.HasValue && Parameters.GetValueOrDefault().Span.SequenceEqual(other.Parameters.GetValueOrDefault().Span);

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(Name, Parameters?.Length);
    }
}

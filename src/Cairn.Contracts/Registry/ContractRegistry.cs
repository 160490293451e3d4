using System.Diagnostics.CodeAnalysis;

namespace Cairn.Contracts.Registry;

/// <summary>
/// The contracts of a state, by id. What it says is part of the state: the root covers it, and there are proofs of it. Code and ABI are entries of their own, which reading metadata does not touch. A registry over a view is for
/// any number of threads, one over a draft for one.
/// </summary>
public sealed class ContractRegistry
{
    /// <summary>The most contracts of a page unless said otherwise.</summary>
    public const int DefaultLimit = 100;

    private readonly ITreeReader _tree;
    private readonly TreeDraft? _draft;

    /// <summary>The registry at the height of a view.</summary>
    /// <param name="view">The view; it has to stay open as long as the registry is used.</param>
    public ContractRegistry(StateView view) => _tree = (view ?? throw new ArgumentNullException(nameof(view))).State;

    /// <summary>The registry that a draft reads and changes.</summary>
    /// <param name="draft">The draft; it has to stay open as long as the registry is used.</param>
    public ContractRegistry(BlockDraft draft) => _tree = _draft = (draft ?? throw new ArgumentNullException(nameof(draft))).State;

    /// <summary>How many contracts there are, active or not.</summary>
    public ulong Count => _tree.Count([RegistryKeys.First, RegistryKeys.Metadata]);

    /// <summary>Adds a contract.</summary>
    /// <param name="metadata">The contract, with its code at hand when it has some.</param>
    /// <exception cref="ContractRegistryException">There is one with that id (<see cref="RegistryFault.AlreadyDeployed"/>), or a field is too long (<see cref="RegistryFault.TooLong"/>).</exception>
    /// <exception cref="ArgumentException">A field is missing, or the code is not at hand.</exception>
    /// <exception cref="InvalidOperationException">The registry is over a view, or the draft can no longer be changed.</exception>
    public void Deploy(ContractMetadata metadata)
    {
        TreeDraft draft = Writable();
        byte[] key = KeyOf(metadata);
        if (_tree.Contains(key))
        {
            throw new ContractRegistryException(RegistryFault.AlreadyDeployed, metadata.Id, "is deployed already. Update it, or deploy under another id.");
        }

        Put(draft, key, metadata, before: null);
    }

    /// <summary>Replaces what is known of a contract, all fields. Code that is not at hand stays as it is.</summary>
    /// <param name="metadata">The contract, usually what was read with some fields changed.</param>
    /// <exception cref="ContractRegistryException">There is none (<see cref="RegistryFault.NotFound"/>), it is not active (<see cref="RegistryFault.Inactive"/>), or a field is too long (<see cref="RegistryFault.TooLong"/>).</exception>
    /// <exception cref="ArgumentException">A field is missing, or the code is another one and not at hand.</exception>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    /// <exception cref="InvalidOperationException">The registry is over a view, or the draft can no longer be changed.</exception>
    public void Update(ContractMetadata metadata)
    {
        TreeDraft draft = Writable();
        byte[] key = KeyOf(metadata);
        Put(draft, key, metadata, GetActive(metadata.Id));
    }

    /// <summary>Makes a contract inactive: it stays readable, and is not to be called.</summary>
    /// <param name="id">The contract.</param>
    /// <returns>Whether it was active.</returns>
    /// <inheritdoc cref="Activate" path="/exception"/>
    public bool Deactivate(ContractId id) => SetActive(id, isActive: false);

    /// <summary>Makes an inactive contract active again.</summary>
    /// <param name="id">The contract.</param>
    /// <returns>Whether it was inactive.</returns>
    /// <exception cref="ContractRegistryException">There is none (<see cref="RegistryFault.NotFound"/>).</exception>
    /// <exception cref="ArgumentException">The id is missing.</exception>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    /// <exception cref="InvalidOperationException">The registry is over a view, or the draft can no longer be changed.</exception>
    public bool Activate(ContractId id) => SetActive(id, isActive: true);

    /// <summary>Reads what is known of a contract, without its code.</summary>
    /// <param name="id">The contract.</param>
    /// <param name="metadata">What is known; null when there is none.</param>
    /// <returns>Whether there is one, active or not.</returns>
    /// <exception cref="ArgumentException">The id is missing.</exception>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    public bool TryGet(ContractId id, [NotNullWhen(true)] out ContractMetadata? metadata)
    {
        byte[] key = RegistryKeys.Of(RegistryKeys.Metadata, id.CheckedBytes(nameof(id)));
        metadata = _tree.Get(key) is { } bytes ? ContractMetadataCodec.Read(id, bytes, key) : null;
        return metadata is not null;
    }

    /// <summary>Reads what is known of a contract that is to be called.</summary>
    /// <param name="id">The contract.</param>
    /// <exception cref="ContractRegistryException">There is none (<see cref="RegistryFault.NotFound"/>), or it is not active (<see cref="RegistryFault.Inactive"/>).</exception>
    /// <exception cref="ArgumentException">The id is missing.</exception>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    public ContractMetadata GetActive(ContractId id)
    {
        ContractMetadata metadata = Get(id);
        return metadata.IsActive ? metadata : throw new ContractRegistryException(RegistryFault.Inactive, id, "is not active. Activate it first.");
    }

    /// <summary>Reads the code of a contract and compares it with its hash.</summary>
    /// <param name="id">The contract.</param>
    /// <param name="code">The code; null when the contract has none, or is not there.</param>
    /// <returns>Whether there is code.</returns>
    /// <exception cref="ArgumentException">The id is missing.</exception>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    public bool TryGetCode(ContractId id, [NotNullWhen(true)] out byte[]? code)
    {
        code = TryGet(id, out ContractMetadata? metadata) && metadata.Type is ContractType.Wasm wasm ? ReadPart(RegistryKeys.Code, id, wasm.CodeBytes, wasm.CodeHash) : null;
        return code is not null;
    }

    /// <summary>Reads the ABI of a contract and compares it with its hash.</summary>
    /// <param name="id">The contract.</param>
    /// <param name="abi">The ABI; null when the contract has none, or is not there.</param>
    /// <returns>Whether there is one; an empty text is one.</returns>
    /// <exception cref="ArgumentException">The id is missing.</exception>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    public bool TryGetAbi(ContractId id, [NotNullWhen(true)] out string? abi)
    {
        abi = null;
        if (TryGet(id, out ContractMetadata? metadata) && metadata.Type is ContractType.Wasm { AbiBytes: { } bytes, AbiHash: { } hash })
        {
            abi = Utf8Text.TryDecode(ReadPart(RegistryKeys.Abi, id, bytes, hash), out string text)
                ? text
                : throw new ContractRecordException("ABI of a contract", RegistryKeys.Of(RegistryKeys.Abi, id.Bytes), "UTF-8 text", "other bytes");
        }

        return abi is not null;
    }

    /// <summary>Lists contracts in the order of their ids.</summary>
    /// <param name="prefix">What the ids begin with; empty, the default, for all.</param>
    /// <param name="from">The first id to give: <see cref="RegistryPage.Next"/> of the page before; null, the default, for the beginning.</param>
    /// <param name="limit">The most contracts to give.</param>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    public RegistryPage List(ReadOnlySpan<byte> prefix = default, ContractId? from = null, int limit = DefaultLimit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        byte[] all = RegistryKeys.Of(RegistryKeys.Metadata, prefix);
        byte[] start = from is { } first && first.Bytes.SequenceCompareTo(prefix) > 0 ? RegistryKeys.Of(RegistryKeys.Metadata, first.Bytes) : all;
        List<ContractMetadata> contracts = [];
        using EntryScan scan = _tree.Range(start, [RegistryKeys.First, RegistryKeys.Metadata + 1]);
        while (scan.MoveNext() && scan.Key.StartsWith(all))
        {
            ReadOnlySpan<byte> bytes = scan.Key[RegistryKeys.PrefixBytes..];
            if (bytes.Length is 0 or > ContractId.MaxBytes)
            {
                throw new ContractRecordException("metadata of a contract", scan.Key, $"an id of 1 to {ContractId.MaxBytes} bytes", $"{bytes.Length} bytes");
            }

            ContractId id = new(bytes);
            if (contracts.Count == limit)
            {
                return new RegistryPage(contracts, id);
            }

            contracts.Add(ContractMetadataCodec.Read(id, scan.Value, scan.Key));
        }

        return new RegistryPage(contracts, Next: null);
    }

    /// <summary>Adds a contract, or replaces it, active or not.</summary>
    internal void Store(ContractMetadata metadata)
    {
        TreeDraft draft = Writable();
        byte[] key = KeyOf(metadata);
        TryGet(metadata.Id, out ContractMetadata? before);
        Put(draft, key, metadata, before);
    }

    private static byte[] KeyOf(ContractMetadata metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        return RegistryKeys.Of(RegistryKeys.Metadata, metadata.Id.CheckedBytes(nameof(metadata)));
    }

    private static void Put(TreeDraft draft, byte[] key, ContractMetadata metadata, ContractMetadata? before)
    {
        byte[] value = ContractMetadataCodec.Write(metadata);
        ContractType.Wasm? old = before?.Type as ContractType.Wasm;
        ContractType.Wasm? wasm = metadata.Type as ContractType.Wasm;
        if (wasm is not null && !wasm.IsLoaded && !wasm.Equals(old))
        {
            throw new ArgumentException("The code of the contract is not at hand: its type was read from metadata of another one. Read code and ABI, and make a type of them.", nameof(metadata));
        }

        byte[] codeKey = RegistryKeys.Of(RegistryKeys.Code, metadata.Id.Bytes);
        byte[] abiKey = RegistryKeys.Of(RegistryKeys.Abi, metadata.Id.Bytes);
        if (wasm is null && old is not null)
        {
            draft.Delete(codeKey);
        }
        else if (wasm?.Code is { } code && old?.CodeHash != wasm.CodeHash)
        {
            draft.Put(codeKey, code.Span);
        }

        if (wasm?.AbiBytes is null && old?.AbiBytes is not null)
        {
            draft.Delete(abiKey);
        }
        else if (wasm?.AbiText is { } abi && old?.AbiHash != wasm.AbiHash)
        {
            draft.Put(abiKey, abi);
        }

        draft.Put(key, value);
    }

    private ContractMetadata Get(ContractId id) =>
        TryGet(id, out ContractMetadata? metadata) ? metadata : throw new ContractRegistryException(RegistryFault.NotFound, id, "is not deployed. Deploy it first.");

    private bool SetActive(ContractId id, bool isActive)
    {
        TreeDraft draft = Writable();
        ContractMetadata metadata = Get(id);
        if (metadata.IsActive == isActive)
        {
            return false;
        }

        draft.Put(RegistryKeys.Of(RegistryKeys.Metadata, id.Bytes), ContractMetadataCodec.Write(metadata with { IsActive = isActive }));
        return true;
    }

    private byte[] ReadPart(byte kind, ContractId id, int length, Hash256 hash)
    {
        byte[] key = RegistryKeys.Of(kind, id.Bytes);
        byte[]? bytes = _tree.Get(key);
        return bytes?.Length == length && ContractType.Wasm.HashOf(bytes) == hash
            ? bytes
            : throw new ContractRecordException(kind == RegistryKeys.Code ? "code of a contract" : "ABI of a contract", key, $"{length} bytes with SHA-256 {hash}", bytes is null ? "none" : $"{bytes.Length} bytes with SHA-256 {ContractType.Wasm.HashOf(bytes)}");
    }

    private TreeDraft Writable() => _draft ?? throw new InvalidOperationException("Only a registry over a draft can be changed.");
}

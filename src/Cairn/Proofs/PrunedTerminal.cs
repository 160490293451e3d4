namespace Cairn.Proofs;

/// <summary>A terminal of a pruned tree: where in the bytes it stands. Keys are not kept whole, so that a tree takes a small multiple of its proof.</summary>
/// <param name="Code">Stub or leaf.</param>
/// <param name="Shared">Of a leaf: how many bytes its key has in common with the key shown before.</param>
/// <param name="RestBytes">Of a leaf: the other bytes of its key.</param>
/// <param name="RestOffset">Of a leaf: where they stand.</param>
/// <param name="DataOffset">Where the hash or the value stands.</param>
/// <param name="DataBytes">How long it is.</param>
internal readonly record struct PrunedTerminal(PrunedCode Code, ushort Shared, ushort RestBytes, int RestOffset, int DataOffset, int DataBytes)
{
    /// <summary>Whether it is a leaf.</summary>
    public bool IsShown => Code != PrunedCode.Stub;

    /// <summary>The length of a leaf's key.</summary>
    public int KeyBytes => Shared + RestBytes;
}

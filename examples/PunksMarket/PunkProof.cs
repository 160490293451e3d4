using Cairn.Contracts;
using Cairn.Proofs;

namespace Cairn.Examples.Punks;

/// <summary>
/// Proofs of what the market says of a punk. Making one takes a store; checking one takes the state root, the proof and the layout of the contract, and nothing else: which entry of the state holds the punk follows from its
/// number.
/// </summary>
internal static class PunkProof
{
    /// <summary>Proves what the state of a view says of a punk.</summary>
    /// <param name="view">The state.</param>
    /// <param name="number">The punk.</param>
    /// <returns>An ICS-23 proof.</returns>
    public static byte[] Make(StateView view, ushort number) => view.Prove(KeyOf(number, out _), ProofSpec.ByValue).Encode();

    /// <summary>Checks a proof.</summary>
    /// <param name="root">The state root, from somebody who is trusted.</param>
    /// <param name="proof">The proof, from anybody.</param>
    /// <param name="number">The punk.</param>
    /// <param name="punk">What the state with that root says of the punk; null when the proof is none.</param>
    /// <returns>How the check ended.</returns>
    public static ProofResult Verify(Hash256 root, ReadOnlySpan<byte> proof, ushort number, out Punk? punk)
    {
        punk = null;
        byte[] key = KeyOf(number, out int offset);
        ProofResult result = ProofVerifier.Verify(ProofSpec.ByValue, root, proof, out VerifiedProof? verified);
        if (!result.IsVerified)
        {
            return result;
        }

        if (!verified!.TryFind(key, out ProvedEntry? entry))
        {
            return new ProofResult(ProofOutcome.WrongKey, result.Depth);
        }

        // The entry is a chunk of the contract's memory without the zeros at its end; an absent one is all zeros.
        Span<byte> chunk = stackalloc byte[ContractKeys.ChunkBytes];
        if (entry.IsPresent && !entry.Value.Span.TryCopyTo(chunk))
        {
            return new ProofResult(ProofOutcome.InvalidValue, result.Depth);
        }

        StoragePlace place = StoragePlace.InMemory();
        place.Write(chunk.Slice(offset, (int)Punk.Layout.Size));
        punk = Punk.Layout.Read(place);
        return result;
    }

    /// <summary>The entry of the state that holds a punk, as the layout of the contract has it.</summary>
    private static byte[] KeyOf(ushort number, out int offset)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(number, Market.PunkCount);
        SlotId slot = SlotId.Root.Indirect(StorageProfile.L1.InstanceOffset);
        uint place = Market.Layout.OffsetOf(nameof(Market.Punks)) + (number * Punk.Layout.Size);
        offset = (int)(place % ContractKeys.ChunkBytes);
        return ContractKeys.ChunkKey(Market.Address, slot, place / ContractKeys.ChunkBytes);
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ArmSha256 = System.Runtime.Intrinsics.Arm.Sha256;

namespace Cairn.Hashing;

// SAFETY: vectors are made from spans and copied to spans, which check their lengths; nothing here reaches memory otherwise.

/// <summary>
/// One message at a time by the SHA-256 instructions of Arm: four rounds an instruction, and without the platform library's cost of a call.
/// <typeparamref name="TInstructions"/> are the processor's, or a model of them where tests run on another processor.
/// </summary>
internal sealed class Sha256LanesArm<TInstructions> : Sha256Lanes
    where TInstructions : struct, ISha256LanesInstructions
{
    /// <inheritdoc/>
    public override string Name => TInstructions.Name;

    /// <inheritdoc/>
    public override int LaneCount => 1;

    /// <inheritdoc/>
    internal override void Hash(Sha256Shape shape, ReadOnlySpan<byte> inputs, int blocksPerInput, int count, Span<byte> digests)
    {
        Span<byte> preimage = stackalloc byte[2 * Sha256Constants.BlockBytes];
        if (shape != Sha256Shape.Padded)
        {
            Sha256Padding.Pad(preimage, shape == Sha256Shape.Inner ? CommitmentHash.InnerBytes : CommitmentHash.LeafBytes);
        }

        int inputBytes = blocksPerInput * Sha256Constants.BlockBytes;
        for (int i = 0; i < count; i++)
        {
            scoped ReadOnlySpan<byte> message = inputs.Slice(i * inputBytes, inputBytes);
            if (shape == Sha256Shape.Inner)
            {
                CommitmentHash.InnerPreimage(message, preimage);
                message = preimage;
            }
            else if (shape == Sha256Shape.Leaf)
            {
                CommitmentHash.LeafPreimage(message, preimage);
                message = preimage;
            }

            HashOne(message, digests.Slice(i * Hash256.SizeBytes, Hash256.SizeBytes));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void HashOne(ReadOnlySpan<byte> message, Span<byte> digest)
    {
        Vector128<uint> abcd = Vector128.Create(Sha256Constants.InitialHash);
        Vector128<uint> efgh = Vector128.Create(Sha256Constants.InitialHash[4..]);
        for (; !message.IsEmpty; message = message[Sha256Constants.BlockBytes..])
        {
            Vector128<uint> startAbcd = abcd, startEfgh = efgh;
            Vector128<uint> w0 = SwapBytes(Vector128.Create(message));
            Vector128<uint> w1 = SwapBytes(Vector128.Create(message[16..]));
            Vector128<uint> w2 = SwapBytes(Vector128.Create(message[32..]));
            Vector128<uint> w3 = SwapBytes(Vector128.Create(message[48..]));
            ReadOnlySpan<uint> keys = Sha256Constants.RoundKeys;
            for (; keys.Length > 16; keys = keys[16..])
            {
                FourRounds(ref abcd, ref efgh, w0 + Vector128.Create(keys));
                w0 = TInstructions.ScheduleUpdate1(TInstructions.ScheduleUpdate0(w0, w1), w2, w3);
                FourRounds(ref abcd, ref efgh, w1 + Vector128.Create(keys[4..]));
                w1 = TInstructions.ScheduleUpdate1(TInstructions.ScheduleUpdate0(w1, w2), w3, w0);
                FourRounds(ref abcd, ref efgh, w2 + Vector128.Create(keys[8..]));
                w2 = TInstructions.ScheduleUpdate1(TInstructions.ScheduleUpdate0(w2, w3), w0, w1);
                FourRounds(ref abcd, ref efgh, w3 + Vector128.Create(keys[12..]));
                w3 = TInstructions.ScheduleUpdate1(TInstructions.ScheduleUpdate0(w3, w0), w1, w2);
            }

            FourRounds(ref abcd, ref efgh, w0 + Vector128.Create(keys));
            FourRounds(ref abcd, ref efgh, w1 + Vector128.Create(keys[4..]));
            FourRounds(ref abcd, ref efgh, w2 + Vector128.Create(keys[8..]));
            FourRounds(ref abcd, ref efgh, w3 + Vector128.Create(keys[12..]));
            abcd += startAbcd;
            efgh += startEfgh;
        }

        SwapBytes(abcd.AsByte()).AsByte().CopyTo(digest);
        SwapBytes(efgh.AsByte()).AsByte().CopyTo(digest[16..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourRounds(ref Vector128<uint> abcd, ref Vector128<uint> efgh, Vector128<uint> keyedWords)
    {
        Vector128<uint> before = abcd;
        abcd = TInstructions.HashUpdate1(abcd, efgh, keyedWords);
        efgh = TInstructions.HashUpdate2(efgh, before, keyedWords);
    }

    /// <summary>Turns each word from or to big-endian.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> SwapBytes(Vector128<byte> bytes) =>
        Vector128.Shuffle(bytes, Vector128.Create((byte)3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)).AsUInt32();
}

/// <summary>The SHA-256 instructions of Arm (Arm Architecture Reference Manual, SHA256H, SHA256H2, SHA256SU0, SHA256SU1).</summary>
internal interface ISha256LanesInstructions
{
    /// <summary>The name of the implementation that uses these.</summary>
    static abstract string Name { get; }

    /// <summary>SHA256H: words a to d after four rounds.</summary>
    static abstract Vector128<uint> HashUpdate1(Vector128<uint> abcd, Vector128<uint> efgh, Vector128<uint> keyedWords);

    /// <summary>SHA256H2: words e to h after four rounds; <paramref name="abcd"/> is from before them.</summary>
    static abstract Vector128<uint> HashUpdate2(Vector128<uint> efgh, Vector128<uint> abcd, Vector128<uint> keyedWords);

    /// <summary>SHA256SU0: the first half of the next four words of the schedule.</summary>
    static abstract Vector128<uint> ScheduleUpdate0(Vector128<uint> words0To3, Vector128<uint> words4To7);

    /// <summary>SHA256SU1: the second half.</summary>
    static abstract Vector128<uint> ScheduleUpdate1(Vector128<uint> half, Vector128<uint> words8To11, Vector128<uint> words12To15);
}

/// <summary>The processor's own instructions.</summary>
internal readonly struct Sha256LanesArmInstructions : ISha256LanesInstructions
{
    public static bool IsSupported => ArmSha256.IsSupported;

    public static string Name => "arm sha256";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> HashUpdate1(Vector128<uint> abcd, Vector128<uint> efgh, Vector128<uint> keyedWords) =>
        ArmSha256.HashUpdate1(abcd, efgh, keyedWords);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> HashUpdate2(Vector128<uint> efgh, Vector128<uint> abcd, Vector128<uint> keyedWords) =>
        ArmSha256.HashUpdate2(efgh, abcd, keyedWords);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> ScheduleUpdate0(Vector128<uint> words0To3, Vector128<uint> words4To7) =>
        ArmSha256.ScheduleUpdate0(words0To3, words4To7);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> ScheduleUpdate1(Vector128<uint> half, Vector128<uint> words8To11, Vector128<uint> words12To15) =>
        ArmSha256.ScheduleUpdate1(half, words8To11, words12To15);
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cairn.Hashing;

// SAFETY: memory is reached through references with computed offsets. The spans are checked by Sha256Lanes (count * input bytes to read,
// count * 32 bytes to write); Hash walks them in groups, and the rows of a group lie inside its messages, so that no load ends behind the last one.
// A group of fewer than sixteen messages writes to the scratch, and the used part is copied. The round keys are 64 constants, read at offsets below 64.
// The scratch is over-allocated on the stack, which does not move, and used from its first aligned byte. The plain version is Sha256LanesFallback.

/// <summary>
/// Sixteen messages at once in the 512-bit registers of AVX-512: a register holds the same word of sixteen messages. Rotation and each
/// function of three words are one instruction. The state stays in registers, the words of the schedule in memory that is in the first-level cache anyway.
/// </summary>
[SkipLocalsInit]
internal sealed class Sha256Lanes16 : Sha256Lanes
{
    private const int Lanes = 16;

    /// <summary>Where the scratch begins: at a multiple of a register's size.</summary>
    private const int Alignment = 64;

    /// <summary>Truth tables of the three-operand logic instruction: x ? y : z; the majority; x xor y xor z; (x and y) or z.</summary>
    private const byte Choose = 0xca, Majority = 0xe8, Parity = 0x96, AndOr = 0xea;

    /// <summary>What sixteen lanes need for a block, in nanoseconds, measured and rough: see <see cref="Sha256LanesFallback.IsFaster"/>.</summary>
    private const int BlockNanoseconds = 265;

    /// <summary>What hashes a group of at most eight: half the width takes little more than half the time.</summary>
    private static readonly Sha256Lanes8<Sha256LanesAvx512> Narrow = new();

    /// <summary>Whether the processor has the instructions and the runtime prefers registers of this width.</summary>
    public static bool IsSupported => Vector512.IsHardwareAccelerated && Avx512F.IsSupported && Avx512Vbmi.IsSupported && Sha256LanesAvx512.IsSupported;

    /// <inheritdoc/>
    public override string Name => "avx512 x16";

    /// <inheritdoc/>
    public override int LaneCount => Lanes;

    /// <summary>For each byte of a row after loading, the byte of the input it takes: the words of a block turned from big-endian.</summary>
    private static ReadOnlySpan<byte> PaddedOrder =>
    [
        3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12, 19, 18, 17, 16, 23, 22, 21, 20, 27, 26, 25, 24, 31, 30, 29, 28,
        35, 34, 33, 32, 39, 38, 37, 36, 43, 42, 41, 40, 47, 46, 45, 44, 51, 50, 49, 48, 55, 54, 53, 52, 59, 58, 57, 56, 63, 62, 61, 60,
    ];

    /// <summary>The same one byte later, behind the prefix; the prefix's own place takes the last byte, which belongs to the second block.</summary>
    private static ReadOnlySpan<byte> InnerOrder =>
    [
        2, 1, 0, 63, 6, 5, 4, 3, 10, 9, 8, 7, 14, 13, 12, 11, 18, 17, 16, 15, 22, 21, 20, 19, 26, 25, 24, 23, 30, 29, 28, 27,
        34, 33, 32, 31, 38, 37, 36, 35, 42, 41, 40, 39, 46, 45, 44, 43, 50, 49, 48, 47, 54, 53, 52, 51, 58, 57, 56, 55, 62, 61, 60, 59,
    ];

    /// <summary>The same with the key's hash two bytes later and the value's three; the constants' places take the last three bytes in order.</summary>
    private static ReadOnlySpan<byte> LeafOrder =>
    [
        1, 0, 62, 61, 5, 4, 3, 2, 9, 8, 7, 6, 13, 12, 11, 10, 17, 16, 15, 14, 21, 20, 19, 18, 25, 24, 23, 22, 29, 28, 27, 26,
        32, 63, 31, 30, 36, 35, 34, 33, 40, 39, 38, 37, 44, 43, 42, 41, 48, 47, 46, 45, 52, 51, 50, 49, 56, 55, 54, 53, 60, 59, 58, 57,
    ];

    /// <inheritdoc/>
    internal override unsafe void Hash(Sha256Shape shape, ReadOnlySpan<byte> inputs, int blocksPerInput, int count, Span<byte> digests)
    {
        // The stack is aligned to 16 bytes only, and registers that straddle cache lines cost a fifth of the speed.
        byte* memory = stackalloc byte[sizeof(Scratch) + Alignment];
        ref Scratch scratch = ref Unsafe.AsRef<Scratch>((void*)(((nint)memory + Alignment - 1) & -Alignment));
        nint inputBytes = (nint)blocksPerInput * Sha256Constants.BlockBytes;
        ref byte input = ref MemoryMarshal.GetReference(inputs);
        ref byte digest = ref MemoryMarshal.GetReference(digests);
        scratch.Rows.Spread(inputBytes, Lanes);
        int done = 0;
        for (; count - done >= Lanes; done += Lanes)
        {
            Group(shape, ref Unsafe.Add(ref input, done * inputBytes), blocksPerInput, ref scratch, ref Unsafe.Add(ref digest, (nint)done * Hash256.SizeBytes));
        }

        int rest = count - done;
        if (rest > 0)
        {
            Rest(shape, inputs[(int)(done * inputBytes)..], blocksPerInput, rest, ref scratch, digests[(done * Hash256.SizeBytes)..]);
        }
    }

    /// <summary>Hashes fewer than sixteen messages.</summary>
    private static void Rest(Sha256Shape shape, ReadOnlySpan<byte> inputs, int blocksPerInput, int count, ref Scratch scratch, Span<byte> digests)
    {
        // One or two long messages more than eight are cheaper one at a time, behind eight lanes, than as the reason for sixteen.
        if (count <= Narrow.LaneCount
            || Sha256LanesFallback.IsFaster(shape, blocksPerInput, count - Narrow.LaneCount, BlockNanoseconds - Sha256LanesAvx512.BlockNanoseconds))
        {
            Narrow.Hash(shape, inputs, blocksPerInput, count, digests);
            return;
        }

        scratch.Rows.Spread((nint)blocksPerInput * Sha256Constants.BlockBytes, count);
        Group(shape, ref MemoryMarshal.GetReference(inputs), blocksPerInput, ref scratch, ref scratch.Digests[0]);
        ((ReadOnlySpan<byte>)scratch.Digests)[..(count * Hash256.SizeBytes)].CopyTo(digests);
    }

    /// <summary>Hashes the messages at the scratch's rows and writes sixteen digests.</summary>
    private static void Group(Sha256Shape shape, ref byte first, int blocks, ref Scratch scratch, ref byte digests)
    {
        ref Words words = ref scratch.Words;
        scratch.Chain.Begin();
        switch (shape)
        {
            case Sha256Shape.Padded:
                for (int block = 0; block < blocks; block++)
                {
                    Load(ref Unsafe.Add(ref first, (nint)block * Sha256Constants.BlockBytes), ref scratch.Rows, PaddedOrder, ref words);
                    Compress(ref scratch.Chain, ref words, 0, default);
                }

                break;
            case Sha256Shape.Inner:
                Load(ref first, ref scratch.Rows, InnerOrder, ref words);
                Vector512<uint> tail = Pick(words.W0, 0xff000000, 0x00800000);
                words.W0 = Pick(words.W0, 0x00ffffff, (uint)CommitmentHash.InnerPrefix << 24);
                Compress(ref scratch.Chain, ref words, CommitmentHash.InnerBytes * 8, tail);
                break;
            default:
                Load(ref first, ref scratch.Rows, LeafOrder, ref words);
                tail = Pick(words.W0, 0xffff0000, 0x00000080) | (words.W8 & Vector512.Create(0x0000ff00u));
                words.W0 = Pick(words.W0, 0x0000ffff, ((uint)CommitmentHash.LeafPrefix << 24) | ((uint)CommitmentHash.LengthByte << 16));
                words.W8 = Pick(words.W8, 0xffff00ff, (uint)CommitmentHash.LengthByte << 8);
                Compress(ref scratch.Chain, ref words, CommitmentHash.LeafBytes * 8, tail);
                break;
        }

        Store(ref scratch.Chain, ref digests);
    }

    /// <summary>The bits of a word that <paramref name="kept"/> has, and constant bits in the place of the others.</summary>
    private static Vector512<uint> Pick(Vector512<uint> word, uint kept, uint constant) =>
        Avx512F.TernaryLogic(word, Vector512.Create(kept), Vector512.Create(constant), AndOr);

    /// <summary>
    /// Reads a block of sixteen messages and turns rows of words into columns: word i of <paramref name="words"/> gets word i of all of them. Lane 4q + i
    /// holds message q + 4i, which spares <see cref="Store"/> a step.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Load(ref byte first, ref Rows rows, ReadOnlySpan<byte> byteOrder, ref Words words)
    {
        Vector512<byte> order = Vector512.LoadUnsafe(ref MemoryMarshal.GetReference(byteOrder));
        FourRows(ref first, ref rows, 0, order, out Vector512<uint> a0, out Vector512<uint> a1, out Vector512<uint> a2, out Vector512<uint> a3);
        FourRows(ref first, ref rows, 1, order, out Vector512<uint> b0, out Vector512<uint> b1, out Vector512<uint> b2, out Vector512<uint> b3);
        FourRows(ref first, ref rows, 2, order, out Vector512<uint> c0, out Vector512<uint> c1, out Vector512<uint> c2, out Vector512<uint> c3);
        FourRows(ref first, ref rows, 3, order, out Vector512<uint> d0, out Vector512<uint> d1, out Vector512<uint> d2, out Vector512<uint> d3);
        TransposeParts(a0, b0, c0, d0, out words.W0, out words.W4, out words.W8, out words.W12);
        TransposeParts(a1, b1, c1, d1, out words.W1, out words.W5, out words.W9, out words.W13);
        TransposeParts(a2, b2, c2, d2, out words.W2, out words.W6, out words.W10, out words.W14);
        TransposeParts(a3, b3, c3, d3, out words.W3, out words.W7, out words.W11, out words.W15);
    }

    /// <summary>Rows q, q + 4, q + 8 and q + 12: part p of <c>word i</c> gets their words 4p + i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourRows(
        ref byte first, ref Rows rows, int quarter, Vector512<byte> order,
        out Vector512<uint> word0, out Vector512<uint> word1, out Vector512<uint> word2, out Vector512<uint> word3)
    {
        Vector512<uint> a = Row(ref first, rows[quarter], order);
        Vector512<uint> b = Row(ref first, rows[quarter + 4], order);
        Vector512<uint> c = Row(ref first, rows[quarter + 8], order);
        Vector512<uint> d = Row(ref first, rows[quarter + 12], order);
        TransposeWords(a, b, c, d, out word0, out word1, out word2, out word3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Row(ref byte first, nint offset, Vector512<byte> order) =>
        Avx512Vbmi.PermuteVar64x8(Vector512.LoadUnsafe(ref Unsafe.Add(ref first, offset)), order).AsUInt32();

    /// <summary>Turns the 4 by 4 matrix of words in each 128-bit part: <c>word i</c> gets word i of a, b, c and d.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeWords(
        Vector512<uint> a, Vector512<uint> b, Vector512<uint> c, Vector512<uint> d,
        out Vector512<uint> word0, out Vector512<uint> word1, out Vector512<uint> word2, out Vector512<uint> word3)
    {
        Vector512<ulong> lowAB = Avx512F.UnpackLow(a, b).AsUInt64();
        Vector512<ulong> lowCD = Avx512F.UnpackLow(c, d).AsUInt64();
        Vector512<ulong> highAB = Avx512F.UnpackHigh(a, b).AsUInt64();
        Vector512<ulong> highCD = Avx512F.UnpackHigh(c, d).AsUInt64();
        word0 = Avx512F.UnpackLow(lowAB, lowCD).AsUInt32();
        word1 = Avx512F.UnpackHigh(lowAB, lowCD).AsUInt32();
        word2 = Avx512F.UnpackLow(highAB, highCD).AsUInt32();
        word3 = Avx512F.UnpackHigh(highAB, highCD).AsUInt32();
    }

    /// <summary>Turns the 4 by 4 matrix of 128-bit parts: <c>part p</c> gets part p of a, b, c and d.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeParts(
        Vector512<uint> a, Vector512<uint> b, Vector512<uint> c, Vector512<uint> d,
        out Vector512<uint> part0, out Vector512<uint> part1, out Vector512<uint> part2, out Vector512<uint> part3)
    {
        const byte Even = 0b10_00_10_00;
        const byte Odd = 0b11_01_11_01;
        Vector512<uint> evenAB = Avx512F.Shuffle4x128(a, b, Even);
        Vector512<uint> evenCD = Avx512F.Shuffle4x128(c, d, Even);
        Vector512<uint> oddAB = Avx512F.Shuffle4x128(a, b, Odd);
        Vector512<uint> oddCD = Avx512F.Shuffle4x128(c, d, Odd);
        part0 = Avx512F.Shuffle4x128(evenAB, evenCD, Even);
        part1 = Avx512F.Shuffle4x128(oddAB, oddCD, Even);
        part2 = Avx512F.Shuffle4x128(evenAB, evenCD, Odd);
        part3 = Avx512F.Shuffle4x128(oddAB, oddCD, Odd);
    }

    /// <summary>Writes the sixteen digests in the order of the messages.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Store(ref Chain chain, ref byte digests)
    {
        TransposeWords(chain.A, chain.B, chain.C, chain.D, out Vector512<uint> a0, out Vector512<uint> a1, out Vector512<uint> a2, out Vector512<uint> a3);
        TransposeWords(chain.E, chain.F, chain.G, chain.H, out Vector512<uint> e0, out Vector512<uint> e1, out Vector512<uint> e2, out Vector512<uint> e3);
        Vector512<byte> order = Vector512.LoadUnsafe(ref MemoryMarshal.GetReference(PaddedOrder));
        StoreFour(a0.AsUInt64(), e0.AsUInt64(), order, ref digests);
        StoreFour(a1.AsUInt64(), e1.AsUInt64(), order, ref Unsafe.Add(ref digests, 4 * Hash256.SizeBytes));
        StoreFour(a2.AsUInt64(), e2.AsUInt64(), order, ref Unsafe.Add(ref digests, 8 * Hash256.SizeBytes));
        StoreFour(a3.AsUInt64(), e3.AsUInt64(), order, ref Unsafe.Add(ref digests, 12 * Hash256.SizeBytes));
    }

    /// <summary>Writes four digests: part p of each vector is half the digest of message p.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreFour(Vector512<ulong> firstHalves, Vector512<ulong> secondHalves, Vector512<byte> order, ref byte digests)
    {
        Vector512<ulong> messages01 = Avx512F.PermuteVar8x64x2(firstHalves, Vector512.Create(0ul, 1, 8, 9, 2, 3, 10, 11), secondHalves);
        Vector512<ulong> messages23 = Avx512F.PermuteVar8x64x2(firstHalves, Vector512.Create(4ul, 5, 12, 13, 6, 7, 14, 15), secondHalves);
        Avx512Vbmi.PermuteVar64x8(messages01.AsByte(), order).StoreUnsafe(ref digests);
        Avx512Vbmi.PermuteVar64x8(messages23.AsByte(), order).StoreUnsafe(ref digests, 2 * Hash256.SizeBytes);
    }

    /// <summary>
    /// Compresses the block in <paramref name="w"/>, and with <paramref name="bitCount"/> the second block of a leaf or an inner node as well: the word
    /// <paramref name="tail"/>, fourteen zeros, the length in bits.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Compress(ref Chain chain, ref Words w, uint bitCount, Vector512<uint> tail)
    {
        Vector512<uint> a = chain.A, b = chain.B, c = chain.C, d = chain.D, e = chain.E, f = chain.F, g = chain.G, h = chain.H;
        ref uint keys = ref MemoryMarshal.GetReference(Sha256Constants.RoundKeys);
        nint round = 0;
        while (true)
        {
            for (; round < 48; round += 16)
            {
                RoundsAndWords(ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h, ref w, ref Unsafe.Add(ref keys, round));
            }

            Rounds(ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h, ref w, ref Unsafe.Add(ref keys, 48));
            chain.A = a += chain.A;
            chain.B = b += chain.B;
            chain.C = c += chain.C;
            chain.D = d += chain.D;
            chain.E = e += chain.E;
            chain.F = f += chain.F;
            chain.G = g += chain.G;
            chain.H = h += chain.H;
            if (bitCount == 0)
            {
                return;
            }

            w.W0 = tail;
            w.W15 = Vector512.Create(bitCount);
            SparseRoundsAndWords(ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h, ref w, ref keys);
            round = 16;
            bitCount = 0;
        }
    }

    /// <summary>Sixteen rounds (FIPS 180-4, section 6.2.2). The names of the state's words go round instead of the words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Rounds(
        ref Vector512<uint> a, ref Vector512<uint> b, ref Vector512<uint> c, ref Vector512<uint> d,
        ref Vector512<uint> e, ref Vector512<uint> f, ref Vector512<uint> g, ref Vector512<uint> h,
        ref Words w, ref uint key)
    {
        Vector512<uint> t;
        h += w.W0; d += t = First(e, f, g, h, key); h = t + Second(a, b, c);
        g += w.W1; c += t = First(d, e, f, g, Unsafe.Add(ref key, 1)); g = t + Second(h, a, b);
        f += w.W2; b += t = First(c, d, e, f, Unsafe.Add(ref key, 2)); f = t + Second(g, h, a);
        e += w.W3; a += t = First(b, c, d, e, Unsafe.Add(ref key, 3)); e = t + Second(f, g, h);
        d += w.W4; h += t = First(a, b, c, d, Unsafe.Add(ref key, 4)); d = t + Second(e, f, g);
        c += w.W5; g += t = First(h, a, b, c, Unsafe.Add(ref key, 5)); c = t + Second(d, e, f);
        b += w.W6; f += t = First(g, h, a, b, Unsafe.Add(ref key, 6)); b = t + Second(c, d, e);
        a += w.W7; e += t = First(f, g, h, a, Unsafe.Add(ref key, 7)); a = t + Second(b, c, d);
        h += w.W8; d += t = First(e, f, g, h, Unsafe.Add(ref key, 8)); h = t + Second(a, b, c);
        g += w.W9; c += t = First(d, e, f, g, Unsafe.Add(ref key, 9)); g = t + Second(h, a, b);
        f += w.W10; b += t = First(c, d, e, f, Unsafe.Add(ref key, 10)); f = t + Second(g, h, a);
        e += w.W11; a += t = First(b, c, d, e, Unsafe.Add(ref key, 11)); e = t + Second(f, g, h);
        d += w.W12; h += t = First(a, b, c, d, Unsafe.Add(ref key, 12)); d = t + Second(e, f, g);
        c += w.W13; g += t = First(h, a, b, c, Unsafe.Add(ref key, 13)); c = t + Second(d, e, f);
        b += w.W14; f += t = First(g, h, a, b, Unsafe.Add(ref key, 14)); b = t + Second(c, d, e);
        a += w.W15; e += t = First(f, g, h, a, Unsafe.Add(ref key, 15)); a = t + Second(b, c, d);
    }

    /// <summary>Sixteen rounds; each word of the schedule gives way to the one sixteen places on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RoundsAndWords(
        ref Vector512<uint> a, ref Vector512<uint> b, ref Vector512<uint> c, ref Vector512<uint> d,
        ref Vector512<uint> e, ref Vector512<uint> f, ref Vector512<uint> g, ref Vector512<uint> h,
        ref Words w, ref uint key)
    {
        Vector512<uint> t;
        h += w.W0; d += t = First(e, f, g, h, key); h = t + Second(a, b, c); w.W0 = w.W0 + w.W9 + SmallSigma0(w.W1) + SmallSigma1(w.W14);
        g += w.W1; c += t = First(d, e, f, g, Unsafe.Add(ref key, 1)); g = t + Second(h, a, b); w.W1 = w.W1 + w.W10 + SmallSigma0(w.W2) + SmallSigma1(w.W15);
        f += w.W2; b += t = First(c, d, e, f, Unsafe.Add(ref key, 2)); f = t + Second(g, h, a); w.W2 = w.W2 + w.W11 + SmallSigma0(w.W3) + SmallSigma1(w.W0);
        e += w.W3; a += t = First(b, c, d, e, Unsafe.Add(ref key, 3)); e = t + Second(f, g, h); w.W3 = w.W3 + w.W12 + SmallSigma0(w.W4) + SmallSigma1(w.W1);
        d += w.W4; h += t = First(a, b, c, d, Unsafe.Add(ref key, 4)); d = t + Second(e, f, g); w.W4 = w.W4 + w.W13 + SmallSigma0(w.W5) + SmallSigma1(w.W2);
        c += w.W5; g += t = First(h, a, b, c, Unsafe.Add(ref key, 5)); c = t + Second(d, e, f); w.W5 = w.W5 + w.W14 + SmallSigma0(w.W6) + SmallSigma1(w.W3);
        b += w.W6; f += t = First(g, h, a, b, Unsafe.Add(ref key, 6)); b = t + Second(c, d, e); w.W6 = w.W6 + w.W15 + SmallSigma0(w.W7) + SmallSigma1(w.W4);
        a += w.W7; e += t = First(f, g, h, a, Unsafe.Add(ref key, 7)); a = t + Second(b, c, d); w.W7 = w.W7 + w.W0 + SmallSigma0(w.W8) + SmallSigma1(w.W5);
        h += w.W8; d += t = First(e, f, g, h, Unsafe.Add(ref key, 8)); h = t + Second(a, b, c); w.W8 = w.W8 + w.W1 + SmallSigma0(w.W9) + SmallSigma1(w.W6);
        g += w.W9; c += t = First(d, e, f, g, Unsafe.Add(ref key, 9)); g = t + Second(h, a, b); w.W9 = w.W9 + w.W2 + SmallSigma0(w.W10) + SmallSigma1(w.W7);
        f += w.W10; b += t = First(c, d, e, f, Unsafe.Add(ref key, 10)); f = t + Second(g, h, a); w.W10 = w.W10 + w.W3 + SmallSigma0(w.W11) + SmallSigma1(w.W8);
        e += w.W11; a += t = First(b, c, d, e, Unsafe.Add(ref key, 11)); e = t + Second(f, g, h); w.W11 = w.W11 + w.W4 + SmallSigma0(w.W12) + SmallSigma1(w.W9);
        d += w.W12; h += t = First(a, b, c, d, Unsafe.Add(ref key, 12)); d = t + Second(e, f, g); w.W12 = w.W12 + w.W5 + SmallSigma0(w.W13) + SmallSigma1(w.W10);
        c += w.W13; g += t = First(h, a, b, c, Unsafe.Add(ref key, 13)); c = t + Second(d, e, f); w.W13 = w.W13 + w.W6 + SmallSigma0(w.W14) + SmallSigma1(w.W11);
        b += w.W14; f += t = First(g, h, a, b, Unsafe.Add(ref key, 14)); b = t + Second(c, d, e); w.W14 = w.W14 + w.W7 + SmallSigma0(w.W15) + SmallSigma1(w.W12);
        a += w.W15; e += t = First(f, g, h, a, Unsafe.Add(ref key, 15)); a = t + Second(b, c, d); w.W15 = w.W15 + w.W8 + SmallSigma0(w.W0) + SmallSigma1(w.W13);
    }

    /// <summary>The same for a block whose words 1 to 14 are zero, without the terms that are zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SparseRoundsAndWords(
        ref Vector512<uint> a, ref Vector512<uint> b, ref Vector512<uint> c, ref Vector512<uint> d,
        ref Vector512<uint> e, ref Vector512<uint> f, ref Vector512<uint> g, ref Vector512<uint> h,
        ref Words w, ref uint key)
    {
        Vector512<uint> t;
        h += w.W0; d += t = First(e, f, g, h, key); h = t + Second(a, b, c);
        c += t = First(d, e, f, g, Unsafe.Add(ref key, 1)); g = t + Second(h, a, b); w.W1 = SmallSigma1(w.W15);
        b += t = First(c, d, e, f, Unsafe.Add(ref key, 2)); f = t + Second(g, h, a); w.W2 = SmallSigma1(w.W0);
        a += t = First(b, c, d, e, Unsafe.Add(ref key, 3)); e = t + Second(f, g, h); w.W3 = SmallSigma1(w.W1);
        h += t = First(a, b, c, d, Unsafe.Add(ref key, 4)); d = t + Second(e, f, g); w.W4 = SmallSigma1(w.W2);
        g += t = First(h, a, b, c, Unsafe.Add(ref key, 5)); c = t + Second(d, e, f); w.W5 = SmallSigma1(w.W3);
        f += t = First(g, h, a, b, Unsafe.Add(ref key, 6)); b = t + Second(c, d, e); w.W6 = SmallSigma1(w.W4) + w.W15;
        e += t = First(f, g, h, a, Unsafe.Add(ref key, 7)); a = t + Second(b, c, d); w.W7 = SmallSigma1(w.W5) + w.W0;
        d += t = First(e, f, g, h, Unsafe.Add(ref key, 8)); h = t + Second(a, b, c); w.W8 = SmallSigma1(w.W6) + w.W1;
        c += t = First(d, e, f, g, Unsafe.Add(ref key, 9)); g = t + Second(h, a, b); w.W9 = SmallSigma1(w.W7) + w.W2;
        b += t = First(c, d, e, f, Unsafe.Add(ref key, 10)); f = t + Second(g, h, a); w.W10 = SmallSigma1(w.W8) + w.W3;
        a += t = First(b, c, d, e, Unsafe.Add(ref key, 11)); e = t + Second(f, g, h); w.W11 = SmallSigma1(w.W9) + w.W4;
        h += t = First(a, b, c, d, Unsafe.Add(ref key, 12)); d = t + Second(e, f, g); w.W12 = SmallSigma1(w.W10) + w.W5;
        g += t = First(h, a, b, c, Unsafe.Add(ref key, 13)); c = t + Second(d, e, f); w.W13 = SmallSigma1(w.W11) + w.W6;
        f += t = First(g, h, a, b, Unsafe.Add(ref key, 14)); b = t + Second(c, d, e); w.W14 = SmallSigma1(w.W12) + w.W7 + SmallSigma0(w.W15);
        a += w.W15; e += t = First(f, g, h, a, Unsafe.Add(ref key, 15)); a = t + Second(b, c, d); w.W15 += SmallSigma1(w.W13) + w.W8 + SmallSigma0(w.W0);
    }

    /// <summary>T1 of a round, the word of the schedule added to <paramref name="h"/> already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> First(Vector512<uint> e, Vector512<uint> f, Vector512<uint> g, Vector512<uint> h, uint key) =>
        h + Vector512.Create(key) + Avx512F.TernaryLogic(e, f, g, Choose) + BigSigma1(e);

    /// <summary>T2 of a round.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Second(Vector512<uint> a, Vector512<uint> b, Vector512<uint> c) => BigSigma0(a) + Avx512F.TernaryLogic(a, b, c, Majority);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> BigSigma0(Vector512<uint> x) =>
        Avx512F.TernaryLogic(Avx512F.RotateRight(x, 2), Avx512F.RotateRight(x, 13), Avx512F.RotateRight(x, 22), Parity);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> BigSigma1(Vector512<uint> x) =>
        Avx512F.TernaryLogic(Avx512F.RotateRight(x, 6), Avx512F.RotateRight(x, 11), Avx512F.RotateRight(x, 25), Parity);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> SmallSigma0(Vector512<uint> x) =>
        Avx512F.TernaryLogic(Avx512F.RotateRight(x, 7), Avx512F.RotateRight(x, 18), x >>> 3, Parity);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> SmallSigma1(Vector512<uint> x) =>
        Avx512F.TernaryLogic(Avx512F.RotateRight(x, 17), Avx512F.RotateRight(x, 19), x >>> 10, Parity);

    /// <summary>The chaining value of sixteen messages.</summary>
    private struct Chain
    {
        public Vector512<uint> A, B, C, D, E, F, G, H;

        public void Begin()
        {
            ReadOnlySpan<uint> hash = Sha256Constants.InitialHash;
            A = Vector512.Create(hash[0]);
            B = Vector512.Create(hash[1]);
            C = Vector512.Create(hash[2]);
            D = Vector512.Create(hash[3]);
            E = Vector512.Create(hash[4]);
            F = Vector512.Create(hash[5]);
            G = Vector512.Create(hash[6]);
            H = Vector512.Create(hash[7]);
        }
    }

    /// <summary>Sixteen words of the schedule of sixteen messages.</summary>
    private struct Words
    {
        public Vector512<uint> W0, W1, W2, W3, W4, W5, W6, W7, W8, W9, W10, W11, W12, W13, W14, W15;
    }

    /// <summary>Where the sixteen messages of a group begin, in bytes from the first.</summary>
    [InlineArray(Lanes)]
    private struct Rows
    {
        private nint _first;

        /// <summary>Sets the offsets of <paramref name="count"/> messages; lanes that are left over repeat the last one.</summary>
        public void Spread(nint inputBytes, int count)
        {
            for (int i = 0; i < Lanes; i++)
            {
                this[i] = Math.Min(i, count - 1) * inputBytes;
            }
        }
    }

    /// <summary>The digests of a group of fewer than sixteen messages.</summary>
    [InlineArray(Lanes * Hash256.SizeBytes)]
    private struct DigestBuffer
    {
        private byte _first;
    }

    /// <summary>What a group needs besides registers.</summary>
    private struct Scratch
    {
        public Words Words;
        public Chain Chain;
        public DigestBuffer Digests;
        public Rows Rows;
    }
}

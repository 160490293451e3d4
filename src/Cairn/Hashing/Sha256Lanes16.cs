using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cairn.Hashing;

// SAFETY: memory is reached through references with computed offsets. The spans are checked by Sha256Lanes (count * input bytes to read,
// count * 32 bytes to write); Hash walks them in groups and Rows keeps every row inside the group's messages, so that a load ends at
// first + (rows * input bytes) at most. A group of fewer than 16 messages writes to a buffer of its own, whose used part is copied.
// The round keys are 64 constants, read at offsets below 64. The plain version is Sha256LanesFallback.

/// <summary>
/// Sixteen messages at once in the 512-bit registers of AVX-512: a register holds the same word of sixteen messages. The sixteen words of the
/// schedule and the eight of the state stay in registers for all 64 rounds; a three-operand logic instruction is one function of SHA-256, and rotation is
/// an instruction.
/// </summary>
[SkipLocalsInit]
internal sealed class Sha256Lanes16 : Sha256Lanes
{
    private const int Lanes = 16;

    /// <summary>Truth tables of the three-operand logic instruction: x ? y : z; the majority; x xor y xor z; (x and y) or z.</summary>
    private const byte Choose = 0xca, Majority = 0xe8, Parity = 0x96, AndOr = 0xea;

    /// <summary>Whether the processor has the instructions and the runtime prefers registers of this width.</summary>
    public static bool IsSupported => Vector512.IsHardwareAccelerated && Avx512F.IsSupported && Avx512Vbmi.IsSupported;

    /// <inheritdoc/>
    public override string Name => "avx512 x16";

    /// <inheritdoc/>
    public override int LaneCount => Lanes;

    /// <summary>For each byte of a row after loading, the byte of the input it takes: the words of a block turned from big-endian.</summary>
    private static Vector512<byte> PaddedOrder => Vector512.Create(
        (byte)3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12, 19, 18, 17, 16, 23, 22, 21, 20, 27, 26, 25, 24, 31, 30, 29, 28,
        35, 34, 33, 32, 39, 38, 37, 36, 43, 42, 41, 40, 47, 46, 45, 44, 51, 50, 49, 48, 55, 54, 53, 52, 59, 58, 57, 56, 63, 62, 61, 60);

    /// <summary>The same one byte later, behind the prefix; the prefix's own place takes the last byte, which belongs to the second block.</summary>
    private static Vector512<byte> InnerOrder => Vector512.Create(
        (byte)2, 1, 0, 63, 6, 5, 4, 3, 10, 9, 8, 7, 14, 13, 12, 11, 18, 17, 16, 15, 22, 21, 20, 19, 26, 25, 24, 23, 30, 29, 28, 27,
        34, 33, 32, 31, 38, 37, 36, 35, 42, 41, 40, 39, 46, 45, 44, 43, 50, 49, 48, 47, 54, 53, 52, 51, 58, 57, 56, 55, 62, 61, 60, 59);

    /// <summary>The same with the key's hash two bytes later and the value's three; the constants' places take the last three bytes in order.</summary>
    private static Vector512<byte> LeafOrder => Vector512.Create(
        (byte)1, 0, 62, 61, 5, 4, 3, 2, 9, 8, 7, 6, 13, 12, 11, 10, 17, 16, 15, 14, 21, 20, 19, 18, 25, 24, 23, 22, 29, 28, 27, 26,
        32, 63, 31, 30, 36, 35, 34, 33, 40, 39, 38, 37, 44, 43, 42, 41, 48, 47, 46, 45, 52, 51, 50, 49, 56, 55, 54, 53, 60, 59, 58, 57);

    /// <inheritdoc/>
    internal override void Hash(Sha256Shape shape, ReadOnlySpan<byte> inputs, int blocksPerInput, int count, Span<byte> digests)
    {
        nint inputBytes = (nint)blocksPerInput * Sha256Constants.BlockBytes;
        ref byte input = ref MemoryMarshal.GetReference(inputs);
        ref byte digest = ref MemoryMarshal.GetReference(digests);
        Rows rows;
        Rows.Spread(out rows, inputBytes, Lanes);
        int done = 0;
        for (; count - done >= Lanes; done += Lanes)
        {
            Group(shape, ref Unsafe.Add(ref input, done * inputBytes), ref rows, blocksPerInput, ref Unsafe.Add(ref digest, (nint)done * Hash256.SizeBytes));
        }

        if (done < count)
        {
            DigestBuffer buffer;
            Unsafe.SkipInit(out buffer);
            Rows.Spread(out rows, inputBytes, count - done);
            Group(shape, ref Unsafe.Add(ref input, done * inputBytes), ref rows, blocksPerInput, ref buffer[0]);
            ((ReadOnlySpan<byte>)buffer)[..((count - done) * Hash256.SizeBytes)].CopyTo(digests[(done * Hash256.SizeBytes)..]);
        }
    }

    /// <summary>Hashes the messages at <paramref name="rows"/> and writes sixteen digests.</summary>
    private static void Group(Sha256Shape shape, ref byte first, ref Rows rows, int blocks, ref byte digests)
    {
        Unsafe.SkipInit(out Words words);
        Chain chain = Chain.Initial();
        switch (shape)
        {
            case Sha256Shape.Padded:
                for (int block = 0; block < blocks; block++)
                {
                    Load(ref Unsafe.Add(ref first, (nint)block * Sha256Constants.BlockBytes), ref rows, PaddedOrder, ref words);
                    Rounds(ref chain, ref chain, ref words, 0);
                }

                break;
            case Sha256Shape.Inner:
                Load(ref first, ref rows, InnerOrder, ref words);
                Vector512<uint> tail = Pick(words[0], 0xff000000, 0x00800000);
                words[0] = Pick(words[0], 0x00ffffff, (uint)CommitmentHash.InnerPrefix << 24);
                Rounds(ref chain, ref chain, ref words, 0);
                LastBlock(ref chain, ref words, tail, CommitmentHash.InnerBytes * 8);
                break;
            default:
                Load(ref first, ref rows, LeafOrder, ref words);
                tail = Pick(words[0], 0xffff0000, 0x00000080) | (words[8] & Vector512.Create(0x0000ff00u));
                words[0] = Pick(words[0], 0x0000ffff, ((uint)CommitmentHash.LeafPrefix << 24) | ((uint)CommitmentHash.LengthByte << 16));
                words[8] = Pick(words[8], 0xffff00ff, (uint)CommitmentHash.LengthByte << 8);
                Rounds(ref chain, ref chain, ref words, 0);
                LastBlock(ref chain, ref words, tail, CommitmentHash.LeafBytes * 8);
                break;
        }

        Store(ref chain, ref digests);
    }

    /// <summary>The bits of a word that <paramref name="kept"/> has, and constant bits in the place of the others.</summary>
    private static Vector512<uint> Pick(Vector512<uint> word, uint kept, uint constant) =>
        Avx512F.TernaryLogic(word, Vector512.Create(kept), Vector512.Create(constant), AndOr);

    /// <summary>
    /// Reads 64 bytes of sixteen messages and turns rows of words into columns: <c>words[i]</c> gets word i of all of them. Lane 4q + i
    /// holds message q + 4i, which spares <see cref="Store"/> a step.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Load(ref byte first, ref Rows rows, Vector512<byte> order, ref Words words)
    {
        FourRows(ref first, ref rows, 0, order, out Vector512<uint> a0, out Vector512<uint> a1, out Vector512<uint> a2, out Vector512<uint> a3);
        FourRows(ref first, ref rows, 1, order, out Vector512<uint> b0, out Vector512<uint> b1, out Vector512<uint> b2, out Vector512<uint> b3);
        FourRows(ref first, ref rows, 2, order, out Vector512<uint> c0, out Vector512<uint> c1, out Vector512<uint> c2, out Vector512<uint> c3);
        FourRows(ref first, ref rows, 3, order, out Vector512<uint> d0, out Vector512<uint> d1, out Vector512<uint> d2, out Vector512<uint> d3);
        FourColumns(a0, b0, c0, d0, out words[0], out words[4], out words[8], out words[12]);
        FourColumns(a1, b1, c1, d1, out words[1], out words[5], out words[9], out words[13]);
        FourColumns(a2, b2, c2, d2, out words[2], out words[6], out words[10], out words[14]);
        FourColumns(a3, b3, c3, d3, out words[3], out words[7], out words[11], out words[15]);
    }

    /// <summary>Rows q, q + 4, q + 8, q + 12: the 128-bit part p of <c>word i</c> gets their words 4p + i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourRows(
        ref byte first, ref Rows rows, int quarter, Vector512<byte> order,
        out Vector512<uint> word0, out Vector512<uint> word1, out Vector512<uint> word2, out Vector512<uint> word3)
    {
        Vector512<uint> a = Row(ref first, rows[quarter], order);
        Vector512<uint> b = Row(ref first, rows[quarter + 4], order);
        Vector512<uint> c = Row(ref first, rows[quarter + 8], order);
        Vector512<uint> d = Row(ref first, rows[quarter + 12], order);
        Vector512<ulong> lowAB = Avx512F.UnpackLow(a, b).AsUInt64();
        Vector512<ulong> lowCD = Avx512F.UnpackLow(c, d).AsUInt64();
        Vector512<ulong> highAB = Avx512F.UnpackHigh(a, b).AsUInt64();
        Vector512<ulong> highCD = Avx512F.UnpackHigh(c, d).AsUInt64();
        word0 = Avx512F.UnpackLow(lowAB, lowCD).AsUInt32();
        word1 = Avx512F.UnpackHigh(lowAB, lowCD).AsUInt32();
        word2 = Avx512F.UnpackLow(highAB, highCD).AsUInt32();
        word3 = Avx512F.UnpackHigh(highAB, highCD).AsUInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Row(ref byte first, nint offset, Vector512<byte> order) =>
        Avx512Vbmi.PermuteVar64x8(Vector512.LoadUnsafe(ref Unsafe.Add(ref first, offset)), order).AsUInt32();

    /// <summary>Turns a 4 by 4 matrix of 128-bit parts: <c>part p</c> gets part p of a, b, c and d.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourColumns(
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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Store(ref Chain chain, ref byte digests)
    {
        FourDigests(chain.A, chain.B, chain.C, chain.D, out Vector512<ulong> a0, out Vector512<ulong> a1, out Vector512<ulong> a2, out Vector512<ulong> a3);
        FourDigests(chain.E, chain.F, chain.G, chain.H, out Vector512<ulong> e0, out Vector512<ulong> e1, out Vector512<ulong> e2, out Vector512<ulong> e3);
        StoreFour(a0, e0, ref digests);
        StoreFour(a1, e1, ref Unsafe.Add(ref digests, 4 * Hash256.SizeBytes));
        StoreFour(a2, e2, ref Unsafe.Add(ref digests, 8 * Hash256.SizeBytes));
        StoreFour(a3, e3, ref Unsafe.Add(ref digests, 12 * Hash256.SizeBytes));
    }

    /// <summary>Half a digest, four words of each message: the 128-bit part q of <c>half i</c> gets that of message q + 4i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourDigests(
        Vector512<uint> a, Vector512<uint> b, Vector512<uint> c, Vector512<uint> d,
        out Vector512<ulong> half0, out Vector512<ulong> half1, out Vector512<ulong> half2, out Vector512<ulong> half3)
    {
        Vector512<ulong> lowAB = Avx512F.UnpackLow(a, b).AsUInt64();
        Vector512<ulong> lowCD = Avx512F.UnpackLow(c, d).AsUInt64();
        Vector512<ulong> highAB = Avx512F.UnpackHigh(a, b).AsUInt64();
        Vector512<ulong> highCD = Avx512F.UnpackHigh(c, d).AsUInt64();
        half0 = Avx512F.UnpackLow(lowAB, lowCD);
        half1 = Avx512F.UnpackHigh(lowAB, lowCD);
        half2 = Avx512F.UnpackLow(highAB, highCD);
        half3 = Avx512F.UnpackHigh(highAB, highCD);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreFour(Vector512<ulong> firstHalves, Vector512<ulong> secondHalves, ref byte digests)
    {
        Vector512<ulong> messages01 = Avx512F.PermuteVar8x64x2(firstHalves, Vector512.Create(0ul, 1, 8, 9, 2, 3, 10, 11), secondHalves);
        Vector512<ulong> messages23 = Avx512F.PermuteVar8x64x2(firstHalves, Vector512.Create(4ul, 5, 12, 13, 6, 7, 14, 15), secondHalves);
        Avx512Vbmi.PermuteVar64x8(messages01.AsByte(), PaddedOrder).StoreUnsafe(ref digests);
        Avx512Vbmi.PermuteVar64x8(messages23.AsByte(), PaddedOrder).StoreUnsafe(ref digests, 2 * Hash256.SizeBytes);
    }

    /// <summary>
    /// The rounds from <paramref name="firstRound"/> (a multiple of 16) to the last, beginning at <paramref name="start"/>, and the addition to the chain.
    /// <paramref name="words"/> are the schedule's from that round on.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rounds(ref Chain start, ref Chain chain, ref Words words, int firstRound)
    {
        Vector512<uint> a = start.A, b = start.B, c = start.C, d = start.D, e = start.E, f = start.F, g = start.G, h = start.H, t;
        Vector512<uint> w0 = words[0], w1 = words[1], w2 = words[2], w3 = words[3], w4 = words[4], w5 = words[5], w6 = words[6], w7 = words[7];
        Vector512<uint> w8 = words[8], w9 = words[9], w10 = words[10], w11 = words[11], w12 = words[12], w13 = words[13], w14 = words[14], w15 = words[15];
        ref uint key = ref Unsafe.Add(ref MemoryMarshal.GetReference(Sha256Constants.RoundKeys), firstRound);
        for (int round = firstRound; round < 48; round += 16)
        {
            t = First(e, f, g, h, w0, key); d += t; h = t + Second(a, b, c); w0 = Next(w0, w1, w9, w14);
            t = First(d, e, f, g, w1, Unsafe.Add(ref key, 1)); c += t; g = t + Second(h, a, b); w1 = Next(w1, w2, w10, w15);
            t = First(c, d, e, f, w2, Unsafe.Add(ref key, 2)); b += t; f = t + Second(g, h, a); w2 = Next(w2, w3, w11, w0);
            t = First(b, c, d, e, w3, Unsafe.Add(ref key, 3)); a += t; e = t + Second(f, g, h); w3 = Next(w3, w4, w12, w1);
            t = First(a, b, c, d, w4, Unsafe.Add(ref key, 4)); h += t; d = t + Second(e, f, g); w4 = Next(w4, w5, w13, w2);
            t = First(h, a, b, c, w5, Unsafe.Add(ref key, 5)); g += t; c = t + Second(d, e, f); w5 = Next(w5, w6, w14, w3);
            t = First(g, h, a, b, w6, Unsafe.Add(ref key, 6)); f += t; b = t + Second(c, d, e); w6 = Next(w6, w7, w15, w4);
            t = First(f, g, h, a, w7, Unsafe.Add(ref key, 7)); e += t; a = t + Second(b, c, d); w7 = Next(w7, w8, w0, w5);
            t = First(e, f, g, h, w8, Unsafe.Add(ref key, 8)); d += t; h = t + Second(a, b, c); w8 = Next(w8, w9, w1, w6);
            t = First(d, e, f, g, w9, Unsafe.Add(ref key, 9)); c += t; g = t + Second(h, a, b); w9 = Next(w9, w10, w2, w7);
            t = First(c, d, e, f, w10, Unsafe.Add(ref key, 10)); b += t; f = t + Second(g, h, a); w10 = Next(w10, w11, w3, w8);
            t = First(b, c, d, e, w11, Unsafe.Add(ref key, 11)); a += t; e = t + Second(f, g, h); w11 = Next(w11, w12, w4, w9);
            t = First(a, b, c, d, w12, Unsafe.Add(ref key, 12)); h += t; d = t + Second(e, f, g); w12 = Next(w12, w13, w5, w10);
            t = First(h, a, b, c, w13, Unsafe.Add(ref key, 13)); g += t; c = t + Second(d, e, f); w13 = Next(w13, w14, w6, w11);
            t = First(g, h, a, b, w14, Unsafe.Add(ref key, 14)); f += t; b = t + Second(c, d, e); w14 = Next(w14, w15, w7, w12);
            t = First(f, g, h, a, w15, Unsafe.Add(ref key, 15)); e += t; a = t + Second(b, c, d); w15 = Next(w15, w0, w8, w13);
            key = ref Unsafe.Add(ref key, 16);
        }

        t = First(e, f, g, h, w0, key); d += t; h = t + Second(a, b, c);
        t = First(d, e, f, g, w1, Unsafe.Add(ref key, 1)); c += t; g = t + Second(h, a, b);
        t = First(c, d, e, f, w2, Unsafe.Add(ref key, 2)); b += t; f = t + Second(g, h, a);
        t = First(b, c, d, e, w3, Unsafe.Add(ref key, 3)); a += t; e = t + Second(f, g, h);
        t = First(a, b, c, d, w4, Unsafe.Add(ref key, 4)); h += t; d = t + Second(e, f, g);
        t = First(h, a, b, c, w5, Unsafe.Add(ref key, 5)); g += t; c = t + Second(d, e, f);
        t = First(g, h, a, b, w6, Unsafe.Add(ref key, 6)); f += t; b = t + Second(c, d, e);
        t = First(f, g, h, a, w7, Unsafe.Add(ref key, 7)); e += t; a = t + Second(b, c, d);
        t = First(e, f, g, h, w8, Unsafe.Add(ref key, 8)); d += t; h = t + Second(a, b, c);
        t = First(d, e, f, g, w9, Unsafe.Add(ref key, 9)); c += t; g = t + Second(h, a, b);
        t = First(c, d, e, f, w10, Unsafe.Add(ref key, 10)); b += t; f = t + Second(g, h, a);
        t = First(b, c, d, e, w11, Unsafe.Add(ref key, 11)); a += t; e = t + Second(f, g, h);
        t = First(a, b, c, d, w12, Unsafe.Add(ref key, 12)); h += t; d = t + Second(e, f, g);
        t = First(h, a, b, c, w13, Unsafe.Add(ref key, 13)); g += t; c = t + Second(d, e, f);
        t = First(g, h, a, b, w14, Unsafe.Add(ref key, 14)); f += t; b = t + Second(c, d, e);
        t = First(f, g, h, a, w15, Unsafe.Add(ref key, 15)); e += t; a = t + Second(b, c, d);
        chain.A += a;
        chain.B += b;
        chain.C += c;
        chain.D += d;
        chain.E += e;
        chain.F += f;
        chain.G += g;
        chain.H += h;
    }

    /// <summary>
    /// The second block of a leaf or an inner node: one word that varies, fourteen zeros, the length in bits. The zeros save additions in the first
    /// rounds and two thirds of the first step of the schedule.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LastBlock(ref Chain chain, ref Words words, Vector512<uint> first, uint bitCount)
    {
        Vector512<uint> a = chain.A, b = chain.B, c = chain.C, d = chain.D, e = chain.E, f = chain.F, g = chain.G, h = chain.H, t;
        Vector512<uint> bits = Vector512.Create(bitCount);
        ref uint key = ref MemoryMarshal.GetReference(Sha256Constants.RoundKeys);
        t = First(e, f, g, h, first, key); d += t; h = t + Second(a, b, c);
        t = First(d, e, f, g, Unsafe.Add(ref key, 1)); c += t; g = t + Second(h, a, b);
        t = First(c, d, e, f, Unsafe.Add(ref key, 2)); b += t; f = t + Second(g, h, a);
        t = First(b, c, d, e, Unsafe.Add(ref key, 3)); a += t; e = t + Second(f, g, h);
        t = First(a, b, c, d, Unsafe.Add(ref key, 4)); h += t; d = t + Second(e, f, g);
        t = First(h, a, b, c, Unsafe.Add(ref key, 5)); g += t; c = t + Second(d, e, f);
        t = First(g, h, a, b, Unsafe.Add(ref key, 6)); f += t; b = t + Second(c, d, e);
        t = First(f, g, h, a, Unsafe.Add(ref key, 7)); e += t; a = t + Second(b, c, d);
        t = First(e, f, g, h, Unsafe.Add(ref key, 8)); d += t; h = t + Second(a, b, c);
        t = First(d, e, f, g, Unsafe.Add(ref key, 9)); c += t; g = t + Second(h, a, b);
        t = First(c, d, e, f, Unsafe.Add(ref key, 10)); b += t; f = t + Second(g, h, a);
        t = First(b, c, d, e, Unsafe.Add(ref key, 11)); a += t; e = t + Second(f, g, h);
        t = First(a, b, c, d, Unsafe.Add(ref key, 12)); h += t; d = t + Second(e, f, g);
        t = First(h, a, b, c, Unsafe.Add(ref key, 13)); g += t; c = t + Second(d, e, f);
        t = First(g, h, a, b, Unsafe.Add(ref key, 14)); f += t; b = t + Second(c, d, e);
        t = First(f, g, h, a, bits, Unsafe.Add(ref key, 15)); e += t; a = t + Second(b, c, d);
        Chain middle = new() { A = a, B = b, C = c, D = d, E = e, F = f, G = g, H = h };

        // Next() without the terms that are zero.
        Vector512<uint> w0 = first;
        Vector512<uint> w1 = SmallSigma1(bits);
        Vector512<uint> w2 = SmallSigma1(w0);
        Vector512<uint> w3 = SmallSigma1(w1);
        Vector512<uint> w4 = SmallSigma1(w2);
        Vector512<uint> w5 = SmallSigma1(w3);
        Vector512<uint> w6 = SmallSigma1(w4) + bits;
        Vector512<uint> w7 = SmallSigma1(w5) + w0;
        Vector512<uint> w8 = SmallSigma1(w6) + w1;
        Vector512<uint> w9 = SmallSigma1(w7) + w2;
        Vector512<uint> w10 = SmallSigma1(w8) + w3;
        Vector512<uint> w11 = SmallSigma1(w9) + w4;
        Vector512<uint> w12 = SmallSigma1(w10) + w5;
        Vector512<uint> w13 = SmallSigma1(w11) + w6;
        words[14] = SmallSigma1(w12) + w7 + SmallSigma0(bits);
        words[15] = SmallSigma1(w13) + w8 + SmallSigma0(w0) + bits;
        words[0] = w0;
        words[1] = w1;
        words[2] = w2;
        words[3] = w3;
        words[4] = w4;
        words[5] = w5;
        words[6] = w6;
        words[7] = w7;
        words[8] = w8;
        words[9] = w9;
        words[10] = w10;
        words[11] = w11;
        words[12] = w12;
        words[13] = w13;
        Rounds(ref middle, ref chain, ref words, 16);
    }

    /// <summary>T1 of a round (FIPS 180-4, section 6.2.2).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> First(Vector512<uint> e, Vector512<uint> f, Vector512<uint> g, Vector512<uint> h, Vector512<uint> word, uint key) =>
        First(e, f, g, h + word, key);

    /// <summary>T1 of a round whose word is zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> First(Vector512<uint> e, Vector512<uint> f, Vector512<uint> g, Vector512<uint> h, uint key)
    {
        Vector512<uint> sigma = Xor(Avx512F.RotateRight(e, 6), Avx512F.RotateRight(e, 11), Avx512F.RotateRight(e, 25));
        return h + Vector512.Create(key) + Avx512F.TernaryLogic(e, f, g, Choose) + sigma;
    }

    /// <summary>T2 of a round.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Second(Vector512<uint> a, Vector512<uint> b, Vector512<uint> c) =>
        Xor(Avx512F.RotateRight(a, 2), Avx512F.RotateRight(a, 13), Avx512F.RotateRight(a, 22)) + Avx512F.TernaryLogic(a, b, c, Majority);

    /// <summary>The word of the schedule sixteen places behind <paramref name="w0"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Next(Vector512<uint> w0, Vector512<uint> w1, Vector512<uint> w9, Vector512<uint> w14) =>
        w0 + w9 + SmallSigma0(w1) + SmallSigma1(w14);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> SmallSigma0(Vector512<uint> w) => Xor(Avx512F.RotateRight(w, 7), Avx512F.RotateRight(w, 18), w >>> 3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> SmallSigma1(Vector512<uint> w) => Xor(Avx512F.RotateRight(w, 17), Avx512F.RotateRight(w, 19), w >>> 10);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Xor(Vector512<uint> a, Vector512<uint> b, Vector512<uint> c) => Avx512F.TernaryLogic(a, b, c, Parity);

    /// <summary>The chaining value of sixteen messages.</summary>
    private struct Chain
    {
        public Vector512<uint> A, B, C, D, E, F, G, H;

        public static Chain Initial()
        {
            ReadOnlySpan<uint> hash = Sha256Constants.InitialHash;
            return new Chain
            {
                A = Vector512.Create(hash[0]),
                B = Vector512.Create(hash[1]),
                C = Vector512.Create(hash[2]),
                D = Vector512.Create(hash[3]),
                E = Vector512.Create(hash[4]),
                F = Vector512.Create(hash[5]),
                G = Vector512.Create(hash[6]),
                H = Vector512.Create(hash[7]),
            };
        }
    }

    /// <summary>Sixteen words of the schedule of sixteen messages.</summary>
    [InlineArray(16)]
    private struct Words
    {
        private Vector512<uint> _first;
    }

    /// <summary>Where the sixteen messages of a group begin, in bytes from the first.</summary>
    [InlineArray(Lanes)]
    private struct Rows
    {
        private nint _first;

        /// <summary>The offsets of <paramref name="count"/> messages; lanes that are left over repeat the last one.</summary>
        public static void Spread(out Rows rows, nint inputBytes, int count)
        {
            Unsafe.SkipInit(out rows);
            for (int i = 0; i < Lanes; i++)
            {
                rows[i] = Math.Min(i, count - 1) * inputBytes;
            }
        }
    }

    /// <summary>The digests of a group of fewer than sixteen messages.</summary>
    [InlineArray(Lanes * Hash256.SizeBytes)]
    private struct DigestBuffer
    {
        private byte _first;
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cairn.Hashing;

// SAFETY: memory is reached through references with computed offsets. The spans are checked by Sha256Lanes (count * input bytes to read,
// count * 32 bytes to write); Hash walks them in groups, and the rows of a group lie inside its messages, so that no load ends behind the last one.
// A group of fewer than eight messages writes to the scratch, and the used part is copied. The round keys are 64 constants, read at offsets below 64.
// The scratch is over-allocated on the stack, which does not move, and used from its first aligned byte. The plain version is Sha256LanesFallback.

/// <summary>
/// Eight messages at once in 256-bit registers: a register holds the same word of eight messages. The state stays in registers, the words of the schedule
/// in memory, for AVX2 has sixteen registers only. <typeparamref name="TLogic"/> supplies what AVX2 and AVX-512 do differently.
/// </summary>
[SkipLocalsInit]
internal sealed class Sha256Lanes8<TLogic> : Sha256Lanes
    where TLogic : struct, ISha256LanesLogic
{
    private const int Lanes = 8;

    /// <summary>Where the scratch begins: at a multiple of a register's size.</summary>
    private const int Alignment = 32;

    private static readonly Sha256LanesFallback Platform = new();

    /// <inheritdoc/>
    public override string Name => TLogic.Name;

    /// <inheritdoc/>
    public override int LaneCount => Lanes;

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

    /// <summary>Hashes fewer than eight messages.</summary>
    private static void Rest(Sha256Shape shape, ReadOnlySpan<byte> inputs, int blocksPerInput, int count, ref Scratch scratch, Span<byte> digests)
    {
        if (Sha256LanesFallback.IsFaster(shape, blocksPerInput, count, TLogic.BlockNanoseconds))
        {
            Platform.Hash(shape, inputs, blocksPerInput, count, digests);
            return;
        }

        scratch.Rows.Spread((nint)blocksPerInput * Sha256Constants.BlockBytes, count);
        Group(shape, ref MemoryMarshal.GetReference(inputs), blocksPerInput, ref scratch, ref scratch.Digests[0]);
        ((ReadOnlySpan<byte>)scratch.Digests)[..(count * Hash256.SizeBytes)].CopyTo(digests);
    }

    /// <summary>Hashes the messages at the scratch's rows and writes eight digests.</summary>
    private static void Group(Sha256Shape shape, ref byte first, int blocks, ref Scratch scratch, ref byte digests)
    {
        scratch.Chain.Begin();
        if (shape == Sha256Shape.Padded)
        {
            for (int block = 0; block < blocks; block++)
            {
                Load(ref Unsafe.Add(ref first, (nint)block * Sha256Constants.BlockBytes), ref scratch);
                Compress(ref scratch.Chain, ref scratch.Words, 0, default);
            }
        }
        else
        {
            Load(ref first, ref scratch);
            Vector256<uint> tail = shape == Sha256Shape.Inner ? ShiftInner(ref scratch.Words) : ShiftLeaf(ref scratch.Words);
            int preimageBytes = shape == Sha256Shape.Inner ? CommitmentHash.InnerBytes : CommitmentHash.LeafBytes;
            Compress(ref scratch.Chain, ref scratch.Words, (uint)preimageBytes * 8, tail);
        }

        Store(ref scratch.Chain, ref digests);
    }

    /// <summary>Moves the words one byte back, behind the prefix of an inner node, and returns the first word of the second block.</summary>
    private static Vector256<uint> ShiftInner(ref Words words)
    {
        Span<Vector256<uint>> w = MemoryMarshal.CreateSpan(ref words.W0, 16);
        Vector256<uint> tail = (w[15] << 24) | Vector256.Create(0x00800000u);
        for (int i = 15; i > 0; i--)
        {
            w[i] = (w[i - 1] << 24) | (w[i] >>> 8);
        }

        w[0] = Vector256.Create((uint)CommitmentHash.InnerPrefix << 24) | (w[0] >>> 8);
        return tail;
    }

    /// <summary>Makes place for a leaf's prefix and length bytes, and returns the first word of the second block.</summary>
    private static Vector256<uint> ShiftLeaf(ref Words words)
    {
        Span<Vector256<uint>> w = MemoryMarshal.CreateSpan(ref words.W0, 16);
        Vector256<uint> tail = (w[15] << 8) | Vector256.Create(0x00000080u);
        for (int i = 15; i > 8; i--)
        {
            w[i] = (w[i - 1] << 8) | (w[i] >>> 24);
        }

        w[8] = (w[7] << 16) | Vector256.Create((uint)CommitmentHash.LengthByte << 8) | (w[8] >>> 24);
        for (int i = 7; i > 0; i--)
        {
            w[i] = (w[i - 1] << 16) | (w[i] >>> 16);
        }

        w[0] = Vector256.Create(((uint)CommitmentHash.LeafPrefix << 24) | ((uint)CommitmentHash.LengthByte << 16)) | (w[0] >>> 16);
        return tail;
    }

    /// <summary>Reads a block of eight messages: word i of the scratch gets word i of all of them, lane by lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Load(ref byte first, ref Scratch scratch)
    {
        ref Rows rows = ref scratch.Rows;
        ref Words words = ref scratch.Words;
        for (int half = 0; half < 2; half++)
        {
            Vector256<uint> a = Row(ref first, rows[0]), b = Row(ref first, rows[1]), c = Row(ref first, rows[2]), d = Row(ref first, rows[3]);
            Vector256<uint> e = Row(ref first, rows[4]), f = Row(ref first, rows[5]), g = Row(ref first, rows[6]), h = Row(ref first, rows[7]);
            Transpose(ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
            ref Vector256<uint> word = ref Unsafe.Add(ref words.W0, half * 8);
            word = a;
            Unsafe.Add(ref word, 1) = b;
            Unsafe.Add(ref word, 2) = c;
            Unsafe.Add(ref word, 3) = d;
            Unsafe.Add(ref word, 4) = e;
            Unsafe.Add(ref word, 5) = f;
            Unsafe.Add(ref word, 6) = g;
            Unsafe.Add(ref word, 7) = h;
            first = ref Unsafe.Add(ref first, Sha256Constants.BlockBytes / 2);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Row(ref byte first, nint offset) => SwapBytes(Vector256.LoadUnsafe(ref Unsafe.Add(ref first, offset)).AsUInt32());

    /// <summary>Turns each word from or to big-endian.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> SwapBytes(Vector256<uint> words) => Avx2.Shuffle(
        words.AsByte(),
        Vector256.Create((byte)3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)).AsUInt32();

    /// <summary>Writes the eight digests.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Store(ref Chain chain, ref byte digests)
    {
        Vector256<uint> a = chain.A, b = chain.B, c = chain.C, d = chain.D, e = chain.E, f = chain.F, g = chain.G, h = chain.H;
        Transpose(ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
        SwapBytes(a).AsByte().StoreUnsafe(ref digests);
        SwapBytes(b).AsByte().StoreUnsafe(ref digests, Hash256.SizeBytes);
        SwapBytes(c).AsByte().StoreUnsafe(ref digests, 2 * Hash256.SizeBytes);
        SwapBytes(d).AsByte().StoreUnsafe(ref digests, 3 * Hash256.SizeBytes);
        SwapBytes(e).AsByte().StoreUnsafe(ref digests, 4 * Hash256.SizeBytes);
        SwapBytes(f).AsByte().StoreUnsafe(ref digests, 5 * Hash256.SizeBytes);
        SwapBytes(g).AsByte().StoreUnsafe(ref digests, 6 * Hash256.SizeBytes);
        SwapBytes(h).AsByte().StoreUnsafe(ref digests, 7 * Hash256.SizeBytes);
    }

    /// <summary>Turns an 8 by 8 matrix of words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(
        ref Vector256<uint> a, ref Vector256<uint> b, ref Vector256<uint> c, ref Vector256<uint> d,
        ref Vector256<uint> e, ref Vector256<uint> f, ref Vector256<uint> g, ref Vector256<uint> h)
    {
        TransposeWords(a, b, c, d, out Vector256<uint> ad0, out Vector256<uint> ad1, out Vector256<uint> ad2, out Vector256<uint> ad3);
        TransposeWords(e, f, g, h, out Vector256<uint> eh0, out Vector256<uint> eh1, out Vector256<uint> eh2, out Vector256<uint> eh3);
        const byte Low = 0x20;
        const byte High = 0x31;
        a = Avx2.Permute2x128(ad0, eh0, Low);
        b = Avx2.Permute2x128(ad1, eh1, Low);
        c = Avx2.Permute2x128(ad2, eh2, Low);
        d = Avx2.Permute2x128(ad3, eh3, Low);
        e = Avx2.Permute2x128(ad0, eh0, High);
        f = Avx2.Permute2x128(ad1, eh1, High);
        g = Avx2.Permute2x128(ad2, eh2, High);
        h = Avx2.Permute2x128(ad3, eh3, High);
    }

    /// <summary>Turns the 4 by 4 matrix of words in each 128-bit part: <c>word i</c> gets word i of a, b, c and d.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeWords(
        Vector256<uint> a, Vector256<uint> b, Vector256<uint> c, Vector256<uint> d,
        out Vector256<uint> word0, out Vector256<uint> word1, out Vector256<uint> word2, out Vector256<uint> word3)
    {
        Vector256<ulong> lowAB = Avx2.UnpackLow(a, b).AsUInt64();
        Vector256<ulong> lowCD = Avx2.UnpackLow(c, d).AsUInt64();
        Vector256<ulong> highAB = Avx2.UnpackHigh(a, b).AsUInt64();
        Vector256<ulong> highCD = Avx2.UnpackHigh(c, d).AsUInt64();
        word0 = Avx2.UnpackLow(lowAB, lowCD).AsUInt32();
        word1 = Avx2.UnpackHigh(lowAB, lowCD).AsUInt32();
        word2 = Avx2.UnpackLow(highAB, highCD).AsUInt32();
        word3 = Avx2.UnpackHigh(highAB, highCD).AsUInt32();
    }

    /// <summary>
    /// Compresses the block in <paramref name="w"/>, and with <paramref name="bitCount"/> the second block of a leaf or an inner node as well: the word
    /// <paramref name="tail"/>, fourteen zeros, the length in bits.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Compress(ref Chain chain, ref Words w, uint bitCount, Vector256<uint> tail)
    {
        Vector256<uint> a = chain.A, b = chain.B, c = chain.C, d = chain.D, e = chain.E, f = chain.F, g = chain.G, h = chain.H;
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
            w.W15 = Vector256.Create(bitCount);
            SparseRoundsAndWords(ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h, ref w, ref keys);
            round = 16;
            bitCount = 0;
        }
    }

    /// <summary>Sixteen rounds (FIPS 180-4, section 6.2.2). The names of the state's words go round instead of the words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Rounds(
        ref Vector256<uint> a, ref Vector256<uint> b, ref Vector256<uint> c, ref Vector256<uint> d,
        ref Vector256<uint> e, ref Vector256<uint> f, ref Vector256<uint> g, ref Vector256<uint> h,
        ref Words w, ref uint key)
    {
        Vector256<uint> t;
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
        ref Vector256<uint> a, ref Vector256<uint> b, ref Vector256<uint> c, ref Vector256<uint> d,
        ref Vector256<uint> e, ref Vector256<uint> f, ref Vector256<uint> g, ref Vector256<uint> h,
        ref Words w, ref uint key)
    {
        Vector256<uint> t;
        h += w.W0; d += t = First(e, f, g, h, key); h = t + Second(a, b, c); w.W0 = w.W0 + w.W9 + TLogic.SmallSigma0(w.W1) + TLogic.SmallSigma1(w.W14);
        g += w.W1; c += t = First(d, e, f, g, Unsafe.Add(ref key, 1)); g = t + Second(h, a, b); w.W1 = w.W1 + w.W10 + TLogic.SmallSigma0(w.W2) + TLogic.SmallSigma1(w.W15);
        f += w.W2; b += t = First(c, d, e, f, Unsafe.Add(ref key, 2)); f = t + Second(g, h, a); w.W2 = w.W2 + w.W11 + TLogic.SmallSigma0(w.W3) + TLogic.SmallSigma1(w.W0);
        e += w.W3; a += t = First(b, c, d, e, Unsafe.Add(ref key, 3)); e = t + Second(f, g, h); w.W3 = w.W3 + w.W12 + TLogic.SmallSigma0(w.W4) + TLogic.SmallSigma1(w.W1);
        d += w.W4; h += t = First(a, b, c, d, Unsafe.Add(ref key, 4)); d = t + Second(e, f, g); w.W4 = w.W4 + w.W13 + TLogic.SmallSigma0(w.W5) + TLogic.SmallSigma1(w.W2);
        c += w.W5; g += t = First(h, a, b, c, Unsafe.Add(ref key, 5)); c = t + Second(d, e, f); w.W5 = w.W5 + w.W14 + TLogic.SmallSigma0(w.W6) + TLogic.SmallSigma1(w.W3);
        b += w.W6; f += t = First(g, h, a, b, Unsafe.Add(ref key, 6)); b = t + Second(c, d, e); w.W6 = w.W6 + w.W15 + TLogic.SmallSigma0(w.W7) + TLogic.SmallSigma1(w.W4);
        a += w.W7; e += t = First(f, g, h, a, Unsafe.Add(ref key, 7)); a = t + Second(b, c, d); w.W7 = w.W7 + w.W0 + TLogic.SmallSigma0(w.W8) + TLogic.SmallSigma1(w.W5);
        h += w.W8; d += t = First(e, f, g, h, Unsafe.Add(ref key, 8)); h = t + Second(a, b, c); w.W8 = w.W8 + w.W1 + TLogic.SmallSigma0(w.W9) + TLogic.SmallSigma1(w.W6);
        g += w.W9; c += t = First(d, e, f, g, Unsafe.Add(ref key, 9)); g = t + Second(h, a, b); w.W9 = w.W9 + w.W2 + TLogic.SmallSigma0(w.W10) + TLogic.SmallSigma1(w.W7);
        f += w.W10; b += t = First(c, d, e, f, Unsafe.Add(ref key, 10)); f = t + Second(g, h, a); w.W10 = w.W10 + w.W3 + TLogic.SmallSigma0(w.W11) + TLogic.SmallSigma1(w.W8);
        e += w.W11; a += t = First(b, c, d, e, Unsafe.Add(ref key, 11)); e = t + Second(f, g, h); w.W11 = w.W11 + w.W4 + TLogic.SmallSigma0(w.W12) + TLogic.SmallSigma1(w.W9);
        d += w.W12; h += t = First(a, b, c, d, Unsafe.Add(ref key, 12)); d = t + Second(e, f, g); w.W12 = w.W12 + w.W5 + TLogic.SmallSigma0(w.W13) + TLogic.SmallSigma1(w.W10);
        c += w.W13; g += t = First(h, a, b, c, Unsafe.Add(ref key, 13)); c = t + Second(d, e, f); w.W13 = w.W13 + w.W6 + TLogic.SmallSigma0(w.W14) + TLogic.SmallSigma1(w.W11);
        b += w.W14; f += t = First(g, h, a, b, Unsafe.Add(ref key, 14)); b = t + Second(c, d, e); w.W14 = w.W14 + w.W7 + TLogic.SmallSigma0(w.W15) + TLogic.SmallSigma1(w.W12);
        a += w.W15; e += t = First(f, g, h, a, Unsafe.Add(ref key, 15)); a = t + Second(b, c, d); w.W15 = w.W15 + w.W8 + TLogic.SmallSigma0(w.W0) + TLogic.SmallSigma1(w.W13);
    }

    /// <summary>The same for a block whose words 1 to 14 are zero, without the terms that are zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SparseRoundsAndWords(
        ref Vector256<uint> a, ref Vector256<uint> b, ref Vector256<uint> c, ref Vector256<uint> d,
        ref Vector256<uint> e, ref Vector256<uint> f, ref Vector256<uint> g, ref Vector256<uint> h,
        ref Words w, ref uint key)
    {
        Vector256<uint> t;
        h += w.W0; d += t = First(e, f, g, h, key); h = t + Second(a, b, c);
        c += t = First(d, e, f, g, Unsafe.Add(ref key, 1)); g = t + Second(h, a, b); w.W1 = TLogic.SmallSigma1(w.W15);
        b += t = First(c, d, e, f, Unsafe.Add(ref key, 2)); f = t + Second(g, h, a); w.W2 = TLogic.SmallSigma1(w.W0);
        a += t = First(b, c, d, e, Unsafe.Add(ref key, 3)); e = t + Second(f, g, h); w.W3 = TLogic.SmallSigma1(w.W1);
        h += t = First(a, b, c, d, Unsafe.Add(ref key, 4)); d = t + Second(e, f, g); w.W4 = TLogic.SmallSigma1(w.W2);
        g += t = First(h, a, b, c, Unsafe.Add(ref key, 5)); c = t + Second(d, e, f); w.W5 = TLogic.SmallSigma1(w.W3);
        f += t = First(g, h, a, b, Unsafe.Add(ref key, 6)); b = t + Second(c, d, e); w.W6 = TLogic.SmallSigma1(w.W4) + w.W15;
        e += t = First(f, g, h, a, Unsafe.Add(ref key, 7)); a = t + Second(b, c, d); w.W7 = TLogic.SmallSigma1(w.W5) + w.W0;
        d += t = First(e, f, g, h, Unsafe.Add(ref key, 8)); h = t + Second(a, b, c); w.W8 = TLogic.SmallSigma1(w.W6) + w.W1;
        c += t = First(d, e, f, g, Unsafe.Add(ref key, 9)); g = t + Second(h, a, b); w.W9 = TLogic.SmallSigma1(w.W7) + w.W2;
        b += t = First(c, d, e, f, Unsafe.Add(ref key, 10)); f = t + Second(g, h, a); w.W10 = TLogic.SmallSigma1(w.W8) + w.W3;
        a += t = First(b, c, d, e, Unsafe.Add(ref key, 11)); e = t + Second(f, g, h); w.W11 = TLogic.SmallSigma1(w.W9) + w.W4;
        h += t = First(a, b, c, d, Unsafe.Add(ref key, 12)); d = t + Second(e, f, g); w.W12 = TLogic.SmallSigma1(w.W10) + w.W5;
        g += t = First(h, a, b, c, Unsafe.Add(ref key, 13)); c = t + Second(d, e, f); w.W13 = TLogic.SmallSigma1(w.W11) + w.W6;
        f += t = First(g, h, a, b, Unsafe.Add(ref key, 14)); b = t + Second(c, d, e); w.W14 = TLogic.SmallSigma1(w.W12) + w.W7 + TLogic.SmallSigma0(w.W15);
        a += w.W15; e += t = First(f, g, h, a, Unsafe.Add(ref key, 15)); a = t + Second(b, c, d); w.W15 += TLogic.SmallSigma1(w.W13) + w.W8 + TLogic.SmallSigma0(w.W0);
    }

    /// <summary>T1 of a round, the word of the schedule added to <paramref name="h"/> already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> First(Vector256<uint> e, Vector256<uint> f, Vector256<uint> g, Vector256<uint> h, uint key) =>
        h + Vector256.Create(key) + TLogic.Choose(e, f, g) + TLogic.BigSigma1(e);

    /// <summary>T2 of a round.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Second(Vector256<uint> a, Vector256<uint> b, Vector256<uint> c) =>
        TLogic.BigSigma0(a) + TLogic.Majority(a, b, c);

    /// <summary>The chaining value of eight messages.</summary>
    private struct Chain
    {
        public Vector256<uint> A, B, C, D, E, F, G, H;

        public void Begin()
        {
            ReadOnlySpan<uint> hash = Sha256Constants.InitialHash;
            A = Vector256.Create(hash[0]);
            B = Vector256.Create(hash[1]);
            C = Vector256.Create(hash[2]);
            D = Vector256.Create(hash[3]);
            E = Vector256.Create(hash[4]);
            F = Vector256.Create(hash[5]);
            G = Vector256.Create(hash[6]);
            H = Vector256.Create(hash[7]);
        }
    }

    /// <summary>Sixteen words of the schedule of eight messages.</summary>
    private struct Words
    {
        public Vector256<uint> W0, W1, W2, W3, W4, W5, W6, W7, W8, W9, W10, W11, W12, W13, W14, W15;
    }

    /// <summary>Where the eight messages of a group begin, in bytes from the first.</summary>
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

    /// <summary>The digests of a group of fewer than eight messages.</summary>
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

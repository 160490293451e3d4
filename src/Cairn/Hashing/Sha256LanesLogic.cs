using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cairn.Hashing;

// SAFETY: arithmetic on registers only; nothing here reaches memory.

/// <summary>The six functions of SHA-256 (FIPS 180-4, section 4.1.2) on eight words at once: what the instruction sets do differently.</summary>
internal interface ISha256LanesLogic
{
    /// <summary>The name of the implementation that uses this.</summary>
    static abstract string Name { get; }

    /// <summary>What eight lanes need for a block, in nanoseconds, measured and rough: see <see cref="Sha256LanesFallback.IsFaster"/>.</summary>
    static abstract int BlockNanoseconds { get; }

    static abstract Vector256<uint> BigSigma0(Vector256<uint> x);

    static abstract Vector256<uint> BigSigma1(Vector256<uint> x);

    static abstract Vector256<uint> SmallSigma0(Vector256<uint> x);

    static abstract Vector256<uint> SmallSigma1(Vector256<uint> x);

    /// <summary>x ? y : z, bit by bit.</summary>
    static abstract Vector256<uint> Choose(Vector256<uint> x, Vector256<uint> y, Vector256<uint> z);

    /// <summary>What two of the three say, bit by bit.</summary>
    static abstract Vector256<uint> Majority(Vector256<uint> x, Vector256<uint> y, Vector256<uint> z);
}

/// <summary>AVX2: a rotation is two shifts.</summary>
internal readonly struct Sha256LanesAvx2 : ISha256LanesLogic
{
    public static bool IsSupported => Vector256.IsHardwareAccelerated && Avx2.IsSupported;

    public static string Name => "avx2 x8";

    public static int BlockNanoseconds => 290;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> BigSigma0(Vector256<uint> x) => (x >>> 2) ^ (x << 30) ^ (x >>> 13) ^ (x << 19) ^ (x >>> 22) ^ (x << 10);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> BigSigma1(Vector256<uint> x) => (x >>> 6) ^ (x << 26) ^ (x >>> 11) ^ (x << 21) ^ (x >>> 25) ^ (x << 7);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> SmallSigma0(Vector256<uint> x) => (x >>> 7) ^ (x << 25) ^ (x >>> 18) ^ (x << 14) ^ (x >>> 3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> SmallSigma1(Vector256<uint> x) => (x >>> 17) ^ (x << 15) ^ (x >>> 19) ^ (x << 13) ^ (x >>> 10);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Choose(Vector256<uint> x, Vector256<uint> y, Vector256<uint> z) => z ^ (x & (y ^ z));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Majority(Vector256<uint> x, Vector256<uint> y, Vector256<uint> z) => y ^ ((x ^ y) & (y ^ z));
}

/// <summary>AVX-512 on 256-bit registers: rotation is an instruction, and so is any function of three words.</summary>
internal readonly struct Sha256LanesAvx512 : ISha256LanesLogic
{
    /// <summary>The truth table of x xor y xor z.</summary>
    private const byte Parity = 0x96;

    public static bool IsSupported => Sha256LanesAvx2.IsSupported && Avx512F.VL.IsSupported;

    public static string Name => "avx512 x8";

    public static int BlockNanoseconds => 150;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> BigSigma0(Vector256<uint> x) =>
        Avx512F.VL.TernaryLogic(Avx512F.VL.RotateRight(x, 2), Avx512F.VL.RotateRight(x, 13), Avx512F.VL.RotateRight(x, 22), Parity);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> BigSigma1(Vector256<uint> x) =>
        Avx512F.VL.TernaryLogic(Avx512F.VL.RotateRight(x, 6), Avx512F.VL.RotateRight(x, 11), Avx512F.VL.RotateRight(x, 25), Parity);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> SmallSigma0(Vector256<uint> x) =>
        Avx512F.VL.TernaryLogic(Avx512F.VL.RotateRight(x, 7), Avx512F.VL.RotateRight(x, 18), x >>> 3, Parity);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> SmallSigma1(Vector256<uint> x) =>
        Avx512F.VL.TernaryLogic(Avx512F.VL.RotateRight(x, 17), Avx512F.VL.RotateRight(x, 19), x >>> 10, Parity);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Choose(Vector256<uint> x, Vector256<uint> y, Vector256<uint> z) => Avx512F.VL.TernaryLogic(x, y, z, 0xca);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Majority(Vector256<uint> x, Vector256<uint> y, Vector256<uint> z) => Avx512F.VL.TernaryLogic(x, y, z, 0xe8);
}

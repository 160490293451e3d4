using System.Numerics;

namespace Cairn.Contracts;

/// <summary>Integers of 1 to 32 bytes, least significant first, in two's complement where they are signed.</summary>
internal sealed class IntegerCodec<T> : StorageKeyCodec<T>
    where T : struct, IBinaryInteger<T>
{
    private const int MaxBytes = 32;

    private readonly bool _isSigned;

    public IntegerCodec(int bytes, bool isSigned)
        : base($"{(isSigned ? 'i' : 'u')}{8 * bytes}", (uint)bytes) => _isSigned = isSigned;

    public override T Read(StoragePlace place)
    {
        Span<byte> bytes = stackalloc byte[MaxBytes];
        bytes = bytes[..T.Zero.GetByteCount()];
        int size = (int)Size;
        place.Read(bytes[..size]);
        bytes[size..].Fill(_isSigned && (sbyte)bytes[size - 1] < 0 ? (byte)0xFF : (byte)0);
        return T.ReadLittleEndian(bytes, !_isSigned);
    }

    public override void Write(StoragePlace place, T value)
    {
        Span<byte> bytes = stackalloc byte[MaxBytes];
        value.TryWriteLittleEndian(bytes, out int written);
        bytes = bytes[..written];
        int size = (int)Size;
        byte above = _isSigned && (sbyte)bytes[size - 1] < 0 ? (byte)0xFF : (byte)0;
        if (bytes[size..].ContainsAnyExcept(above))
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, $"The number does not fit into an {TypeName}.");
        }

        place.Write(bytes[..size]);
    }

    internal override int Compare(StoragePlace stored, T key) => Read(stored).CompareTo(key);
}

namespace Cairn.Contracts;

/// <summary>How values of a type are laid out in a slot. Codecs are immutable and serve any number of storages and threads.</summary>
public abstract class StorageCodec
{
    private const int CopyStepBytes = 4096;

    private protected StorageCodec(string typeName, uint size)
    {
        TypeName = typeName;
        Size = size;
    }

    /// <summary>The type, written out down to its primitives, such as <c>map&lt;address,u256&gt;</c> or <c>{name:str,amount:u256}</c>. Codecs with the same one lay values out alike.</summary>
    public string TypeName { get; }

    /// <summary>How many bytes a value takes in the slot it lives in. What it has elsewhere is not counted.</summary>
    public uint Size { get; }

    /// <summary>The fields, in order, where a value is made of named ones; otherwise empty.</summary>
    public virtual IReadOnlyList<StorageField> Fields => [];

    /// <summary>Whether a value is nothing but its <see cref="Size"/> bytes, without anything in other slots.</summary>
    internal virtual bool IsPlain => true;

    /// <summary>Copies a value, with all it has in other slots.</summary>
    /// <param name="from">Where it is.</param>
    /// <param name="to">Where the copy goes. May be in another storage.</param>
    internal virtual void Copy(StoragePlace from, StoragePlace to) => CopyBytes(from, to, Size);

    /// <summary>Makes a value the one that was never written, whatever bytes were there.</summary>
    internal virtual void Reset(StoragePlace place) => ClearBytes(place, Size);

    /// <summary>Copies bytes that are not at overlapping places.</summary>
    internal static void CopyBytes(StoragePlace from, StoragePlace to, uint length)
    {
        Span<byte> buffer = stackalloc byte[(int)Math.Min(length, CopyStepBytes)];
        for (uint at = 0; at < length; at += (uint)buffer.Length)
        {
            Span<byte> part = buffer[..(int)Math.Min(length - at, CopyStepBytes)];
            from.At(at).Read(part);
            to.At(at).Write(part);
            if (part.Length < CopyStepBytes)
            {
                return;
            }
        }
    }

    private static void ClearBytes(StoragePlace place, uint length)
    {
        Span<byte> zeros = stackalloc byte[(int)Math.Min(length, CopyStepBytes)];
        zeros.Clear();
        for (ulong at = 0; at < length; at += (uint)zeros.Length)
        {
            place.At(at).Write(zeros[..(int)Math.Min(length - at, (ulong)zeros.Length)]);
        }
    }
}

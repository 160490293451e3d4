namespace Cairn.Contracts;

/// <summary>A field of a record: name, layout, and, once it is part of one, its offset.</summary>
/// <param name="Name">The name.</param>
/// <param name="Codec">How it is laid out.</param>
public sealed record StorageField(string Name, StorageCodec Codec)
{
    /// <summary>The offset in the record, in bytes.</summary>
    public uint Offset { get; internal init; }
}

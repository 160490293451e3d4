namespace Cairn.Contracts;

/// <summary>A record or contract without type parameters: its layout belongs to the type.</summary>
/// <typeparam name="TSelf">The type itself.</typeparam>
public interface IStorageRecord<TSelf> : IStorageValue
    where TSelf : IStorageRecord<TSelf>
{
    /// <summary>The layout, with the name, offset and type of every field.</summary>
    static abstract RecordCodec<TSelf> Layout { get; }
}

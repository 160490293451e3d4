namespace Cairn.Contracts;

/// <summary>A contract: a record whose fields begin where the root record of a storage says.</summary>
/// <typeparam name="TSelf">The type itself.</typeparam>
public interface IStorageContract<TSelf> : IStorageRecord<TSelf>
    where TSelf : IStorageContract<TSelf>
{
    /// <summary>Shows the storage of a contract as this type. Nothing is read or written by it.</summary>
    /// <param name="storage">The storage.</param>
    static abstract TSelf Open(SlotStorage storage);
}

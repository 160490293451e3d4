namespace Cairn.Contracts;

/// <summary>A value that lives in a storage: a record, map, list. Reading and writing it goes through to the storage. What implements it by hand must keep both members the same for its lifetime.</summary>
public interface IStorageValue
{
    /// <summary>Where it lives.</summary>
    StoragePlace Place { get; }

    /// <summary>How it is laid out.</summary>
    StorageCodec Codec { get; }
}

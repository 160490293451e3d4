using System.Runtime.InteropServices;

namespace Cairn.Benchmarks.Engines.Native;

/// <summary>The calls of LevelDB's C interface that are used. An error comes back as a text to be freed.</summary>
/// <remarks>Calls that neither wait nor run long suppress the transition to native code, so that the binding costs next to nothing.</remarks>
internal static unsafe partial class LevelDbCalls
{
    /// <summary>The name the calls are imported from.</summary>
    public const string Library = "leveldb";

    [LibraryImport(Library, EntryPoint = "leveldb_major_version")]
    internal static partial int MajorVersion();

    [LibraryImport(Library, EntryPoint = "leveldb_minor_version")]
    internal static partial int MinorVersion();

    [LibraryImport(Library, EntryPoint = "leveldb_options_create")]
    internal static partial nint CreateOptions();

    [LibraryImport(Library, EntryPoint = "leveldb_options_destroy")]
    internal static partial void DestroyOptions(nint options);

    [LibraryImport(Library, EntryPoint = "leveldb_options_set_create_if_missing")]
    internal static partial void SetCreateIfMissing(nint options, byte value);

    [LibraryImport(Library, EntryPoint = "leveldb_options_set_compression")]
    internal static partial void SetCompression(nint options, int value);

    [LibraryImport(Library, EntryPoint = "leveldb_options_set_write_buffer_size")]
    internal static partial void SetWriteBufferSize(nint options, nuint bytes);

    [LibraryImport(Library, EntryPoint = "leveldb_options_set_cache")]
    internal static partial void SetCache(nint options, nint cache);

    [LibraryImport(Library, EntryPoint = "leveldb_options_set_filter_policy")]
    internal static partial void SetFilterPolicy(nint options, nint policy);

    [LibraryImport(Library, EntryPoint = "leveldb_filterpolicy_create_bloom")]
    internal static partial nint CreateBloom(int bitsPerKey);

    [LibraryImport(Library, EntryPoint = "leveldb_filterpolicy_destroy")]
    internal static partial void DestroyFilterPolicy(nint policy);

    [LibraryImport(Library, EntryPoint = "leveldb_cache_create_lru")]
    internal static partial nint CreateCache(nuint bytes);

    [LibraryImport(Library, EntryPoint = "leveldb_cache_destroy")]
    internal static partial void DestroyCache(nint cache);

    [LibraryImport(Library, EntryPoint = "leveldb_open", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint Open(nint options, string path, nint* error);

    [LibraryImport(Library, EntryPoint = "leveldb_close")]
    internal static partial void Close(nint database);

    [LibraryImport(Library, EntryPoint = "leveldb_writeoptions_create")]
    internal static partial nint CreateWriteOptions();

    [LibraryImport(Library, EntryPoint = "leveldb_writeoptions_destroy")]
    internal static partial void DestroyWriteOptions(nint options);

    [LibraryImport(Library, EntryPoint = "leveldb_writeoptions_set_sync")]
    internal static partial void SetSync(nint options, byte value);

    [LibraryImport(Library, EntryPoint = "leveldb_writebatch_create")]
    internal static partial nint CreateBatch();

    [LibraryImport(Library, EntryPoint = "leveldb_writebatch_destroy")]
    internal static partial void DestroyBatch(nint batch);

    [LibraryImport(Library, EntryPoint = "leveldb_writebatch_clear")]
    internal static partial void ClearBatch(nint batch);

    [LibraryImport(Library, EntryPoint = "leveldb_writebatch_put")]
    [SuppressGCTransition]
    internal static partial void Put(nint batch, byte* key, nuint keyBytes, byte* value, nuint valueBytes);

    [LibraryImport(Library, EntryPoint = "leveldb_writebatch_delete")]
    [SuppressGCTransition]
    internal static partial void Delete(nint batch, byte* key, nuint keyBytes);

    [LibraryImport(Library, EntryPoint = "leveldb_write")]
    internal static partial void Write(nint database, nint options, nint batch, nint* error);

    [LibraryImport(Library, EntryPoint = "leveldb_readoptions_create")]
    internal static partial nint CreateReadOptions();

    [LibraryImport(Library, EntryPoint = "leveldb_readoptions_destroy")]
    internal static partial void DestroyReadOptions(nint options);

    [LibraryImport(Library, EntryPoint = "leveldb_readoptions_set_snapshot")]
    internal static partial void SetSnapshot(nint options, nint snapshot);

    [LibraryImport(Library, EntryPoint = "leveldb_create_snapshot")]
    internal static partial nint CreateSnapshot(nint database);

    [LibraryImport(Library, EntryPoint = "leveldb_release_snapshot")]
    internal static partial void ReleaseSnapshot(nint database, nint snapshot);

    [LibraryImport(Library, EntryPoint = "leveldb_get")]
    internal static partial nint Get(nint database, nint options, byte* key, nuint keyBytes, nuint* valueBytes, nint* error);

    [LibraryImport(Library, EntryPoint = "leveldb_create_iterator")]
    internal static partial nint CreateIterator(nint database, nint options);

    [LibraryImport(Library, EntryPoint = "leveldb_iter_destroy")]
    internal static partial void DestroyIterator(nint iterator);

    [LibraryImport(Library, EntryPoint = "leveldb_iter_seek")]
    internal static partial void Seek(nint iterator, byte* key, nuint keyBytes);

    [LibraryImport(Library, EntryPoint = "leveldb_iter_valid")]
    [SuppressGCTransition]
    internal static partial byte IsValid(nint iterator);

    [LibraryImport(Library, EntryPoint = "leveldb_iter_next")]
    internal static partial void Next(nint iterator);

    [LibraryImport(Library, EntryPoint = "leveldb_iter_key")]
    [SuppressGCTransition]
    internal static partial byte* Key(nint iterator, nuint* bytes);

    [LibraryImport(Library, EntryPoint = "leveldb_iter_value")]
    [SuppressGCTransition]
    internal static partial byte* Value(nint iterator, nuint* bytes);

    [LibraryImport(Library, EntryPoint = "leveldb_iter_get_error")]
    internal static partial void IteratorError(nint iterator, nint* error);

    [LibraryImport(Library, EntryPoint = "leveldb_compact_range")]
    internal static partial void CompactRange(nint database, byte* start, nuint startBytes, byte* end, nuint endBytes);

    [LibraryImport(Library, EntryPoint = "leveldb_free")]
    [SuppressGCTransition]
    internal static partial void Free(nint memory);
}

using System.Runtime.InteropServices;

namespace Cairn.Benchmarks.Engines.Native;

/// <summary>The calls of LMDB that are used. Each returns 0 or an error number.</summary>
/// <remarks>Reads suppress the transition to native code, so that the binding costs next to nothing; a page fault in one delays a collection meanwhile.</remarks>
internal static unsafe partial class LmdbCalls
{
    /// <summary>The name the calls are imported from.</summary>
    public const string Library = "lmdb";

    /// <summary>MDB_NOSYNC.</summary>
    internal const uint NoSync = 0x10000;

    /// <summary>MDB_NOTLS: read transactions do not belong to a thread.</summary>
    internal const uint NoThreadStorage = 0x200000;

    /// <summary>MDB_RDONLY, of a transaction.</summary>
    internal const uint ReadOnly = 0x20000;

    /// <summary>MDB_CP_COMPACT.</summary>
    internal const uint CompactCopy = 0x01;

    /// <summary>MDB_NOTFOUND.</summary>
    internal const int NotFound = -30798;

    /// <summary>MDB_NEXT.</summary>
    internal const int NextEntry = 8;

    /// <summary>MDB_SET_RANGE: the first entry from a key on.</summary>
    internal const int FirstFrom = 17;

    /// <summary>MDB_FIRST.</summary>
    internal const int FirstEntry = 0;

    [LibraryImport(Library, EntryPoint = "mdb_version")]
    internal static partial nint Version(int* major, int* minor, int* patch);

    [LibraryImport(Library, EntryPoint = "mdb_strerror")]
    internal static partial nint ErrorText(int error);

    [LibraryImport(Library, EntryPoint = "mdb_env_create")]
    internal static partial int CreateEnvironment(nint* environment);

    [LibraryImport(Library, EntryPoint = "mdb_env_set_mapsize")]
    internal static partial int SetMapSize(nint environment, nuint bytes);

    [LibraryImport(Library, EntryPoint = "mdb_env_open", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int OpenEnvironment(nint environment, string path, uint flags, uint mode);

    [LibraryImport(Library, EntryPoint = "mdb_env_close")]
    internal static partial void CloseEnvironment(nint environment);

    [LibraryImport(Library, EntryPoint = "mdb_env_sync")]
    internal static partial int Sync(nint environment, int force);

    [LibraryImport(Library, EntryPoint = "mdb_env_copy2", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Copy(nint environment, string path, uint flags);

    [LibraryImport(Library, EntryPoint = "mdb_txn_begin")]
    internal static partial int Begin(nint environment, nint parent, uint flags, nint* transaction);

    [LibraryImport(Library, EntryPoint = "mdb_txn_commit")]
    internal static partial int Commit(nint transaction);

    [LibraryImport(Library, EntryPoint = "mdb_txn_abort")]
    internal static partial void Abort(nint transaction);

    [LibraryImport(Library, EntryPoint = "mdb_txn_reset")]
    internal static partial void Reset(nint transaction);

    [LibraryImport(Library, EntryPoint = "mdb_txn_renew")]
    internal static partial int Renew(nint transaction);

    [LibraryImport(Library, EntryPoint = "mdb_cursor_renew")]
    internal static partial int RenewCursor(nint transaction, nint cursor);

    [LibraryImport(Library, EntryPoint = "mdb_dbi_open")]
    internal static partial int OpenTable(nint transaction, nint name, uint flags, uint* table);

    [LibraryImport(Library, EntryPoint = "mdb_put")]
    internal static partial int Put(nint transaction, uint table, Bytes* key, Bytes* value, uint flags);

    [LibraryImport(Library, EntryPoint = "mdb_del")]
    internal static partial int Delete(nint transaction, uint table, Bytes* key, Bytes* value);

    [LibraryImport(Library, EntryPoint = "mdb_get")]
    [SuppressGCTransition]
    internal static partial int Get(nint transaction, uint table, Bytes* key, Bytes* value);

    [LibraryImport(Library, EntryPoint = "mdb_cursor_open")]
    internal static partial int OpenCursor(nint transaction, uint table, nint* cursor);

    [LibraryImport(Library, EntryPoint = "mdb_cursor_close")]
    internal static partial void CloseCursor(nint cursor);

    [LibraryImport(Library, EntryPoint = "mdb_cursor_get")]
    [SuppressGCTransition]
    internal static partial int Move(nint cursor, Bytes* key, Bytes* value, int operation);

    /// <summary>MDB_val.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Bytes(byte* start, int length)
    {
        /// <summary>How many bytes.</summary>
        public nuint Length = (nuint)length;

        /// <summary>Where they are.</summary>
        public byte* Start = start;

        /// <summary>The bytes.</summary>
        public readonly ReadOnlySpan<byte> Span => new(Start, (int)Length);
    }
}

using System.Runtime.InteropServices;

namespace Cairn.Benchmarks.Engines.Native;

/// <summary>The calls of SQLite that are used. Each returns 0 or a result number.</summary>
internal static unsafe partial class SqliteCalls
{
    /// <summary>The name the calls are imported from.</summary>
    public const string Library = "sqlite3";

    /// <summary>SQLITE_ROW: a step gave a row.</summary>
    internal const int Row = 100;

    /// <summary>SQLITE_DONE: a statement has come to its end.</summary>
    internal const int Done = 101;

    /// <summary>SQLITE_OPEN_READWRITE, _CREATE and _NOMUTEX: a connection is for one thread at a time.</summary>
    internal const int OpenFlags = 0x2 | 0x4 | 0x8000;

    /// <summary>SQLITE_PREPARE_PERSISTENT.</summary>
    internal const uint Persistent = 0x1;

    [LibraryImport(Library, EntryPoint = "sqlite3_libversion")]
    internal static partial nint Version();

    [LibraryImport(Library, EntryPoint = "sqlite3_open_v2", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(string path, nint* connection, int flags, nint vfs);

    [LibraryImport(Library, EntryPoint = "sqlite3_close_v2")]
    internal static partial int Close(nint connection);

    [LibraryImport(Library, EntryPoint = "sqlite3_errmsg")]
    internal static partial nint ErrorText(nint connection);

    [LibraryImport(Library, EntryPoint = "sqlite3_exec", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Execute(nint connection, string sql, nint callback, nint argument, nint* error);

    [LibraryImport(Library, EntryPoint = "sqlite3_prepare_v3", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Prepare(nint connection, string sql, int bytes, uint flags, nint* statement, nint* tail);

    [LibraryImport(Library, EntryPoint = "sqlite3_finalize")]
    internal static partial int Finish(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_blob")]
    [SuppressGCTransition]
    internal static partial int Bind(nint statement, int place, byte* bytes, int length, nint destructor);

    [LibraryImport(Library, EntryPoint = "sqlite3_step")]
    internal static partial int Step(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_reset")]
    [SuppressGCTransition]
    internal static partial int Reset(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_blob")]
    [SuppressGCTransition]
    internal static partial byte* Column(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_bytes")]
    [SuppressGCTransition]
    internal static partial int ColumnBytes(nint statement, int column);
}

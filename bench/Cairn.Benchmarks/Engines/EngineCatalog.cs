using System.Runtime.InteropServices;
using Cairn.Benchmarks.Engines.Native;

namespace Cairn.Benchmarks.Engines;

/// <summary>The engines there are.</summary>
internal enum EngineKind
{
    /// <summary>This project's.</summary>
    Cairn,

    /// <summary>RocksDB.</summary>
    RocksDb,

    /// <summary>LevelDB.</summary>
    LevelDb,

    /// <summary>LMDB.</summary>
    Lmdb,

    /// <summary>SQLite.</summary>
    Sqlite,
}

/// <summary>Which engines can be used here, what they are called, and how they are opened.</summary>
internal static class EngineCatalog
{
    /// <summary>The name of an engine in tables.</summary>
    public static string NameOf(EngineKind kind) => kind switch
    {
        EngineKind.Cairn => "Cairn",
        EngineKind.RocksDb => "RocksDB",
        EngineKind.LevelDb => "LevelDB",
        EngineKind.Lmdb => "LMDB",
        _ => "SQLite",
    };

    /// <summary>Makes engines ready for use.</summary>
    /// <param name="kinds">The engines.</param>
    /// <param name="rocksDb">The path of the library of RocksDB to use; null for the system's.</param>
    /// <param name="notify">Takes a line for each engine that is left out because its library is not here.</param>
    /// <param name="tryLoad">Loads a library, given its name and the files to try; null for <see cref="NativeLibraries"/>.</param>
    /// <returns>Those that can be used.</returns>
    /// <exception cref="FileNotFoundException">The library at the path cannot be loaded.</exception>
    public static EngineKind[] Ready(IEnumerable<EngineKind> kinds, string? rocksDb, Action<string> notify, Func<string, string[], bool>? tryLoad = null)
    {
        tryLoad ??= NativeLibraries.TryLoad;
        List<EngineKind> ready = [];
        foreach (EngineKind kind in kinds)
        {
            if (kind == EngineKind.RocksDb && rocksDb is not null)
            {
                string path = Path.GetFullPath(rocksDb);
                ready.Add(tryLoad(RocksDbCalls.Library, [path]) ? kind : throw new FileNotFoundException($"The library of --rocksdb cannot be loaded: {path}"));
            }
            else if (kind == EngineKind.Cairn || (LibraryOf(kind) is var library && tryLoad(library.Name, [library.File, library.OtherFile])))
            {
                ready.Add(kind);
            }
            else
            {
                notify($"{NameOf(kind)} is left out: there is no {library.File}; Debian's package is {library.Package}.");
            }
        }

        return [.. ready];
    }

    /// <summary>Makes an engine ready for use that is known to be here.</summary>
    public static void Prepare(EngineKind kind, string? rocksDb) => _ = Ready([kind], rocksDb, notice => throw new InvalidOperationException(notice));

    /// <summary>The version and build of an engine that is ready.</summary>
    public static unsafe string Describe(EngineKind kind, string? rocksDb)
    {
        int major;
        int minor;
        int patch;
        return kind switch
        {
            EngineKind.Cairn => $"Cairn {typeof(StateStore).Assembly.GetName().Version?.ToString(fieldCount: 3)}, with roots and history",
            EngineKind.RocksDb when rocksDb is not null => $"RocksDB, the build given by --rocksdb ({Path.GetFileName(rocksDb)})",
            EngineKind.RocksDb => "RocksDB 7.8, the system's library: Debian builds it without full optimisation, a release build commits about 2.3 times as fast (--rocksdb PATH)",
            EngineKind.LevelDb => $"LevelDB {LevelDbCalls.MajorVersion()}.{LevelDbCalls.MinorVersion()}",
            EngineKind.Lmdb => (LmdbCalls.Version(&major, &minor, &patch), $"LMDB {major}.{minor}.{patch}").Item2,
            _ => $"SQLite {Marshal.PtrToStringUTF8(SqliteCalls.Version())}",
        };
    }

    /// <summary>Opens the database of an engine that is ready, making it when there is none.</summary>
    public static async Task<IEngine> OpenAsync(EngineKind kind, EngineSettings settings)
    {
        if (settings.Directory is null && kind != EngineKind.Cairn)
        {
            throw new InvalidOperationException($"{NameOf(kind)} has no home in memory. Use --home directory.");
        }

        if (settings.Directory is not null)
        {
            Directory.CreateDirectory(settings.Directory);
        }

        return kind switch
        {
            EngineKind.Cairn => await CairnEngine.OpenAsync(settings),
            EngineKind.RocksDb => new RocksDbEngine(settings),
            EngineKind.LevelDb => new LevelDbEngine(settings),
            EngineKind.Lmdb => new LmdbEngine(settings),
            _ => new SqliteEngine(settings),
        };
    }

    private static (string Name, string File, string OtherFile, string Package) LibraryOf(EngineKind kind) => kind switch
    {
        EngineKind.RocksDb => (RocksDbCalls.Library, "librocksdb.so.7.8", "librocksdb.so", "librocksdb7.8"),
        EngineKind.LevelDb => (LevelDbCalls.Library, "libleveldb.so.1d", "libleveldb.so.1", "libleveldb1d"),
        EngineKind.Lmdb => (LmdbCalls.Library, "liblmdb.so.0", "liblmdb.so", "liblmdb0"),
        EngineKind.Sqlite => (SqliteCalls.Library, "libsqlite3.so.0", "libsqlite3.so", "libsqlite3-0"),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "It needs no library."),
    };
}

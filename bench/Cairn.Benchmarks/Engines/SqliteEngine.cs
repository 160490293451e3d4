using Cairn.Benchmarks.Engines.Native;
using Cairn.Benchmarks.Workloads;

namespace Cairn.Benchmarks.Engines;

/// <summary>
/// SQLite: a table of blobs without row ids, write-ahead log, one transaction a block, FULL synchronisation when durable and none else, prepared statements, no memory map. Every reader has a connection and so a cache of its own,
/// and reads in one transaction.
/// </summary>
internal sealed unsafe class SqliteEngine : IEngine
{
    private const string FileName = "state.db";

    private readonly EngineSettings _settings;
    private readonly Connection _connection;
    private readonly Statement _put;
    private readonly Statement _delete;

    /// <summary>Opens a database.</summary>
    public SqliteEngine(EngineSettings settings)
    {
        _settings = settings;
        _connection = new Connection(settings);
        _connection.Run("CREATE TABLE IF NOT EXISTS entries(key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID");
        _put = _connection.Prepare("REPLACE INTO entries VALUES(?1, ?2)");
        _delete = _connection.Prepare("DELETE FROM entries WHERE key = ?1");
    }

    /// <inheritdoc/>
    public EngineFacts? Facts => null;

    /// <inheritdoc/>
    public ValueTask CommitAsync(UpdateBuffer block)
    {
        _connection.Run("BEGIN IMMEDIATE");
        for (int i = 0; i < block.Count; i++)
        {
            fixed (byte* key = block.Key(i), value = block.Value(i))
            {
                Statement statement = block.IsDelete(i) ? _delete : _put;
                statement.Bind(1, key, block.Key(i).Length);
                if (!block.IsDelete(i))
                {
                    statement.Bind(2, value, block.Value(i).Length);
                }

                statement.Step();
                statement.Reset();
            }
        }

        _connection.Run("COMMIT");
        return default;
    }

    /// <inheritdoc/>
    public IEngineReader OpenReader() => new Reader(_settings);

    /// <inheritdoc/>
    public ValueTask SettleAsync()
    {
        _connection.Run("PRAGMA wal_checkpoint(TRUNCATE)");
        return default;
    }

    /// <inheritdoc/>
    public ValueTask CompactAsync()
    {
        _connection.Run("VACUUM");
        return SettleAsync();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _put.Dispose();
        _delete.Dispose();
        _connection.Dispose();
        return default;
    }

    private sealed class Connection : IDisposable
    {
        private readonly nint _handle;

        public Connection(EngineSettings settings)
        {
            nint handle;
            Check(SqliteCalls.Open(Path.Combine(settings.Directory!, FileName), &handle, SqliteCalls.OpenFlags, 0));
            _handle = handle;
            Run("PRAGMA journal_mode = WAL");
            Run(settings.IsDurable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = OFF");
            Run("PRAGMA mmap_size = 0");
            Run($"PRAGMA cache_size = -{settings.CacheBytes >> 10}"); // negative: KiB
        }

        public void Run(string sql) => Check(SqliteCalls.Execute(_handle, sql, 0, 0, null));

        public Statement Prepare(string sql)
        {
            nint statement;
            Check(SqliteCalls.Prepare(_handle, sql, -1, SqliteCalls.Persistent, &statement, null));
            return new Statement(this, statement);
        }

        public void Check(int result)
        {
            if (result != 0)
            {
                throw new InvalidOperationException($"SQLite: {result}, {NativeLibraries.Text(SqliteCalls.ErrorText(_handle))}");
            }
        }

        public void Dispose() => Check(SqliteCalls.Close(_handle));
    }

    private sealed class Statement(Connection connection, nint handle) : IDisposable
    {
        /// <summary>Names a blob that stays until the statement is reset.</summary>
        public void Bind(int place, byte* bytes, int length)
        {
            int result = SqliteCalls.Bind(handle, place, bytes, length, 0);
            if (result != 0)
            {
                connection.Check(result);
            }
        }

        /// <summary>Takes a step.</summary>
        /// <returns>Whether there is a row.</returns>
        public bool Step()
        {
            int result = SqliteCalls.Step(handle);
            if (result is not (SqliteCalls.Row or SqliteCalls.Done))
            {
                connection.Check(result);
            }

            return result == SqliteCalls.Row;
        }

        public ReadOnlySpan<byte> Column(int column)
        {
            byte* bytes = SqliteCalls.Column(handle, column);
            return new ReadOnlySpan<byte>(bytes, SqliteCalls.ColumnBytes(handle, column));
        }

        public void Reset() => SqliteCalls.Reset(handle);

        public void Dispose() => SqliteCalls.Finish(handle);
    }

    private sealed class Reader : IEngineReader
    {
        private readonly Connection _connection;
        private readonly Statement _get;
        private readonly Statement _scan;

        public Reader(EngineSettings settings)
        {
            _connection = new Connection(settings);
            _get = _connection.Prepare("SELECT value FROM entries WHERE key = ?1");
            _scan = _connection.Prepare("SELECT key, value FROM entries WHERE key >= ?1 ORDER BY key");
            _connection.Run("BEGIN");
        }

        public int Get(ReadOnlySpan<byte> key, Span<byte> value)
        {
            int length = -1;
            fixed (byte* start = key)
            {
                _get.Bind(1, start, key.Length);
                if (_get.Step())
                {
                    ReadOnlySpan<byte> found = _get.Column(0);
                    found.CopyTo(value);
                    length = found.Length;
                }

                _get.Reset();
            }

            return length;
        }

        public ScanSum Scan(ReadOnlySpan<byte> prefix)
        {
            ScanSum sum = default;
            ReadOnlySpan<byte> from = prefix.IsEmpty ? [0] : prefix; // a null pointer would be NULL, which is below nothing
            fixed (byte* start = from)
            {
                _scan.Bind(1, start, prefix.Length);
                while (_scan.Step())
                {
                    ReadOnlySpan<byte> key = _scan.Column(0);
                    if (!key.StartsWith(prefix))
                    {
                        break;
                    }

                    sum = sum.With(key, _scan.Column(1));
                }

                _scan.Reset();
            }

            return sum;
        }

        public void Renew()
        {
            _connection.Run("COMMIT");
            _connection.Run("BEGIN");
        }

        public void Dispose()
        {
            _get.Dispose();
            _scan.Dispose();
            _connection.Run("COMMIT");
            _connection.Dispose();
        }
    }
}

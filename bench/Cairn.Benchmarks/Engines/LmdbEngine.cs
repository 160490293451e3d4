using Cairn.Benchmarks.Engines.Native;
using Cairn.Benchmarks.Workloads;

namespace Cairn.Benchmarks.Engines;

/// <summary>LMDB: one write transaction a block, synced as is default when durable; reads through a read transaction and its cursor. Its cache is that of the system, so that the bound of the cache means nothing to it.</summary>
internal sealed unsafe class LmdbEngine : IEngine
{
    /// <summary>Addresses only: the file grows as pages come into use.</summary>
    private const long MapBytes = 1L << 36;

    private const string FileName = "data.mdb";
    private const string CopyName = "copy";
    private const uint FileMode = 0x1A4; // rw-r--r--

    private readonly string _directory;
    private readonly bool _isDurable;
    private nint _environment;
    private uint _table;

    /// <summary>Opens a database.</summary>
    public LmdbEngine(EngineSettings settings)
    {
        _directory = settings.Directory!;
        _isDurable = settings.IsDurable;
        Open();
    }

    /// <inheritdoc/>
    public EngineFacts? Facts => null;

    /// <inheritdoc/>
    public ValueTask CommitAsync(UpdateBuffer block)
    {
        nint transaction;
        Check(LmdbCalls.Begin(_environment, 0, 0, &transaction));
        for (int i = 0; i < block.Count; i++)
        {
            fixed (byte* keyStart = block.Key(i), valueStart = block.Value(i))
            {
                LmdbCalls.Bytes key = new(keyStart, block.Key(i).Length);
                LmdbCalls.Bytes value = new(valueStart, block.Value(i).Length);
                int result = block.IsDelete(i) ? LmdbCalls.Delete(transaction, _table, &key, null) : LmdbCalls.Put(transaction, _table, &key, &value, 0);
                Check(result == LmdbCalls.NotFound ? 0 : result);
            }
        }

        Check(LmdbCalls.Commit(transaction));
        return default;
    }

    /// <inheritdoc/>
    public IEngineReader OpenReader() => new Reader(_environment, _table);

    /// <inheritdoc/>
    public ValueTask SettleAsync()
    {
        Check(LmdbCalls.Sync(_environment, force: 1));
        return default;
    }

    /// <summary>Puts a compact copy in the place of the file: LMDB cannot shrink one in place.</summary>
    public ValueTask CompactAsync()
    {
        string copy = Path.Combine(_directory, CopyName);
        Directory.CreateDirectory(copy);
        Check(LmdbCalls.Copy(_environment, copy, LmdbCalls.CompactCopy));
        LmdbCalls.CloseEnvironment(_environment);
        File.Move(Path.Combine(copy, FileName), Path.Combine(_directory, FileName), overwrite: true);
        Directory.Delete(copy);
        Open();
        return default;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        LmdbCalls.CloseEnvironment(_environment);
        return default;
    }

    private static void Check(int result)
    {
        if (result != 0)
        {
            throw new InvalidOperationException($"LMDB: {NativeLibraries.Text(LmdbCalls.ErrorText(result))}");
        }
    }

    private void Open()
    {
        nint environment;
        Check(LmdbCalls.CreateEnvironment(&environment));
        Check(LmdbCalls.SetMapSize(environment, unchecked((nuint)MapBytes)));
        Check(LmdbCalls.OpenEnvironment(environment, _directory, LmdbCalls.NoThreadStorage | (_isDurable ? 0 : LmdbCalls.NoSync), FileMode));
        nint transaction;
        uint table;
        Check(LmdbCalls.Begin(environment, 0, 0, &transaction));
        Check(LmdbCalls.OpenTable(transaction, 0, 0, &table));
        Check(LmdbCalls.Commit(transaction));
        (_environment, _table) = (environment, table);
    }

    private sealed class Reader : IEngineReader
    {
        private readonly nint _transaction;
        private readonly nint _cursor;
        private readonly uint _table;

        public Reader(nint environment, uint table)
        {
            nint transaction;
            nint cursor;
            Check(LmdbCalls.Begin(environment, 0, LmdbCalls.ReadOnly, &transaction));
            Check(LmdbCalls.OpenCursor(transaction, table, &cursor));
            (_transaction, _cursor, _table) = (transaction, cursor, table);
        }

        public int Get(ReadOnlySpan<byte> key, Span<byte> value)
        {
            LmdbCalls.Bytes found;
            int result;
            fixed (byte* start = key)
            {
                LmdbCalls.Bytes asked = new(start, key.Length);
                result = LmdbCalls.Get(_transaction, _table, &asked, &found);
            }

            if (result == LmdbCalls.NotFound)
            {
                return -1;
            }

            Check(result);
            found.Span.CopyTo(value);
            return (int)found.Length;
        }

        public ScanSum Scan(ReadOnlySpan<byte> prefix)
        {
            ScanSum sum = default;
            fixed (byte* start = prefix)
            {
                LmdbCalls.Bytes key = new(start, prefix.Length);
                LmdbCalls.Bytes value;
                int result = LmdbCalls.Move(_cursor, &key, &value, prefix.IsEmpty ? LmdbCalls.FirstEntry : LmdbCalls.FirstFrom);
                while (result == 0 && key.Span.StartsWith(prefix))
                {
                    sum = sum.With(key.Span, value.Span);
                    result = LmdbCalls.Move(_cursor, &key, &value, LmdbCalls.NextEntry);
                }

                Check(result == LmdbCalls.NotFound ? 0 : result);
            }

            return sum;
        }

        public void Renew()
        {
            LmdbCalls.Reset(_transaction);
            Check(LmdbCalls.Renew(_transaction));
            Check(LmdbCalls.RenewCursor(_transaction, _cursor));
        }

        public void Dispose()
        {
            LmdbCalls.CloseCursor(_cursor);
            LmdbCalls.Abort(_transaction);
        }
    }
}

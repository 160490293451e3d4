using Cairn.Benchmarks.Engines.Native;
using Cairn.Benchmarks.Workloads;

namespace Cairn.Benchmarks.Engines;

/// <summary>RocksDB: one write batch a block, synced when durable; block cache, bloom filter of 10 bits a key, no compression, two background jobs, write buffer of 64 MiB; reads through a snapshot.</summary>
internal sealed unsafe class RocksDbEngine : IEngine
{
    private const double FilterBits = 10;
    private const int BackgroundJobs = 2;
    private const int NoCompression = 0;
    private const nuint WriteBufferBytes = 64 << 20;

    private readonly nint _cache;
    private readonly nint _table = RocksDbCalls.CreateTable();
    private readonly nint _options = RocksDbCalls.CreateOptions();
    private readonly nint _writeOptions = RocksDbCalls.CreateWriteOptions();
    private readonly nint _batch = RocksDbCalls.CreateBatch();
    private readonly nint _database;

    /// <summary>Opens a database.</summary>
    public RocksDbEngine(EngineSettings settings)
    {
        _cache = RocksDbCalls.CreateCache((nuint)settings.CacheBytes);
        RocksDbCalls.SetBlockCache(_table, _cache);
        RocksDbCalls.SetFilterPolicy(_table, RocksDbCalls.CreateBloom(FilterBits));
        RocksDbCalls.SetCreateIfMissing(_options, 1);
        RocksDbCalls.SetCompression(_options, NoCompression);
        RocksDbCalls.SetWriteBufferSize(_options, WriteBufferBytes);
        RocksDbCalls.SetMaxBackgroundJobs(_options, BackgroundJobs);
        RocksDbCalls.SetTable(_options, _table);
        RocksDbCalls.SetSync(_writeOptions, settings.IsDurable ? (byte)1 : (byte)0);
        nint error = 0;
        _database = RocksDbCalls.Open(_options, settings.Directory!, &error);
        Check(error);
    }

    /// <inheritdoc/>
    public EngineFacts? Facts => null;

    /// <inheritdoc/>
    public ValueTask CommitAsync(UpdateBuffer block)
    {
        RocksDbCalls.ClearBatch(_batch);
        for (int i = 0; i < block.Count; i++)
        {
            fixed (byte* key = block.Key(i), value = block.Value(i))
            {
                if (block.IsDelete(i))
                {
                    RocksDbCalls.Delete(_batch, key, (nuint)block.Key(i).Length);
                }
                else
                {
                    RocksDbCalls.Put(_batch, key, (nuint)block.Key(i).Length, value, (nuint)block.Value(i).Length);
                }
            }
        }

        nint error = 0;
        RocksDbCalls.Write(_database, _writeOptions, _batch, &error);
        Check(error);
        return default;
    }

    /// <inheritdoc/>
    public IEngineReader OpenReader() => new Reader(_database);

    /// <inheritdoc/>
    public ValueTask SettleAsync()
    {
        nint options = RocksDbCalls.CreateFlushOptions(); // which wait
        nint error = 0;
        RocksDbCalls.Flush(_database, options, &error);
        RocksDbCalls.DestroyFlushOptions(options);
        Check(error);
        return default;
    }

    /// <inheritdoc/>
    public ValueTask CompactAsync()
    {
        RocksDbCalls.CompactRange(_database, null, 0, null, 0);
        return default;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        RocksDbCalls.Close(_database);
        RocksDbCalls.DestroyBatch(_batch);
        RocksDbCalls.DestroyWriteOptions(_writeOptions);
        RocksDbCalls.DestroyOptions(_options);
        RocksDbCalls.DestroyTable(_table);
        RocksDbCalls.DestroyCache(_cache);
        return default;
    }

    private static void Check(nint error)
    {
        if (error != 0)
        {
            string text = NativeLibraries.Text(error);
            RocksDbCalls.Free(error);
            throw new InvalidOperationException($"RocksDB: {text}");
        }
    }

    private sealed class Reader : IEngineReader
    {
        private readonly nint _database;
        private nint _snapshot;
        private readonly nint _options = RocksDbCalls.CreateReadOptions();

        public Reader(nint database)
        {
            _database = database;
            _snapshot = RocksDbCalls.CreateSnapshot(database);
            RocksDbCalls.SetSnapshot(_options, _snapshot);
        }

        public int Get(ReadOnlySpan<byte> key, Span<byte> value)
        {
            nint error = 0;
            nint found;
            fixed (byte* start = key)
            {
                found = RocksDbCalls.GetPinned(_database, _options, start, (nuint)key.Length, &error);
            }

            if (found == 0)
            {
                Check(error);
                return -1;
            }

            nuint length;
            byte* bytes = RocksDbCalls.PinnedValue(found, &length);
            new ReadOnlySpan<byte>(bytes, (int)length).CopyTo(value);
            RocksDbCalls.DestroyPinned(found);
            return (int)length;
        }

        public ScanSum Scan(ReadOnlySpan<byte> prefix)
        {
            ScanSum sum = default;
            nint iterator = RocksDbCalls.CreateIterator(_database, _options);
            fixed (byte* start = prefix)
            {
                RocksDbCalls.Seek(iterator, start, (nuint)prefix.Length);
            }

            nuint length;
            while (RocksDbCalls.IsValid(iterator) != 0)
            {
                ReadOnlySpan<byte> key = new(RocksDbCalls.Key(iterator, &length), (int)length);
                if (!key.StartsWith(prefix))
                {
                    break;
                }

                ReadOnlySpan<byte> value = new(RocksDbCalls.Value(iterator, &length), (int)length);
                sum = sum.With(key, value);
                RocksDbCalls.Next(iterator);
            }

            nint error = 0;
            RocksDbCalls.IteratorError(iterator, &error);
            RocksDbCalls.DestroyIterator(iterator);
            Check(error);
            return sum;
        }

        public void Renew()
        {
            RocksDbCalls.ReleaseSnapshot(_database, _snapshot);
            _snapshot = RocksDbCalls.CreateSnapshot(_database);
            RocksDbCalls.SetSnapshot(_options, _snapshot);
        }

        public void Dispose()
        {
            RocksDbCalls.ReleaseSnapshot(_database, _snapshot);
            RocksDbCalls.DestroyReadOptions(_options);
        }
    }
}

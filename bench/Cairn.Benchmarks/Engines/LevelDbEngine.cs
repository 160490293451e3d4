using Cairn.Benchmarks.Engines.Native;
using Cairn.Benchmarks.Workloads;

namespace Cairn.Benchmarks.Engines;

/// <summary>LevelDB: one write batch a block, synced when durable; block cache, bloom filter of 10 bits a key, no compression, write buffer of 64 MiB; reads through a snapshot. It has one thread in the background.</summary>
internal sealed unsafe class LevelDbEngine : IEngine
{
    private const int FilterBits = 10;
    private const int NoCompression = 0;
    private const nuint WriteBufferBytes = 64 << 20;

    private readonly nint _cache;
    private readonly nint _filter = LevelDbCalls.CreateBloom(FilterBits);
    private readonly nint _options = LevelDbCalls.CreateOptions();
    private readonly nint _writeOptions = LevelDbCalls.CreateWriteOptions();
    private readonly nint _batch = LevelDbCalls.CreateBatch();
    private readonly nint _database;

    /// <summary>Opens a database.</summary>
    public LevelDbEngine(EngineSettings settings)
    {
        _cache = LevelDbCalls.CreateCache((nuint)settings.CacheBytes);
        LevelDbCalls.SetCache(_options, _cache);
        LevelDbCalls.SetFilterPolicy(_options, _filter);
        LevelDbCalls.SetCreateIfMissing(_options, 1);
        LevelDbCalls.SetCompression(_options, NoCompression);
        LevelDbCalls.SetWriteBufferSize(_options, WriteBufferBytes);
        LevelDbCalls.SetSync(_writeOptions, settings.IsDurable ? (byte)1 : (byte)0);
        nint error = 0;
        _database = LevelDbCalls.Open(_options, settings.Directory!, &error);
        Check(error);
    }

    /// <inheritdoc/>
    public EngineFacts? Facts => null;

    /// <inheritdoc/>
    public ValueTask CommitAsync(UpdateBuffer block)
    {
        LevelDbCalls.ClearBatch(_batch);
        for (int i = 0; i < block.Count; i++)
        {
            fixed (byte* key = block.Key(i), value = block.Value(i))
            {
                if (block.IsDelete(i))
                {
                    LevelDbCalls.Delete(_batch, key, (nuint)block.Key(i).Length);
                }
                else
                {
                    LevelDbCalls.Put(_batch, key, (nuint)block.Key(i).Length, value, (nuint)block.Value(i).Length);
                }
            }
        }

        nint error = 0;
        LevelDbCalls.Write(_database, _writeOptions, _batch, &error);
        Check(error);
        return default;
    }

    /// <inheritdoc/>
    public IEngineReader OpenReader() => new Reader(_database);

    /// <summary>Nothing: LevelDB has no call that writes its buffer out alone, and reads it from its log when it is opened.</summary>
    public ValueTask SettleAsync() => default;

    /// <inheritdoc/>
    public ValueTask CompactAsync()
    {
        LevelDbCalls.CompactRange(_database, null, 0, null, 0);
        return default;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        LevelDbCalls.Close(_database);
        LevelDbCalls.DestroyBatch(_batch);
        LevelDbCalls.DestroyWriteOptions(_writeOptions);
        LevelDbCalls.DestroyOptions(_options);
        LevelDbCalls.DestroyFilterPolicy(_filter);
        LevelDbCalls.DestroyCache(_cache);
        return default;
    }

    private static void Check(nint error)
    {
        if (error != 0)
        {
            string text = NativeLibraries.Text(error);
            LevelDbCalls.Free(error);
            throw new InvalidOperationException($"LevelDB: {text}");
        }
    }

    private sealed class Reader : IEngineReader
    {
        private readonly nint _database;
        private nint _snapshot;
        private readonly nint _options = LevelDbCalls.CreateReadOptions();

        public Reader(nint database)
        {
            _database = database;
            _snapshot = LevelDbCalls.CreateSnapshot(database);
            LevelDbCalls.SetSnapshot(_options, _snapshot);
        }

        public int Get(ReadOnlySpan<byte> key, Span<byte> value)
        {
            nint error = 0;
            nuint length;
            nint found;
            fixed (byte* start = key)
            {
                found = LevelDbCalls.Get(_database, _options, start, (nuint)key.Length, &length, &error);
            }

            if (found == 0)
            {
                Check(error);
                return -1;
            }

            new ReadOnlySpan<byte>((byte*)found, (int)length).CopyTo(value);
            LevelDbCalls.Free(found);
            return (int)length;
        }

        public ScanSum Scan(ReadOnlySpan<byte> prefix)
        {
            ScanSum sum = default;
            nint iterator = LevelDbCalls.CreateIterator(_database, _options);
            fixed (byte* start = prefix)
            {
                LevelDbCalls.Seek(iterator, start, (nuint)prefix.Length);
            }

            nuint length;
            while (LevelDbCalls.IsValid(iterator) != 0)
            {
                ReadOnlySpan<byte> key = new(LevelDbCalls.Key(iterator, &length), (int)length);
                if (!key.StartsWith(prefix))
                {
                    break;
                }

                ReadOnlySpan<byte> value = new(LevelDbCalls.Value(iterator, &length), (int)length);
                sum = sum.With(key, value);
                LevelDbCalls.Next(iterator);
            }

            nint error = 0;
            LevelDbCalls.IteratorError(iterator, &error);
            LevelDbCalls.DestroyIterator(iterator);
            Check(error);
            return sum;
        }

        public void Renew()
        {
            LevelDbCalls.ReleaseSnapshot(_database, _snapshot);
            _snapshot = LevelDbCalls.CreateSnapshot(_database);
            LevelDbCalls.SetSnapshot(_options, _snapshot);
        }

        public void Dispose()
        {
            LevelDbCalls.ReleaseSnapshot(_database, _snapshot);
            LevelDbCalls.DestroyReadOptions(_options);
        }
    }
}

using Cairn.Contracts;

namespace Cairn.Tests.Contracts;

/// <summary>A record with a base class, written by hand as it is generated: the fields of the base come first.</summary>
internal class BaseRecord : IStorageRecord<BaseRecord>
{
    private readonly StoragePlace _place;

    public BaseRecord()
        : this(StoragePlace.InMemory())
    {
    }

    public BaseRecord(StoragePlace place) => _place = place;

    public static RecordCodec<BaseRecord> Layout { get; } = new("BaseRecord", static place => new BaseRecord(place), [new("X", StorageCodecs.UInt32)]);

    StoragePlace IStorageValue.Place => _place;

    StorageCodec IStorageValue.Codec => Layout;

    public uint X
    {
        get => StorageCodecs.UInt32.Read(_place);
        set => StorageCodecs.UInt32.Write(_place, value);
    }
}

/// <summary>Its own field lies behind those of the base.</summary>
internal sealed class DerivedRecord : BaseRecord, IStorageRecord<DerivedRecord>
{
    private readonly StoragePlace _place;

    public DerivedRecord()
        : this(StoragePlace.InMemory())
    {
    }

    public DerivedRecord(StoragePlace place)
        : base(place) => _place = place;

    public static new RecordCodec<DerivedRecord> Layout { get; } = new("DerivedRecord", static place => new DerivedRecord(place), [.. BaseRecord.Layout.Fields, new("Y", StorageCodecs.UInt64)]);

    StoragePlace IStorageValue.Place => _place;

    StorageCodec IStorageValue.Codec => Layout;

    public ulong Y
    {
        get => StorageCodecs.UInt64.Read(_place.At(4));
        set => StorageCodecs.UInt64.Write(_place.At(4), value);
    }
}

/// <summary>A record that is a struct, written by hand as it is generated.</summary>
internal readonly struct PointRecord : IStorageRecord<PointRecord>
{
    private readonly StoragePlace _place;

    public PointRecord()
        : this(StoragePlace.InMemory())
    {
    }

    public PointRecord(StoragePlace place) => _place = place;

    public static RecordCodec<PointRecord> Layout { get; } = new("PointRecord", static place => new PointRecord(place), [new("X", StorageCodecs.Int32), new("Y", StorageCodecs.Int32)]);

    StoragePlace IStorageValue.Place => _place;

    StorageCodec IStorageValue.Codec => Layout;

    public int X
    {
        get => StorageCodecs.Int32.Read(_place);
        set => StorageCodecs.Int32.Write(_place, value);
    }

    public int Y
    {
        get => StorageCodecs.Int32.Read(_place.At(4));
        set => StorageCodecs.Int32.Write(_place.At(4), value);
    }
}

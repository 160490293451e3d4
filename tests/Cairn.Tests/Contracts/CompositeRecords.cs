using Cairn.Contracts;

namespace Cairn.Tests.Contracts;

/// <summary>The records of the composite vector, written by hand as they are generated.</summary>
internal sealed class Part : IStorageRecord<Part>
{
    private readonly StoragePlace _place;

    public Part()
        : this(StoragePlace.InMemory())
    {
    }

    public Part(StoragePlace place) => _place = place;

    public static RecordCodec<Part> Layout { get; } = new("Part", place => new Part(place), [new("Foo", StorageCodecs.Int64), new("Bar", StorageCodecs.Int64), new("Text", StorageCodecs.Text)]);

    StoragePlace IStorageValue.Place => _place;

    StorageCodec IStorageValue.Codec => Layout;

    public long Foo
    {
        get => StorageCodecs.Int64.Read(_place);
        set => StorageCodecs.Int64.Write(_place, value);
    }

    public long Bar
    {
        get => StorageCodecs.Int64.Read(_place.At(8));
        set => StorageCodecs.Int64.Write(_place.At(8), value);
    }

    public string Text
    {
        get => StorageCodecs.Text.Read(_place.At(16));
        set => StorageCodecs.Text.Write(_place.At(16), value);
    }
}

/// <summary>Two parts, one behind the other.</summary>
internal sealed class Composite : IStorageRecord<Composite>
{
    private readonly StoragePlace _place;

    public Composite(StoragePlace place) => _place = place;

    public static RecordCodec<Composite> Layout { get; } = new("Composite", place => new Composite(place), [new("A", Part.Layout), new("B", Part.Layout)]);

    StoragePlace IStorageValue.Place => _place;

    StorageCodec IStorageValue.Codec => Layout;

    public Part A
    {
        get => Part.Layout.Read(_place);
        set => Part.Layout.Write(_place, value);
    }

    public Part B
    {
        get => Part.Layout.Read(_place.At(20));
        set => Part.Layout.Write(_place.At(20), value);
    }
}

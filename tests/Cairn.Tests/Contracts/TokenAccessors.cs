using Cairn.Contracts;

namespace Cairn.Tests.Contracts;

// What the generator makes of the declarations, written by hand: the reference for docs/contracts.md.
internal sealed partial class Token : IStorageContract<Token>
{
    private static readonly StorageKeyCodec<TokenState> TokenStateCodec = StorageCodecs.Enum(StorageCodecs.UInt8, static value => (TokenState)value, static value => (byte)value);
    private static readonly StorageCodec<StorageMap<Address, UInt256>> BalancesCodec = StorageCodecs.Map(StorageCodecs.Address, StorageCodecs.UInt256);
    private static readonly StorageCodec<StorageList<Holding>> HoldingsCodec = StorageCodecs.List(Holding.Layout);

    private readonly StoragePlace _place;
    private StorageMap<Address, UInt256>? _balances;
    private StorageList<Holding>? _holdings;

    public Token(StoragePlace place) => _place = place;

    public static RecordCodec<Token> Layout { get; } = new(
        "Token",
        static place => new Token(place),
        [
            new("Name", StorageCodecs.Text),
            new("TotalSupply", StorageCodecs.UInt256),
            new("State", TokenStateCodec),
            new("Balances", BalancesCodec),
            new("Holdings", HoldingsCodec),
        ]);

    StoragePlace IStorageValue.Place => _place;

    StorageCodec IStorageValue.Codec => Layout;

    public partial string Name
    {
        get => StorageCodecs.Text.Read(_place);
        set => StorageCodecs.Text.Write(_place, value);
    }

    public partial UInt256 TotalSupply
    {
        get => StorageCodecs.UInt256.Read(_place.At(4));
        set => StorageCodecs.UInt256.Write(_place.At(4), value);
    }

    public partial TokenState State
    {
        get => TokenStateCodec.Read(_place.At(36));
        set => TokenStateCodec.Write(_place.At(36), value);
    }

    public partial StorageMap<Address, UInt256> Balances => _balances ??= BalancesCodec.Read(_place.At(37));

    public partial StorageList<Holding> Holdings => _holdings ??= HoldingsCodec.Read(_place.At(49));

    public static Token Open(SlotStorage storage) => new(storage.Instance);
}

internal sealed partial class Holding : IStorageRecord<Holding>
{
    private readonly StoragePlace _place;

    public Holding()
        : this(StoragePlace.InMemory())
    {
    }

    public Holding(StoragePlace place) => _place = place;

    public static RecordCodec<Holding> Layout { get; } = new(
        "Holding",
        static place => new Holding(place),
        [new("Owner", StorageCodecs.Address), new("Amount", StorageCodecs.UInt256), new("Note", StorageCodecs.Text)]);

    StoragePlace IStorageValue.Place => _place;

    StorageCodec IStorageValue.Codec => Layout;

    public partial Address Owner
    {
        get => StorageCodecs.Address.Read(_place);
        set => StorageCodecs.Address.Write(_place, value);
    }

    public partial UInt256 Amount
    {
        get => StorageCodecs.UInt256.Read(_place.At(20));
        set => StorageCodecs.UInt256.Write(_place.At(20), value);
    }

    public partial string Note
    {
        get => StorageCodecs.Text.Read(_place.At(52));
        set => StorageCodecs.Text.Write(_place.At(52), value);
    }
}

internal sealed partial class Pair<T> : IStorageValue
{
    private readonly StoragePlace _place;
    private readonly PairLayout _layout;

    private Pair(StoragePlace place, PairLayout layout)
    {
        _place = place;
        _layout = layout;
    }

    StoragePlace IStorageValue.Place => _place;

    StorageCodec IStorageValue.Codec => _layout.Codec;

    public partial T First
    {
        get => _layout.OfT.Read(_place);
        set => _layout.OfT.Write(_place, value);
    }

    public partial T Second
    {
        get => _layout.OfT.Read(_place.At(_layout.Second));
        set => _layout.OfT.Write(_place.At(_layout.Second), value);
    }

    /// <summary>The layout for a type argument, which its codec stands for. Made once for each instantiation by what has a field of it.</summary>
    public static RecordCodec<Pair<T>> LayoutOf(StorageCodec<T> ofT) => new PairLayout(ofT).Codec;

    private sealed class PairLayout
    {
        public PairLayout(StorageCodec<T> ofT)
        {
            OfT = ofT;
            Codec = new RecordCodec<Pair<T>>("Pair", place => new Pair<T>(place, this), [new("First", ofT), new("Second", ofT)]);
            Second = Codec.OffsetOf("Second");
        }

        public StorageCodec<T> OfT { get; }

        public uint Second { get; }

        public RecordCodec<Pair<T>> Codec { get; }
    }
}

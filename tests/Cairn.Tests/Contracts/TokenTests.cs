using Cairn.Contracts;
using Cairn.Proofs;
using Xunit;

namespace Cairn.Tests.Contracts;

/// <summary>A contract as it is generated, through blocks, reopening and old heights.</summary>
public sealed class TokenTests
{
    private static readonly Address Contract = Address.Parse("0x00000000000000000000000000000000000000aa");
    private static readonly Address Alice = Address.Parse("0x0000000000000000000000000000000000000001");
    private static readonly Address Bob = Address.Parse("0x0000000000000000000000000000000000000002");

    [Fact]
    public void Layout_OfTheToken_IsItsFieldsOneBehindTheOther() => Assert.Equal(
        ["Name 0 str", "TotalSupply 4 u256", "State 36 u8", "Balances 37 map<address,u256>", "Holdings 49 list<{Owner:address,Amount:u256,Note:str}>"],
        Token.Layout.Fields.Select(field => $"{field.Name} {field.Offset} {field.Codec.TypeName}"));

    [Fact]
    public async Task Token_OverBlocks_ReadsBackAtEveryHeight()
    {
        using TemporaryDirectory directory = new();
        await using (StateStore store = await StateStore.OpenAsync(directory.Path))
        {
            await CommitAsync(store, 1, token =>
            {
                token.Name = "Cairn";
                token.TotalSupply = 1000;
                token.Balances[Alice] = 1000;
            });
            await CommitAsync(store, 5, token =>
            {
                token.Transfer(Alice, Bob, 300);
                token.State = TokenState.Paused;
                token.Holdings.Add(new Holding { Owner = Bob, Amount = 300, Note = "first" });
            });
        }

        await using StateStore reopened = await StateStore.OpenAsync(directory.Path);
        using StateView then = reopened.ViewAt(new BlockHeight(1));
        using StateView now = reopened.OpenView();
        Token old = Token.Open(new StorageSession(then).Open(Contract));
        Token current = Token.Open(new StorageSession(now).Open(Contract));
        Assert.Equal(("Cairn", 1000, TokenState.Open), (old.Name, (int)old.TotalSupply, old.State));
        Assert.Equal([new(Alice, 1000)], old.Balances);
        Assert.Empty(old.Holdings);
        Assert.Equal([new(Alice, 700), new(Bob, 300)], current.Balances);
        Assert.Equal(TokenState.Paused, current.State);
        Holding holding = Assert.Single(current.Holdings);
        Assert.Equal((Bob, (UInt256)300, "first"), (holding.Owner, holding.Amount, holding.Note));
    }

    [Fact]
    public void Transfer_BeyondTheBalance_FailsAndVanishes()
    {
        SlotStorage storage = SlotStorage.InMemory();
        Token token = Token.Open(storage);
        token.Balances[Alice] = 10;
        using (storage.Session.BeginScope())
        {
            token.Name = "half done";
            Assert.Throws<OverflowException>(() => token.Transfer(Alice, Bob, 11));
        }

        Assert.Equal(("", 10), (token.Name, (int)token.Balances[Alice]));
        Assert.False(token.Balances.ContainsKey(Bob));
    }

    [Fact]
    public void Records_AreCopied_NotShared()
    {
        Token token = Token.Open(SlotStorage.InMemory());
        Holding loose = new() { Owner = Alice, Amount = 1, Note = "one" };
        token.Holdings.AddRange(loose, loose);
        loose.Note = "changed";
        token.Holdings[0].Note = "zero";
        Assert.Equal(["zero", "one"], token.Holdings.Select(holding => holding.Note));
        token.Holdings[1] = token.Holdings[0];
        token.Holdings[0].Note = "again";
        Assert.Equal(["again", "zero"], token.Holdings.Select(holding => holding.Note));
        Holding popped = token.Holdings.Pop();
        token.Holdings.AddNew().Note = "new";
        Assert.Equal("zero", popped.Note);
        Assert.Equal((Address.Zero, UInt256.Zero, "new"), (token.Holdings[^1].Owner, token.Holdings[^1].Amount, token.Holdings[^1].Note));
    }

    [Fact]
    public void Record_MadeByDefault_SaysHowToMakeIt() => Assert.Throws<InvalidOperationException>(() => new Holding(default).Note);

    [Fact]
    public void GenericRecords_HaveALayoutForEachArgument()
    {
        RecordCodec<Pair<byte>> bytes = Pair<byte>.LayoutOf(StorageCodecs.UInt8);
        RecordCodec<Pair<string>> texts = Pair<string>.LayoutOf(StorageCodecs.Text);
        RecordCodec<Pair<uint>> narrow = Pair<uint>.LayoutOf(StorageCodecs.Integer<uint>(bits: 24));
        RecordCodec<Pair<uint>> wide = Pair<uint>.LayoutOf(StorageCodecs.UInt32);
        Assert.Equal((2u, 8u, 6u, 8u), (bytes.Size, texts.Size, narrow.Size, wide.Size));
        SlotStorage storage = SlotStorage.InMemory();
        Pair<uint> pair = narrow.Read(storage.Root);
        (pair.First, pair.Second) = (1, 2);
        Assert.Equal("010000020000", EncodingTests.Read(storage, SlotId.Root, 6));
        Assert.Throws<ArgumentException>(() => wide.Write(storage.At(SlotId.Root, 100), pair));
        narrow.Write(storage.At(SlotId.Root, 100), pair);
        Assert.Equal(2u, narrow.Read(storage.At(SlotId.Root, 100)).Second);
    }

    [Fact]
    public void BaseClasses_ComeFirst()
    {
        Assert.Equal(["X 0", "Y 4"], DerivedRecord.Layout.Fields.Select(field => $"{field.Name} {field.Offset}"));
        Assert.Equal(12u, DerivedRecord.Layout.Size);
        StorageList<DerivedRecord> list = StorageCodecs.List(DerivedRecord.Layout).Read(StoragePlace.InMemory());
        list.Add(new DerivedRecord { X = 1, Y = 2 });
        Assert.Equal((1u, 2ul), (list[0].X, list[0].Y));
        Assert.Throws<ArgumentException>(() => StorageCodecs.List(BaseRecord.Layout).Read(StoragePlace.InMemory()).Add(list[0]));
    }

    [Fact]
    public void Structs_CanBeRecords()
    {
        StorageMap<string, PointRecord> map = StorageCodecs.Map(StorageCodecs.Text, PointRecord.Layout).Read(StoragePlace.InMemory());
        map["a"] = new PointRecord { X = -1, Y = 5 };
        PointRecord point = map.GetOrAdd("a");
        point.X = 7;
        Assert.Equal((7, 5), (map["a"].X, map["a"].Y));
        Assert.Throws<InvalidOperationException>(() => map["b"] = default);
        Assert.Single(map);
    }

    [Fact]
    public async Task Token_OnEveryHome_HasTheSameRoot_AndProvableFields()
    {
        using TemporaryDirectory directory = new();
        HashSet<Hash256> roots = [];
        foreach (string location in (string[])["memory:", "dir:" + directory.PathOf("store"), "jsonl:" + directory.PathOf("store.jsonl")])
        {
            await using StateStore store = await StateStore.OpenAsync(location);
            await CommitAsync(store, 1, token =>
            {
                token.Name = "Cairn";
                for (int i = 0; i < 200; i++)
                {
                    token.Balances[new Address([.. BitConverter.GetBytes(i * 7919), .. new byte[16]])] = (uint)i;
                }
            });
            await CommitAsync(store, 2, token => token.TotalSupply = 77);
            roots.Add(store.Root);

            using StateView view = store.OpenView();
            byte[] key = ContractKeys.ChunkKey(Contract, SlotId.Root.Indirect(0), 0);
            byte[] chunk = view.State.Get(key)!;
            Assert.Equal(77, (int)UInt256.ReadLittleEndian([.. chunk[4..], .. new byte[32]]));
            byte[] proof = view.Prove(key, ProofSpec.ByValueHash).Encode();
            Assert.True(ProofVerifier.VerifyMembership(ProofSpec.ByValueHash, view.Root, proof, key, chunk).IsVerified);
        }

        Assert.Single(roots);
    }

    [Fact]
    public void Layouts_ThatCannotBe_AreRefused()
    {
        StorageField vector = new("v", StorageCodecs.Vector(StorageCodecs.UInt8));
        StorageField number = new("n", StorageCodecs.UInt8);
        Assert.Equal(uint.MaxValue, Layout(vector).Size);
        Assert.Equal(1u, Layout(number, vector).OffsetOf("v"));
        Assert.Throws<ArgumentException>(() => Layout(vector, number));
        Assert.Throws<ArgumentException>(() => Layout(number, number));
        Assert.Throws<ArgumentException>(() => Layout(number).OffsetOf("other"));
        Assert.Throws<ArgumentOutOfRangeException>(() => StorageCodecs.Array(StorageCodecs.UInt256, int.MaxValue));
        Assert.Throws<ArgumentException>(() => StorageCodecs.Map(StorageCodecs.UInt8, StorageCodecs.Vector(StorageCodecs.UInt8)));

        static RecordCodec<Holding> Layout(params StorageField[] fields) => new("R", place => new Holding(place), fields);
    }

    private static async Task CommitAsync(StateStore store, ulong height, Action<Token> body)
    {
        using BlockDraft draft = store.CreateDraft(new BlockHeight(height));
        StorageSession session = new(draft);
        body(Token.Open(session.Open(Contract)));
        session.Flush();
        await store.CommitAsync(draft);
    }
}

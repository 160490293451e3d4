using System.Numerics;
using System.Reflection;
using Cairn.Contracts;
using Xunit;
using ByHand = Cairn.Tests.Contracts.Token;
using HoldingByHand = Cairn.Tests.Contracts.Holding;

namespace Cairn.Tests.Contracts.Generated;

/// <summary>Generated accessors at work: what they write is what the hand-written reference writes.</summary>
public sealed class GeneratedAccessorsTests
{
    private const int Steps = 200;

    private static readonly Address Contract = Address.Parse("0x00000000000000000000000000000000000000aa");

    [Fact]
    public Task Token_UnderRandomCalls_WritesTheBytesOfTheReference() => SeededRandom.ForEachAsync(3, async random =>
    {
        await using StateStore ours = await StateStore.OpenAsync("memory:");
        await using StateStore reference = await StateStore.OpenAsync("memory:");
        for (ulong height = 1; height <= 5; height++)
        {
            int seed = random.Next(int.MaxValue);
            await CommitAsync(ours, height, storage => Play(new Random(seed), Token.Open(storage)));
            await CommitAsync(reference, height, storage => Play(new Random(seed), ByHand.Open(storage)));
            Assert.Equal(reference.Root, ours.Root);
        }

        using StateView view = ours.OpenView();
        using StateView expected = reference.OpenView();
        StorageImage image = new(view.State, Contract);
        Assert.True(image.Count > 10);
        Assert.Equal(new StorageImage(expected.State, Contract).Fingerprint(), image.Fingerprint());
    });

    [Fact]
    public void Layouts_OfGeneratedTypes_AreThoseOfTheReference()
    {
        Assert.Equal(ByHand.Layout.TypeName, Token.Layout.TypeName);
        Assert.Equal(ByHand.Layout.Fields.Select(field => field.Offset), Token.Layout.Fields.Select(field => field.Offset));
        Assert.Equal((Contracts.DerivedRecord.Layout.TypeName, 12u), (DerivedRecord.Layout.TypeName, DerivedRecord.Layout.Size));
        Assert.Equal(Contracts.PointRecord.Layout.TypeName, PointRecord.Layout.TypeName);
        Assert.Equal(Contracts.Pair<uint>.LayoutOf(StorageCodecs.UInt32).TypeName, Pair<uint>.LayoutOf(StorageCodecs.UInt32).TypeName);
    }

    /// <summary>The offsets that are constants in generated code are those of the layout: what is written through a property is read through the layout.</summary>
    [Fact]
    public void Everything_IsAtTheOffsetsOfItsLayout()
    {
        SlotStorage storage = SlotStorage.InMemory();
        Everything all = Everything.Open(storage);
        Fill(all);
        Dictionary<string, PropertyInfo> properties = typeof(Everything).GetProperties().ToDictionary(property => property.Name);
        foreach (StorageField field in Everything.Layout.Fields)
        {
            StoragePlace place = storage.Instance.At(field.Offset);
            object codec = field.Codec;
            object? stored = codec.GetType().GetMethod("Read")!.Invoke(codec, [place]);
            object? shown = properties[field.Name].GetValue(all);
            if (shown is IStorageValue value)
            {
                Assert.Equal((place, field.Codec.TypeName), (value.Place, value.Codec.TypeName));
            }
            else
            {
                Assert.Equal(stored, shown);
                Assert.True(field.Codec.Size == 0 || !Equals(shown, Activator.CreateInstance(shown!.GetType() == typeof(string) ? typeof(int) : shown.GetType())), field.Name);
            }
        }

        Assert.Equal("vector<u8>", Everything.Layout.Fields[^1].Codec.TypeName);
        Assert.Equal("array<array<{X:i32,Y:i32},3>,2>", Everything.Layout.Fields.Single(field => field.Name == "Grid").Codec.TypeName);
        Assert.Equal("map<i40,address>", Everything.Layout.Fields.Single(field => field.Name == "Narrow").Codec.TypeName);
    }

    [Fact]
    public void Everything_ReadsBackWhatWasWritten()
    {
        SlotStorage storage = SlotStorage.InMemory();
        Fill(Everything.Open(storage));
        Everything all = Everything.Open(storage);
        Assert.Equal((255, Int256.MinValue, 0xFFFFFFu, -5_000_000_000L), (all.U8, all.I256, all.U24, (long)all.Wide));
        Assert.Equal((-7, 11u, 13ul), (all.Point.Y, all.Derived.X, all.Derived.Y));
        Assert.Equal((1u, 2u, 3u, "deep"), (all.Numbers.First, all.Numbers.Second, all.Odd.Second, all.Texts.Second.First));
        Assert.Equal((21u, 22u, "in a book"), (all.Book.X, all.Book.Pages, all.Book.Entries["page"][0].Note));
        Assert.Equal((5, 9), ((int)all.Three[^1], all.Grid[1][2].X));
        Assert.Equal((UInt256)6, all.Deep["a"][Wide.Below].Amount);
        Assert.Equal([Contract], all.Voters.Value);
        Assert.Equal((77u, 3, 255 + 65535), (all.@event, all.Rest.Count, all.Sum));
    }

    [Fact]
    public void Values_ThatDoNotFit_LeaveStorageAsItWas()
    {
        Everything all = Everything.Open(SlotStorage.InMemory());
        all.U24 = 5;
        Assert.Throws<ArgumentOutOfRangeException>(() => all.U24 = 1 << 24);
        Assert.Throws<ArgumentOutOfRangeException>(() => all.Narrow[1L << 39] = Contract);
        Assert.Throws<ArgumentException>(() => all.Numbers = all.Odd);
        Assert.Equal((5u, 0), (all.U24, all.Narrow.Count));
    }

    [Fact]
    public void Collections_AreMadeOnceAnObject_AndAssignmentCopies()
    {
        Everything all = Everything.Open(SlotStorage.InMemory());
        Assert.Same(all.Narrow, all.Narrow);
        Assert.Same(all.Derived, all.Derived);
        DerivedRecord loose = new() { X = 1, Y = 2 };
        all.Derived = loose;
        loose.X = 9;
        Assert.Equal((1u, 2ul), (all.Derived.X, all.Derived.Y));
    }

    [Fact]
    public void Offsets_BehindAHandWrittenBase_AreFoundAtRunTime()
    {
        Outer.Nested nested = new() { X = 1, Name = "n", Last = 4 };
        nested.ByHand = new HoldingByHand { Note = "by hand" };
        Assert.Equal(["X 0", "Name 4", "ByHand 8", "Last 64"], Outer.Nested.Layout.Fields.Select(field => $"{field.Name} {field.Offset}"));
        Assert.Equal((1u, "n", "by hand", 4), (nested.X, nested.Name, nested.ByHand.Note, nested.Last));
    }

    private static void Fill(Everything all)
    {
        (all.U8, all.U16, all.U32, all.U64, all.U128, all.U256) = (byte.MaxValue, ushort.MaxValue, uint.MaxValue, ulong.MaxValue, UInt128.MaxValue, UInt256.MaxValue);
        (all.I8, all.I16, all.I32, all.I64, all.I128, all.I256) = (sbyte.MinValue, short.MinValue, int.MinValue, long.MinValue, Int128.MinValue, Int256.MinValue);
        (all.U24, all.Flag, all.Number, all.Text, all.Big) = (0xFFFFFF, true, 0.5, "text", BigInteger.Pow(2, 300));
        (all.Bytes, all.Owner, all.Hash, all.Wide) = (new StorageBytes([1, 2]), Contract, Hash256.Parse(new string('b', 64)), Wide.Below);
        all.Instant = new DateTimeOffset(2024, 11, 26, 6, 42, 42, TimeSpan.FromHours(4));
        all.Narrow[-1] = Contract;
        all.Point = new PointRecord { X = 3, Y = -7 };
        all.Derived = new DerivedRecord { X = 11, Y = 13 };
        (all.Numbers.First, all.Numbers.Second, all.Odd.Second, all.Texts.Second.First) = (1, 2, 3, "deep");
        all.Book.Entries.GetOrAdd("page").Add(new Holding { Note = "in a book" });
        (all.Book.X, all.Book.Pages) = (21, 22);
        all.Three[^1] = 5;
        all.Grid[1][2] = new PointRecord { X = 9 };
        all.Deep.GetOrAdd("a")[Wide.Below] = new Holding { Amount = 6 };
        all.Voters.Value.Add(Contract);
        all.@event = 77;
        all.Rest.AddRange(1, 2, 3);
    }

    private static void Play(Random random, Token token)
    {
        for (int step = 0; step < Steps; step++)
        {
            (int kind, Address one, Address other, uint amount) = Next(random);
            switch (kind)
            {
                case 0:
                    (token.Name, token.TotalSupply) = (new string('n', (int)amount % 50), token.TotalSupply + amount);
                    break;
                case 1:
                    token.State = (TokenState)(amount % 2);
                    break;
                case 2:
                    token.Holdings.Add(new Holding { Owner = one, Amount = amount, Note = $"{amount}" });
                    break;
                case 3 when token.Holdings.Count > 1:
                    token.Holdings[0] = token.Holdings[^1];
                    token.Holdings.Pop();
                    break;
                case 4:
                    token.Balances.Remove(one);
                    break;
                default:
                    token.Balances[one] = token.Balances.GetValueOrDefault(one) + amount;
                    token.Transfer(one, other, amount);
                    break;
            }
        }
    }

    private static void Play(Random random, ByHand token)
    {
        for (int step = 0; step < Steps; step++)
        {
            (int kind, Address one, Address other, uint amount) = Next(random);
            switch (kind)
            {
                case 0:
                    (token.Name, token.TotalSupply) = (new string('n', (int)amount % 50), token.TotalSupply + amount);
                    break;
                case 1:
                    token.State = (TokenState)(amount % 2);
                    break;
                case 2:
                    token.Holdings.Add(new HoldingByHand { Owner = one, Amount = amount, Note = $"{amount}" });
                    break;
                case 3 when token.Holdings.Count > 1:
                    token.Holdings[0] = token.Holdings[^1];
                    token.Holdings.Pop();
                    break;
                case 4:
                    token.Balances.Remove(one);
                    break;
                default:
                    token.Balances[one] = token.Balances.GetValueOrDefault(one) + amount;
                    token.Transfer(one, other, amount);
                    break;
            }
        }
    }

    private static (int Kind, Address One, Address Other, uint Amount) Next(Random random) => (random.Next(8), Some(random), Some(random), (uint)random.Next(1000));

    private static Address Some(Random random) => new([(byte)random.Next(40), .. new byte[19]]);

    private static async Task CommitAsync(StateStore store, ulong height, Action<SlotStorage> body)
    {
        using BlockDraft draft = store.CreateDraft(new BlockHeight(height));
        StorageSession session = new(draft);
        body(session.Open(Contract));
        session.Flush();
        await store.CommitAsync(draft);
    }
}

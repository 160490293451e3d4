using Cairn.Contracts;
using Xunit;

namespace Cairn.Tests.Contracts;

/// <summary>The whole-structure vectors of the layout.</summary>
internal static partial class LayoutVectors
{
    private const string Stale = "333231";

    public static IReadOnlyList<LayoutVector> All { get; } = [.. Composites(), .. Sequences(), .. Maps(), .. Growing(), .. Scenario(), .. Roots()];

    private static SlotId Root => SlotId.Root;

    public static void WriteComposite(StoragePlace place)
    {
        Composite composite = new(place);
        composite.A.Foo = 65535;
        composite.A.Bar = 1L << 32;
        composite.A.Text = "123";
        composite.B.Foo = 13;
        composite.B.Text = "321";
    }

    private static IEnumerable<LayoutVector> Composites()
    {
        yield return new LayoutVector("V-COMP", WriteComposite, place =>
        {
            Composite composite = new(place);
            Assert.Equal((65535, 1L << 32, "123"), (composite.A.Foo, composite.A.Bar, composite.A.Text));
            Assert.Equal((13, 0, "321"), (composite.B.Foo, composite.B.Bar, composite.B.Text));
        })
        {
            Fingerprint = "5e990e3a72b082a4f25fb7c70bf1e875c85812adc4fc436246e62e840d1fd526",
            Slots =
            [
                (Root, "ffff000000000000" + "0000000001000000" + "03000000" + "0d00000000000000" + "0000000000000000" + "03"),
                (Root.Indirect(16), "313233"),
                (Root.Indirect(36), "333231"),
            ],
        };
        yield return new LayoutVector("V-COMP a := b", Assign, place => Assert.Equal((13, 0, "321"), (new Composite(place).A.Foo, new Composite(place).A.Bar, new Composite(place).A.Text)))
        {
            Fingerprint = "71eb019b7e52cf0c993eef93960884ecdf60ceb896958fb29080ae77674e17bb",
            Slots = [(Root, "0d00000000000000" + "0000000000000000" + "03000000" + "0d00000000000000" + "0000000000000000" + "03"), (Root.Indirect(16), Stale), (Root.Indirect(36), Stale)],
        };
        yield return new LayoutVector(
            "V-COMP a.st := 9",
            place =>
            {
                Assign(place);
                new Composite(place).A.Text = "9";
            },
            place => Assert.Equal(("9", "321"), (new Composite(place).A.Text, new Composite(place).B.Text)))
        {
            Slots = [(Root, "0d00000000000000" + "0000000000000000" + "01000000" + "0d00000000000000" + "0000000000000000" + "03"), (Root.Indirect(16), "393231"), (Root.Indirect(36), Stale)],
        };

        static void Assign(StoragePlace place)
        {
            WriteComposite(place);
            Composite composite = new(place);
            composite.A = composite.B;
        }
    }

    private static IEnumerable<LayoutVector> Sequences()
    {
        StorageCodec<StorageList<uint>> numbers = StorageCodecs.List(StorageCodecs.UInt32);
        StorageCodec<StorageList<string>> texts = StorageCodecs.List(StorageCodecs.Text);
        yield return new LayoutVector("V-DA1", place => numbers.Read(place).AddRange(1, 2, 3), place => Assert.Equal([1u, 2, 3], numbers.Read(place).ToArray()))
        {
            Fingerprint = "9307425163773662639a89575234f059a73e6ba7f79ebae1de48b493faf3ace0",
            Slots = [(Root, "03"), (Root.Indirect(0), "010000000200000003")],
        };
        yield return new LayoutVector(
            "V-DA2",
            place =>
            {
                numbers.Read(place).AddRange(1, 2, 3);
                Assert.Equal(3u, numbers.Read(place).Pop());
            },
            place => Assert.Equal([1u, 2], numbers.Read(place).ToArray()))
        {
            Slots = [(Root, "02"), (Root.Indirect(0), "010000000200000003")],
        };
        yield return new LayoutVector("V-DA3", place => texts.Read(place).AddRange("a", "bb", ""), place => Assert.Equal(["a", "bb", ""], texts.Read(place).ToArray()))
        {
            Fingerprint = "887b1b73c79179c8a5632d245cda3d70064676a75d629a9a08dd603fb5fef88e",
        };
        StorageCodec<StorageArray<string>> pair = StorageCodecs.Array(StorageCodecs.Text, 2);
        yield return new LayoutVector("V-AR1", place => (pair.Read(place)[0], pair.Read(place)[1]) = ("p", "qq"), place => Assert.Equal(["p", "qq"], pair.Read(place)))
        {
            Slots = [(Root, "0100000002"), (Root.Indirect(0), "70"), (Root.Indirect(4), "7171")],
        };
        StorageCodec<StorageArray<StorageArray<byte>>> square = StorageCodecs.Array(StorageCodecs.Array(StorageCodecs.UInt8, 2), 2);
        yield return new LayoutVector("V-AR2", place => square.Read(place)[1][0] = 9, place => Assert.Equal([0, 0, 9, 0], square.Read(place).SelectMany(row => row))) { Slots = [(Root, "000009")] };
        StorageCodec<StorageVector<uint>> vector = StorageCodecs.Vector(StorageCodecs.UInt32);
        yield return new LayoutVector("V-VL1", place => vector.Read(place).AddRange(10, 20), place => Assert.Equal([10u, 20], vector.Read(place).ToArray())) { Slots = [(Root, "020000000a00000014")] };
        StorageCodec<Indirect<StorageVector<byte>>> code = StorageCodecs.Indirect(StorageCodecs.Vector(StorageCodecs.UInt8));
        yield return new LayoutVector("V-IN1", place => code.Read(place).Value.Assign("code"u8.ToArray()), place => Assert.Equal("code"u8.ToArray(), code.Read(place).Value.ToArray()))
        {
            Slots = [(Root.Indirect(0), "04000000636f6465")],
        };
        RecordCodec<Part> nothing = new("Nothing", place => new Part(place), [new("p", StorageCodecs.Nothing), new("q", StorageCodecs.UInt8)]);
        yield return new LayoutVector(
            "V-NO1",
            place => StorageCodecs.UInt8.Write(place.At(nothing.OffsetOf("q")), 1),
            _ => Assert.Equal((0u, 0u, 1u), (nothing.OffsetOf("p"), nothing.OffsetOf("q"), nothing.Size)))
        {
            Slots = [(Root, "01")],
        };
    }

    private static IEnumerable<LayoutVector> Roots()
    {
        Address upgrader = Address.Parse("0x0200000000000000000000000000000000000000");
        SlotId code = SlotId.Parse("e1ae23412792df6b6a98fb7c9839701fb8b02b6fc7ed022810f78346494685e7");
        SlotId locked = SlotId.Parse("ba005630745acf3014aaf162e9933040302ca0bef3f56fe2d73c0a08f82c610b");
        SlotId upgraders = SlotId.Parse("21b9e013f74608b92947861287b3de76c2c076fe839b7994761bd950cc2e7566");
        yield return new LayoutVector("Root L1", place => WriteRoot(place.Storage), place => CheckRoot(
            place.Storage,
            "0",
            "104719743780096590577697194990451901900258198514698274453690604555695722573537",
            "5147135863452175656394978567785114489906633378855095627257376406960105455802",
            "46342954650747611132690097513405510122375903838997656252402239048600340445473"))
        {
            Slots = [(upgraders, "0100000002"), (locked, "04000000" + new string('0', 64) + code + locked + upgraders), (code, "07000000232068656c6c6f")],
        };
        yield return new LayoutVector("Root L2", place => WriteRoot(place.Storage), place => CheckRoot(
            place.Storage,
            "0",
            "5147135863452175656394978567785114489906633378855095627257376406960105455802",
            "46342954650747611132690097513405510122375903838997656252402239048600340445473",
            "97210530485491999172923574369323190562438421669572628099136573576019724640551"))
        {
            Profile = StorageProfile.L2,
            Slots = [(Root.Indirect(4), "0100000002"), (Root.Indirect(3), "04000000" + new string('0', 64) + Root.Indirect(2) + Root.Indirect(3) + Root.Indirect(4)), (Root.Indirect(2), "07000000232068656c6c6f")],
        };

        void WriteRoot(SlotStorage storage)
        {
            RootRecord root = new(storage);
            root.LockDefault();
            root.Upgraders.Add(upgrader);
            root.Code = "# hello"u8.ToArray();
        }

        void CheckRoot(SlotStorage storage, params string[] numbers)
        {
            RootRecord root = new(storage);
            Assert.Equal(numbers, root.LockedSlots.Select(number => number.ToString()));
            Assert.Equal([upgrader], root.Upgraders.ToArray());
            Assert.Equal("# hello"u8.ToArray(), root.Code.ToArray());
        }
    }
}

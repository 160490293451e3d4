using Cairn.Contracts;
using Xunit;

namespace Cairn.Tests.Contracts;

internal static partial class LayoutVectors
{
    private static SlotId Nodes => SlotId.Root.Indirect(4);

    private static SlotId SecondKey => SlotId.Parse("7b0f471df1b917a85c85fd972b8ab0ba1261b98474791de5bb4435f79fb5c3d2");

    private static StorageCodec<StorageMap<string, uint>> Texts => StorageCodecs.Map(StorageCodecs.Text, StorageCodecs.UInt32);

    private static StorageCodec<StorageMap<uint, uint>> Numbers => StorageCodecs.Map(StorageCodecs.UInt32, StorageCodecs.UInt32);

    private static IEnumerable<LayoutVector> Maps()
    {
        yield return new LayoutVector("V-TM1", place => Texts.Read(place)["1"] = 12, place => Assert.Equal([new("1", 12)], Texts.Read(place)))
        {
            Fingerprint = "374598764251c28460b1fc30eccbd78dd618df920ac7abc4804baafefb5cde4d",
            Slots = [(Root, "0100000001"), (Nodes, "010000000c"), (Nodes.Indirect(0), "31")],
        };
        yield return new LayoutVector(
            "V-TM2",
            place => (Texts.Read(place)["1"], Texts.Read(place)["abc"]) = (12, 30),
            place => Assert.Equal([new("1", 12), new("abc", 30)], Texts.Read(place)))
        {
            Fingerprint = "83ed903e4b60a66667b3dae34b3def9e3b750871a3c7259c99c5809b10a1c8bc",
            Slots = [(Root, "0100000002"), (Nodes, "01000000" + "0c000000" + "00000000" + "02000000" + "01" + "03000000" + "1e"), (SecondKey, "616263"), (Nodes.Indirect(0), "31")],
        };
        yield return new LayoutVector(
            "V-TM3",
            place =>
            {
                StorageMap<string, uint> map = Texts.Read(place);
                map["1"] = 12;
                map["2"] = 13;
                Assert.True(map.Remove("1"));
            },
            place => Assert.Equal([new("2", 13)], Texts.Read(place)))
        {
            Fingerprint = "34028ff5717afb1f90f8062e2cddb22cb83368947225c217c52afdb217d8706b",
            Slots = [(Root, "020000000200000001"), (Nodes, "01000000" + "0c000000" + "00000000" + "02000000" + "01" + "01000000" + "0d"), (SecondKey, "32"), (Nodes.Indirect(0), "31")],
        };
    }

    private static IEnumerable<LayoutVector> Growing()
    {
        (string Fingerprint, uint Root)[] steps =
        [
            ("5609e4e7858fd8ffe095fb9c45c79952af7f32f3184ff979ba6a1f6c7afc075c", 1),
            ("c5639a698d7d2f897e2a7caf942522bbb4b93daccfef39d297140391d6792e98", 1),
            ("977bf9df3eaaacfd8d9bc04c056a46bf9b72c4e3ac27102132a91f4f87816a4a", 2),
            ("988b2f1ef6fcaa96d27dc4dac1295606362ddd75fb0974b0abd856dbf9d46f93", 2),
            ("891c7ef46133c484e564d3a13ec02f04537c89550786fd66e8924c001e46f300", 2),
            ("425ef62312531da93ecf9cd1e61c76447336c68bb12fd0142690ede2bef7931e", 4),
            ("5c1457f8bd482adbab5261ca7db09f9df3ec3a98cc2187992f19ed9fb1cb6c89", 4),
        ];
        for (uint count = 1; count <= steps.Length; count++)
        {
            uint last = count;
            yield return new LayoutVector(
                $"V-TM4 {count}",
                place =>
                {
                    for (uint i = 1; i <= last; i++)
                    {
                        Numbers.Read(place)[i] = 10 * i;
                    }
                },
                place =>
                {
                    Assert.Equal(steps[last - 1].Root, StorageCodecs.UInt32.Read(place));
                    Assert.Equal(Enumerable.Range(1, (int)last).Select(i => KeyValuePair.Create((uint)i, (uint)(10 * i))), Numbers.Read(place));
                })
            {
                Fingerprint = steps[count - 1].Fingerprint,
            };
        }
    }

    private static IEnumerable<LayoutVector> Scenario()
    {
        (int Last, string Fingerprint, int Count)[] stops =
        [
            (9, "461fb0f03c0fbda7424e1a83f433b89bdbc7018e7f004d8be6fbdbd9f5abfc4b", 4),
            (49, "766f3086e4239d8666b3564a552049dcfebc6c3d68077f07f3e2215c0defa53c", 20),
            (99, "f4a03c92754066f7e71e11f70cddff70f264d527216b67b7e47cc64d8c74aae8", 33),
            (499, "dc532032ff0e65c65ecd773bad977e048dc3f56b59b8450fb7d95a2e21525597", 34),
        ];
        foreach ((int last, string fingerprint, int count) in stops)
        {
            yield return new LayoutVector(
                $"V-LCG {last}",
                place => RunScenario(Texts.Read(place), last),
                place =>
                {
                    Assert.Equal(count, Texts.Read(place).Count);
                    if (last == 499)
                    {
                        Assert.Equal((15u, 40u), (StorageCodecs.UInt32.Read(place), StorageCodecs.UInt32.Read(place.At(4))));
                        Assert.Equal([7u, 35, 17, 30, 3, 2], StorageCodecs.List(StorageCodecs.UInt32).Read(place.At(8)).ToArray());
                    }
                })
            {
                Fingerprint = fingerprint,
            };
        }
    }

    private static void RunScenario(StorageMap<string, uint> map, int last)
    {
        long s = 1;
        for (int operation = 0; operation <= last; operation++)
        {
            s = ((s * 1103515245) + 12345) & 0x7fffffff;
            string key = FormattableString.Invariant($"k{(s >> 8) % 50:D2}");
            if ((s >> 16) % 3 == 0)
            {
                map.Remove(key);
            }
            else
            {
                map[key] = (uint)s;
            }
        }
    }
}

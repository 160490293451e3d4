using Cairn.Manifests;
using Cairn.Tests.IO;
using Xunit;

namespace Cairn.Tests.Manifests;

public sealed class ManifestFilesTests
{
    private const string Store = "/store";
    private const string Odd = "/store/manifest-a";
    private const string Even = "/store/manifest-b";

    [Fact]
    public void Write_Generations_AlternateAndLeaveTheNewestAlone()
    {
        SimulatedFileSystem files = NewStore();
        for (ulong generation = 1; generation <= 6; generation++)
        {
            byte[] other = generation == 1 ? [] : files.ReadAllBytes(generation % 2 == 1 ? Even : Odd);
            ManifestFiles.Write(files, Store, Sample(generation));
            Assert.Equal(generation == 1 ? [] : other, generation == 1 ? [] : files.ReadAllBytes(generation % 2 == 1 ? Even : Odd));
            ManifestReading reading = ManifestFiles.Read(files, Store);
            Assert.Equal(generation, reading.Newest!.Content.Generation);
            Assert.Empty(reading.Damages);
        }

        Assert.Equal(0, files.OpenFiles);
    }

    [Fact]
    public void Write_Trace_IsTheGoldenFile()
    {
        SimulatedFileSystem files = NewStore();
        files.Tracing = true;
        for (ulong generation = 1; generation <= 4; generation++)
        {
            ManifestFiles.Write(files, Store, Sample(generation));
        }

        GoldenFile.CheckText("manifest-writes.txt", string.Join('\n', files.TakeTrace()) + "\n");
    }

    [Fact]
    public void Write_CrashAtEveryOperation_LeavesTheOldOrTheNewManifest()
    {
        for (ulong before = 1; before <= 4; before++)
        {
            for (int stop = 1; ; stop++)
            {
                SimulatedFileSystem files = WithGenerations(before);
                files.StopAt = files.ChangeCount + stop;
                bool returned = Returns(() => ManifestFiles.Write(files, Store, Sample(before + 1)));
                for (int seed = 0; seed < 16; seed++)
                {
                    ManifestReading reading = ManifestFiles.Read(files.Crash(seed), Store);
                    Assert.InRange(reading.Newest!.Content.Generation, returned ? before + 1 : before, before + 1);
                    Assert.True(reading.Damages.Count <= (returned ? 0 : 1));
                }

                if (returned)
                {
                    break;
                }
            }
        }
    }

    [Fact]
    public void Write_FaultAtEveryOperation_ThrowsAndLeavesTheOldOrTheNewManifest()
    {
        foreach (FileOperation kind in new[] { FileOperation.Create, FileOperation.Open, FileOperation.Write, FileOperation.SetLength, FileOperation.Sync, FileOperation.SyncDirectory })
        {
            int failures = 0;
            for (ulong before = 1; before <= 4; before++)
            {
                SimulatedFileSystem files = WithGenerations(before);
                files.Fail(kind);
                try
                {
                    ManifestFiles.Write(files, Store, Sample(before + 1));
                }
                catch (IOException)
                {
                    failures++;
                }

                files.Heal();
                Assert.InRange(ManifestFiles.Read(files, Store).Newest!.Content.Generation, before, before + 1);
                Assert.InRange(ManifestFiles.Read(files.Crash(2), Store).Newest!.Content.Generation, before, before + 1);
                Assert.Equal(0, files.OpenFiles);
            }

            Assert.True(failures > 0, kind.ToString());
        }
    }

    [Fact]
    public void Read_AnyByteOfOneCopyDamaged_TakesTheOtherAndSaysSo()
    {
        foreach ((string damaged, ulong expected) in new[] { (Odd, 4ul), (Even, 3ul) })
        {
            SimulatedFileSystem files = WithGenerations(4);
            int length = files.ReadAllBytes(damaged).Length;
            for (int at = 0; at < length; at++)
            {
                files.FlipBit(damaged, (at * 8L) + (at % 8));
                ManifestReading reading = ManifestFiles.Read(files, Store);
                Assert.Equal(expected, reading.Newest!.Content.Generation);
                Assert.Equal(damaged, Assert.Single(reading.Damages).File);
                files.FlipBit(damaged, (at * 8L) + (at % 8));
            }

            for (int kept = 0; kept < length; kept++)
            {
                SimulatedFileSystem shorter = files.Clone();
                shorter.Truncate(damaged, kept);
                Assert.Equal(expected, ManifestFiles.Read(shorter, Store).Newest!.Content.Generation);
            }

            files.Remove(damaged);
            ManifestReading without = ManifestFiles.Read(files, Store);
            Assert.Equal(expected, without.Newest!.Content.Generation);
            Assert.Equal(damaged, Assert.Single(ManifestFiles.Check(files, Store)).File);
        }
    }

    [Fact]
    public void Read_BothCopiesDamaged_HasNoManifestButBothDamages()
    {
        SimulatedFileSystem files = WithGenerations(4);
        files.FlipBit(Odd, 1000);
        files.FlipBit(Even, 1000);
        ManifestReading reading = ManifestFiles.Read(files, Store);
        Assert.Null(reading.Newest);
        Assert.False(reading.IsAbsent);
        Assert.Equal([Odd, Even], reading.Damages.Select(damage => damage.File));
        Assert.Null(ManifestFiles.ReadBesideWriter(files, Store).Newest);
    }

    [Fact]
    public void Read_NoCopy_IsAbsent() => Assert.True(ManifestFiles.Read(NewStore(), Store).IsAbsent);

    [Fact]
    public void Read_GenerationInTheWrongFile_IsDamage()
    {
        SimulatedFileSystem files = WithGenerations(4);
        files.WriteAllBytes(Odd, files.ReadAllBytes(Even));
        ManifestReading reading = ManifestFiles.Read(files, Store);
        Assert.Equal(4ul, reading.Newest!.Content.Generation);
        Assert.Equal(Odd, Assert.Single(reading.Damages).File);
    }

    [Fact]
    public void Read_CopyPutBackFromEarlier_IsDamage()
    {
        SimulatedFileSystem files = WithGenerations(5);
        byte[] old = files.ReadAllBytes(Odd);
        ManifestFiles.Write(files, Store, Sample(6));
        ManifestFiles.Write(files, Store, Sample(7));
        ManifestFiles.Write(files, Store, Sample(8));
        files.WriteAllBytes(Odd, old);
        ManifestReading reading = ManifestFiles.Read(files, Store);
        Assert.Equal(8ul, reading.Newest!.Content.Generation);
        Assert.Equal(Odd, Assert.Single(reading.Damages).File);
    }

    [Fact]
    public void Read_CopiesOfTwoStores_TakesNeither()
    {
        SimulatedFileSystem files = WithGenerations(3);
        ManifestFiles.Write(files, Store, Sample(4) with { StoreId = new StoreId(1) });
        ManifestReading reading = ManifestFiles.Read(files, Store);
        Assert.Null(reading.Newest);
        Assert.Equal("manifest store id", Assert.Single(reading.Damages).What);
    }

    [Fact]
    public void Read_CopyOfALaterVersion_RefusesThoughTheOtherIsKnown()
    {
        SimulatedFileSystem files = WithGenerations(4);
        byte[] later = files.ReadAllBytes(Odd);
        later[ManifestLayout.FormatVersionOffset] = 9;
        files.WriteAllBytes(Odd, SampleManifests.Repaired(later));
        Assert.Equal(Odd, Assert.Throws<StoreFormatException>(() => ManifestFiles.Read(files, Store)).File);
    }

    [Fact]
    public void Read_FailingDisk_IsNoDamage()
    {
        SimulatedFileSystem files = WithGenerations(4);
        files.Fail(FileOperation.Read, forever: true);
        Assert.Throws<IOException>(() => ManifestFiles.Read(files, Store));
    }

    [Fact]
    public async Task ReadBesideWriter_WhileBothCopiesAreRewritten_NeverFailsNorGoesBack()
    {
        SimulatedFileSystem files = WithGenerations(2);
        const ulong last = 3000;
        Task writer = Task.Run(() =>
        {
            for (ulong generation = 3; generation <= last; generation++)
            {
                ManifestFiles.Write(files, Store, Sample(generation));
            }
        });
        ulong seen = 0;
        while (seen < last)
        {
            ulong generation = ManifestFiles.ReadBesideWriter(files, Store).Newest!.Content.Generation;
            Assert.True(generation >= seen || generation == seen - 1, $"{generation} after {seen}"); // the newest may be missed while its elder is being replaced
            seen = Math.Max(seen, generation);
            if (writer.IsFaulted)
            {
                break;
            }
        }

        await writer;
    }

    private static bool Returns(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (SimulatedCrashException)
        {
            return false;
        }
    }

    private static SimulatedFileSystem NewStore()
    {
        SimulatedFileSystem files = new();
        files.CreateDirectory(Store);
        files.SyncDirectory("/");
        return files;
    }

    private static SimulatedFileSystem WithGenerations(ulong count)
    {
        SimulatedFileSystem files = NewStore();
        for (ulong generation = 1; generation <= count; generation++)
        {
            ManifestFiles.Write(files, Store, Sample(generation));
        }

        return files;
    }

    /// <summary>Long and short ones in turn, so that overwriting shortens and lengthens.</summary>
    private static StoreManifest Sample(ulong generation) => generation % 4 < 2 ? SampleManifests.New(generation) : SampleManifests.Full(generation);
}

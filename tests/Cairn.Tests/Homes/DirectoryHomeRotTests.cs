using Cairn.Tests.IO;
using Xunit;

namespace Cairn.Tests.Homes;

/// <summary>After a clean close: a bit flips, or bytes go missing, in any file. Then the answers are exactly right, or the store is refused naming a file of it.</summary>
public sealed class DirectoryHomeRotTests
{
    private static readonly ulong[] Expected = [1, 2, 3, 4, 5];

    /// <summary>Every byte where structures lie close together, a few of the rest.</summary>
    private const int DenseBytes = 500;

    private const int SparseStep = 211;

    [Fact]
    public async Task Rot_OfAnyByte_IsHarmlessOrRefused()
    {
        SimulatedFileSystem files = await DirectoryHomeTests.Filled();
        foreach (string path in files.Files)
        {
            int length = files.ReadAllBytes(path).Length;
            for (int at = 0; at < length; at += at < DenseBytes || SeededRandom.IsLong ? 1 : SparseStep)
            {
                SimulatedFileSystem rotten = files.Clone();
                rotten.FlipBit(path, (at * 8L) + (at % 8));
                await CheckHarmlessOrRefused(rotten, path, $"bit {at % 8} of byte {at} of {path}");
            }
        }
    }

    [Fact]
    public async Task Missing_BytesOrFiles_AreHarmlessOrRefused()
    {
        SimulatedFileSystem files = await DirectoryHomeTests.Filled();
        foreach (string path in files.Files)
        {
            int length = files.ReadAllBytes(path).Length;
            for (int kept = 0; kept < length; kept += kept < DenseBytes ? 7 : 1999)
            {
                SimulatedFileSystem shorter = files.Clone();
                shorter.Truncate(path, kept);
                await CheckHarmlessOrRefused(shorter, path, $"{path} cut to {kept} bytes");
            }

            SimulatedFileSystem without = files.Clone();
            without.Remove(path);
            await CheckHarmlessOrRefused(without, path, $"{path} gone");
        }
    }

    private static async Task CheckHarmlessOrRefused(SimulatedFileSystem files, string path, string what)
    {
        foreach (bool readOnly in new[] { true, false })
        {
            SimulatedFileSystem before = files.Clone();
            try
            {
                await using MiniStore store = await MiniStore.Open(files, readOnly ? new StateStoreOptions { ReadOnly = true } : MiniStore.Options);
                Assert.True(Expected.AsSpan().SequenceEqual(store.Blocks.ToArray()), $"{what}, {(readOnly ? "read-only" : "writing")}: found {string.Join(' ', store.Blocks)}");
            }
            catch (StateCorruptedException refusal)
            {
                Assert.StartsWith(path.Contains("/log/", StringComparison.Ordinal) ? MiniStore.Path + "/log" : path, refusal.File, StringComparison.Ordinal);
                AssertUntouched(before, files);
            }
        }
    }

    /// <summary>Damage is left as it was found, for whoever restores; only the hint for readers is not part of the store.</summary>
    private static void AssertUntouched(SimulatedFileSystem before, SimulatedFileSystem after)
    {
        static IEnumerable<string> Content(SimulatedFileSystem files) => files.Files.Where(path => !path.EndsWith("/head", StringComparison.Ordinal));
        Assert.Equal(Content(before), Content(after));
        Assert.All(Content(before), path => Assert.True(before.ReadAllBytes(path).AsSpan().SequenceEqual(after.ReadAllBytes(path)), path));
    }
}

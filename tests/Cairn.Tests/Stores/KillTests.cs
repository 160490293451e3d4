using System.Globalization;
using System.Text;
using Cairn.Checking;
using Cairn.Tests.Cli;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>Real processes: <c>cairn apply</c> killed at random moments and resumed, with a reader of another process looking on.</summary>
public sealed class KillTests
{
    private const int Blocks = 1500;
    private const int ChangesPerBlock = 20;

    [Theory]
    [InlineData("dir", "durable")]
    [InlineData("dir", "grouped")]
    [InlineData("jsonl", "durable")]
    public async Task Apply_KilledAtRandomMoments_ResumesToTheExactRoot(string home, string durability)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Signals are a matter of Unix.");
        }

        int kills = (home == "dir" && durability == "durable" ? 30 : 10) * (SeededRandom.IsLong ? 5 : 1);
        using TemporaryDirectory directory = new();
        string file = directory.PathOf("blocks.jsonl");
        Dictionary<ulong, Hash256> roots = await WriteBlocksAsync(file);
        Random random = new(20_261_120);
        int done = 0;
        for (int stores = 0; done < kills; stores++)
        {
            string store = directory.PathOf($"store-{stores}");
            using CancellationTokenSource stop = new();
            Task<int> reader = Task.Run(() => ReadAllTheWhileAsync(store, roots, stop.Token));
            try
            {
                while (done < kills && !await ApplyAndKillAsync(home, durability, store, file, TimeSpan.FromMilliseconds(120 + random.Next(500))))
                {
                    done++;
                }
            }
            finally
            {
                await stop.CancelAsync();
            }

            await reader;
            (int code, byte[] output, string error) = await CliProcess.Start("apply", "--store", store, "--resume", "--json", file).RunAsync();
            Assert.True(code == 0, error);
            Assert.Contains(roots[Blocks].ToString(), Encoding.UTF8.GetString(output), StringComparison.Ordinal);
            CheckReport report = await StoreChecker.CheckAsync(store);
            Assert.Empty(report.Faults);
            Assert.Equal(roots[Blocks], report.Root);
        }
    }

    /// <summary>Runs the program for a while, then kills it.</summary>
    /// <returns>Whether it had finished before.</returns>
    private static async Task<bool> ApplyAndKillAsync(string home, string durability, string store, string file, TimeSpan after)
    {
        string[] kind = Directory.Exists(store) ? [] : ["--home", home == "dir" ? "directory" : home];
        using CliProcess process = CliProcess.Start(["apply", "--store", store, "--durability", durability, "--resume", .. kind, file]);
        Task<(int Code, string Error)> end = process.EndAsync();
        if (await Task.WhenAny(end, Task.Delay(after)) == end)
        {
            (int code, string error) = await end;
            Assert.True(code == 0, error);
            return true;
        }

        process.Signal("KILL");
        await end;
        return false;
    }

    /// <summary>Follows the store, and holds every height it sees against the root that height has to have.</summary>
    private static async Task<int> ReadAllTheWhileAsync(string location, Dictionary<ulong, Hash256> roots, CancellationToken stop)
    {
        int looks = 0;
        BlockHeight? seen = null;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await using StateStore store = await StateStore.OpenAsync(location, new StateStoreOptions { ReadOnly = true }, CancellationToken.None);
                for (int i = 0; i < 20 && !stop.IsCancellationRequested; i++, looks++)
                {
                    await store.RefreshAsync(CancellationToken.None);
                    using StateView view = store.OpenView();
                    if (view.Height is { } height)
                    {
                        Assert.Equal(roots[height.Value], view.Root);
                        Assert.Equal(height.ToString(), Encoding.ASCII.GetString(view.State.Get("height"u8)!));
                        Assert.True(seen is null || height >= seen, $"The head went from {seen} back to {height}.");
                        seen = height;
                    }

                    await Task.Delay(5, CancellationToken.None);
                }
            }
            catch (Exception exception) when (exception is StoreNotFoundException or FileNotFoundException or DirectoryNotFoundException)
            {
                // Not created yet, or a writer that recovers has just taken a leftover away.
                await Task.Delay(5, CancellationToken.None);
            }
        }

        return looks;
    }

    /// <summary>Writes a file of blocks.</summary>
    /// <returns>The root after each height, from a store in memory.</returns>
    private static async Task<Dictionary<ulong, Hash256>> WriteBlocksAsync(string path)
    {
        Dictionary<ulong, Hash256> roots = [];
        Random random = new(7);
        await using StreamWriter writer = new(path);
        await using StateStore store = await StateStore.OpenAsync("memory:");
        for (ulong height = 1; height <= Blocks; height++)
        {
            using BlockDraft draft = store.CreateDraft((BlockHeight)height);
            StringBuilder line = new(FormattableString.Invariant($"{{\"height\":{height},\"changes\":[{{\"key\":\"height\",\"value\":\"{height}\"}}"));
            draft.State.Put("height"u8, Encoding.ASCII.GetBytes(height.ToString(CultureInfo.InvariantCulture)));
            for (int i = 0; i < ChangesPerBlock; i++)
            {
                string key = FormattableString.Invariant($"account/{((int)height * ChangesPerBlock) + i:d6}");
                string value = FormattableString.Invariant($"{random.Next()}");
                line.Append(CultureInfo.InvariantCulture, $",{{\"key\":\"{key}\",\"value\":\"{value}\"}}");
                draft.State.Put(Encoding.ASCII.GetBytes(key), Encoding.ASCII.GetBytes(value));
            }

            await writer.WriteLineAsync(line.Append("]}").ToString());
            roots[height] = (await store.CommitAsync(draft)).Root;
        }

        return roots;
    }
}

using System.Globalization;
using Cairn.IO;
using Xunit;

namespace Cairn.Tests.IO;

public sealed class BackgroundThreadTests
{
    [Fact]
    public async Task Run_Work_GivesItsResultFromAThreadOfItsOwn()
    {
        (int thread, bool isOfPool) = await BackgroundThread.RunAsync("test", static () => (Environment.CurrentManagedThreadId, Thread.CurrentThread.IsThreadPoolThread));
        Assert.NotEqual(Environment.CurrentManagedThreadId, thread);
        Assert.False(isOfPool);
    }

    [Fact]
    public async Task Run_WorkThatFails_ThrowsWhatItThrew()
    {
        IOException thrown = await Assert.ThrowsAsync<IOException>(static () => BackgroundThread.RunAsync<int>("test", static () => throw new IOException("on purpose")));
        Assert.Equal("on purpose", thrown.Message);
    }

    [Fact]
    public async Task Run_OnLinux_StepsBackAloneAndLeavesOthersAsTheyAre()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells the niceness of a thread.");
        int before = NicenessOfThread();
        Assert.True(await BackgroundThread.RunAsync("test", NicenessOfThread) > before);
        Assert.Equal(before, await Task.Factory.StartNew(NicenessOfThread, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default));
    }

    [Fact]
    public async Task Run_OnLinux_LeavesThreadsThatThePoolStartsMeanwhileAsTheyAre()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells the niceness of a thread.");
        int before = NicenessOfThread();
        using SemaphoreSlim ended = new(0);
        List<Task<int>> asked = [];

        // Each keeps a thread of the pool busy, so that telling a result needs another one.
        for (int i = 0; i < 32; i++)
        {
            Task<int> work = BackgroundThread.RunAsync("test", NicenessOfThread);
            asked.Add(work.ContinueWith(
                task =>
                {
                    int niceness = NicenessOfThread();
                    ended.Wait(TestContext.Current.CancellationToken);
                    return niceness;
                },
                TestContext.Current.CancellationToken,
                TaskContinuationOptions.None,
                TaskScheduler.Default));
            await work;
        }

        ended.Release(asked.Count);
        Assert.All(await Task.WhenAll(asked), niceness => Assert.Equal(before, niceness));
    }

    /// <summary>The 19th field of proc(5), counted from behind the name, which is in parentheses.</summary>
    private static int NicenessOfThread()
    {
        string stat = File.ReadAllText("/proc/thread-self/stat");
        return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[16], CultureInfo.InvariantCulture);
    }
}

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

    /// <summary>The 19th field of proc(5), counted from behind the name, which is in parentheses.</summary>
    private static int NicenessOfThread()
    {
        string stat = File.ReadAllText("/proc/thread-self/stat");
        return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[16], CultureInfo.InvariantCulture);
    }
}

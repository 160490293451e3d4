using Xunit;
using Xunit.Sdk;

namespace Cairn.Tests;

public sealed class GoldenFileTests
{
    [Fact]
    public void CheckText_SameText_Passes() => GoldenFile.CheckText("golden-file-tests.txt", "one\ntwo\n");

    [Fact]
    public void CheckText_OtherText_FailsNamingTheLine()
    {
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            return;
        }

        FailException failure = Assert.Throws<FailException>(() => GoldenFile.CheckText("golden-file-tests.txt", "one\nthree\n"));
        Assert.Contains("line 2", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_OneByteMore_FailsNamingTheOffset()
    {
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            return;
        }

        FailException failure = Assert.Throws<FailException>(() => GoldenFile.Check("golden-file-tests.txt", "one\ntwo\n!"u8));
        Assert.Contains("byte 8", failure.Message, StringComparison.Ordinal);
    }
}

using Xunit;

namespace Cairn.Tests;

/// <summary>The real data beside the checkout, in <c>../shared/data</c>. It is not part of the repository: tests that need it skip where it is missing.</summary>
internal static class SharedData
{
    /// <summary>The path of a file of the data; skips the test when it is not there.</summary>
    public static string PathOf(string name)
    {
        string path = Path.GetFullPath(Path.Combine(Repository.Root, "..", "shared", "data", name));
        Assert.SkipUnless(File.Exists(path), $"The data file '{name}' is not in ../shared/data beside the checkout.");
        return path;
    }
}

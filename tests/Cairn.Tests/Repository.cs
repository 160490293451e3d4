namespace Cairn.Tests;

/// <summary>Where the checkout is that the tests run from: found by walking up from the test assembly to <c>Cairn.slnx</c>.</summary>
internal static class Repository
{
    /// <summary>The folder that holds <c>Cairn.slnx</c>.</summary>
    public static string Root { get; } = Find();

    /// <summary>The path of something in the checkout.</summary>
    public static string PathOf(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Cairn.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No Cairn.slnx in '{AppContext.BaseDirectory}' or any folder above it: the tests run from a checkout.");
    }
}

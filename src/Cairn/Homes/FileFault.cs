namespace Cairn.Homes;

/// <summary>Something wrong with a file of a store, found by checking rather than by using it.</summary>
/// <param name="File">The file.</param>
/// <param name="Offset">The place in it in bytes; −1 where there is none.</param>
/// <param name="What">The thing that was checked.</param>
/// <param name="Expected">What should have been found.</param>
/// <param name="Found">What was found.</param>
internal readonly record struct FileFault(string File, long Offset, string What, string Expected, string Found)
{
    /// <summary>The fault an exception tells of.</summary>
    public static FileFault Of(StateCorruptedException exception) =>
        new(exception.File, exception.Offset, exception.What, exception.Expected, exception.Found);

    /// <summary>The refusal because of it.</summary>
    public StateCorruptedException ToException() => new(File, Offset, What, Expected, Found);
}

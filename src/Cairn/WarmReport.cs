namespace Cairn;

/// <summary>What <see cref="StateStore.WarmAsync"/> did.</summary>
/// <param name="PagesLoaded">The pages read into memory.</param>
/// <param name="BytesLoaded">The memory they take, in bytes.</param>
/// <param name="PagesPresent">The pages under the prefix that were in memory already.</param>
/// <param name="IsComplete">Whether all pages under the prefix were brought into memory; false when there was no room for more.</param>
/// <param name="Elapsed">How long it took.</param>
public sealed record WarmReport(long PagesLoaded, long BytesLoaded, long PagesPresent, bool IsComplete, TimeSpan Elapsed);

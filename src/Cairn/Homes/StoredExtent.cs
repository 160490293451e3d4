namespace Cairn.Homes;

/// <summary>A stored page or blob and its size.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Bytes">Its stored bytes.</param>
public readonly record struct StoredExtent(PageId Id, int Bytes);

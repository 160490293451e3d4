namespace Cairn.History;

/// <summary>Takes the blocks of a run that is being made.</summary>
internal interface IRunSink
{
    /// <summary>Takes a block.</summary>
    /// <param name="number">Its number: 1 for the first, then one more each time.</param>
    /// <param name="block">The block; the caller uses its memory again.</param>
    void Put(uint number, ReadOnlySpan<byte> block);
}

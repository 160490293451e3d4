namespace Cairn;

/// <summary>A read-only store needs a page that the writer, in another process, has removed since: nothing the writer has needs it any more. Nothing is damaged.</summary>
public sealed class ViewOutdatedException : StateStoreException
{
    internal ViewOutdatedException(string file, Exception? cause = null)
        : base(
            $"The writer of the store has removed '{file}', which this view still needs: it does not know of readers in other processes. Call RefreshAsync on the read-only store, then open the view again.",
            RecoveryAction.Retry,
            cause) => File = file;

    /// <summary>The file that was removed.</summary>
    public string File { get; }
}

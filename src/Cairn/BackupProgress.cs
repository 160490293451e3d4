namespace Cairn;

/// <summary>How far a backup has come.</summary>
/// <param name="Files">The files that are done: linked, copied, or there already.</param>
/// <param name="TotalFiles">How many there are.</param>
/// <param name="BytesCopied">The bytes copied so far.</param>
public readonly record struct BackupProgress(int Files, int TotalFiles, long BytesCopied);

namespace Cairn.IO;

/// <summary>How a file is opened.</summary>
public enum FileOpening
{
    /// <summary>An existing file, for reading. Others may write it meanwhile.</summary>
    Read,

    /// <summary>An existing file, for reading and writing.</summary>
    Write,

    /// <summary>A new file for reading and writing; an existing one is an <see cref="IOException"/>.</summary>
    CreateNew,
}

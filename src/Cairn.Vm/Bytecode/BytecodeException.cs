namespace Cairn.Vm.Bytecode;

/// <summary>Bytes are no bytecode, or bytecode that this version does not know. Nothing of it runs.</summary>
public sealed class BytecodeException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="sourceName">The file.</param>
    /// <param name="offset">The byte at which it shows, from 0.</param>
    /// <param name="expected">What should be there.</param>
    /// <param name="found">What is there.</param>
    /// <param name="cause">The exception behind it, if any.</param>
    public BytecodeException(string sourceName, long offset, string expected, string found, Exception? cause = null)
        : base($"{sourceName} is no bytecode that can run: at byte {offset}, expected {expected}, found {found}. Compile the source again.", RecoveryAction.FixTheCall, cause)
    {
        SourceName = sourceName;
        Offset = offset;
        Expected = expected;
        Found = found;
    }

    /// <summary>The file.</summary>
    public string SourceName { get; }

    /// <summary>The byte at which it shows, from 0.</summary>
    public long Offset { get; }

    /// <summary>What should be there.</summary>
    public string Expected { get; }

    /// <summary>What is there.</summary>
    public string Found { get; }
}

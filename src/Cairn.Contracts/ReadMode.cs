namespace Cairn.Contracts;

/// <summary>Which state a read asks for. The numbers are those of the host protocol.</summary>
public enum ReadMode : byte
{
    /// <summary>The state with what the execution has written.</summary>
    Current = 0,

    /// <summary>The state after the newest final block.</summary>
    LatestFinalized = 1,

    /// <summary>The state after the newest block, final or not.</summary>
    LatestDecided = 2,
}

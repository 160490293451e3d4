namespace Cairn.Contracts;

/// <summary>How a host answers. The numbers are those of the host protocol.</summary>
public enum HostError : byte
{
    /// <summary>It was done.</summary>
    None = 0,

    /// <summary>There is no such state: nothing is final yet, or it is no longer retained.</summary>
    Absent = 1,

    /// <summary>It may not be done: the slot is locked, the place lies beyond the end of it, or the execution has no permission.</summary>
    Forbidden = 2,

    /// <summary>The host leads the round and decides itself. Storage never answers so.</summary>
    IAmLeader = 3,

    /// <summary>The execution has written to all pages that it may.</summary>
    OutOfStorage = 4,
}

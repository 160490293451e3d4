namespace Cairn.Contracts;

/// <summary>What a virtual machine in another process asks its host for. The numbers are those of the host protocol.</summary>
public enum HostMethod : byte
{
    /// <summary>Reading bytes of a slot of any contract.</summary>
    StorageRead = 1,

    /// <summary>Writing bytes of a slot of the contract that is executed.</summary>
    StorageWrite = 2,
}

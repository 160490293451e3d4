namespace Cairn.Vm.Machines;

/// <summary>What <c>loadp</c> does with a key that is not there.</summary>
public enum MissingKey
{
    /// <summary>The program fails. The default.</summary>
    Error,

    /// <summary>It pushes the number 0.</summary>
    Zero,

    /// <summary>It pushes null.</summary>
    Null,
}

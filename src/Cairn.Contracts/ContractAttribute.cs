namespace Cairn.Contracts;

/// <summary>Makes a partial class a contract: its partial properties are fields in storage, one behind the other from where the root record of a storage says. Accessors are generated.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ContractAttribute : Attribute;

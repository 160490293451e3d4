namespace Cairn.Contracts;

/// <summary>Makes a public method of a contract one that can be called from outside, by its name, and that changes nothing: while it runs, storage is open for reading only, in contracts that it calls as well.</summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class ContractViewAttribute : Attribute;

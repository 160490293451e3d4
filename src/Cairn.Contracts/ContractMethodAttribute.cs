namespace Cairn.Contracts;

/// <summary>
/// Makes a public method of a contract one that can be called from outside, by its name: from a transaction, or from another contract. What it changes stays when it returns and is taken back when it throws.
/// </summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class ContractMethodAttribute : Attribute;

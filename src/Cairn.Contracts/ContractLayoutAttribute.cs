namespace Cairn.Contracts;

/// <summary>
/// Describes the layout of a contract or record in the assembly, for programs that look at it without running it, such as <c>cairn layout</c>. The generator writes one for each; for a record that is written by hand its author may.
/// </summary>
/// <param name="name">The name of the type with its namespace, a dot before one that has none, and the type arguments it is made with, such as <c>Shop.Pair&lt;u32&gt;</c>; <c>Shop.Pair&lt;$0&gt;</c> for any.</param>
/// <param name="layout">The fields and their types: <c>record{Seller:address,Price:u256}</c>.</param>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
public sealed class ContractLayoutAttribute(string name, string layout) : Attribute
{
    /// <summary>The name of the type.</summary>
    public string Name { get; } = name;

    /// <summary>Its fields and their types.</summary>
    public string Layout { get; } = layout;
}

using Microsoft.CodeAnalysis;

namespace Cairn.Contracts.Generator;

/// <summary>What the attributes of a property say about its layout, and what of it was made use of.</summary>
internal sealed class FieldOptions
{
    private readonly int[] _lengths = [];

    /// <summary>For types that are no field's: there is nothing to say about them.</summary>
    public FieldOptions()
    {
    }

    public FieldOptions(IPropertySymbol property)
    {
        foreach (AttributeData attribute in property.GetAttributes())
        {
            if (attribute.ConstructorArguments.Length != 1)
            {
                continue;
            }

            TypedConstant argument = attribute.ConstructorArguments[0];
            string? name = attribute.AttributeClass?.ToDisplayString();
            if (string.Equals(name, "Cairn.Contracts.StorageBitsAttribute", StringComparison.Ordinal) && argument.Value is int bits)
            {
                Bits = bits;
            }
            else if (string.Equals(name, "Cairn.Contracts.StorageLengthAttribute", StringComparison.Ordinal) && argument.Kind == TypedConstantKind.Array && !argument.IsNull)
            {
                _lengths = [.. argument.Values.Select(static value => value.Value is int length ? length : -1)];
            }
        }
    }

    public int? Bits { get; }

    public bool AreBitsUsed { get; set; }

    public int LengthCount => _lengths.Length;

    public int ArrayCount { get; private set; }

    /// <summary>The length of the next array in the type; null without one.</summary>
    public int? NextLength()
    {
        int index = ArrayCount++;
        return index < _lengths.Length && _lengths[index] >= 0 ? _lengths[index] : null;
    }
}

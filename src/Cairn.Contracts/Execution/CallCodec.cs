namespace Cairn.Contracts.Execution;

/// <summary>How values of a type are encoded in arguments and results.</summary>
public abstract class CallCodec
{
    private protected CallCodec(string typeName, int minBytes)
    {
        TypeName = typeName;
        MinBytes = minBytes;
    }

    /// <summary>The name of the type, down to its primitives: what the description of a method says.</summary>
    public string TypeName { get; }

    /// <summary>The shortest encoding.</summary>
    internal int MinBytes { get; }
}

using Microsoft.CodeAnalysis;

namespace Cairn.Contracts.Generator;

/// <summary>What stands for the type parameters of a record, in their order.</summary>
internal sealed class RecordArguments
{
    private readonly IReadOnlyList<CodecModel> _codecs;

    public RecordArguments(IEnumerable<ITypeParameterSymbol> parameters, IReadOnlyList<CodecModel> codecs)
    {
        _codecs = codecs;
        ByName = parameters.Zip(codecs, static (parameter, codec) => (parameter.Name, codec)).ToDictionary(static pair => pair.Name, static pair => pair.codec, StringComparer.Ordinal);
    }

    public IReadOnlyDictionary<string, CodecModel> ByName { get; }

    public IEnumerable<string> Labels => _codecs.Select(static codec => codec.Label);

    /// <summary>The codecs as arguments of a call.</summary>
    public string Expressions => string.Join(", ", _codecs.Select(static codec => codec.Expression));
}

/// <summary>A class in the line of base classes of a record, or the record itself.</summary>
/// <param name="Type">Its definition.</param>
/// <param name="Arguments">What stands for its type parameters.</param>
internal sealed record RecordPart(INamedTypeSymbol Type, RecordArguments Arguments);

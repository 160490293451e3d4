using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Cairn.Contracts.Generator;

/// <summary>Makes the accessors of types with <c>[Contract]</c> and <c>[StorageRecord]</c>. Serves any number of threads.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class ContractGenerator : IIncrementalGenerator
{
    /// <summary>The step that reads declarations, as the compiler's driver tracks it.</summary>
    public const string ReadingStep = "Readings";

    /// <summary>The step that hands on what code is made of.</summary>
    public const string ModelStep = "Models";

    /// <summary>The step that hands on what is reported.</summary>
    public const string FaultStep = "Faults";

    /// <summary>The step that reads methods that are called from outside.</summary>
    public const string CallReadingStep = "CallReadings";

    /// <summary>The step that hands on what the code that calls them is made of.</summary>
    public const string CallModelStep = "CallModels";

    private const string ContractAttribute = "Cairn.Contracts.ContractAttribute";
    private const string RecordAttribute = "Cairn.Contracts.StorageRecordAttribute";

    /// <summary>Everything the generator reports.</summary>
    public static IEnumerable<DiagnosticDescriptor> Rules => Faults.All;

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        Register(context, ContractAttribute, isContract: true);
        Register(context, RecordAttribute, isContract: false);
        DispatchGenerator.Register(context, ContractAttribute);
    }

    private static void Register(IncrementalGeneratorInitializationContext context, string attribute, bool isContract)
    {
        IncrementalValuesProvider<Reading> readings = context.SyntaxProvider
            .ForAttributeWithMetadataName(
                attribute,
                static (node, _) => node is TypeDeclarationSyntax,
                (found, cancel) => new RecordReader((INamedTypeSymbol)found.TargetSymbol, isContract, cancel).Read())
            .WithTrackingName(ReadingStep);

        // Faults have places, which move with every line above them; the code does not depend on these.
        context.RegisterSourceOutput(
            readings.Where(static reading => reading.Model is not null).Select(static (reading, _) => reading.Model!).WithTrackingName(ModelStep),
            static (output, model) => output.AddSource(model.HintName, RecordWriter.Write(model)));
        context.RegisterSourceOutput(
            readings.SelectMany(static (reading, _) => reading.Faults).WithTrackingName(FaultStep),
            static (output, fault) => output.ReportDiagnostic(fault.ToDiagnostic()));
    }
}

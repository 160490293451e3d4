using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Cairn.Contracts.Generator;

/// <summary>The part of the generator that makes contracts callable: a step of its own, so that an edit of a method leaves the accessors alone and one of a field the calls.</summary>
internal static class DispatchGenerator
{
    public static void Register(IncrementalGeneratorInitializationContext context, string contractAttribute)
    {
        IncrementalValuesProvider<DispatchReading> readings = context.SyntaxProvider
            .ForAttributeWithMetadataName(
                contractAttribute,
                static (node, _) => node is TypeDeclarationSyntax,
                static (found, cancel) => new DispatchReader((INamedTypeSymbol)found.TargetSymbol, cancel).Read())
            .WithTrackingName(ContractGenerator.CallReadingStep);

        context.RegisterSourceOutput(
            readings.Where(static reading => reading.Model is not null).Select(static (reading, _) => reading.Model!).WithTrackingName(ContractGenerator.CallModelStep),
            static (output, model) => output.AddSource(model.HintName, DispatchWriter.Write(model)));
        context.RegisterSourceOutput(readings.SelectMany(static (reading, _) => reading.Faults), static (output, fault) => output.ReportDiagnostic(fault.ToDiagnostic()));
        RegisterStrays(context, DispatchReader.MethodAttribute);
        RegisterStrays(context, DispatchReader.ViewAttribute);
    }

    private static void RegisterStrays(IncrementalGeneratorInitializationContext context, string attribute)
    {
        IncrementalValuesProvider<Fault> strays = context.SyntaxProvider
            .ForAttributeWithMetadataName(attribute, static (node, _) => node is MethodDeclarationSyntax, static (found, _) => DispatchReader.ReadStray((IMethodSymbol)found.TargetSymbol))
            .Where(static fault => fault is not null)
            .Select(static (fault, _) => fault!);
        context.RegisterSourceOutput(strays, static (output, fault) => output.ReportDiagnostic(fault.ToDiagnostic()));
    }
}

using Microsoft.CodeAnalysis;

namespace Cairn.Contracts.Generator;

/// <summary>What the analyzer of layouts reports.</summary>
internal static class LayoutFaults
{
    private const string Category = "Cairn.Contracts";
    private const string HelpPage = "docs/contracts.md#layouts-that-are-deployed";

    public static readonly DiagnosticDescriptor Changed = new(
        "CAIRN030",
        "A deployed contract keeps its layout",
        "'{0}' does not fit what is deployed: {1}",
        Category,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        "What is stored was written with the layout in the file and would be read as something else. Undo the change and add fields at the end of the contract instead; or migrate what is stored, and write the file anew with 'cairn layout ASSEMBLY --write FILE'.",
        HelpPage,
        WellKnownDiagnosticTags.CompilationEnd);

    public static readonly DiagnosticDescriptor Renamed = new(
        "CAIRN031",
        "A field of a deployed contract has another name",
        "'{0}' has a field with another name: {1}; if it means the same, rename it in the file too",
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "Names are not stored, so the bytes of the field are read as before. If it means something else now, this is a mistake that nothing else would find.",
        HelpPage,
        WellKnownDiagnosticTags.CompilationEnd);

    public static readonly DiagnosticDescriptor Malformed = new(
        "CAIRN032",
        "A layout can be read",
        "{0}",
        Category,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        "The file with the layouts of deployed contracts, or a [ContractLayout] that is written by hand, is not what 'cairn layout ASSEMBLY --write FILE' and the generator write.",
        HelpPage,
        WellKnownDiagnosticTags.CompilationEnd);

    public static readonly DiagnosticDescriptor Added = new(
        "CAIRN033",
        "Something is new behind a deployed layout",
        "'{0}': {1}; once it is deployed, write the file anew with 'cairn layout ASSEMBLY --write FILE'",
        Category,
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        "What is stored stays what it is, and reads as zero, empty or false where it is new. From when it is deployed it belongs into the file.",
        HelpPage,
        WellKnownDiagnosticTags.CompilationEnd);
}

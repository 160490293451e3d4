using Cairn.Contracts;
using Cairn.Contracts.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace Cairn.Tests.Examples;

/// <summary>Compiles the files of the tutorial with the generators, as its project does, and leaves a program that <c>dotnet</c> runs.</summary>
internal static class TutorialCompiler
{
    private const string ProgramName = "poll";

    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal))
            .Append(typeof(StateStore).Assembly.Location)
            .Append(typeof(StorageSession).Assembly.Location)
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>Compiles.</summary>
    /// <param name="files">The files by name.</param>
    /// <param name="folder">Takes the program.</param>
    /// <returns>The path of the program.</returns>
    public static string Compile(IReadOnlyDictionary<string, string> files, string folder)
    {
        CSharpParseOptions options = CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Preview);
        CSharpCompilation compilation = CSharpCompilation.Create(
            ProgramName,
            files.Append(KeyValuePair.Create("Usings.cs", ImplicitUsings)).Select(file => CSharpSyntaxTree.ParseText(file.Value, options, file.Key, cancellationToken: TestContext.Current.CancellationToken)),
            References,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        CSharpGeneratorDriver.Create(Generators(), parseOptions: options)
            .RunGeneratorsAndUpdateCompilation(compilation, out Compilation all, out var reported, TestContext.Current.CancellationToken);
        Diagnostic[] faults = [.. reported.Concat(all.GetDiagnostics(TestContext.Current.CancellationToken)).Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning)];
        Assert.True(faults.Length == 0, string.Join('\n', faults.Select(fault => fault.ToString())));

        Directory.CreateDirectory(folder);
        string program = Path.Combine(folder, ProgramName + ".dll");
        Assert.True(all.Emit(program, cancellationToken: TestContext.Current.CancellationToken).Success);
        foreach (string library in new[] { typeof(StateStore).Assembly.Location, typeof(StorageSession).Assembly.Location })
        {
            File.Copy(library, Path.Combine(folder, Path.GetFileName(library)), overwrite: true);
        }

        // The program needs what the tests need of the runtime, and no more.
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Cairn.Cli.runtimeconfig.json"), Path.Combine(folder, ProgramName + ".runtimeconfig.json"), overwrite: true);
        return program;
    }

    /// <summary>All generators of the assembly, as the compiler finds them.</summary>
    private static IEnumerable<ISourceGenerator> Generators() =>
        typeof(ContractGenerator).Assembly.GetTypes()
            .Where(type => type.IsDefined(typeof(GeneratorAttribute), inherit: false))
            .Select(type => ((IIncrementalGenerator)Activator.CreateInstance(type)!).AsSourceGenerator());
}

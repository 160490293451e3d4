using Microsoft.CodeAnalysis;

namespace Cairn.Contracts.Generator;

/// <summary>Reads the methods of a contract that can be called from outside.</summary>
internal sealed class DispatchReader(INamedTypeSymbol type, CancellationToken cancel)
{
    public const string MethodAttribute = "Cairn.Contracts.ContractMethodAttribute";
    public const string ViewAttribute = "Cairn.Contracts.ContractViewAttribute";

    private static readonly string[] GeneratedNames = ["Program", "Calls", "At", "Context", "_context", "Dispatch", "CallTypes"];

    /// <summary>Members that the generated maker of calls has from the language.</summary>
    private static readonly string[] ObjectNames = ["Equals", "GetHashCode", "GetType", "ToString", "ReferenceEquals", "MemberwiseClone", "Finalize"];

    private readonly List<Fault> _faults = [];

    /// <summary>What is wrong with a marked method whose class is no contract; null when it is one.</summary>
    public static Fault? ReadStray(IMethodSymbol method) =>
        method.ContainingType.IsContract() ? null : Fault.Of(DispatchFaults.NoContract, method, method.Name);

    public DispatchReading Read()
    {
        Dictionary<string, IMethodSymbol> methods = new(StringComparer.Ordinal);
        List<CallMethodModel> models = [];
        foreach (INamedTypeSymbol part in BasesFirst(type))
        {
            foreach (IMethodSymbol method in part.GetMembers().OfType<IMethodSymbol>().Where(IsMarked))
            {
                cancel.ThrowIfCancellationRequested();
                bool isOwn = SymbolEqualityComparer.Default.Equals(part, type);
                if (method.OverriddenMethod is not null && methods.ContainsKey(method.Name))
                {
                    continue;
                }

                if (methods.ContainsKey(method.Name))
                {
                    Report(DispatchFaults.DuplicateMethod, isOwn ? method : type, method.Name, "a method that is called from outside");
                    continue;
                }

                methods.Add(method.Name, method);
                if (ReadMethod(method, isOwn) is { } model)
                {
                    models.Add(model);
                }
            }
        }

        if (methods.Count == 0)
        {
            return new(null, new([]));
        }

        CheckNames();
        return new(_faults.Count == 0 ? Model(models) : null, new(_faults.Distinct()));
    }

    /// <summary>The contract and the contracts it derives from, the lowest first, with their type arguments.</summary>
    private static Stack<INamedTypeSymbol> BasesFirst(INamedTypeSymbol type)
    {
        Stack<INamedTypeSymbol> bases = new();
        for (INamedTypeSymbol? part = type; part is not null; part = part.BaseRecord())
        {
            bases.Push(part);
        }

        return bases;
    }

    private static bool IsMarked(IMethodSymbol method) => Marks(method).Any();

    private static IEnumerable<string> Marks(IMethodSymbol method) => method.GetAttributes()
        .Select(static attribute => attribute.AttributeClass?.ToDisplayString() ?? "")
        .Where(static name => string.Equals(name, MethodAttribute, StringComparison.Ordinal) || string.Equals(name, ViewAttribute, StringComparison.Ordinal));

    private static bool HasMarkedMethods(INamedTypeSymbol part) => part.GetMembers().OfType<IMethodSymbol>().Any(IsMarked);

    private DispatchModel Model(List<CallMethodModel> methods)
    {
        INamedTypeSymbol[] bases = [.. BasesFirst(type).Where(part => !SymbolEqualityComparer.Default.Equals(part, type))];
        return new(
            $"{type.FileName()}.Calls.g.cs",
            type.ContainingNamespace.IsGlobalNamespace ? "" : type.ContainingNamespace.ToDisplayString(),
            new(type.ContainerHeaders()),
            type.Name,
            type.IsGenericType ? $"<{string.Join(", ", type.TypeParameters.Select(static parameter => parameter.Name))}>" : "",
            type.IsSealed,
            IsRunnable(type),
            bases.Any(HasMarkedMethods),
            bases.Where(IsRunnable).Any(part => BasesFirst(part).Any(HasMarkedMethods)),
            new(methods));
    }

    private static bool IsRunnable(INamedTypeSymbol part) => !part.IsAbstract && !part.IsGenericType;

    private static bool HasTypeParameter(ITypeSymbol part) => part switch
    {
        ITypeParameterSymbol => true,
        IArrayTypeSymbol array => HasTypeParameter(array.ElementType),
        INamedTypeSymbol named => named.TypeArguments.Any(HasTypeParameter),
        _ => false,
    };

    private CallMethodModel? ReadMethod(IMethodSymbol method, bool isOwn)
    {
        // What is wrong with a method of a base class is said there.
        int before = _faults.Count;
        string? wrong =
            Marks(method).Skip(1).Any() ? "is marked twice; choose [ContractMethod] or [ContractView]"
            : method.MethodKind != MethodKind.Ordinary ? "is no ordinary method"
            : method.DeclaredAccessibility != Accessibility.Public ? "is not public"
            : method.IsStatic ? "is static; a contract is an object"
            : method.IsGenericMethod ? "has type parameters, which no call names"
            : method.IsAsync ? "is async; a contract does not wait"
            : method.IsVararg ? "has arguments of any number"
            : method.ReturnsByRef || method.ReturnsByRefReadonly ? "returns a reference"
            : null;
        if (wrong is not null)
        {
            Report(DispatchFaults.MethodShape, isOwn ? method : type, method.Name, wrong);
            return null;
        }

        CallCodecModel? result = method.ReturnsVoid ? null : ReadType(method.ReturnType, "The result", method, isOwn);
        List<CallParameterModel> parameters = [];
        foreach (IParameterSymbol parameter in method.Parameters)
        {
            if (parameter.RefKind is not (RefKind.None or RefKind.In))
            {
                Report(DispatchFaults.ParameterShape, isOwn ? parameter : type, parameter.Name, method.Name);
            }
            else if (ReadType(parameter.Type, parameter.Name, method, isOwn) is { } codec)
            {
                parameters.Add(new(parameter.Name, codec));
            }
        }

        bool isView = Marks(method).Contains(ViewAttribute, StringComparer.Ordinal);
        return _faults.Count > before || (result is null && !method.ReturnsVoid) ? null : new(method.Name, isView, new(parameters), result);
    }

    private CallCodecModel? ReadType(ITypeSymbol codedType, string name, IMethodSymbol method, bool isOwn)
    {
        // The compiler says what it thinks of types that do not exist.
        if (codedType.TypeKind == TypeKind.Error)
        {
            return null;
        }

        // A type parameter gets its type in the classes that can be run, and is read there.
        if (!IsRunnable(type) && HasTypeParameter(codedType))
        {
            return new(codedType.Code(), "", IsShared: true);
        }

        CallCodecModel? codec = CallCodecReader.Read(codedType, out string instead);
        if (codec is null)
        {
            Report(DispatchFaults.CallType, isOwn ? method : type, codedType.Short(), $"{method.Name}: {name}", instead);
        }

        return codec;
    }

    private void CheckNames()
    {
        foreach (ISymbol member in type.GetMembers().Where(member => !member.IsImplicitlyDeclared && GeneratedNames.Contains(member.Name, StringComparer.Ordinal)))
        {
            Report(DispatchFaults.DuplicateMethod, member, member.Name, "the name of a generated member");
        }

        foreach (IMethodSymbol method in type.GetMembers().OfType<IMethodSymbol>().Where(method => IsMarked(method) && ObjectNames.Contains(method.Name, StringComparer.Ordinal)))
        {
            Report(DispatchFaults.DuplicateMethod, method, method.Name, "a method of every object");
        }
    }

    private void Report(string id, ISymbol symbol, params string[] arguments) => _faults.Add(Fault.Of(id, symbol, arguments));
}

namespace Cairn.Contracts.Generator;

/// <summary>How a type is encoded in calls.</summary>
/// <param name="Type">The type as it is written in code.</param>
/// <param name="Expression">What makes the codec.</param>
/// <param name="IsShared">Whether the expression is a property that exists once.</param>
internal sealed record CallCodecModel(string Type, string Expression, bool IsShared);

/// <summary>A parameter of a method.</summary>
internal sealed record CallParameterModel(string Name, CallCodecModel Codec);

/// <summary>A method that can be called from outside.</summary>
/// <param name="Name">The name.</param>
/// <param name="IsView">Whether it is a view.</param>
/// <param name="Parameters">The parameters.</param>
/// <param name="Result">How the result is encoded; null for none.</param>
internal sealed record CallMethodModel(string Name, bool IsView, EquatableArray<CallParameterModel> Parameters, CallCodecModel? Result);

/// <summary>What is known of the methods of a contract: no symbols, equal when the code made of it is.</summary>
/// <param name="HintName">The name of the generated file.</param>
/// <param name="Namespace">The namespace; empty for the global one.</param>
/// <param name="Containers">The headers of the types around it, outermost first.</param>
/// <param name="Name">The name.</param>
/// <param name="TypeParameters">The type parameters as they are written behind the name; empty without.</param>
/// <param name="IsSealed">Whether nothing derives from it.</param>
/// <param name="IsRunnable">Whether there can be objects of it: it is neither abstract nor generic.</param>
/// <param name="HasContext">Whether a base class has the context already.</param>
/// <param name="HidesProgram">Whether a base class has a program.</param>
/// <param name="Methods">The methods, those of base classes first.</param>
internal sealed record DispatchModel(
    string HintName,
    string Namespace,
    EquatableArray<string> Containers,
    string Name,
    string TypeParameters,
    bool IsSealed,
    bool IsRunnable,
    bool HasContext,
    bool HidesProgram,
    EquatableArray<CallMethodModel> Methods);

/// <summary>What reading the methods of a contract gives: a model, or faults, or nothing where there are none.</summary>
internal sealed record DispatchReading(DispatchModel? Model, EquatableArray<Fault> Faults);

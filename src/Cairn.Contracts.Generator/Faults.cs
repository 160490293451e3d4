using Microsoft.CodeAnalysis;

namespace Cairn.Contracts.Generator;

/// <summary>What the generator refuses. Every rule is an error: code that it would be silent about would lay bytes out otherwise than its author thinks.</summary>
internal static class Faults
{
    public const string NotPartial = "CAIRN001";
    public const string PropertyNotPartial = "CAIRN002";
    public const string Collection = "CAIRN003";
    public const string Primitive = "CAIRN004";
    public const string Unmarked = "CAIRN005";
    public const string Recursive = "CAIRN006";
    public const string DuplicateName = "CAIRN007";
    public const string TooLarge = "CAIRN008";
    public const string NoKey = "CAIRN009";
    public const string Width = "CAIRN010";
    public const string Length = "CAIRN011";
    public const string PropertyShape = "CAIRN012";
    public const string Nullable = "CAIRN013";
    public const string TypeShape = "CAIRN014";

    private const string HelpPage = "docs/contracts.md#what-the-generator-refuses";

    private static readonly DiagnosticDescriptor NotPartialRule = Rule(
        NotPartial,
        "A contract or record is partial",
        "'{0}' is not partial; write 'partial' in front of its keyword",
        "Accessors are generated into another part of the type, so it and every type around it have to be partial.");

    private static readonly DiagnosticDescriptor PropertyNotPartialRule = Rule(
        PropertyNotPartial,
        "A field of a contract or record is a partial property",
        "'{0}' would live in memory, not in storage; make it a partial property",
        "Properties and fields that the compiler gives memory to are lost with the object. Fields in storage are partial properties; computed properties and static ones stay as they are.");

    private static readonly DiagnosticDescriptor CollectionRule = Rule(
        Collection,
        "Collections of the framework cannot live in storage",
        "'{0}' cannot live in storage; use {1}",
        "Storage has collections of its own: StorageList, StorageMap, StorageArray, StorageVector, and StorageBytes for byte strings.");

    private static readonly DiagnosticDescriptor PrimitiveRule = Rule(
        Primitive,
        "The type has no encoding",
        "'{0}' cannot live in storage; use {1}",
        "Types whose bytes depend on the machine, the time zone or on rounding are not part of the layout.");

    private static readonly DiagnosticDescriptor UnmarkedRule = Rule(
        Unmarked,
        "Types in storage are marked",
        "'{0}' cannot live in storage; mark it with [StorageRecord] if it is a record of yours",
        "A type is laid out in storage only when its author has said so, since its fields cannot be changed afterwards.");

    private static readonly DiagnosticDescriptor RecursiveRule = Rule(
        Recursive,
        "A type does not contain itself",
        "'{0}' contains '{1}' again; refer to it by a key or an index",
        "Recursive types have no layout. Keep the values in a StorageMap or a StorageList and refer to them by key or index.");

    private static readonly DiagnosticDescriptor DuplicateNameRule = Rule(
        DuplicateName,
        "Names of fields are unique",
        "'{0}' is already {1}; give it another name",
        "Layouts name their fields, those of base classes included. Generated members have names too, such as Layout and Open.");

    private static readonly DiagnosticDescriptor TooLargeRule = Rule(
        TooLarge,
        "A value fits into a slot",
        "'{0}' does not fit: {1}; put it behind an Indirect",
        "A slot has 2^32 bytes. A StorageVector takes all that is left of its slot, so it can only be the last field, and no item of a list or value of a map.");

    private static readonly DiagnosticDescriptor NoKeyRule = Rule(
        NoKey,
        "The key of a map is comparable",
        "'{0}' cannot be the key of a map; use an integer, bool, string, StorageBytes, Address, Hash256, BigInteger, DateTimeOffset or an enum",
        "A map is in the order of its keys. Floating-point numbers, records and collections have none.");

    private static readonly DiagnosticDescriptor WidthRule = Rule(
        Width,
        "The width of an integer is a multiple of 8 within its type",
        "[StorageBits({0})] does not suit '{1}': {2}",
        "The width is a multiple of 8 bits, at least 8 and at most that of the type, and the type of the field has an integer in it.");

    private static readonly DiagnosticDescriptor LengthRule = Rule(
        Length,
        "An array has a length",
        "'{0}' has {1} and {2}; write [StorageLength(n)] with one length for each StorageArray",
        "The length of a StorageArray is part of the layout. [StorageLength] gives one number, zero or more, for each array in the type, in the order in which they are written.");

    private static readonly DiagnosticDescriptor PropertyShapeRule = Rule(
        PropertyShape,
        "A field is an instance property with a getter",
        "'{0}' is {1}",
        "Fields in storage are written as 'public partial T Name { get; set; }', or without the setter.");

    private static readonly DiagnosticDescriptor NullableRule = Rule(
        Nullable,
        "Storage has no null",
        "'{0}' may be null, which storage cannot hold; write the type without '?'",
        "What was never written reads as zero, empty or false. Add a bool to tell 'absent' from 'empty'.");

    private static readonly DiagnosticDescriptor TypeShapeRule = Rule(
        TypeShape,
        "A contract or record is a plain class or struct",
        "'{0}' {1}",
        "Contracts are classes, records are classes or structs: neither abstract nor static, with a base class that is itself marked, and with all their fields in one part, since their order is the layout.");

    private static readonly Dictionary<string, DiagnosticDescriptor> Rules = new DiagnosticDescriptor[]
    {
        NotPartialRule, PropertyNotPartialRule, CollectionRule, PrimitiveRule, UnmarkedRule, RecursiveRule, DuplicateNameRule,
        TooLargeRule, NoKeyRule, WidthRule, LengthRule, PropertyShapeRule, NullableRule, TypeShapeRule,
    }.Concat(DispatchFaults.All).ToDictionary(rule => rule.Id, StringComparer.Ordinal);

    /// <summary>All rules.</summary>
    public static IEnumerable<DiagnosticDescriptor> All => Rules.Values;

    public static DiagnosticDescriptor Descriptor(string id) => Rules[id];

    internal static DiagnosticDescriptor Rule(string id, string title, string message, string description) =>
        new(id, title, message, "Cairn.Contracts", DiagnosticSeverity.Error, isEnabledByDefault: true, description, HelpPage);
}

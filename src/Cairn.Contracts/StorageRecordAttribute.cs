namespace Cairn.Contracts;

/// <summary>Makes a partial class or struct a record: its partial properties are fields in storage, one behind the other, those of the base class first. Accessors are generated.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = false)]
public sealed class StorageRecordAttribute : Attribute;

namespace Cairn.Contracts;

/// <summary>A value that takes no bytes: the field after it has the same offset.</summary>
public readonly record struct Nothing;

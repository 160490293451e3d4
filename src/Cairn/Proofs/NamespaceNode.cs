namespace Cairn.Proofs;

/// <summary>The highest node all of whose keys begin with a prefix. Its hash is a full root of the entries under the prefix.</summary>
/// <param name="Root">Its hash.</param>
/// <param name="Depth">Its levels below the root of the state: the last so many steps of an existence proof lead from it to the state root, those before prove the entry against it.</param>
public readonly record struct NamespaceNode(Hash256 Root, int Depth);

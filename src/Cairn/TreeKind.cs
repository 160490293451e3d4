namespace Cairn;

/// <summary>Which of the two trees of a store a key lives in.</summary>
public enum TreeKind : byte
{
    /// <summary>Consensus state: hashed and covered by the state root.</summary>
    State = 0,

    /// <summary>This node's own records: atomic and durable with the block, never part of the root.</summary>
    Local = 1,
}

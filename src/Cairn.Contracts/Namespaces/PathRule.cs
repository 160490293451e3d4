namespace Cairn.Contracts.Namespaces;

/// <summary>The rule of paths that a text breaks.</summary>
public enum PathRule
{
    /// <summary>A path has at least one segment.</summary>
    NotEmpty,

    /// <summary>A path has at most <see cref="NamespaceLimits.MaxPathBytes"/> bytes of UTF-8.</summary>
    PathLength,

    /// <summary>A segment has at least one character: no slash at the beginning, at the end, or beside another one.</summary>
    SegmentNotEmpty,

    /// <summary>A segment has at most <see cref="NamespaceLimits.MaxSegmentBytes"/> bytes of UTF-8.</summary>
    SegmentLength,

    /// <summary>No control characters, and none of <c>\ ? # [ ] *</c>.</summary>
    Characters,

    /// <summary>No segment is <c>.</c> or <c>..</c>.</summary>
    Dots,

    /// <summary>It is text: no half of a surrogate pair, no bytes that are not UTF-8.</summary>
    Text,

    /// <summary>The name <c>global</c> stands for the namespace around all others.</summary>
    Reserved,
}

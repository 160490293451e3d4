namespace Cairn.Contracts.Generator.Layouts;

/// <summary>What a change of a layout does to bytes that are stored.</summary>
internal enum LayoutChangeKind
{
    /// <summary>Stored bytes would be read as something else, or no longer.</summary>
    Incompatible,

    /// <summary>A field has another name; its bytes stay what they are.</summary>
    Renamed,

    /// <summary>Something is new behind everything that is stored, where zeros are.</summary>
    Extended,
}

/// <summary>A difference between the layout that is deployed and the one that is declared.</summary>
/// <param name="Kind">What it does to stored bytes.</param>
/// <param name="Contract">The contract.</param>
/// <param name="Field">The field of the contract that it is in; null for all of it.</param>
/// <param name="Owner">The layout it is in, as it is called where it is deployed: the contract, or a record in it.</param>
/// <param name="OwnerField">The field there.</param>
/// <param name="Message">Both sides.</param>
internal sealed record LayoutChange(LayoutChangeKind Kind, string Contract, string? Field, string Owner, string? OwnerField, string Message);

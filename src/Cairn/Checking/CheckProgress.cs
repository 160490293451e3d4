namespace Cairn.Checking;

/// <summary>How far a check has come.</summary>
/// <param name="Part">What is being looked at: manifest, log, state tree, local tree, replay.</param>
/// <param name="Items">How many of its records or pages have been looked at.</param>
public readonly record struct CheckProgress(string Part, long Items);

namespace Cairn.Cli;

/// <summary>What the process tells its caller.</summary>
internal static class ExitCode
{
    /// <summary>Everything was done.</summary>
    public const int Fine = 0;

    /// <summary>The arguments or the input are malformed.</summary>
    public const int Malformed = 1;

    /// <summary>There is no such key, no such store, or no block yet.</summary>
    public const int NotFound = 2;

    /// <summary>The store is damaged.</summary>
    public const int Damaged = 3;

    /// <summary>A proof is refused: what it should prove is not proved.</summary>
    public const int ProofRefused = 3;

    /// <summary>Another process has the store open for writing.</summary>
    public const int Busy = 4;

    /// <summary>The store refuses: a role is missing, a quota has no room, a key has another version, a height is not above the last or not retained, another root, a format of another version.</summary>
    public const int Refused = 5;

    /// <summary>Reading or writing failed.</summary>
    public const int InputOutput = 6;

    /// <summary>What was compared differs.</summary>
    public const int Different = 7;

    /// <summary>The user ended the command (128 and the number of SIGINT, as shells expect it).</summary>
    public const int Interrupted = 130;
}

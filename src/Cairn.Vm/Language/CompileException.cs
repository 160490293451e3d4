using System.Collections.Immutable;

namespace Cairn.Vm.Language;

/// <summary>A source text is no program. Its errors are all there, up to <see cref="SourceLimits.MaxErrors"/>.</summary>
public sealed class CompileException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="errors">The errors in the order of their places, at least one.</param>
    /// <param name="hasMore">Whether there are more errors than are listed.</param>
    public CompileException(ImmutableArray<CompileError> errors, bool hasMore)
        : base(string.Join('\n', errors) + (hasMore ? $"\nThere are more than {SourceLimits.MaxErrors} errors; the others are not listed." : ""), RecoveryAction.FixTheCall)
    {
        Errors = errors;
        HasMore = hasMore;
    }

    /// <summary>The errors in the order of their places.</summary>
    public ImmutableArray<CompileError> Errors { get; }

    /// <summary>Whether there are more than are listed.</summary>
    public bool HasMore { get; }
}

namespace Cairn;

/// <summary>An option contradicts the store, another option, or its own range.</summary>
public sealed class StoreOptionsException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="option">The name of the option.</param>
    /// <param name="message">What is wrong with it, with both values.</param>
    public StoreOptionsException(string option, string message)
        : base($"{option}: {message}", RecoveryAction.FixTheCall) => Option = option;

    /// <summary>The name of the option.</summary>
    public string Option { get; }
}

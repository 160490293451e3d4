using Cairn.Contracts.Values;

namespace Cairn.Contracts.Namespaces;

/// <summary>A value is not of the type that was asked for. Nothing was changed.</summary>
public sealed class ValueTypeException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="key">The key.</param>
    /// <param name="expected">The type that was asked for.</param>
    /// <param name="found">The value.</param>
    public ValueTypeException(string key, StateType expected, StateValue found)
        : base($"The value of key '{key}' should be of type {expected.ToString().ToLowerInvariant()}, and is the {found.KindName} {found.ToShortText()}.", RecoveryAction.FixTheCall)
    {
        Key = key;
        Expected = expected;
        Found = found.Kind;
    }

    /// <summary>The key.</summary>
    public string Key { get; }

    /// <summary>The type that was asked for.</summary>
    public StateType Expected { get; }

    /// <summary>The kind of the value.</summary>
    public ValueKind Found { get; }
}

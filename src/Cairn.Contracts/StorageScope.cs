namespace Cairn.Contracts;

/// <summary>
/// A part of an execution that succeeds or fails as a whole. <see cref="Release"/> keeps what was written in it, which becomes part of the scope around it; disposing it without that takes everything back.
/// </summary>
/// <example><code>using StorageScope scope = session.BeginScope();
/// …
/// scope.Release();</code></example>
public readonly struct StorageScope : IDisposable, IEquatable<StorageScope>
{
    private readonly StorageSession? _session;
    private readonly ulong _scope;

    internal StorageScope(StorageSession session, ulong scope)
    {
        _session = session;
        _scope = scope;
    }

    /// <summary>The number of the scope in its session.</summary>
    internal ulong Number => _scope;

    /// <summary>Whether two values stand for the same scope.</summary>
    public static bool operator ==(StorageScope left, StorageScope right) => left.Equals(right);

    /// <summary>Whether two values stand for different scopes.</summary>
    public static bool operator !=(StorageScope left, StorageScope right) => !left.Equals(right);

    /// <summary>Keeps what was written.</summary>
    /// <exception cref="InvalidOperationException">The scope is not the innermost one that is open.</exception>
    public void Release()
    {
        if (_session is null || _session.InnermostScope != _scope)
        {
            throw new InvalidOperationException("The scope is not the innermost one that is open.");
        }

        _session.Release();
    }

    /// <summary>Takes back what was written, in scopes inside this one too, unless it was released.</summary>
    public void Dispose() => _session?.RollbackTo(_scope);

    /// <inheritdoc/>
    public bool Equals(StorageScope other) => ReferenceEquals(_session, other._session) && _scope == other._scope;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is StorageScope other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _scope.GetHashCode();
}

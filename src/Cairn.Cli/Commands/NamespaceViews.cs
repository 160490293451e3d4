using System.CommandLine;
using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Namespaces.Access;

namespace Cairn.Cli.Commands;

/// <summary>Commands that read namespaces for somebody, at the head or at a height.</summary>
/// <param name="json">What <c>--json</c> prints.</param>
internal sealed class NamespaceViews(string json)
{
    /// <summary>The namespace around all others.</summary>
    public const string Global = "global";

    private readonly Option<string> _store = CommonOptions.Store();
    private readonly Option<string?> _as = PrincipalOptions.As();
    private readonly Option<BlockHeight?> _at = CommonOptions.At();
    private readonly Option<bool> _json = CommonOptions.Json(json);

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command) => command.AddAll(_store, _as, _at, _json);

    /// <summary>Whether objects are wanted.</summary>
    public bool IsJson(ParseResult parsed) => parsed.GetValue(_json);

    /// <summary>Reads.</summary>
    /// <param name="parsed">The options.</param>
    /// <param name="read">
    /// What to read, from a store at the height; where that is an older one, also from one at the head: roles that were taken away, and namespaces that were made since, hold for older heights too. Its result is the exit code.
    /// </param>
    /// <param name="cancellationToken">Ends opening the store.</param>
    public Task<int> RunAsync(ParseResult parsed, Func<NamespaceStore, NamespaceStore?, int> read, CancellationToken cancellationToken) =>
        RunAsync(parsed, (store, now, _) => read(store, now), cancellationToken);

    /// <summary>Reads.</summary>
    /// <param name="parsed">The options.</param>
    /// <param name="read">What to read, from a store at the height, with another one at the head where the height is an older one, and the view at the height; its result is the exit code.</param>
    /// <param name="cancellationToken">Ends opening the store.</param>
    public async Task<int> RunAsync(ParseResult parsed, Func<NamespaceStore, NamespaceStore?, StateView, int> read, CancellationToken cancellationToken)
    {
        await using StateStore store = await StoreAccess.OpenForReadingAsync(parsed.GetRequiredValue(_store), cancellationToken);
        using StateView view = StoreAccess.ViewOf(store, parsed.GetValue(_at));
        using StateView head = store.OpenView();
        Principal principal = PrincipalOptions.Parse(parsed.GetValue(_as));
        try
        {
            return read(new NamespaceStore(view, principal), view.Height == head.Height ? null : new NamespaceStore(head, principal), view);
        }
        catch (AccessDeniedException denial)
        {
            throw PrincipalOptions.Explain(denial);
        }
        catch (ArgumentException exception)
        {
            throw CliException.Of(exception);
        }
    }
}

using System.CommandLine;
using Cairn.Cli.Output;
using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Namespaces.Auditing;

namespace Cairn.Cli.Commands;

/// <summary>
/// Commands that change namespaces: each makes one block at the next height, all or nothing. What was refused makes a block that holds nothing but its record in the audit.
/// </summary>
internal sealed class NamespaceBlocks
{
    private readonly Option<string> _store = CommonOptions.Store();
    private readonly Option<string?> _as = PrincipalOptions.As();
    private readonly Option<BlockHeight?> _height = CommonOptions.Height("--height", "The height of the block. Default: one above the newest");
    private readonly Option<long?> _time = CommonOptions.Time("--time", "The time of the block, which versions of keys keep. Default: now");
    private readonly Option<bool> _json = CommonOptions.Json("Print {\"height\":…,\"root\":\"…\"}");

    /// <summary>Whether a store that does not exist is created.</summary>
    public bool MayCreate { get; init; }

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command) => command.AddAll(_store, _as, _height, _time, _json);

    /// <summary>Makes a block.</summary>
    /// <param name="streams">Where height and root go.</param>
    /// <param name="parsed">The options.</param>
    /// <param name="change">What is in it.</param>
    /// <param name="cancellationToken">Ends it before the commit.</param>
    public Task<int> RunAsync(CliStreams streams, ParseResult parsed, Action<NamespaceStore> change, CancellationToken cancellationToken)
    {
        Principal principal = PrincipalOptions.Parse(parsed.GetValue(_as));
        return RunAsync(streams, parsed, draft => change(new NamespaceStore(draft, principal)), cancellationToken);
    }

    /// <summary>Makes a block.</summary>
    /// <param name="streams">Where height and root go.</param>
    /// <param name="parsed">The options.</param>
    /// <param name="change">What is in it.</param>
    /// <param name="cancellationToken">Ends it before the commit.</param>
    public async Task<int> RunAsync(CliStreams streams, ParseResult parsed, Action<BlockDraft> change, CancellationToken cancellationToken)
    {
        await using StateStore store = await StoreAccess.OpenForUpkeepAsync(parsed.GetRequiredValue(_store), cancellationToken, MayCreate);
        CommittedBlock block = await ChangeAsync(
            store,
            () => Begin(store, parsed.GetValue(_height), parsed.GetValue(_time) ?? TicksNow(streams)),
            () => Begin(store, height: null, TicksNow(streams)),
            change,
            cancellationToken);
        if (parsed.GetValue(_json))
        {
            JsonLine.Write(streams.Output, writer =>
            {
                writer.WriteNumber("height", block.Height.Value);
                writer.WriteString("root", block.Root.ToString());
            });
        }
        else
        {
            streams.Output.WriteLine($"block {block.Height}, root {block.Root}");
        }

        return ExitCode.Fine;
    }

    /// <summary>The time of now, as blocks have it.</summary>
    public static long TicksNow(CliStreams streams) => streams.Clock.GetUtcNow().Ticks - DateTime.UnixEpoch.Ticks;

    private static BlockDraft Begin(StateStore store, BlockHeight? height, long time)
    {
        BlockDraft draft = store.CreateDraft(height ?? NextHeight(store));
        draft.TimeTicks = time;
        return draft;
    }

    private static BlockHeight NextHeight(StateStore store) =>
        store.Height is not { } head ? new BlockHeight(1)
        : head.Value < ulong.MaxValue ? new BlockHeight(head.Value + 1)
        : throw new CliException(ExitCode.Refused, $"the newest block is at height {head}, the highest there is: no block can follow. 'cairn rewind' goes back before it.");

    /// <summary>Makes the block; when it is refused, one with the record of that, which is where and when it would be without any option: who may do nothing does not decide the height.</summary>
    private static async Task<CommittedBlock> ChangeAsync(StateStore store, Func<BlockDraft> begin, Func<BlockDraft> beginRecord, Action<BlockDraft> change, CancellationToken cancellationToken)
    {
        using BlockDraft draft = begin();
        try
        {
            change(draft);
            return await store.CommitAsync(draft, cancellationToken);
        }
        catch (Exception exception) when (exception is AccessDeniedException or QuotaExceededException)
        {
            await RecordAsync(store, beginRecord, new NamespaceStore(draft, Principal.Anonymous).Attempts, cancellationToken);
            throw exception is AccessDeniedException denial ? PrincipalOptions.Explain(denial) : new CliException(ExitCode.Refused, exception.Message);
        }
        catch (ArgumentException exception)
        {
            throw CliException.Of(exception);
        }
        catch (InvalidOperationException exception) when (exception is not ObjectDisposedException)
        {
            throw new CliException(ExitCode.Refused, exception.Message);
        }
    }

    private static async Task RecordAsync(StateStore store, Func<BlockDraft> begin, IReadOnlyList<AuditAttempt> attempts, CancellationToken cancellationToken)
    {
        using BlockDraft draft = begin();
        NamespaceStore.RecordAttempts(draft, attempts);
        await store.CommitAsync(draft, cancellationToken);
    }
}

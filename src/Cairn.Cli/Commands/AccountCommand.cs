using System.CommandLine;
using System.Globalization;
using Cairn.Cli.Output;
using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Namespaces.Access;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn account</c>: whose value bytes are counted, and how many there may be.</summary>
internal static class AccountCommand
{
    /// <summary>Makes the command with those that are part of it.</summary>
    public static CliCommand Create(CliStreams streams) => new(
        "account",
        "Accounts of a store: whose value bytes are counted, and how many there may be.",
        "Who writes pays for what a value grows, and is credited what shrinks or goes. A principal without an account has no quota, and nothing is counted for it.\nGlobal admins make and change accounts; a principal may look at its own.",
        "cairn account create bob --quota 65536 --store my-store --as alice",
        "cairn account show bob --store my-store --as bob")
    {
        CreateCreate(streams), CreateList(streams), CreateShow(streams), CreateQuota(streams), CreateRemove(streams),
    };

    private static CliCommand CreateCreate(CliStreams streams)
    {
        Argument<string> id = IdArgument();
        Option<long?> quota = CommonOptions.Number("--quota", "The most value bytes. Default: any");
        return Changing(
            streams,
            new CliCommand("create", "Create an account. Takes a global admin.", "From now on what its principal writes is counted.", "cairn account create bob --quota 65536 --store my-store --as alice") { id, quota },
            (parsed, store) => store.Accounts.Create(parsed.GetRequiredValue(id), (ulong?)parsed.GetValue(quota)));
    }

    private static CliCommand CreateQuota(CliStreams streams)
    {
        Argument<string> id = IdArgument();
        Option<long?> quota = CommonOptions.Number("--quota", "The most value bytes. Left out: any");
        return Changing(
            streams,
            new CliCommand("quota", "Change the quota of an account. Takes a global admin.", "It may use more already: then nothing may be added.", "cairn account quota bob --quota 1000000 --store my-store --as alice") { id, quota },
            (parsed, store) => store.Accounts.SetQuota(parsed.GetRequiredValue(id), (ulong?)parsed.GetValue(quota)));
    }

    private static CliCommand CreateRemove(CliStreams streams)
    {
        Argument<string> id = IdArgument();
        return Changing(
            streams,
            new CliCommand("remove", "Remove an account. Takes a global admin.", "What its principal writes is no longer counted; its roles stay.", "cairn account remove bob --store my-store --as alice") { id },
            (parsed, store) => store.Accounts.Remove(parsed.GetRequiredValue(id)));
    }

    private static CliCommand CreateShow(CliStreams streams)
    {
        Argument<string> id = IdArgument();
        NamespaceViews views = new("Print {\"id\":…,\"quota\":…,\"used\":…}");
        CliCommand command = new("show", "Print what an account uses, and may use.", "", "cairn account show bob --store my-store --as bob") { id };
        views.AddTo(command);
        command.SetAction((parsed, cancellationToken) => views.RunAsync(
            parsed,
            (store, now) =>
            {
                now?.Accounts.TryGet(parsed.GetRequiredValue(id), out _);
                Write(streams.Output, store.Accounts.Get(parsed.GetRequiredValue(id)), views.IsJson(parsed));
                return ExitCode.Fine;
            },
            cancellationToken));
        return command;
    }

    private static CliCommand CreateList(CliStreams streams)
    {
        NamespaceViews views = new("Print each account as {\"id\":…,\"quota\":…,\"used\":…}");
        CliCommand command = new(
            "list",
            "Print the accounts: ID USED QUOTA. All for global admins, for others their own.",
            "Tabs are between. A dash stands for no limit.",
            "cairn account list --store my-store --as alice");
        views.AddTo(command);
        command.SetAction((parsed, cancellationToken) => views.RunAsync(
            parsed,
            (store, now) =>
            {
                string? after = null;
                do
                {
                    AccountPage page = store.Accounts.List(after);
                    foreach (Account account in page.Accounts)
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        if (now is null || now.Roles.Has(NamespaceViews.Global, Role.Admin) || string.Equals(account.Id, now.Principal.Id, StringComparison.Ordinal))
                        {
                            Write(streams.Output, account, views.IsJson(parsed));
                        }
                    }

                    after = page.Next;
                }
                while (after is not null);
                return ExitCode.Fine;
            },
            cancellationToken));
        return command;
    }

    private static Argument<string> IdArgument() => new("ID") { Description = "The id of the principal" };

    private static CliCommand Changing(CliStreams streams, CliCommand command, Action<ParseResult, NamespaceStore> change)
    {
        NamespaceBlocks blocks = new();
        blocks.AddTo(command);
        command.SetAction((parsed, cancellationToken) => blocks.RunAsync(streams, parsed, store => change(parsed, store), cancellationToken));
        return command;
    }

    private static void Write(OutputStream output, Account account, bool asJson)
    {
        if (!asJson)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{ContractArguments.OneLine(account.Id)}\t{account.Used}\t{account.Quota?.ToString(CultureInfo.InvariantCulture) ?? "-"}"));
            return;
        }

        JsonLine.Write(output, writer =>
        {
            writer.WriteString("id", account.Id);
            writer.NumberOrNull("quota", account.Quota);
            writer.WriteNumber("used", account.Used);
        });
    }
}

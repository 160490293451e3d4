using System.CommandLine;
using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Namespaces.Access;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn ns</c>: namespaces, and who may do what in them. What changes them is here, what prints them in the other part.</summary>
internal static partial class NamespaceCommand
{
    private const string Yes = "yes";

    /// <summary>Makes the command with those that are part of it.</summary>
    public static CliCommand Create(CliStreams streams) => new(
        "ns",
        "Namespaces of a store, and who may do what in them.",
        """
        A store is initialised once with its first global admin; before that nothing is allowed to anybody. A key belongs to the longest namespace that its
        path begins with, else to the namespace 'global'. Roles are reader, writer and admin; admin in 'global' may do everything.
        What changes something makes one block. What is refused makes a block with nothing but its record in the audit, and ends with 5.
        """,
        "cairn ns init --store my-store --admin alice",
        "cairn ns create org --store my-store --as alice",
        "cairn ns create org/acme --store my-store --as alice --owner bob --quota-bytes 65536",
        "cairn ns grant org/acme carol writer --store my-store --as bob",
        "cairn ns list --store my-store --as alice")
    {
        CreateInit(streams), CreateCreate(streams), CreateList(streams), CreateShow(streams), CreateSet(streams), CreateGrant(streams), CreateRevoke(streams),
        CreateQuota(streams), CreateUsage(streams), CreateRemove(streams),
    };

    private static CliCommand CreateInit(CliStreams streams)
    {
        Option<string> admin = new("--admin") { Required = true, HelpName = "PRINCIPAL", Description = "Who becomes the first global admin" };
        NamespaceBlocks blocks = new() { MayCreate = true };
        CliCommand command = new(
            "init",
            "Initialise a store with its first global admin. Creates the store if there is none.",
            "Once in the life of a store; global admins make others with 'cairn ns grant global'.",
            "cairn ns init --store my-store --admin alice")
        {
            admin,
        };
        blocks.AddTo(command);
        command.SetAction((parsed, cancellationToken) => blocks.RunAsync(
            streams,
            parsed,
            draft => NamespaceStore.Initialize(draft, PrincipalOptions.Checked(parsed.GetRequiredValue(admin))),
            cancellationToken));
        return command;
    }

    private static CliCommand CreateCreate(CliStreams streams)
    {
        Argument<string> path = PathArgument("The path of the namespace; the one above it has to exist");
        Option<string?> owner = new("--owner") { HelpName = "PRINCIPAL", Description = "Who owns it and becomes its admin. Default: whoever creates it" };
        Option<long?> versions = CommonOptions.Number("--versions", "How many versions of a key are kept; 0 for the current one alone. Default: 64");
        Option<bool> inherit = CommonOptions.Flag("--inherit", "Roles in the namespaces above it hold in it too");
        Option<long?> quotaBytes = CommonOptions.Number("--quota-bytes", "The most bytes of keys and values in it and below it. Default: any");
        Option<long?> quotaKeys = CommonOptions.Number("--quota-keys", "The most keys in it and below it. Default: any");
        Option<string?> attributes = new("--attributes") { HelpName = "JSON", Description = "What else there is to say of it: a JSON object" };
        return Changing(
            streams,
            "create",
            "Create a namespace. Takes admin of the one above it.",
            "Keys below its path that are there already are in it from now on.",
            "cairn ns create org/acme --store my-store --as alice --quota-bytes 65536 --versions 8",
            [path, owner, versions, inherit, quotaBytes, quotaKeys, attributes],
            (parsed, store) => store.Namespaces.Create(parsed.GetRequiredValue(path), new NamespaceOptions
            {
                Owner = parsed.GetValue(owner),
                VersionsKept = parsed.GetValue(versions) is { } kept ? Small(kept) : NamespaceLimits.DefaultVersionsKept,
                InheritsRoles = parsed.GetValue(inherit),
                Quota = new NamespaceQuota((ulong?)parsed.GetValue(quotaBytes), (ulong?)parsed.GetValue(quotaKeys)),
                Attributes = parsed.GetValue(attributes) ?? "{}",
            }));
    }

    private static CliCommand CreateSet(CliStreams streams)
    {
        Argument<string> path = PathArgument("The path of the namespace");
        Option<string?> owner = new("--owner") { HelpName = "PRINCIPAL", Description = "Who owns it from now on, and becomes its admin" };
        Option<long?> versions = CommonOptions.Number("--versions", "How many versions of a key are kept; 0 for the current one alone");
        Option<string?> inherit = CommonOptions.Choice<string?>("--inherit", "yes|no", "Whether roles in the namespaces above it hold in it too", (Yes, Yes), ("no", "no"));
        Option<string?> attributes = new("--attributes") { HelpName = "JSON", Description = "A JSON object in place of the one there is" };
        return Changing(
            streams,
            "set",
            "Change the options of a namespace. Takes admin there.",
            "What is left out stays as it is. 'cairn ns quota' changes its quota.",
            "cairn ns set org/acme --store my-store --as bob --versions 0 --inherit yes",
            [path, owner, versions, inherit, attributes],
            (parsed, store) => store.Namespaces.Change(parsed.GetRequiredValue(path), new NamespaceChange
            {
                Owner = parsed.GetValue(owner),
                VersionsKept = parsed.GetValue(versions) is { } kept ? Small(kept) : null,
                InheritsRoles = parsed.GetValue(inherit) is { } word ? string.Equals(word, Yes, StringComparison.Ordinal) : null,
                Attributes = parsed.GetValue(attributes),
            }));
    }

    private static CliCommand CreateQuota(CliStreams streams)
    {
        Argument<string> path = PathArgument("The path of the namespace");
        Option<long?> bytes = CommonOptions.Number("--bytes", "The most bytes of keys and values in it and below it. Left out: any");
        Option<long?> keys = CommonOptions.Number("--keys", "The most keys in it and below it. Left out: any");
        return Changing(
            streams,
            "quota",
            "Say how much may lie in a namespace and below it. Takes admin of the one above it.",
            "What lies there may be more already: then nothing may be added. Without --bytes and --keys there is no limit any more.",
            "cairn ns quota org/acme --store my-store --as alice --bytes 1000000 --keys 5000",
            [path, bytes, keys],
            (parsed, store) => store.Namespaces.Change(parsed.GetRequiredValue(path), new NamespaceChange
            {
                Quota = new NamespaceQuota((ulong?)parsed.GetValue(bytes), (ulong?)parsed.GetValue(keys)),
            }));
    }

    private static CliCommand CreateGrant(CliStreams streams)
    {
        Argument<string> path = PathArgument("The path of the namespace, or global");
        Argument<string> principal = new("PRINCIPAL") { Description = "To whom" };
        Argument<string> role = new("ROLE") { Description = "reader, writer or admin" };
        return Changing(
            streams,
            "grant",
            "Grant a role in a namespace, in place of the one the principal has there. Takes admin there.",
            "A role includes those before it: reader, writer, admin. It holds in exactly that namespace, unless those below it inherit roles.",
            "cairn ns grant org/acme carol writer --store my-store --as bob",
            [path, principal, role],
            (parsed, store) => store.Roles.Grant(parsed.GetRequiredValue(path), PrincipalOptions.Checked(parsed.GetRequiredValue(principal)).Id, RoleOf(parsed.GetRequiredValue(role))));
    }

    private static CliCommand CreateRevoke(CliStreams streams)
    {
        Argument<string> path = PathArgument("The path of the namespace, or global");
        Argument<string> principal = new("PRINCIPAL") { Description = "From whom" };
        return Changing(
            streams,
            "revoke",
            "Take the role of a principal in a namespace away. Takes admin there.",
            "The last global admin stays.",
            "cairn ns revoke org/acme carol --store my-store --as bob",
            [path, principal],
            (parsed, store) =>
            {
                (string where, string from) = (parsed.GetRequiredValue(path), PrincipalOptions.Checked(parsed.GetRequiredValue(principal)).Id);
                if (!store.Roles.Revoke(where, from))
                {
                    throw new CliException(ExitCode.NotFound, $"'{from}' has no role in '{where}'.");
                }
            });
    }

    private static CliCommand CreateRemove(CliStreams streams)
    {
        Argument<string> path = PathArgument("The path of the namespace");
        return Changing(
            streams,
            "remove",
            "Remove a namespace in which and below which nothing lies.",
            "Its roles go with it.",
            "cairn ns remove org/acme --store my-store --as alice",
            [path],
            (parsed, store) => store.Namespaces.Remove(parsed.GetRequiredValue(path)));
    }

    private static Role RoleOf(string word) => word switch
    {
        "reader" => Role.Reader,
        "writer" => Role.Writer,
        "admin" => Role.Admin,
        _ => throw new CliException(ExitCode.Malformed, $"ROLE is one of reader, writer, admin, not '{ContractArguments.OneLine(word)}'."),
    };

    private static Argument<string> PathArgument(string description) => new("PATH") { Description = description };

    private static CliCommand Changing(CliStreams streams, string name, string description, string details, string example, Symbol[] symbols, Action<ParseResult, NamespaceStore> change)
    {
        NamespaceBlocks blocks = new();
        CliCommand command = new(name, description, details, example);
        command.AddAll(symbols);
        blocks.AddTo(command);
        command.SetAction((parsed, cancellationToken) => blocks.RunAsync(streams, parsed, store => change(parsed, store), cancellationToken));
        return command;
    }

    private static int Small(long number) => (int)Math.Min(number, int.MaxValue);
}

using System.CommandLine;
using System.Globalization;
using Cairn.Cli.Output;
using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Values;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn storage</c>: the keys of namespaces, as a principal may read them.</summary>
internal static class StorageCommand
{
    /// <summary>Makes the command with those that are part of it.</summary>
    public static CliCommand Create(CliStreams streams) => new(
        "storage",
        "The keys of namespaces with their typed values and versions, as far as a principal may read them.",
        "Programs write them: see 'cairn run'. The raw entries behind them are what 'cairn get' and 'cairn list' print.",
        "cairn storage list-keys org/acme/ --store my-store --as alice",
        "cairn storage get-value org/acme/balance --store my-store --as alice",
        "cairn storage versions org/acme/balance --store my-store --as alice")
    {
        CreateListKeys(streams), CreateGetValue(streams), CreateVersions(streams), CreateDropVersions(streams),
    };

    private static CliCommand CreateListKeys(CliStreams streams)
    {
        Argument<string?> prefix = new("PREFIX") { Description = "What the keys begin with: a path with a slash behind it, or one whose last segment may go on. Default: all keys", Arity = ArgumentArity.ZeroOrOne };
        Option<long?> limit = CommonOptions.Number("--limit", "Print at most N keys");
        NamespaceViews views = new("Print each key as {\"key\":…}");
        CliCommand command = new(
            "list-keys",
            "Print keys in the order of their bytes. What the principal may not read is left out.",
            "",
            "cairn storage list-keys org/acme/ --store my-store --as alice")
        {
            prefix, limit,
        };
        views.AddTo(command);
        command.SetAction((parsed, cancellationToken) => views.RunAsync(
            parsed,
            (store, now) =>
            {
                long left = parsed.GetValue(limit) ?? long.MaxValue;
                StatePath? after = null;
                do
                {
                    KeyPage page = store.List(parsed.GetValue(prefix) ?? "", after, (int)Math.Min(left, NamespaceLimits.DefaultPageLimit));
                    foreach (StatePath key in page.Keys)
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        if (now is null || now.Roles.Has(now.NamespaceOf(key), Role.Reader))
                        {
                            WriteKey(streams.Output, key.ToString(), views.IsJson(parsed));
                        }
                    }

                    left -= page.Keys.Count;
                    after = page.Next;
                }
                while (after is not null && left > 0);
                return ExitCode.Fine;
            },
            cancellationToken));
        return command;
    }

    private static CliCommand CreateGetValue(CliStreams streams)
    {
        Argument<string> key = KeyArgument();
        Option<long?> version = CommonOptions.Number("--version", "This version instead of the current one");
        NamespaceViews views = new("Print {\"key\":…,\"version\":…,\"type\":…,\"value\":…}");
        CliCommand command = new(
            "get-value",
            "Print the value of a key.",
            "Numbers and text as they are, objects as JSON. NaN and the infinities, which JSON does not have, are strings there.",
            "cairn storage get-value org/acme/balance --store my-store --as alice",
            "cairn storage get-value org/acme/balance --version 3 --store my-store --as alice --json")
        {
            key, version,
        };
        views.AddTo(command);
        command.SetAction((parsed, cancellationToken) => views.RunAsync(
            parsed,
            (store, now) =>
            {
                StatePath path = StatePath.Parse(parsed.GetRequiredValue(key));
                now?.Exists(path); // who may not read there now may not read what was there
                ValueVersion? older = parsed.GetValue(version) is { } number ? store.GetVersion(path, (ulong)number) : null;
                StateValue value = older?.Value ?? store.Get(path);
                if (older is { IsDeleted: true })
                {
                    throw new CliException(ExitCode.NotFound, $"version {older.Number} of '{path}' is its deletion.");
                }

                if (views.IsJson(parsed))
                {
                    ulong current = older?.Number ?? store.CurrentVersion(path);
                    JsonLine.Write(streams.Output, writer =>
                    {
                        writer.WriteString("key", path.ToString());
                        writer.WriteNumber("version", current);
                        writer.Value(value);
                    });
                }
                else
                {
                    streams.Output.WriteLine(value.ToString());
                }

                return ExitCode.Fine;
            },
            cancellationToken));
        return command;
    }

    private static CliCommand CreateVersions(CliStreams streams)
    {
        Argument<string> key = KeyArgument();
        NamespaceViews views = new("Print each version as {\"version\":…,\"height\":…,\"time\":…,\"author\":…,\"deleted\":…,\"type\":…,\"value\":…}");
        CliCommand command = new(
            "versions",
            "Print the versions of a key that are kept, the oldest first: VERSION HEIGHT TIME AUTHOR VALUE.",
            "Tabs are between. VALUE is JSON; a dash stands for a deletion.",
            "cairn storage versions org/acme/balance --store my-store --as alice")
        {
            key,
        };
        views.AddTo(command);
        command.SetAction((parsed, cancellationToken) => views.RunAsync(
            parsed,
            (store, now) =>
            {
                StatePath path = StatePath.Parse(parsed.GetRequiredValue(key));
                now?.Exists(path);
                if (store.VersionCount(path) == 0 && !store.Exists(path))
                {
                    throw new KeyMissingException(path.ToString());
                }

                foreach (ValueVersion one in store.Versions(path))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    WriteVersion(streams.Output, one, views.IsJson(parsed));
                }

                return ExitCode.Fine;
            },
            cancellationToken));
        return command;
    }

    private static CliCommand CreateDropVersions(CliStreams streams)
    {
        Argument<string> key = KeyArgument();
        NamespaceBlocks blocks = new();
        CliCommand command = new(
            "drop-versions",
            "Drop the older versions of a key; of a deleted key all that is left of it. Takes writer there.",
            "The value stays. Older versions count in no quota, but they take room: this gives it back.",
            "cairn storage drop-versions org/acme/balance --store my-store --as alice")
        {
            key,
        };
        blocks.AddTo(command);
        command.SetAction((parsed, cancellationToken) => blocks.RunAsync(streams, parsed, store => store.DropVersions(StatePath.Parse(parsed.GetRequiredValue(key))), cancellationToken));
        return command;
    }

    private static Argument<string> KeyArgument() => new("KEY") { Description = "The path of the key" };

    private static void WriteKey(OutputStream output, string key, bool asJson)
    {
        if (asJson)
        {
            JsonLine.Write(output, writer => writer.WriteString("key", key));
        }
        else
        {
            output.WriteLine(ContractArguments.OneLine(key));
        }
    }

    private static void WriteVersion(OutputStream output, ValueVersion one, bool asJson)
    {
        if (!asJson)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{one.Number}\t{one.Height}\t{TimeText.OrDash(one.TimeTicks)}\t{ContractArguments.OneLine(one.Author)}\t{(one.IsDeleted ? "-" : ContractArguments.OneLine(one.Value.ToJson()))}"));
            return;
        }

        JsonLine.Write(output, writer =>
        {
            writer.WriteNumber("version", one.Number);
            writer.WriteNumber("height", one.Height.Value);
            writer.Time("time", one.TimeTicks);
            writer.WriteString("author", one.Author);
            writer.WriteBoolean("deleted", one.IsDeleted);
            if (!one.IsDeleted)
            {
                writer.Value(one.Value);
            }
        });
    }
}

using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Cairn.Cli.Output;
using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Namespaces.Access;

namespace Cairn.Cli.Commands;

/// <content>Printing namespaces.</content>
internal static partial class NamespaceCommand
{
    private static CliCommand CreateList(CliStreams streams)
    {
        Argument<string?> path = new("PATH") { Description = "The namespace above them. Default: global", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> deep = CommonOptions.Flag("--deep", "Also those further below");
        NamespaceViews views = new("Print each namespace as 'ns show --json' does, without usage and roles");
        CliCommand command = new(
            "list",
            "Print the namespaces below one, as far as the principal may read them: PATH OWNER QUOTA-BYTES VERSIONS.",
            "Tabs are between. A dash stands for no limit.",
            "cairn ns list --store my-store --as alice",
            "cairn ns list org --deep --store my-store --as alice --json")
        {
            path, deep,
        };
        views.AddTo(command);
        command.SetAction((parsed, cancellationToken) => views.RunAsync(
            parsed,
            (store, now) =>
            {
                string? after = null;
                do
                {
                    NamespacePage page = store.Namespaces.List(parsed.GetValue(path) ?? NamespaceViews.Global, parsed.GetValue(deep), after);
                    foreach (NamespaceInfo one in page.Namespaces)
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        if (now is null || now.Roles.Has(one.Path, Role.Reader))
                        {
                            WriteLine(streams.Output, one, views.IsJson(parsed));
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

    private static CliCommand CreateShow(CliStreams streams)
    {
        Argument<string> path = PathArgument("The path of the namespace, or global");
        NamespaceViews views = new("Print one object");
        CliCommand command = new(
            "show",
            "Print what is known of a namespace: options, quota and usage, roles. Takes a role there.",
            "",
            "cairn ns show org/acme --store my-store --as bob")
        {
            path,
        };
        views.AddTo(command);
        command.SetAction((parsed, cancellationToken) => views.RunAsync(
            parsed,
            (store, now) =>
            {
                (NamespaceInfo one, TreeTotals usage) = Read(store, now, parsed.GetRequiredValue(path));
                IEnumerable<RoleGrant> grants = GrantsOf(store, one.Path);
                if (views.IsJson(parsed))
                {
                    JsonLine.Write(streams.Output, writer =>
                    {
                        WriteFields(writer, one);
                        WriteUsage(writer, usage);
                        WriteRoles(writer, grants);
                    });
                }
                else
                {
                    WriteTable(streams.Output, one, usage, grants);
                }

                return ExitCode.Fine;
            },
            cancellationToken));
        return command;
    }

    private static CliCommand CreateUsage(CliStreams streams)
    {
        Argument<string> path = PathArgument("The path of the namespace, or global");
        NamespaceViews views = new("Print {\"keys\":…,\"bytes\":…,\"quotaBytes\":…,\"quotaKeys\":…}");
        CliCommand command = new(
            "usage",
            "Print what lies in a namespace and below it, and its quota. Takes a role there.",
            "Keys, and the bytes of keys and values as they are stored; older versions do not count.",
            "cairn ns usage org/acme --store my-store --as bob")
        {
            path,
        };
        views.AddTo(command);
        command.SetAction((parsed, cancellationToken) => views.RunAsync(
            parsed,
            (store, now) =>
            {
                (NamespaceInfo one, TreeTotals usage) = Read(store, now, parsed.GetRequiredValue(path));
                if (views.IsJson(parsed))
                {
                    JsonLine.Write(streams.Output, writer =>
                    {
                        WriteUsage(writer, usage);
                        WriteQuota(writer, one.Quota);
                    });
                }
                else
                {
                    streams.Output.WriteLine($"keys   {Used(usage.Entries, one.Quota.MaxKeys)}");
                    streams.Output.WriteLine($"bytes  {Used(usage.Bytes, one.Quota.MaxBytes)}");
                }

                return ExitCode.Fine;
            },
            cancellationToken));
        return command;
    }

    /// <summary>Reads a namespace at a height, for whoever may read it now, too.</summary>
    private static (NamespaceInfo One, TreeTotals Usage) Read(NamespaceStore store, NamespaceStore? now, string path)
    {
        now?.Namespaces.TryGet(path, out _);
        NamespaceInfo one = store.Namespaces.Get(path);
        return (one, store.Namespaces.UsageOf(one.Path));
    }

    private static IEnumerable<RoleGrant> GrantsOf(NamespaceStore store, string path)
    {
        string? after = null;
        do
        {
            RolePage page = store.Roles.List(path, after);
            foreach (RoleGrant grant in page.Grants)
            {
                yield return grant;
            }

            after = page.Next;
        }
        while (after is not null);
    }

    private static void WriteLine(OutputStream output, NamespaceInfo one, bool asJson)
    {
        if (asJson)
        {
            JsonLine.Write(output, writer => WriteFields(writer, one));
            return;
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{one.Path}\t{ContractArguments.OneLine(one.Owner)}\t{NumberOrDash(one.Quota.MaxBytes)}\t{one.VersionsKept}"));
    }

    private static void WriteTable(OutputStream output, NamespaceInfo one, TreeTotals usage, IEnumerable<RoleGrant> grants)
    {
        output.WriteLine($"path        {one.Path}");
        output.WriteLine($"parent      {one.Parent ?? "-"}");
        output.WriteLine($"owner       {ContractArguments.OneLine(one.Owner)}");
        output.WriteLine($"keys        {Used(usage.Entries, one.Quota.MaxKeys)}");
        output.WriteLine($"bytes       {Used(usage.Bytes, one.Quota.MaxBytes)}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"versions    {one.VersionsKept}"));
        output.WriteLine($"roles       {(one.InheritsRoles ? "inherited from above, too" : "its own")}");
        output.WriteLine($"attributes  {one.Attributes}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"schema      {one.SchemaVersion}"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"children    {one.Children}"));
        output.WriteLine($"created at  {one.CreatedAt}");
        foreach (RoleGrant grant in grants)
        {
            output.WriteLine($"{NameOf(grant.Role),-11} {ContractArguments.OneLine(grant.Principal)}");
        }
    }

    private static void WriteFields(Utf8JsonWriter writer, NamespaceInfo one)
    {
        writer.WriteString("path", one.Path);
        writer.WriteString("parent", one.Parent);
        writer.WriteString("owner", one.Owner);
        WriteQuota(writer, one.Quota);
        writer.WriteNumber("versions", one.VersionsKept);
        writer.WriteBoolean("inheritsRoles", one.InheritsRoles);
        writer.WritePropertyName("attributes");
        writer.WriteRawValue(one.Attributes);
        writer.WriteNumber("schemaVersion", one.SchemaVersion);
        writer.WriteNumber("children", one.Children);
        writer.WriteNumber("createdAt", one.CreatedAt.Value);
    }

    private static void WriteUsage(Utf8JsonWriter writer, TreeTotals usage)
    {
        writer.WriteNumber("keys", usage.Entries);
        writer.WriteNumber("bytes", usage.Bytes);
    }

    private static void WriteQuota(Utf8JsonWriter writer, NamespaceQuota quota)
    {
        writer.NumberOrNull("quotaBytes", quota.MaxBytes);
        writer.NumberOrNull("quotaKeys", quota.MaxKeys);
    }

    private static void WriteRoles(Utf8JsonWriter writer, IEnumerable<RoleGrant> grants)
    {
        writer.WriteStartArray("roles");
        foreach (RoleGrant grant in grants)
        {
            writer.WriteStartObject();
            writer.WriteString("principal", grant.Principal);
            writer.WriteString("role", NameOf(grant.Role));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static string NameOf(Role role) => role switch
    {
        Role.Reader => "reader",
        Role.Writer => "writer",
        Role.Admin => "admin",
        _ => "none",
    };

    private static string Used(ulong used, ulong? most) => string.Create(CultureInfo.InvariantCulture, $"{used}{(most is { } limit ? $" of {limit}" : "")}");

    private static string NumberOrDash(ulong? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "-";
}

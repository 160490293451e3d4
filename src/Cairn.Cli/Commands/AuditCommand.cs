using System.CommandLine;
using System.Globalization;
using Cairn.Cli.Output;
using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Namespaces.Auditing;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn audit</c>: who did what, and what was refused.</summary>
internal static class AuditCommand
{
    private const long DefaultLimit = 100;

    /// <summary>Makes the command.</summary>
    public static CliCommand Create(CliStreams streams)
    {
        Options options = new();
        NamespaceViews views = new("Print each record as one object; with --verify {\"records\":…,\"sound\":…,\"head\":\"N:HASH\"}, and \"fault\" where there is one");
        CliCommand command = new(
            "audit",
            "Print who did what, and what was refused, the newest first: NUMBER HEIGHT TIME PRINCIPAL ACTION OUTCOME NAMESPACE KEY DETAILS.",
            """
            Tabs are between. Takes admin of the namespace that --namespace names, else a global admin. The audit is this node's own record: no state root covers it,
            but each record has the hash of the one before. --verify checks the whole chain and prints where it ends; with --known, also that the chain goes on from
            an end that was printed earlier. It takes no role, and ends with 3 at the first record that is not sound.
            """,
            "cairn audit --store my-store --as alice --limit 20",
            "cairn audit --store my-store --as alice --outcome denied --from 2026-01-01T00:00:00Z",
            "cairn audit --store my-store --verify",
            "cairn audit --store my-store --as alice --export > audit.jsonl");
        options.AddTo(command);
        views.AddTo(command);
        command.SetAction((parsed, cancellationToken) => views.RunAsync(
            parsed,
            (store, now, view) => parsed.GetValue(options.Verify) ? Verify(streams, view, options.KnownIn(parsed), views.IsJson(parsed), cancellationToken)
                : parsed.GetValue(options.Export) ? Export(streams, store, now, options.QueryIn(parsed))
                : List(streams, store, now, options.QueryIn(parsed), parsed.GetValue(options.Limit) ?? DefaultLimit, views.IsJson(parsed), cancellationToken),
            cancellationToken));
        return command;
    }

    private static int List(CliStreams streams, NamespaceStore store, NamespaceStore? now, AuditQuery query, long limit, bool asJson, CancellationToken cancellationToken)
    {
        now?.Audit.Read(query); // asks for the role at the head
        foreach (AuditRecord record in store.Audit.Read(query))
        {
            if (limit-- == 0)
            {
                break;
            }

            cancellationToken.ThrowIfCancellationRequested();
            Write(streams.Output, record, asJson);
        }

        return ExitCode.Fine;
    }

    private static int Export(CliStreams streams, NamespaceStore store, NamespaceStore? now, AuditQuery query)
    {
        now?.Audit.Read(query);
        store.Audit.Export(streams.Output, query);
        return ExitCode.Fine;
    }

    private static int Verify(CliStreams streams, StateView view, AuditHead? known, bool asJson, CancellationToken cancellationToken)
    {
        AuditReport report = AuditChain.Verify(view, known, cancellationToken);
        if (asJson)
        {
            JsonLine.Write(streams.Output, writer =>
            {
                writer.WriteNumber("records", report.Records);
                writer.WriteBoolean("sound", report.IsSound);
                writer.WriteString("head", HeadText(report.Head));
                if (report.Fault is { } fault)
                {
                    writer.WriteStartObject("fault");
                    writer.WriteNumber("record", fault.Number);
                    writer.WriteString("what", fault.What);
                    writer.WriteString("expected", fault.Expected);
                    writer.WriteString("found", fault.Found);
                    writer.WriteEndObject();
                }
            });
        }
        else if (report.IsSound)
        {
            streams.Output.WriteLine($"{report.Records} records, sound; the chain ends at {HeadText(report.Head)}");
        }

        return report.Fault is not { } bad
            ? ExitCode.Fine
            : throw new CliException(ExitCode.Damaged, $"the audit is not what was written: record {bad.Number}, {bad.What}: expected {bad.Expected}, found {bad.Found}. The {report.Records} records before it are sound. Compare with an export or another copy of the store.");
    }

    private static string HeadText(AuditHead head) => string.Create(CultureInfo.InvariantCulture, $"{head.Count}:{head.Hash}");

    private static void Write(OutputStream output, AuditRecord record, bool asJson)
    {
        if (!asJson)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{record.Number}\t{record.Height}\t{TimeText.OrDash(record.TimeTicks)}\t{ContractArguments.OneLine(record.Principal)}\t{WordOf(record.Action)}\t{WordOf(record.Outcome)}\t{ContractArguments.OneLine(record.Namespace)}\t{(record.Key.Length == 0 ? "-" : ContractArguments.OneLine(record.Key))}\t{ContractArguments.OneLine(record.Details)}"));
            return;
        }

        JsonLine.Write(output, writer =>
        {
            writer.WriteNumber("number", record.Number);
            writer.WriteNumber("height", record.Height.Value);
            writer.Time("time", record.TimeTicks);
            writer.WriteString("principal", record.Principal);
            writer.WriteString("action", WordOf(record.Action));
            writer.WriteString("outcome", WordOf(record.Outcome));
            writer.WriteString("namespace", record.Namespace);
            writer.WriteString("key", record.Key);
            writer.WriteNumber("keyVersion", record.KeyVersion);
            writer.WriteString("details", record.Details);
            writer.WriteString("previousHash", record.PreviousHash.ToString());
        });
    }

    /// <summary>A name of an enumeration as it is typed: words with dashes between.</summary>
    private static string WordOf<T>(T value)
        where T : struct, Enum => string.Concat($"{value}".Select(static (letter, i) => char.IsUpper(letter) ? $"{(i > 0 ? "-" : "")}{char.ToLowerInvariant(letter)}" : letter.ToString()));

    private static (string Word, T? Value)[] Words<T>()
        where T : struct, Enum => [.. Enum.GetValues<T>().Select(static value => (WordOf(value), (T?)value))];

    /// <summary>The options of the command.</summary>
    private sealed class Options
    {
        public Option<bool> Verify { get; } = CommonOptions.Flag("--verify", "Check the whole chain instead of printing it");

        public Option<bool> Export { get; } = CommonOptions.Flag("--export", "Print all records as JSON lines, the oldest first, each with its hash");

        public Option<long?> Limit { get; } = CommonOptions.Number("--limit", "Print at most N records. Default: 100");

        private readonly Option<string?> _known = new("--known") { HelpName = "N:HASH", Description = "With --verify: an end of the chain that was printed earlier" };
        private readonly Option<string?> _principal = new("--principal") { HelpName = "PRINCIPAL", Description = "Only what this one did or tried" };
        private readonly Option<string?> _namespace = new("--namespace") { HelpName = "PATH", Description = "Only what was in exactly this namespace" };
        private readonly Option<AuditAction?> _action = CommonOptions.Choice("--action", "ACTION", $"Only this action: {string.Join(", ", Words<AuditAction>().Select(static word => word.Word))}", Words<AuditAction>());
        private readonly Option<AuditOutcome?> _outcome = CommonOptions.Choice("--outcome", "OUTCOME", $"Only what went so: {string.Join(", ", Words<AuditOutcome>().Select(static word => word.Word))}", Words<AuditOutcome>());
        private readonly Option<long?> _from = CommonOptions.Time("--from", "Only blocks of this time or later");
        private readonly Option<long?> _to = CommonOptions.Time("--to", "Only blocks before this time");

        public void AddTo(Command command) => command.AddAll([_principal, _namespace, _action, _outcome, _from, _to, Limit, Verify, _known, Export]);

        public AuditQuery QueryIn(ParseResult parsed) => new()
        {
            Principal = parsed.GetValue(_principal),
            Namespace = parsed.GetValue(_namespace),
            Action = parsed.GetValue(_action),
            Outcome = parsed.GetValue(_outcome),
            FromTicks = parsed.GetValue(_from),
            ToTicks = parsed.GetValue(_to),
        };

        public AuditHead? KnownIn(ParseResult parsed)
        {
            if (parsed.GetValue(_known) is not { } text)
            {
                return null;
            }

            string[] parts = text.Split(':');
            return parts.Length == 2 && ulong.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out ulong count) && Hash256.TryParse(parts[1], out Hash256 hash)
                ? new AuditHead(count, hash)
                : throw new CliException(ExitCode.Malformed, $"--known is the end of a chain as --verify prints it, N:HASH, not '{text}'.");
        }
    }
}

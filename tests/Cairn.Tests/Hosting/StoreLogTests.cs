using System.Reflection;
using System.Text.RegularExpressions;
using Cairn.Hosting;
using Cairn.Tests.Tidy;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Cairn.Tests.Hosting;

/// <summary>Every event of the engine has a message with an id that stays, and the document lists them.</summary>
public sealed partial class StoreLogTests
{
    private static readonly IOException Cause = new("the cause");

    private static readonly RecoveryReport Recovery = new(Created: true, null, null, 0, 0, 0, BytesTruncated: 0, null, [], TimeSpan.Zero);

    private static readonly Dictionary<StoreEvent, (int Id, LogLevel Level)> Expected = new()
    {
        [new StoreEvent.Opened(Recovery)] = (1, LogLevel.Information),
        [new StoreEvent.BlockCommitted(new BlockHeight(7), Hash256.EmptyRoot, 1, 2, TimeSpan.Zero)] = (2, LogLevel.Debug),
        [new StoreEvent.Rewound(new RewindReport(new BlockHeight(9), new BlockHeight(7), Hash256.EmptyRoot, 2, TimeSpan.Zero))] = (3, LogLevel.Warning),
        [new StoreEvent.Finalized(new BlockHeight(7))] = (4, LogLevel.Debug),
        [new StoreEvent.CheckpointStarted(new BlockHeight(7))] = (5, LogLevel.Debug),
        [new StoreEvent.CheckpointCompleted(new BlockHeight(7), 1, 2, TimeSpan.Zero)] = (6, LogLevel.Debug),
        [new StoreEvent.LogRetired(1, 2, new BlockHeight(7))] = (7, LogLevel.Debug),
        [new StoreEvent.RetentionStalled(Cause)] = (8, LogLevel.Error),
        [new StoreEvent.HoldBroken(new LogHold("copy", new BlockHeight(7), 1, 2, IsBroken: true))] = (9, LogLevel.Warning),
        [new StoreEvent.CleaningCompleted(1, 2, TimeSpan.Zero)] = (10, LogLevel.Debug),
        [new StoreEvent.CleaningFailed(Cause)] = (11, LogLevel.Warning),
        [new StoreEvent.HistoryDamaged("a file", Cause)] = (12, LogLevel.Warning),
        [new StoreEvent.HistoryFailed(Cause)] = (13, LogLevel.Warning),
        [new StoreEvent.BackPressure(1, 2, TimeSpan.FromSeconds(1))] = (14, LogLevel.Debug),
        [new StoreEvent.BackPressure(1, 2, TimeSpan.FromSeconds(2))] = (14, LogLevel.Warning),
        [new StoreEvent.Failed(Cause)] = (15, LogLevel.Critical),
        [new StoreEvent.Closed(Clean: true)] = (16, LogLevel.Information),
        [new StoreEvent.Closed(Clean: false)] = (16, LogLevel.Warning),
    };

    [Fact]
    public void Events_OfEveryKind_HaveTheirMessage()
    {
        Assert.Equal(typeof(StoreEvent).GetNestedTypes().Select(type => type.Name).Order(), Expected.Keys.Select(happened => happened.GetType().Name).Distinct().Order());
        foreach ((StoreEvent happened, (int id, LogLevel level)) in Expected)
        {
            LogMessage message = Assert.Single(Write(happened));
            Assert.Equal((id, happened.GetType().Name, level), (message.Id.Id, message.Id.Name, message.Level));
            Assert.Contains("my-store", message.Text, StringComparison.Ordinal);
            Exception? cause = (Exception?)happened.GetType().GetProperty("Cause")?.GetValue(happened);
            Assert.Same(cause, message.Exception);
        }
    }

    [Fact]
    public void Opening_WithSomethingToTell_HasAMessageForEach()
    {
        IReadOnlyList<LogMessage> messages = Write(new StoreEvent.Opened(Recovery with { BytesTruncated = 99, TruncatedFile = "log/7", Warnings = ["first", "second"] }));
        Assert.Equal([(1, LogLevel.Information), (17, LogLevel.Warning), (18, LogLevel.Warning), (18, LogLevel.Warning)], messages.Select(message => (message.Id.Id, message.Level)));
        Assert.Contains("99 bytes at the end of log/7", messages[1].Text, StringComparison.Ordinal);
        Assert.EndsWith("second", messages[3].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Messages_WithIdAndLevel_AreDocumented()
    {
        Dictionary<int, string> code = typeof(StoreLog).GetMethods(BindingFlags.Static | BindingFlags.NonPublic)
            .Select(method => (method.Name, Attribute: method.GetCustomAttribute<LoggerMessageAttribute>()))
            .Where(method => method.Attribute is not null)
            .ToDictionary(method => method.Attribute!.EventId, method => method.Name);
        SourceFile document = SourceTree.All.Single(file => file.Path == "docs/hosting.md");
        Dictionary<int, (string Name, string Levels)> told = Rows().Matches(document.Text)
            .ToDictionary(row => int.Parse(row.Groups["id"].Value), row => (row.Groups["name"].Value, row.Groups["level"].Value));
        Assert.Equal(code.OrderBy(message => message.Key), told.Select(row => KeyValuePair.Create(row.Key, row.Value.Name)).OrderBy(row => row.Key));
        Assert.All(Expected.Values, expected => Assert.Contains($"{expected.Level}", told[expected.Id].Levels, StringComparison.Ordinal));
    }

    private static IReadOnlyList<LogMessage> Write(StoreEvent happened)
    {
        LogCollector log = new();
        StoreLog.Write(log.CreateLogger("x"), "my-store", happened);
        return log.Messages;
    }

    [GeneratedRegex(@"^\| (?<id>\d+) \| `(?<name>\w+)` \| (?<level>[^|]+) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Rows();
}

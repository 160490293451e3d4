using Cairn.Contracts;
using Cairn.Contracts.Migrations;
using Xunit;

namespace Cairn.Tests.Contracts.Migrations;

/// <summary>Steps from one version of a schema to the next: in order, once, all or none.</summary>
public sealed class ContractSchemaTests
{
    private static readonly SlotStorage Empty = SlotStorage.InMemory();

    [Fact]
    public void Migrate_FromTheFirstVersion_RunsEveryStepInOrder()
    {
        SlotStorage storage = Deployed();
        Assert.Equal(2, LedgerSchema.V3.Migrate(storage));
        LedgerV3 ledger = LedgerV3.Open(storage);
        Assert.Equal(("a ledger with a long name", (UInt256)300, 20u), (ledger.Name, ledger.Supply, ledger.Holders));
        Assert.Equal(Enumerable.Range(0, 20).Select(i => (UInt256)(10 * i)), ledger.Accounts.Select(account => account.Value.Balance));
        Assert.Equal(((UInt256)0, false), (ledger.Treasury.Value.Balance, ledger.Treasury.Value.IsFrozen));
        Assert.Equal(3u, ContractSchema.VersionOf(storage));
        LedgerSchema.V3.Require(storage);
    }

    [Fact]
    public void Migrate_Again_DoesNothing()
    {
        SlotStorage storage = Deployed();
        LedgerSchema.V3.Migrate(storage);
        storage.Session.Accept();
        Assert.Equal(0, LedgerSchema.V3.Migrate(storage));
        Assert.Empty(storage.Delta().Runs);
    }

    [Fact]
    public void StepThatThrows_LeavesStorageAndVersion()
    {
        SlotStorage storage = Deployed();
        storage.Session.Accept();
        int run = 0;
        ContractSchema schema = new(4, LedgerSchema.ToV2, LedgerSchema.ToV3, new Migration(3, 4, storage =>
        {
            LedgerV3.Open(storage).Name = "half done";
            run++;
            throw new TimeZoneNotFoundException("a failure of the step's own");
        }));
        Assert.Throws<TimeZoneNotFoundException>(() => schema.Migrate(storage));
        Assert.Equal((1, 1u, 0), (run, ContractSchema.VersionOf(storage), storage.Session.ScopeDepth));
        Assert.Empty(storage.Delta().Runs);
        Assert.Equal((300u, 20, "note 3"), (LedgerV1.Open(storage).Supply, LedgerV1.Open(storage).Balances.Count, LedgerV1.Open(storage).Notes[3]));
        Assert.Equal(2, LedgerSchema.V3.Migrate(storage));
    }

    [Fact]
    public void StepThatIsMissing_IsRefusedBeforeAnythingRuns()
    {
        SlotStorage storage = Deployed();
        storage.Session.Accept();
        ContractSchema schema = new(5, LedgerSchema.ToV2, LedgerSchema.ToV3, new Migration(4, 5, static _ => Assert.Fail("must not run")));
        MigrationMissingException exception = Assert.Throws<MigrationMissingException>(() => schema.Migrate(storage));
        Assert.Equal((storage.Contract, 1u, 5u, 3u), (exception.Contract, exception.Stored, exception.Known, exception.Missing));
        Assert.Contains("version 1 of its schema, this program has version 5, and no step that begins at version 3", exception.Message, StringComparison.Ordinal);
        Assert.Empty(storage.Delta().Runs);
    }

    [Fact]
    public void OlderProgram_IsRefusedWithBothVersions()
    {
        SlotStorage storage = Deployed();
        LedgerSchema.V3.Migrate(storage);
        foreach (Action use in new Action[] { () => LedgerSchema.V1.Require(storage), () => LedgerSchema.V1.Migrate(storage) })
        {
            SchemaVersionException exception = Assert.Throws<SchemaVersionException>(use);
            Assert.Equal((3u, 1u), (exception.Stored, exception.Known));
            Assert.Contains("version 3 of its schema, this program has version 1: use a newer program", exception.Message, StringComparison.Ordinal);
        }

        Assert.Contains("migrate the contract", Assert.Throws<SchemaVersionException>(() => LedgerSchema.V3.Require(Deployed())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ContractsWithoutAVersion_BeginAtZero()
    {
        SlotStorage storage = SlotStorage.InMemory();
        LedgerV1.Open(storage).Supply = 7;
        Assert.Equal(0u, ContractSchema.VersionOf(storage));
        ContractSchema schema = new(2, new Migration(0, 2, storage => LedgerV1.Open(storage).Supply++));
        Assert.Equal(1, schema.Migrate(storage));
        Assert.Equal((8u, 2u), (LedgerV1.Open(storage).Supply, ContractSchema.VersionOf(storage)));
        Assert.Throws<InvalidOperationException>(() => schema.Initialize(storage));
    }

    [Fact]
    public void SeveralContracts_AreMigratedTogetherOrNotAtAll()
    {
        StorageSession session = Deployed().Session;
        Address other = LedgerSchema.Owner(99);
        LedgerSchema.Deploy(session.Open(other));
        session.Accept();
        ContractSchema failing = new(2, new Migration(1, 2, static _ => throw new TimeZoneNotFoundException()));
        Assert.Throws<TimeZoneNotFoundException>(() => ContractSchema.MigrateAll(session, [new(Address.Zero, LedgerSchema.V3), new(other, failing)]));
        Assert.Equal((1u, 1u), (ContractSchema.VersionOf(session.Open(Address.Zero)), ContractSchema.VersionOf(session.Open(other))));
        Assert.Throws<MigrationMissingException>(() => ContractSchema.MigrateAll(session, [new(Address.Zero, LedgerSchema.V3), new(other, new ContractSchema(2))]));
        Assert.Equal(1u, ContractSchema.VersionOf(session.Open(Address.Zero)));
        Assert.Equal(4, ContractSchema.MigrateAll(session, [new(Address.Zero, LedgerSchema.V3), new(other, LedgerSchema.V3)]));
    }

    [Fact]
    public void Version_IsInTheSlotThatNoFieldRefersTo()
    {
        SlotStorage storage = SlotStorage.InMemory();
        new ContractSchema(0x01020304).Initialize(storage);
        StorageRun run = Assert.Single(storage.Delta().Runs);
        Assert.Equal(SlotId.Root.Indirect(uint.MaxValue), run.Slot);
        byte[] bytes = new byte[4];
        storage.Read(run.Slot, 0, bytes);
        Assert.Equal("04030201", Convert.ToHexStringLower(bytes));
        Assert.Equal("09f0a0663717a8f80d42a3e2cbbda4f16a70ae65af98a2e26ad54c838873897d", $"{run.Slot}");
    }

    [Fact]
    public void Schemas_ThatCannotBe_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ContractSchema(0));
        Assert.Throws<ArgumentException>(() => new ContractSchema(2, new Migration(1, 3, static _ => { })));
        Assert.Throws<ArgumentException>(() => new ContractSchema(2, new Migration(1, 1, static _ => { })));
        Assert.Throws<ArgumentException>(() => new ContractSchema(3, new Migration(1, 2, static _ => { }), new Migration(1, 3, static _ => { })));
        Assert.Throws<SlotForbiddenException>(() => LedgerSchema.V1.Initialize(Empty.Session.Open(Address.Zero, StorageAccess.ReadOnly)));
    }

    private static SlotStorage Deployed()
    {
        SlotStorage storage = SlotStorage.InMemory();
        LedgerSchema.Deploy(storage);
        return storage;
    }
}

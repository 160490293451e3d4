using System.Buffers.Binary;

namespace Cairn.Contracts.Migrations;

/// <summary>
/// The version of a contract's schema that a program has, and the steps that lead to it from earlier ones. The version that is stored is part of the state: four bytes, least significant first, at the beginning of the slot that the last
/// offset of the root slot refers to, where no field can be. So it is committed, proved and rewound together with what it describes. Immutable; serves any number of threads.
/// </summary>
public sealed class ContractSchema
{
    private readonly Dictionary<uint, IMigration> _steps = [];

    /// <summary>Makes a schema.</summary>
    /// <param name="version">The version of the program's contract, from 1.</param>
    /// <param name="steps">The steps, in any order; those for versions that are deployed nowhere can be left out.</param>
    /// <exception cref="ArgumentException">The version is 0; a step does not lead upwards, leads beyond the version, or begins where another one does.</exception>
    public ContractSchema(uint version, params IEnumerable<IMigration> steps)
    {
        ArgumentOutOfRangeException.ThrowIfZero(version);
        ArgumentNullException.ThrowIfNull(steps);
        Version = version;
        foreach (IMigration step in steps)
        {
            if (step.To <= step.From || step.To > version)
            {
                throw new ArgumentException($"A step leads from version {step.From} to {step.To}: it has to lead upwards, and not beyond version {version}.", nameof(steps));
            }

            if (!_steps.TryAdd(step.From, step))
            {
                throw new ArgumentException($"Two steps begin at version {step.From}.", nameof(steps));
            }
        }
    }

    /// <summary>The version that the program has.</summary>
    public uint Version { get; }

    /// <summary>The version that is stored; 0 when none was ever written: nothing was deployed, or before there were versions.</summary>
    /// <param name="storage">The storage of the contract.</param>
    /// <exception cref="SlotForbiddenException">The storage was opened without permission.</exception>
    public static uint VersionOf(SlotStorage storage)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        Place(storage).Read(bytes);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    /// <summary>Writes the version of a contract that is deployed now, so that it needs no steps.</summary>
    /// <param name="storage">The storage of the contract.</param>
    /// <exception cref="InvalidOperationException">It has a version already.</exception>
    /// <exception cref="SlotForbiddenException">The storage may not be written.</exception>
    public void Initialize(SlotStorage storage)
    {
        uint stored = VersionOf(storage);
        if (stored != 0)
        {
            throw new InvalidOperationException($"Contract {storage.Contract} is deployed already, with version {stored} of its schema. Migrate it instead.");
        }

        Write(storage, Version);
    }

    /// <summary>Makes sure that what is stored is of the version that the program has, before it is read or written.</summary>
    /// <param name="storage">The storage of the contract.</param>
    /// <exception cref="SchemaVersionException">It is not.</exception>
    public void Require(SlotStorage storage)
    {
        uint stored = VersionOf(storage);
        if (stored != Version)
        {
            throw new SchemaVersionException(storage.Contract, stored, Version);
        }
    }

    /// <summary>Runs the steps from the version that is stored to that of the program, in order: all of them or, when one throws, none. At that version already, it does nothing.</summary>
    /// <param name="storage">The storage of the contract. What the steps write is part of the execution that is under way, and with <see cref="StorageSession.Flush"/> of the block.</param>
    /// <returns>How many steps were run.</returns>
    /// <exception cref="SchemaVersionException">What is stored is of a later version. Nothing was run.</exception>
    /// <exception cref="MigrationMissingException">A step is missing. Nothing was run.</exception>
    public int Migrate(SlotStorage storage)
    {
        ArgumentNullException.ThrowIfNull(storage);
        return MigrateAll(storage.Session, [new(storage.Contract, this)]);
    }

    /// <summary>Migrates several contracts as one: each step of each of them, or, when one throws or is missing, none.</summary>
    /// <param name="session">The session of the block.</param>
    /// <param name="contracts">The contracts and their schemas, in the order in which they are migrated; it has to be the same on every node.</param>
    /// <returns>How many steps were run.</returns>
    /// <exception cref="SchemaVersionException">What is stored is of a later version. Nothing was run.</exception>
    /// <exception cref="MigrationMissingException">A step is missing. Nothing was run.</exception>
    public static int MigrateAll(StorageSession session, IEnumerable<KeyValuePair<Address, ContractSchema>> contracts)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(contracts);
        List<(SlotStorage Storage, IMigration Step)> plan = [];
        foreach ((Address contract, ContractSchema schema) in contracts)
        {
            SlotStorage storage = session.Open(contract);
            plan.AddRange(schema.StepsFor(storage).Select(step => (storage, step)));
        }

        using StorageScope scope = session.BeginScope();
        foreach ((SlotStorage storage, IMigration step) in plan)
        {
            step.Apply(storage);
            Write(storage, step.To);
        }

        scope.Release();
        return plan.Count;
    }

    private List<IMigration> StepsFor(SlotStorage storage)
    {
        uint stored = VersionOf(storage);
        if (stored > Version)
        {
            throw new SchemaVersionException(storage.Contract, stored, Version);
        }

        List<IMigration> steps = [];
        for (uint at = stored; at < Version;)
        {
            IMigration step = _steps.TryGetValue(at, out IMigration? found) ? found : throw new MigrationMissingException(storage.Contract, stored, Version, at);
            steps.Add(step);
            at = step.To;
        }

        return steps;
    }

    private static void Write(SlotStorage storage, uint version)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, version);
        Place(storage).Write(bytes);
    }

    private static StoragePlace Place(SlotStorage storage)
    {
        ArgumentNullException.ThrowIfNull(storage);
        return storage.Root.At(uint.MaxValue).Indirect();
    }
}

using Cairn.Contracts;
using Cairn.Contracts.Execution;
using Cairn.Contracts.Registry;

namespace Cairn.Hosting;

/// <summary>How the services of <see cref="CairnBuilder.AddContracts"/> work.</summary>
public sealed class CairnContractOptions
{
    /// <summary>The rules of contract storage. Default: <see cref="StorageProfile.L1"/>.</summary>
    public StorageProfile Profile { get; set; } = StorageProfile.L1;

    /// <summary>How the registry and storage of contracts works. Default: a second writer waits.</summary>
    public ContractStorageOptions Storage { get; set; } = new();

    /// <summary>What the executor can run: <c>contracts.Programs.AddAt(address, Token.Program)</c>. Default: nothing.</summary>
    public ContractPrograms Programs { get; } = new();

    /// <summary>How the executor runs calls. Default: that of <see cref="ContractExecutorOptions"/>. Its rules of storage are those of <see cref="Profile"/>.</summary>
    public ContractExecutorOptions Executor { get; set; } = new();

    /// <summary>The options of the executor with the rules of storage that all services share.</summary>
    internal ContractExecutorOptions ExecutorOptions() => new()
    {
        Schedule = Executor.Schedule,
        DefaultGasLimit = Executor.DefaultGasLimit,
        PageLimit = Executor.PageLimit,
        Profile = Profile,
        Clock = Executor.Clock,
    };

    /// <summary>What is wrong with the options, each with its name.</summary>
    internal IEnumerable<(string Option, string Message)> Faults()
    {
        if (Profile is null)
        {
            yield return (nameof(Profile), "null is no profile.");
        }

        if (Storage is null)
        {
            yield return (nameof(Storage), "null is no set of options.");
        }
        else if (!Enum.IsDefined(Storage.WhenBusy))
        {
            yield return ($"{nameof(Storage)}.{nameof(Storage.WhenBusy)}", $"{(int)Storage.WhenBusy} is none of {string.Join(", ", Enum.GetNames<BusyBehavior>())}.");
        }

        if (Executor is null)
        {
            yield return (nameof(Executor), "null is no set of options.");
            yield break;
        }

        if (Executor.Schedule is null)
        {
            yield return ($"{nameof(Executor)}.{nameof(Executor.Schedule)}", "null is no schedule of gas.");
        }

        if (Executor.Clock is null)
        {
            yield return ($"{nameof(Executor)}.{nameof(Executor.Clock)}", "null is no clock.");
        }

        if (Executor.PageLimit < 0)
        {
            yield return ($"{nameof(Executor)}.{nameof(Executor.PageLimit)}", $"{Executor.PageLimit} is negative.");
        }

        if (Executor.Profile != StorageProfile.L1 && Executor.Profile != Profile)
        {
            yield return ($"{nameof(Executor)}.{nameof(Executor.Profile)}", $"it is {Executor.Profile?.Name ?? "null"}, but {nameof(Profile)}, which holds for all services, is {Profile?.Name ?? "null"}. Set that one.");
        }
    }
}

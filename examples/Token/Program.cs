using Cairn;
using Cairn.Contracts;
using Cairn.Contracts.Execution;
using Cairn.Examples.Tokens;

Address token = Address.Parse("0x00000000000000000000000000000000000000aa");
Address issuer = Address.Parse("0x0000000000000000000000000000000000000001");
Address alice = Address.Parse("0x0000000000000000000000000000000000000002");
Address bob = Address.Parse("0x0000000000000000000000000000000000000003");

await using StateStore store = await StateStore.OpenAsync(args is [string location] ? location : "memory:");
using ContractExecutor executor = new(store, new ContractPrograms().AddAt(token, Token.Program));

BlockHeight height = new((store.Height?.Value ?? 0) + 1);
executor.BeginBlock(height, DateTimeOffset.UnixEpoch.AddDays(height.Value));
Run("create", Token.At(token).Create("Acorn") with { Caller = issuer });
Run("mint", Token.At(token).Mint(alice, 100) with { Caller = issuer });
Run("transfer", Token.At(token).Transfer(bob, 30) with { Caller = alice });
Run("transfer too much", Token.At(token).Transfer(alice, 1_000) with { Caller = bob });
Run("approve", Token.At(token).Approve(bob, 50) with { Caller = alice });
Run("transfer for alice", Token.At(token).TransferFrom(alice, bob, 20) with { Caller = bob });
CommittedBlock block = await executor.FinalizeBlockAsync();
Console.WriteLine($"block {block.Height}: {block.Root}");

using StateView view = store.OpenView();
Console.WriteLine($"alice has {executor.Query(view, Token.At(token).BalanceOf(alice)).Value}, bob {executor.Query(view, Token.At(token).BalanceOf(bob)).Value}");

void Run(string what, ContractCall call)
{
    ExecutionResult result = executor.Execute(call);
    Console.WriteLine($"{what}: {(result.IsSuccess ? "done" : result.Error)}, {result.GasUsed} gas");
}

using Cairn.Benchmarks;

return await BenchmarkCommands.Create().Parse(args).InvokeAsync();

namespace Cairn.Contracts.Execution;

/// <summary>Runs a method of a contract: reads its arguments up to their end, calls it, writes its result.</summary>
/// <param name="context">The call.</param>
/// <param name="method">The index of the method among those of the program.</param>
/// <param name="arguments">The encoded arguments.</param>
/// <param name="result">Takes the encoded result.</param>
public delegate void ContractDispatch(ExecutionContext context, int method, ref CallReader arguments, CallWriter result);

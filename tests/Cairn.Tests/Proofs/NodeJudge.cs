using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Cairn.Proofs;
using Xunit;

namespace Cairn.Tests.Proofs;

/// <summary>
/// A verifier that is not ours: the npm package <c>@confio/ics23</c>, asked in bulk through one process of Node. Tests that need it skip where Node or the package is missing, but fail in CI. <c>./test.sh</c> installs the package.
/// </summary>
internal sealed class NodeJudge
{
    private readonly List<(string Line, bool Expected, string What)> _questions = [];

    private static string Folder => Repository.PathOf("tests", "ics23-judge");

    /// <summary>Asks whether a key has a value; for a value of null, whether it is absent. By value hash the value is given as the verifier compares it: its SHA-256.</summary>
    public void Ask(bool expected, string what, object spec, Hash256 root, byte[] proof, byte[] key, byte[]? value)
    {
        Dictionary<string, object> question = new(StringComparer.Ordinal)
        {
            ["spec"] = spec,
            ["root"] = root.ToString(),
            ["proof"] = Convert.ToHexStringLower(proof),
            ["key"] = Convert.ToHexStringLower(key),
        };
        if (value is not null)
        {
            question["value"] = Convert.ToHexStringLower(value);
        }

        _questions.Add((JsonSerializer.Serialize(question), expected, what));
    }

    /// <summary>Asks with one of our published specs, once as protobuf and once as JSON.</summary>
    public void Ask(bool expected, string what, ProofSpec spec, Hash256 root, byte[] proof, byte[] key, byte[]? value)
    {
        bool asJson = _questions.Count % 2 == 0;
        byte[]? shown = value is not null && spec.IsByValueHash ? ProofSamples.Sha256(value).ToArray() : value;
        Ask(expected, what, asJson ? JsonSerializer.Deserialize<JsonElement>(spec.ToJson()) : Convert.ToHexStringLower(spec.ToProtobuf()), root, proof, key, shown);
    }

    /// <summary>Lets it judge everything that was asked.</summary>
    public async Task JudgeAsync()
    {
        bool isCi = string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.Ordinal);
        using Process? node = Directory.Exists(Path.Combine(Folder, "node_modules", "@confio", "ics23")) ? Start() : null;
        if (node is null)
        {
            const string Missing = "Node or the npm package @confio/ics23 is missing; ./test.sh installs the package where there is Node and a registry.";
            Assert.False(isCi, Missing);
            Assert.Skip(Missing);
        }

        Task<string> output = node.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> errors = node.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        foreach ((string line, _, _) in _questions)
        {
            await node.StandardInput.WriteLineAsync(line);
        }

        node.StandardInput.Close();
        await node.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(node.ExitCode == 0, await errors);
        string[] answers = (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(_questions.Count, answers.Length);
        for (int i = 0; i < answers.Length; i++)
        {
            Assert.True((answers[i] == "1") == _questions[i].Expected, $"{_questions[i].What}: answered {answers[i]} to {_questions[i].Line}");
        }
    }

    private static Process? Start()
    {
        try
        {
            return Process.Start(new ProcessStartInfo("node", "judge.js")
            {
                WorkingDirectory = Folder,
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            });
        }
        catch (Win32Exception)
        {
            return null; // no such program
        }
    }
}

using System.Text;

namespace Cairn.Vm.Machines;

/// <summary>What a program gave out so far, within a limit.</summary>
internal sealed class MachineOutput(int maxBytes)
{
    private readonly List<string> _lines = [];
    private readonly List<ProgramEvent> _events = [];
    private long _bytes;

    /// <summary>The emitted texts and dumps.</summary>
    public IReadOnlyList<string> Lines => _lines;

    /// <summary>The events.</summary>
    public IReadOnlyList<ProgramEvent> Events => _events;

    /// <summary>Emits a text.</summary>
    public void Emit(string text)
    {
        Take(text);
        _lines.Add(text);
    }

    /// <summary>Emits an event.</summary>
    public void EmitEvent(string category, string message)
    {
        Take(category);
        Take(message);
        _events.Add(new ProgramEvent(category, message));
    }

    /// <summary>Counts a text, and one byte for the end of it: texts without any are not free.</summary>
    private void Take(string text)
    {
        long bytes = _bytes + Encoding.UTF8.GetByteCount(text) + 1;
        if (bytes > maxBytes)
        {
            throw FaultSignal.Passed(MachineLimit.EmittedBytes, (ulong)maxBytes, $"The program would have emitted {bytes} bytes, counting one for the end of each text");
        }

        _bytes = bytes;
    }
}

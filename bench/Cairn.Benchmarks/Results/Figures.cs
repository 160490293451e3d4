namespace Cairn.Benchmarks.Results;

/// <summary>One figure: a place in a table and its values, one a run.</summary>
/// <param name="Table">The table: a verb.</param>
/// <param name="Case">The column: what was measured.</param>
/// <param name="Name">The row: which figure.</param>
/// <param name="Unit">The unit of the values.</param>
/// <param name="Values">The value of each run.</param>
internal sealed record Figure(string Table, string Case, string Name, string Unit, List<double> Values)
{
    /// <summary>The value in the middle; between the two in the middle when their number is even.</summary>
    public double Median
    {
        get
        {
            double[] sorted = [.. Values.Order()];
            return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        }
    }

    /// <summary>The lowest value.</summary>
    public double Least => Values.Min();

    /// <summary>The highest value.</summary>
    public double Most => Values.Max();
}

/// <summary>The figures of a program run, in the order in which they first came. One thread.</summary>
internal sealed class Figures
{
    private readonly List<Figure> _all = [];
    private readonly Dictionary<(string, string, string), Figure> _byPlace = [];

    /// <summary>All figures.</summary>
    public IReadOnlyList<Figure> All => _all;

    /// <summary>The column of a table.</summary>
    public Column In(string table, string column) => new(this, table, column);

    private void Add(string table, string column, string name, string unit, double value)
    {
        if (!_byPlace.TryGetValue((table, column, name), out Figure? figure))
        {
            figure = new Figure(table, column, name, unit, []);
            _byPlace.Add((table, column, name), figure);
            _all.Add(figure);
        }

        figure.Values.Add(value);
    }

    /// <summary>Takes the figures of one case.</summary>
    internal readonly record struct Column(Figures Figures, string Table, string Name)
    {
        /// <summary>Adds the value of this run.</summary>
        public void Add(string name, string unit, double value) => Figures.Add(Table, Name, name, unit, value);

        /// <summary>Adds a number of bytes in MB.</summary>
        public void AddBytes(string name, double bytes) => Add(name, "MB", bytes / 1_000_000);

        /// <summary>Adds a duration in milliseconds.</summary>
        public void AddTime(string name, TimeSpan time) => Add(name, "ms", time.TotalMilliseconds);
    }
}

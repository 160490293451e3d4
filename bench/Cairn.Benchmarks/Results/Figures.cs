namespace Cairn.Benchmarks.Results;

/// <summary>Which of two values is the better one.</summary>
internal enum Better
{
    /// <summary>None.</summary>
    Neither,

    /// <summary>The lower one.</summary>
    Lower,

    /// <summary>The higher one.</summary>
    Higher,
}

/// <summary>One figure: a place in a table and its values, one a run.</summary>
/// <param name="Table">The table: a verb.</param>
/// <param name="Case">The column: what was measured.</param>
/// <param name="Name">The row: which figure.</param>
/// <param name="Unit">The unit of the values.</param>
/// <param name="IsDetail">Whether the figure is left out where a table compares engines.</param>
/// <param name="Values">The value of each run.</param>
internal sealed record Figure(string Table, string Case, string Name, string Unit, bool IsDetail, List<double> Values)
{
    /// <summary>Which values are the better ones: rates are to be high; times and bytes low.</summary>
    public Better Better => Unit switch
    {
        "1/s" => Better.Higher,
        "ms" or "µs" or "ns" or "MB" or "B" => Better.Lower,
        _ => Better.Neither,
    };

    /// <summary>The value in the middle; between the two in the middle when their number is even.</summary>
    public double Median => MedianOf(Values);

    /// <summary>The lowest value.</summary>
    public double Least => Values.Min();

    /// <summary>The highest value.</summary>
    public double Most => Values.Max();

    /// <summary>The value in the middle; between the two in the middle when their number is even.</summary>
    public static double MedianOf(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}

/// <summary>The figures of a program run, in the order in which they first came. One thread.</summary>
internal sealed class Figures
{
    private readonly List<Figure> _all = [];
    private readonly Dictionary<(string, string, string), Figure> _byPlace = [];

    /// <summary>All figures.</summary>
    public IReadOnlyList<Figure> All => _all;

    /// <summary>The column of a table.</summary>
    public Column In(string table, string column) => new(this, table, column, string.Empty);

    /// <summary>Adds the figures of another program run, as further runs of this one.</summary>
    public void Add(IEnumerable<Figure> figures)
    {
        foreach (Figure figure in figures)
        {
            figure.Values.ForEach(value => Add(figure.Table, figure.Case, figure.Name, figure.Unit, figure.IsDetail, value));
        }
    }

    private void Add(string table, string column, string name, string unit, bool isDetail, double value)
    {
        if (!_byPlace.TryGetValue((table, column, name), out Figure? figure))
        {
            figure = new Figure(table, column, name, unit, isDetail, []);
            _byPlace.Add((table, column, name), figure);
            _all.Add(figure);
        }

        figure.Values.Add(value);
    }

    /// <summary>Takes the figures of one case.</summary>
    /// <param name="Figures">Where they go.</param>
    /// <param name="Table">The table.</param>
    /// <param name="Name">The column.</param>
    /// <param name="Rows">What the names of its rows begin with.</param>
    internal readonly record struct Column(Figures Figures, string Table, string Name, string Rows)
    {
        /// <summary>Adds the value of this run.</summary>
        public void Add(string name, string unit, double value) => Figures.Add(Table, Name, Rows + name, unit, isDetail: false, value);

        /// <summary>Adds the value of this run to what is left out where a table compares engines.</summary>
        public void AddDetail(string name, string unit, double value) => Figures.Add(Table, Name, Rows + name, unit, isDetail: true, value);

        /// <summary>Adds a number of bytes in MB.</summary>
        public void AddBytes(string name, double bytes) => Add(name, "MB", bytes / 1_000_000);

        /// <summary>Adds a duration in milliseconds.</summary>
        public void AddTime(string name, TimeSpan time) => Add(name, "ms", time.TotalMilliseconds);

        /// <summary>Adds a duration in milliseconds to what is left out where a table compares engines.</summary>
        public void AddTimeDetail(string name, TimeSpan time) => AddDetail(name, "ms", time.TotalMilliseconds);
    }
}

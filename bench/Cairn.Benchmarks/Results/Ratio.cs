namespace Cairn.Benchmarks.Results;

/// <summary>How one engine compares with another in one figure.</summary>
/// <param name="Table">The table of the figure.</param>
/// <param name="Name">The figure.</param>
/// <param name="Peer">The other engine.</param>
/// <param name="Values">The ratio within each run; above 1 the first engine is the better one.</param>
internal sealed record Ratio(string Table, string Name, string Peer, IReadOnlyList<double> Values)
{
    /// <summary>The ratio in the middle.</summary>
    public double Median => Figure.MedianOf(Values);

    /// <summary>The ratios of an engine to all others, in the figures that both have and in which something is better.</summary>
    public static IReadOnlyList<Ratio> Of(IEnumerable<Figure> figures, string engine)
    {
        Figure[] all = [.. figures];
        Dictionary<(string, string), Figure> own = all.Where(figure => figure.Case == engine).ToDictionary(figure => (figure.Table, figure.Name));
        List<Ratio> ratios = [];
        foreach (Figure peer in all.Where(figure => figure.Case != engine && figure.Better != Better.Neither))
        {
            if (own.TryGetValue((peer.Table, peer.Name), out Figure? mine) && mine.Values.Count == peer.Values.Count && mine.Values.Concat(peer.Values).All(value => value > 0))
            {
                ratios.Add(new Ratio(peer.Table, peer.Name, peer.Case, [.. mine.Values.Zip(peer.Values, (one, other) => peer.Better == Better.Higher ? one / other : other / one)]));
            }
        }

        return ratios;
    }
}

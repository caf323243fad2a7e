namespace Switchyard.Plan.Solve;

/// <summary>
/// A small covering problem: the least cost of columns that give each row at least what it asks for. Solved by depth-first search with
/// a bound from each row's cheapest way to be covered.
/// </summary>
internal sealed class CoverProblem
{
    private readonly List<double> asked = [];
    private readonly List<Entry> columns = [];

    private sealed class Entry(double price, double upper, bool whole)
    {
        public double Price { get; set; } = price;

        public double Upper => upper;

        public bool Whole => whole;

        public double[] Gives { get; set; } = [];

        public List<(int Row, double Each)> Terms { get; } = [];
    }

    /// <summary>Adds a row that asks for at least so much.</summary>
    public int AddRow(double least)
    {
        asked.Add(least);
        return asked.Count - 1;
    }

    /// <summary>Adds a column.</summary>
    public int AddColumn(double price, double upper, bool whole)
    {
        columns.Add(new(price, upper, whole));
        return columns.Count - 1;
    }

    /// <summary>Adds what one unit of a column gives a row.</summary>
    public void AddTerm(int row, int column, double each) => columns[column].Terms.Add((row, each));

    /// <summary>A lower bound on the least cost, exact where all columns are whole; −∞ when the search takes too long or a column takes from a row.</summary>
    /// <param name="nodes">Most nodes of the search.</param>
    public double Least(int nodes)
    {
        var rows = asked.Count;
        var useful = new List<Entry>();
        var always = 0.0;
        var left = asked.ToArray();
        foreach (var column in columns)
        {
            column.Gives = new double[rows];
            foreach (var (row, each) in column.Terms)
            {
                if (each < 0) return double.NegativeInfinity;
                column.Gives[row] += each;
            }

            if (column.Price < 0)
            {
                // Takes as much of it as there is: it is paid for.
                if (!double.IsFinite(column.Upper)) return double.NegativeInfinity;
                always += column.Price * column.Upper;
                for (var row = 0; row < rows; row++) left[row] -= column.Gives[row] * column.Upper;
                continue;
            }

            if (column.Upper > 0 && column.Gives.Any(g => g > 0)) useful.Add(column);
        }

        for (var row = 0; row < rows; row++) left[row] = Math.Max(0, left[row]);
        foreach (var column in useful)
            if (column.Whole) for (var row = 0; row < rows; row++) column.Gives[row] = Math.Min(column.Gives[row], left[row]);
        var search = new Search(Undominated(useful, left), left, nodes);
        return always + search.Run();
    }

    // A whole column goes when another gives as much in every row for no more, and there is enough of the other to do all that it can.
    private static List<Entry> Undominated(List<Entry> entries, double[] left)
    {
        var kept = new List<Entry>();
        foreach (var entry in entries.OrderBy(e => e.Price).ThenByDescending(e => e.Gives.Sum()))
            if (!kept.Exists(other => other.Whole == entry.Whole && Enough(other) && Gives(other, entry))) kept.Add(entry);
        return kept;

        bool Enough(Entry other)
        {
            for (var row = 0; row < left.Length; row++)
                if (other.Gives[row] > 0 && other.Upper * other.Gives[row] < left[row] * (1 - 1e-12)) return false;
            return true;
        }

        static bool Gives(Entry a, Entry b)
        {
            for (var row = 0; row < a.Gives.Length; row++)
                if (a.Gives[row] < b.Gives[row] * (1 - 1e-12)) return false;
            return true;
        }
    }

    private sealed class Search
    {
        private readonly Entry[] entries;
        private readonly double[][] cheapest;
        private readonly double[] left;
        private int nodes;
        private double best = double.PositiveInfinity;
        private bool stopped;

        public Search(List<Entry> columns, double[] left, int nodes)
        {
            (this.left, this.nodes) = (left, nodes);
            // What can be split comes last; among the rest, what covers most for its price comes first.
            entries = [.. columns.OrderBy(e => !e.Whole).ThenBy(e => e.Price / Math.Max(1e-300, Share(e, left)))];
            cheapest = new double[entries.Length + 1][];
            cheapest[^1] = [.. left.Select(_ => double.PositiveInfinity)];
            for (var i = entries.Length - 1; i >= 0; i--)
                cheapest[i] = [.. left.Select((_, row) => Math.Min(cheapest[i + 1][row], entries[i].Gives[row] > 0 ? entries[i].Price / entries[i].Gives[row] : double.PositiveInfinity))];
        }

        private static double Share(Entry entry, double[] left)
        {
            var share = 0.0;
            for (var row = 0; row < left.Length; row++)
                if (left[row] > 0) share += Math.Min(1, entry.Gives[row] / left[row]);
            return share;
        }

        public double Run()
        {
            Descend(0, 0);
            return stopped ? double.NegativeInfinity : best;
        }

        private double Rest(int from)
        {
            var most = 0.0;
            for (var row = 0; row < left.Length; row++)
                if (left[row] > 1e-9 * Math.Max(1, left[row])) most = Math.Max(most, left[row] * cheapest[from][row]);
            return most;
        }

        private void Descend(int at, double spent)
        {
            if (stopped || --nodes < 0)
            {
                stopped = true;
                return;
            }

            var rest = Rest(at);
            if (spent + rest >= best) return;
            if (rest == 0)
            {
                best = spent;
                return;
            }

            if (at == entries.Length) return;
            var entry = entries[at];
            if (!entry.Whole)
            {
                // What can be split counts by the bound alone.
                best = Math.Min(best, spent + rest);
                return;
            }

            var most = 0.0;
            for (var row = 0; row < left.Length; row++)
                if (entry.Gives[row] > 0) most = Math.Max(most, Math.Ceiling((left[row] / entry.Gives[row]) - 1e-9));
            var count = (int)Math.Min(most, Math.Floor(entry.Upper + 1e-9));
            var saved = (double[])left.Clone();
            for (; count >= 0; count--)
            {
                for (var row = 0; row < left.Length; row++) left[row] = Math.Max(0, saved[row] - (count * entry.Gives[row]));
                Descend(at + 1, spent + (count * entry.Price));
            }

            saved.CopyTo(left, 0);
        }
    }
}

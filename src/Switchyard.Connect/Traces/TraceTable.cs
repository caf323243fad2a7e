using System.Collections.Immutable;
using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

namespace Switchyard.Connect.Traces;

/// <summary>
/// A trace with a header, row by row. Columns are found once and addressed by position; what cannot be read becomes a problem of a bounded
/// list and reads as unknown (NaN).
/// </summary>
internal sealed class TraceTable : IDisposable
{
    /// <summary>Most rows that are read: beyond them the columns would not fit into memory.</summary>
    internal const int MostRows = 20_000_000;

    private const int LongestCell = 1 << 12;

    private readonly CsvParser parser;
    private readonly Dictionary<string, string> interned = new(StringComparer.Ordinal);
    private readonly HashSet<int> used = [];

    internal TraceTable(TextReader text, char delimiter, TraceProblems problems)
    {
        Problems = problems;
        parser = new(text, new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            BadDataFound = null, MaxFieldSize = LongestCell, BufferSize = 1 << 16, ProcessFieldBufferSize = 1 << 10,
            Delimiter = delimiter.ToString(), Mode = delimiter == '|' ? CsvMode.NoEscape : CsvMode.RFC4180,
        });
        Header = Advance() ? [.. Enumerable.Range(0, parser.Count).Select(i => parser[i].Trim().TrimStart('\uFEFF').ToLowerInvariant())] : [];
        // `sacct -p` ends each line with the delimiter.
        if (Header is [.., ""] && delimiter == '|') Header = Header[..^1];
    }

    /// <summary>The names of the columns, in lower case.</summary>
    internal ImmutableArray<string> Header { get; }

    /// <summary>Takes what is wrong.</summary>
    internal TraceProblems Problems { get; }

    /// <summary>The line on which the current row ends.</summary>
    internal int Line => parser.RawRow;

    /// <summary>Rows read so far, blank ones not counted.</summary>
    internal int Rows { get; private set; }

    /// <summary>Columns that nobody asked for.</summary>
    internal IEnumerable<string> Unused => Header.Where((column, i) => column.Length > 0 && !used.Contains(i));

    public void Dispose() => parser.Dispose();

    /// <summary>The position of the first of these columns that is there; −1 when none is.</summary>
    internal int Column(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Header.IndexOf(name) is not (>= 0 and var at)) continue;
            used.Add(at);
            return at;
        }

        return -1;
    }

    /// <summary>Goes to the next row that is not blank; false at the end.</summary>
    internal bool Next()
    {
        while (Advance())
        {
            if (parser.Count == 1 && string.IsNullOrWhiteSpace(parser[0])) continue;
            if (Rows == MostRows)
            {
                Problems.Say(Line, "", $"more than {MostRows:#,##0} rows; give a part of the trace");
                return false;
            }

            Rows++;
            if (parser.Count == Header.Length || (parser.Count == Header.Length + 1 && parser[Header.Length].Length == 0)) return true;
            Problems.Say(Line, "", $"has {parser.Count} cells; the header has {Header.Length}", sort: "cells");
        }

        return false;
    }

    /// <summary>The text of a cell without blanks around it; empty where there is no such column.</summary>
    internal string Cell(int column) => column < 0 ? "" : parser[column].Trim();

    /// <summary>The text of a cell, the same instance for the same text; null where empty.</summary>
    internal string? Name(int column)
    {
        if (Cell(column) is not { Length: > 0 } text) return null;
        if (interned.TryGetValue(text, out var known)) return known;
        interned.Add(text, text);
        return text;
    }

    /// <summary>A number within bounds; NaN where the cell is empty or there is no such column.</summary>
    /// <param name="column">The column.</param>
    /// <param name="least">The least that it can be.</param>
    /// <param name="expected">What it is to be, for the problem.</param>
    /// <param name="most">The most that it can be.</param>
    internal double Number(int column, double least = 0, string expected = "a number of at least 0", double most = 1e18)
    {
        var text = Cell(column);
        if (text.Length == 0) return double.NaN;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;
        Problems.NotA(Line, Header[column], text, expected);
        return double.NaN;
    }

    /// <summary>A number that must be there; NaN, with a problem, where it is not.</summary>
    internal double Needed(int column, double least = 0, string expected = "a number of at least 0")
    {
        if (Cell(column).Length == 0) Problems.Say(Line, Header[column], "is empty", sort: "empty");
        return Number(column, least, expected);
    }

    /// <summary>A whole number; 0 where the cell is empty or there is no such column.</summary>
    internal int Whole(int column, string expected = "a whole number of at least 0")
    {
        var number = Number(column, 0, expected, int.MaxValue);
        if (double.IsNaN(number)) return 0;
        if (number != Math.Floor(number)) Problems.NotA(Line, Header[column], Cell(column), expected);
        return (int)number;
    }

    private bool Advance()
    {
        try
        {
            return parser.Read();
        }
        catch (CsvHelperException)
        {
            Problems.Say(parser.RawRow, "", $"is not CSV: a cell is longer than {LongestCell:#,##0} characters");
            return false;
        }
        catch (InvalidDataException)
        {
            Problems.Say(parser.RawRow, "", "the compressed file is cut off or damaged here; fetch it again");
            return false;
        }
    }
}

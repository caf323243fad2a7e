namespace Switchyard.Plan.Solve;

/// <summary>The CBC or Clp library is not on this machine. The message says what to install.</summary>
public sealed class SolverMissingException : Exception
{
    /// <summary>How to get the solver, one line per system.</summary>
    public const string Installation =
        """
          Debian, Ubuntu:  apt-get install coinor-libcbc3 coinor-libclp1
          Fedora:          dnf install coin-or-Cbc coin-or-Clp
          macOS:           brew install cbc
        """;

    /// <summary>An exception without detail.</summary>
    public SolverMissingException()
        : this("A solver library is missing.\n" + Installation)
    {
    }

    /// <summary>An exception with a whole message.</summary>
    public SolverMissingException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with a whole message and its cause.</summary>
    public SolverMissingException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The library that was not found.</summary>
    public string Library { get; private init; } = "";

    internal static SolverMissingException For(string library, IEnumerable<string> tried) =>
        new($"The solver library {library} is not installed (looked for {string.Join(", ", tried)}). Install it:\n{Installation}")
        {
            Library = library,
        };
}

namespace MemKD;

/// <summary>
/// Bad input or data from outside (a file, a name, a value): the message is one line that says what is wrong,
/// where, and how to mend it. The command line prints the message alone and exits with code 3.
/// </summary>
public sealed class InputException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">One line: what is wrong, where, how to mend it.</param>
    /// <param name="innerException">The error that led here, if any.</param>
    public InputException(string message, Exception? innerException = null)
        : base(message, innerException) { }
}

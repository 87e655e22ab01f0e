namespace BrokerIm.Import;

/// <summary>Told how far an import is.</summary>
public interface IImportProgress
{
    /// <summary>A part begins.</summary>
    /// <param name="part">What is imported, in a word or two.</param>
    /// <param name="rows">Rows of the source that it will read.</param>
    void Begin(string part, long rows);

    /// <summary>So many more rows of the part are done.</summary>
    void Advance(long rows);
}

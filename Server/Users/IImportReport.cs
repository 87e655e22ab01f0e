namespace BrokerIm.Server.Users;

/// <summary>Is told what became of each row of an import, in the order of the file.</summary>
internal interface IImportReport
{
    /// <summary>The user is new and was added.</summary>
    void Added(string name);

    /// <summary>The user was there already and was left as he is.</summary>
    void Existing(string name);

    /// <summary>The row is wrong.</summary>
    void Failed(string place, string problem);
}

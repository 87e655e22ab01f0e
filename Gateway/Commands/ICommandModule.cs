namespace BrokerIm.Gateway.Commands;

/// <summary>A group of commands that belong together.</summary>
internal interface ICommandModule
{
    /// <summary>Names the module's commands and what handles them; called once, before the first connection.</summary>
    void Register(CommandTable table);
}

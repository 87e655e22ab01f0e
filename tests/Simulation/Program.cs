using BrokerIm.Simulation;

// Looks for a seed at which a promise is broken, or shows one.
return await Commands.Create().Parse(args).InvokeAsync();

namespace BrokerIm.Server; internal static class Program { private static void Main() { } }

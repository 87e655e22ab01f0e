using BenchmarkDotNet.Running;

// What it takes, and how to read what comes out, is BenchmarkDotNet's own: --filter '*', --job short, --list flat.
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);

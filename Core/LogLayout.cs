namespace BrokerIm.Core;

/// <summary>Layout of the log: which topics, and how many partitions. Every process of an installation has the same.</summary>
/// <param name="Epoch">From 1; part of the topics' names.</param>
/// <param name="Partitions">Fixed for the life of the epoch.</param>
public sealed record LogLayout(int Epoch, int Partitions);

using BrokerIm.Core.Values;

namespace BrokerIm.Adapters.Production.Cassandra;

/// <summary>
/// Numbers of a kind, from 1 on and none twice, taken from the cluster in blocks. What is left of a block when the process ends is
/// never given out, so blocks begin with one number and double: an operator who adds one user uses up one number.
/// </summary>
internal sealed class IdBlock(ICassandraSession session, string kind) : IDisposable
{
    private const int LargestBlock = 512;

    private readonly SemaphoreSlim _gate = new(1, 1);
    private long _next;
    private long _end;
    private int _size = 1;

    /// <summary>The next number.</summary>
    /// <exception cref="InvalidOperationException">All numbers are used up.</exception>
    public async ValueTask<uint> NextAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_next == _end)
            {
                _next = await TakeAsync(_size, cancellationToken);
                _end = _next + _size;
                _size = Math.Min(_size * 2, LargestBlock);
            }

            return _next <= UserId.MaxValue
                ? (uint)_next++
                : throw new InvalidOperationException($"There are no more numbers for another {kind}.");
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Sees to it that numbers taken from now on lie above one. What this or another process has taken before, it keeps.</summary>
    public async ValueTask RaiseAsync(uint number, CancellationToken cancellationToken)
    {
        while (true)
        {
            var found = await session.ReadAsync(DirectoryStatements.NextOfBlock, kind, cancellationToken);
            if (found.Count > 0 && found[0] > number)
                return;

            var next = (long)number + 1;
            var raised = found.Count == 0
                ? await session.ReadAsync(DirectoryStatements.FirstBlock, (kind, next), cancellationToken)
                : await session.ReadAsync(DirectoryStatements.TakeBlock, (kind, found[0], next), cancellationToken);
            if (raised[0])
                return;
        }
    }

    public void Dispose() => _gate.Dispose();

    /// <summary>
    /// Takes so many numbers and returns the first. One that was taken without our being told is lost, which harms nobody.
    /// </summary>
    private async ValueTask<long> TakeAsync(int count, CancellationToken cancellationToken)
    {
        while (true)
        {
            var found = await session.ReadAsync(DirectoryStatements.NextOfBlock, kind, cancellationToken);
            var first = found.Count == 0 ? 1 : found[0];
            var taken = found.Count == 0
                ? await session.ReadAsync(DirectoryStatements.FirstBlock, (kind, first + count), cancellationToken)
                : await session.ReadAsync(DirectoryStatements.TakeBlock, (kind, first, first + count), cancellationToken);
            if (taken[0])
                return first;
        }
    }
}

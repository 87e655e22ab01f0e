using BrokerIm.Client.Sessions;

namespace BrokerIm.Tests.Unit.Client;

public sealed class SequenceTableTests
{
    private readonly SequenceTable<object> _table = new();
    private readonly object _item = new();

    [Fact]
    public void Sequences_start_at_one_and_wrap_after_65534()
    {
        for (var expected = 1; expected <= 65_534; expected++)
        {
            Assert.Equal(expected, _table.Add(_item));
            _table.Remove((ushort)expected);
        }

        Assert.Equal(1, _table.Add(_item));
    }

    [Fact]
    public void Sequence_that_still_waits_is_not_given_again()
    {
        var slow = _table.Add(_item);
        for (var turn = 0; turn < 65_534 * 2; turn++)
        {
            var sequence = _table.Add(_item);
            Assert.NotEqual(slow, sequence);
            _table.Remove(sequence);
        }
    }

    [Fact]
    public void All_sequences_can_wait_and_no_more()
    {
        for (var count = 0; count < 65_534; count++)
            _table.Add(_item);

        Assert.Throws<InvalidOperationException>(() => _table.Add(_item));
        _table.Remove(4_711);
        Assert.Equal(4_711, _table.Add(_item));
    }

    [Fact]
    public void Removing_all_returns_what_waited_and_frees_it()
    {
        var sequence = _table.Add(_item);
        Assert.Same(_item, Assert.Single(_table.RemoveAll()));
        Assert.Null(_table.Find(sequence));
        Assert.Equal(0, _table.Count);
    }
}

using BrokerIm.Server.Chat;

namespace BrokerIm.Tests.Unit.Chat;

public sealed class LineEditorTests
{
    private readonly LineEditor _editor = new();

    [Fact]
    public void Enter_gives_the_line_and_begins_a_new_one()
    {
        Type("hello");
        Assert.Equal("hello", Press(ConsoleKey.Enter));
        Assert.Equal("", _editor.Text);
    }

    [Fact]
    public void Backspace_removes_one_visible_character()
    {
        Type("a你😀e\u0301");
        Press(ConsoleKey.Backspace);
        Assert.Equal("a你😀", _editor.Text);
        Press(ConsoleKey.Backspace);
        Assert.Equal("a你", _editor.Text);
        Press(ConsoleKey.Backspace);
        Press(ConsoleKey.Backspace);
        Press(ConsoleKey.Backspace);
        Assert.Equal("", _editor.Text);
    }

    [Fact]
    public void Words_and_the_whole_line_can_be_removed()
    {
        Type("one two ");
        Press(ConsoleKey.W, control: true);
        Assert.Equal("one ", _editor.Text);
        Press(ConsoleKey.U, control: true);
        Assert.Equal("", _editor.Text);
    }

    [Theory]
    [InlineData("hello", true)]
    [InlineData("//hello", true)]
    [InlineData("", false)]
    [InlineData("/", false)]
    [InlineData("/who", false)]
    public void Line_is_a_message_unless_it_is_a_command(string text, bool isMessage)
    {
        Type(text);
        Assert.Equal(isMessage, _editor.IsMessage);
    }

    [Theory]
    [InlineData("abcdef", 4, "cdef")]
    [InlineData("abcdef", 10, "abcdef")]
    [InlineData("你好吗", 4, "好吗")]
    [InlineData("你好吗", 5, "好吗")]
    [InlineData("a😀", 2, "😀")]
    [InlineData("abc", 0, "")]
    public void Tail_is_what_fits_into_the_columns(string text, int columns, string tail)
    {
        Type(text);
        Assert.Equal(tail, _editor.Tail(columns));
    }

    [Fact]
    public void Keys_without_a_character_change_nothing()
    {
        Type("abc");
        Press(ConsoleKey.LeftArrow);
        Press(ConsoleKey.F1);
        Assert.Equal("abc", _editor.Text);
    }

    private void Type(string text)
    {
        foreach (var character in text)
            _editor.Press(new(character, ConsoleKey.None, shift: false, alt: false, control: false));
    }

    private string? Press(ConsoleKey key, bool control = false) =>
        _editor.Press(new('\0', key, shift: false, alt: false, control));
}

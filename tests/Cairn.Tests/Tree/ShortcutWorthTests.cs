using Cairn.Tree;
using Xunit;

namespace Cairn.Tests.Tree;

/// <summary>A shortcut that answers is asked each time; one that does not, now and then, until it answers again.</summary>
public sealed class ShortcutWorthTests
{
    [Fact]
    public void Shortcut_ThatNeverAnswers_IsAskedNowAndThen()
    {
        ShortcutWorth worth = default;
        int asked = Ask(ref worth, questions: 8_000, static _ => false);
        Assert.Equal(500, asked);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    public void Shortcut_ThatAnswersOftenEnough_IsAskedEachTime(int answersOneIn)
    {
        ShortcutWorth worth = default;
        Ask(ref worth, questions: 1_000, static _ => true);
        Assert.Equal(10_000, Ask(ref worth, questions: 10_000, question => question % answersOneIn == 0));
    }

    [Fact]
    public void Shortcut_ThatAnswersSeldom_IsSoonAskedSeldom()
    {
        ShortcutWorth worth = default;
        Ask(ref worth, questions: 100_000, static _ => true);
        int asked = Ask(ref worth, questions: 10_000, static question => question % 100 == 0);
        Assert.InRange(asked, 1_100, 4_000);
        Assert.InRange(Ask(ref worth, questions: 1_000, static _ => true), 980, 1_000);
    }

    [Fact]
    public void Stripe_OfEachTree_KeepsThemApart()
    {
        ShortcutWorth.Stripe stripe = default;
        for (int question = 0; question < 10; question++)
        {
            stripe.Filter(TreeKind.State).Answered();
        }

        Assert.Equal(81, Ask(ref stripe.State, questions: 100, static _ => false));
        Assert.Equal(6, Ask(ref stripe.Local, questions: 100, static _ => false));
        Assert.Equal(6, Ask(ref stripe.Hot, questions: 100, static _ => false));
    }

    private static int Ask(ref ShortcutWorth worth, int questions, Func<int, bool> answers)
    {
        int asked = 0;
        for (int question = 0; question < questions; question++)
        {
            if (worth.IsAsked())
            {
                asked++;
                if (answers(question))
                {
                    worth.Answered();
                }
                else
                {
                    worth.Failed();
                }
            }
        }

        return asked;
    }
}

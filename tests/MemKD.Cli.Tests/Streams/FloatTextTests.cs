using System.Globalization;
using System.Text;
using MemKD.Cli.Streams;

namespace MemKD.Cli.Tests.Streams;

public class FloatTextTests
{
    [Theory]
    [InlineData("0")]
    [InlineData("-0")]
    [InlineData("+1")]
    [InlineData("1.")]
    [InlineData(".5")]
    [InlineData("00012.500")]
    [InlineData("16777217")] // half-way between two floats
    [InlineData("16777219")]
    [InlineData("0.000000059604644775390625")]
    [InlineData("1.00000005960464477539062500000001")] // above half-way, in the 33rd digit
    [InlineData("1.000000059604644775390625")]
    [InlineData("3.4028235e38")]
    [InlineData("3.4028235677973366e38")] // rounds to infinity
    [InlineData("1e-45")]
    [InlineData("7.0064923216240862e-46")]
    [InlineData("1.1754943e-38")]
    [InlineData("1e-400")]
    [InlineData("9007199254740993")]
    [InlineData("12345678901234567890")]
    [InlineData("1e22")]
    [InlineData("1e+2")]
    [InlineData("1E-3")]
    public void Numbers_have_the_bits_of_the_library(string text) => Check(text);

    [Fact]
    public void Random_numbers_have_the_bits_of_the_library()
    {
        var random = new Engine.Random.SeededRandom(1, "texts");
        for (var i = 0; i < 200_000; i++)
        {
            var bits = (uint)random.NextInt(int.MaxValue) * 2 + (uint)random.NextInt(2);
            var value = BitConverter.UInt32BitsToSingle(bits);
            if (float.IsFinite(value))
            {
                Check(value.ToString(i % 2 == 0 ? "R" : "F4", CultureInfo.InvariantCulture));
                Check(((double)value * (1 + 1e-8)).ToString("R", CultureInfo.InvariantCulture));
            }

            // Decimals near the middle between two floats.
            var near = BitConverter.UInt32BitsToSingle(0x3F800000 + (bits & 0x7FFFFF));
            var middle = ((double)near + float.BitIncrement(near)) / 2;
            Check(middle.ToString("F24", CultureInfo.InvariantCulture));
            Check(middle.ToString($"F{8 + (i % 10)}", CultureInfo.InvariantCulture));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("?")]
    [InlineData("NaN")]
    [InlineData("nan")]
    public void Missing_values_are_nan(string text)
    {
        Assert.True(FloatText.TryParse(Encoding.UTF8.GetBytes(text), out var value));
        Assert.True(float.IsNaN(value));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("-")]
    [InlineData(".")]
    [InlineData("1.2.3")]
    [InlineData("1e")]
    [InlineData("1e5x")]
    [InlineData("0x10")]
    [InlineData("1,5")]
    [InlineData("1e40")]
    [InlineData("Infinity")]
    [InlineData("-inf")]
    [InlineData("１")]
    public void Other_texts_are_refused(string text) =>
        Assert.False(FloatText.TryParse(Encoding.UTF8.GetBytes(text), out _));

    private static void Check(string text)
    {
        var expected = float.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        var parsed = FloatText.TryParse(Encoding.ASCII.GetBytes(text), out var actual);
        Assert.True(parsed == float.IsFinite(expected), text);
        if (parsed && BitConverter.SingleToInt32Bits(expected) != BitConverter.SingleToInt32Bits(actual))
        {
            Assert.Fail($"{text}: {actual:R}, not {expected:R}");
        }
    }
}

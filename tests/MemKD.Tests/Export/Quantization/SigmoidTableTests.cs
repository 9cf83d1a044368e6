using MemKD.Runtime.Integer;

namespace MemKD.Tests.Export.Quantization;

public sealed class SigmoidTableTests
{
    [Fact]
    public void The_table_stays_within_its_error_and_never_falls()
    {
        var before = 0;
        for (var z = (int)short.MinValue; z <= short.MaxValue; z++)
        {
            var value = SigmoidTable.Sigmoid((short)z);

            Assert.InRange((value / 32768.0) - (1 / (1 + Math.Exp(-z / 4096.0))), -4.1e-4, 4.1e-4);
            Assert.InRange(value, Math.Max(before, 1), 32767);
            before = value;
        }
    }

    [Fact]
    public void A_gate_that_stands_open_stays_open()
    {
        Assert.Equal(32767, SigmoidTable.Sigmoid(short.MaxValue));
        Assert.Equal(1, SigmoidTable.Sigmoid(short.MinValue));
    }

    [Fact]
    public void A_sample_is_rounded_held_to_16_bits_and_0_when_it_is_no_number()
    {
        float[] values = [0, .5f / 4096, -.5f / 4096, .49f / 4096, 7.9998779f, 8, 1e30f, -8, -1e30f, float.NaN];

        Assert.Equal(
            [0, 1, -1, 0, 32767, 32767, 32767, -32768, -32768, 0],
            values.Select(v => (int)IntegerStudent.ToSample(v))
        );
    }
}

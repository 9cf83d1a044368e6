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
    public void The_table_of_int16_stays_within_its_error_and_never_falls()
    {
        var (gate, curve) = (0, -32768);
        for (var z = FineSigmoidTable.Hold(int.MinValue); z <= FineSigmoidTable.Hold(int.MaxValue); z++)
        {
            var (sigmoid, tanh) = (FineSigmoidTable.Sigmoid(z), FineSigmoidTable.Tanh(z));

            Assert.True(Math.Abs((sigmoid / 32768.0) - (1 / (1 + Math.Exp(-z / 32768.0)))) <= 1.2e-4, $"{z}");
            Assert.True(Math.Abs((tanh / 32768.0) - Math.Tanh(z / 65536.0)) <= 2.2e-4, $"{z}");
            Assert.True(sigmoid >= Math.Max(gate, 1) && sigmoid <= 32767, $"{z}");
            Assert.True(tanh >= curve && Math.Abs(tanh) <= 32766, $"{z}");
            (gate, curve) = (sigmoid, tanh);
        }
    }

    /// <summary>tanh is odd and σ(−z) = 1 − σ(z) where nothing is cut, so that no rounding pulls a state to one side.</summary>
    [Fact]
    public void The_table_of_int16_is_odd()
    {
        for (var z = 0; z < 1 << 19; z += 7)
        {
            Assert.Equal(0, FineSigmoidTable.Tanh(z) + FineSigmoidTable.Tanh(-1 - z), 1.0);
            Assert.Equal(32768, FineSigmoidTable.Sigmoid(z) + FineSigmoidTable.Sigmoid(-1 - z), 1.0);
        }
    }

    [Fact]
    public void A_gate_that_stands_open_stays_open()
    {
        Assert.Equal(32767, FineSigmoidTable.Sigmoid(FineSigmoidTable.Hold(int.MaxValue)));
        Assert.Equal(1, FineSigmoidTable.Sigmoid(FineSigmoidTable.Hold(int.MinValue)));
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

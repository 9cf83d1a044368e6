using MemKD.Engine.Kernels;
using MemKD.Engine.Layers;
using MemKD.Engine.Simd;
using MemKD.Engine.Tests.Kernels;

namespace MemKD.Engine.Tests.Layers;

/// <summary>The float engine against the double reference, and against itself on other paths and threads.</summary>
public class EngineTests
{
    // Relative to the largest number of the tensor. tanh and sigmoid are off by up to 3e-7 (ActivationTests), and every sum
    // adds roundings of 6e-8; errors of early steps fade because states are bounded. A gradient passes all of that a
    // second time, and its sum over cases and steps may cancel: one unit, 17 cases, 7 steps gives 1.3e-5, the others 2e-6.
    private const double StateTolerance = 3e-6;
    private const double GradientTolerance = 2e-5;

    public static TheoryData<EngineCase> Cases =>
        [.. EngineCases.AllPairs, .. EngineCases.Small, .. EngineCases.Special];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Logits_states_and_gradients_agree_with_the_reference(EngineCase c)
    {
        var actual = c.Run();
        var (logits, hidden, gradient) = c.Reference();

        Agreement.Within(StateTolerance, Agreement.Worst("logits", Agreement.Doubles(actual.Logits), logits));
        Agreement.Within(StateTolerance, Agreement.Worst(actual.HiddenAgainst(hidden)));
        Agreement.Within(GradientTolerance, Agreement.Worst(actual.GradientsAgainst(gradient)));
    }

    [Theory]
    [InlineData(CellKind.Lstm)]
    [InlineData(CellKind.Gru)]
    [InlineData(CellKind.Rnn)]
    public void One_percent_too_much_in_one_gate_is_found(CellKind cell)
    {
        var c = new EngineCase(cell, 8, 2, 3, 5, 7);

        var planted = c.Run(new PlantedErrorKernels()).GradientsAgainst(c.Reference().Gradient);

        Assert.True(Agreement.Worst(planted).Relative > 10 * GradientTolerance);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_vector_path_and_thread_count_gives_the_same_bits(EngineCase c)
    {
        var expected = c.Run(VectorKernels.For(VectorPath.Portable));

        foreach (var path in VectorPaths.Supported)
        {
            c.Run(VectorKernels.For(path)).HasTheBitsOf(expected);
        }

        c.Run(threads: 2).HasTheBitsOf(expected);
        c.Run(threads: 3).HasTheBitsOf(expected);
    }

    [Fact]
    public void The_case_table_holds_every_pair_of_sizes()
    {
        // The two that matter most, to know that the table is not empty of what its name says.
        foreach (var batch in (int[])[1, 5, 16, 17, 33])
        {
            foreach (var hidden in (int[])[1, 3, 8, 16, 17, 100])
            {
                Assert.Contains(EngineCases.AllPairs, c => c.Batch == batch && c.Hidden == hidden);
            }
        }

        foreach (var cell in Enum.GetValues<CellKind>())
        {
            Assert.Contains(EngineCases.AllPairs, c => c.Cell == cell && c.Bidirectional);
            Assert.Contains(EngineCases.AllPairs, c => c.Cell == cell && c.Uneven);
            Assert.Contains(EngineCases.AllPairs, c => c.Cell == cell && c.Hidden == 100);
        }
    }
}

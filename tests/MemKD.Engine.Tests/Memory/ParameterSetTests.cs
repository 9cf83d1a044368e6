using MemKD.Engine.Memory;

namespace MemKD.Engine.Tests.Memory;

public unsafe class ParameterSetTests
{
    private static readonly (string, int[])[] Tensors = [("a", [2, 3]), ("b", [4]), ("c", [1, 2, 2])];

    [Fact]
    public void Tensors_lie_one_after_the_other_and_names_are_views()
    {
        var set = new ParameterSet(Tensors);
        set["b"][1] = 7;

        Assert.Equal(14, set.Length);
        Assert.Equal([0, 6, 10], set.Parameters.Select(p => p.Offset));
        Assert.Equal([6, 4, 4], set.Parameters.Select(p => p.Length));
        Assert.Equal(7, set.Values[7]);
        Assert.Throws<KeyNotFoundException>(() => set["d"].Length);
    }

    [Fact]
    public void A_clone_is_equal_and_apart_and_zeros_have_the_same_tensors()
    {
        var set = new ParameterSet(Tensors);
        set.Values.Fill(3);
        var clone = set.Clone();
        var zeros = set.ZerosLike();
        set.Values.Fill(4);

        Assert.All(clone.Values.ToArray(), v => Assert.Equal(3, v));
        Assert.All(zeros.Values.ToArray(), v => Assert.Equal(0, v));
        Assert.Equal(set.Parameters, zeros.Parameters);
    }

    [Fact]
    public void Two_tensors_of_one_name_are_refused() =>
        Assert.Throws<ArgumentException>(() => new ParameterSet([("a", [1]), ("a", [1])]));

    [Fact]
    public void Buffers_start_on_a_cache_line()
    {
        for (var length = 0; length < 40; length++)
        {
            var buffer = new AlignedBuffer(length);
            Assert.Equal(0, (nint)buffer.Pointer % 64);
            Assert.Equal(length, buffer.Span.Length);
        }
    }
}

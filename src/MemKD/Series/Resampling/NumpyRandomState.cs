namespace MemKD.Series;

/// <summary>
/// numpy's <c>RandomState</c>, bit for bit, as far as the archive's resamples need it: the Mersenne twister MT19937
/// (Matsumoto and Nishimura, ACM TOMACS 8(1), 1998) and the shuffle built on it. Only for compatibility; for
/// everything else there is <c>SeededRandom</c>.
/// </summary>
public sealed class NumpyRandomState
{
    private const int Size = 624;
    private const int Shift = 397;

    private readonly uint[] words = new uint[Size];
    private int next = Size;

    /// <summary>The generator of <c>numpy.random.RandomState(seed)</c>.</summary>
    public NumpyRandomState(uint seed)
    {
        words[0] = seed;
        for (var i = 1u; i < Size; i++)
        {
            var before = words[i - 1];
            words[i] = (1812433253 * (before ^ (before >> 30))) + i;
        }
    }

    /// <summary>The next 32 random bits.</summary>
    public uint NextUInt32()
    {
        if (next == Size)
        {
            Refill();
        }

        var y = words[next++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9D2C5680;
        y ^= (y << 15) & 0xEFC60000;
        return y ^ (y >> 18);
    }

    /// <summary>Uniform on 0 … <paramref name="max"/>, both included: words cut to the needed bits until one fits.</summary>
    public uint NextInterval(uint max)
    {
        if (max == 0)
        {
            return 0;
        }

        var mask = uint.MaxValue >> System.Numerics.BitOperations.LeadingZeroCount(max);
        while (true)
        {
            var value = NextUInt32() & mask;
            if (value <= max)
            {
                return value;
            }
        }
    }

    /// <summary>Puts the items into the order of <c>RandomState.shuffle</c>.</summary>
    public void Shuffle(Span<int> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = (int)NextInterval((uint)i);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    private void Refill()
    {
        for (var i = 0; i < Size; i++)
        {
            var y = (words[i] & 0x80000000) | (words[(i + 1) % Size] & 0x7FFFFFFF);
            words[i] = words[(i + Shift) % Size] ^ (y >> 1) ^ ((y & 1) * 0x9908B0DF);
        }

        next = 0;
    }
}

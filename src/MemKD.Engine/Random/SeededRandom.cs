using System.Text;

namespace MemKD.Engine.Random;

/// <summary>
/// The project's random numbers: xoshiro256** (Blackman and Vigna, "Scrambled linear pseudorandom number
/// generators", ACM TOMS 47(4), 2021), seeded by SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). The same seed and
/// stream give the same numbers on every machine and run-time: only integer operations and correctly rounded
/// floating-point operations are used, the logarithm of <see cref="NextGaussian"/> included.
/// Not for secrets. Not thread safe: give each thread its own stream.
/// </summary>
public sealed class SeededRandom
{
    private const double Sqrt2 = 1.4142135623730951;
    private const double Ln2 = 0.69314718055994531;

    private ulong s0;
    private ulong s1;
    private ulong s2;
    private ulong s3;

    /// <summary>Starts a stream of random numbers.</summary>
    /// <param name="seed">Any number.</param>
    /// <param name="stream">
    /// Name of the use, for example <c>batches</c>: its FNV-1a hash is mixed into the seed, so that one seed gives
    /// independent streams. The empty name is plain SplitMix64 seeding.
    /// </param>
    public SeededRandom(ulong seed, string stream = "")
    {
        var state = seed ^ (stream.Length == 0 ? 0 : Fnv1a(stream));
        s0 = SplitMix64(ref state);
        s1 = SplitMix64(ref state);
        s2 = SplitMix64(ref state);
        s3 = SplitMix64(ref state);
    }

    private SeededRandom(ReadOnlySpan<ulong> state)
    {
        s0 = state[0];
        s1 = state[1];
        s2 = state[2];
        s3 = state[3];
    }

    /// <summary>Goes on from a saved state.</summary>
    /// <param name="state">Four words of <see cref="GetState"/>.</param>
    /// <exception cref="ArgumentException">Not four words, or all of them zero.</exception>
    public static SeededRandom FromState(ReadOnlySpan<ulong> state)
    {
        if (state.Length != 4 || !state.ContainsAnyExcept(0ul))
        {
            throw new ArgumentException(
                "The state of a SeededRandom is four words, not all zero.",
                nameof(state)
            );
        }

        return new SeededRandom(state);
    }

    /// <summary>The whole state, four words; <see cref="FromState"/> goes on from there.</summary>
    public ulong[] GetState() => [s0, s1, s2, s3];

    /// <summary>The next 64 random bits.</summary>
    public ulong NextUInt64()
    {
        var result = ulong.RotateLeft(s1 * 5, 7) * 9;
        var t = s1 << 17;
        s2 ^= s0;
        s3 ^= s1;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= t;
        s3 = ulong.RotateLeft(s3, 45);
        return result;
    }

    /// <summary>Uniform on [0, 1), a multiple of 2⁻⁵³.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1ul << 53));

    /// <summary>Uniform on [0, 1), a multiple of 2⁻²⁴.</summary>
    public float NextSingle() => (NextUInt64() >> 40) * (1.0f / (1u << 24));

    /// <summary>
    /// Uniform on 0 … <paramref name="exclusiveMax"/> − 1 without bias, by multiplication and rejection
    /// (Lemire, ACM TOMACS 29(1), 2019).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="exclusiveMax"/> is not positive.</exception>
    public int NextInt(int exclusiveMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(exclusiveMax);
        var range = (ulong)exclusiveMax;
        var high = Math.BigMul(NextUInt64(), range, out var low);
        if (low < range)
        {
            var biased = (0 - range) % range;
            while (low < biased)
            {
                high = Math.BigMul(NextUInt64(), range, out low);
            }
        }

        return (int)high;
    }

    /// <summary>
    /// Standard normal (mean 0, variance 1) by the polar method (Marsaglia and Bray, SIAM Review 6(3), 1964). The
    /// second number of each pair is not kept, so that the state stays four words.
    /// </summary>
    public double NextGaussian()
    {
        while (true)
        {
            var u = (2 * NextDouble()) - 1;
            var v = (2 * NextDouble()) - 1;
            var s = (u * u) + (v * v);
            if (s is > 0 and < 1)
            {
                return u * Math.Sqrt(-2 * Log(s) / s);
            }
        }
    }

    /// <summary>Puts the items into a random order, each order equally likely (Fisher and Yates, from the end).</summary>
    public void Shuffle(Span<int> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = NextInt(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    /// <summary>One step of SplitMix64.</summary>
    internal static ulong SplitMix64(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>64-bit FNV-1a hash of the UTF-8 bytes (Fowler, Noll and Vo).</summary>
    internal static ulong Fnv1a(string text)
    {
        var hash = 0xCBF29CE484222325;
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            hash = (hash ^ b) * 0x100000001B3;
        }

        return hash;
    }

    /// <summary>
    /// Natural logarithm of a positive, normal number from correctly rounded operations alone (the C library's may
    /// differ between machines in the last bit): x = m·2ᵉ with m in [√½, √2), ln m = 2 artanh((m − 1)/(m + 1)), 12 terms.
    /// </summary>
    internal static double Log(double x)
    {
        var exponent = Math.ILogB(x);
        var m = Math.ScaleB(x, -exponent);
        if (m > Sqrt2)
        {
            m *= 0.5;
            exponent++;
        }

        var t = (m - 1) / (m + 1);
        var t2 = t * t;
        var sum = 0.0;
        for (var k = 23; k >= 1; k -= 2)
        {
            sum = (sum * t2) + (1.0 / k);
        }

        return (2 * t * sum) + (exponent * Ln2);
    }
}

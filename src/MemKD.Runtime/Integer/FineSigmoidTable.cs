namespace MemKD.Runtime.Integer;

/// <summary>
/// The logistic function of int16 students: 128 straight pieces over [0, 16), the other half by symmetry. Twice as fine as
/// <see cref="SigmoidTable"/> and twice as far for twice its bytes: int16 weights are so exact that the coarser table, and its end at ±8,
/// would be most of their error. Entry e is <c>value &lt;&lt; 16 | 16 · rise</c>, Q0.16, of the piece that starts at e/8. Both halves of
/// the word count: word + (low half) · (place in the piece, of 4,096) is σ as Q0.32, one instruction where a processor multiplies
/// 16 bits and adds, and its one's complement is 1 − σ.
/// The inner ends are lifted by a quarter of the two neighbouring errors at mid-piece, so that the error lies on both sides of 0: at most 1.2e-4.
/// </summary>
public static class FineSigmoidTable
{
    /// <summary>Pieces.</summary>
    public const int Length = 128;

    // z is held within −this … this − 1: ±16 in Q5.15.
    private const int MostZ = 1 << 19;

    // Q0.16: σ of any z then rounds to 32,767 of Q0.15 at most, and tanh stays below 1.
    private const int MostEnd = 65534;

    private static readonly uint[] Values = Compute();

    /// <summary>The 128 entries.</summary>
    public static ReadOnlySpan<uint> Entries => Values;

    /// <summary>Held to the 20 bits that the table reads.</summary>
    public static int Hold(int z) => Math.Clamp(z, -MostZ, MostZ - 1);

    /// <summary>σ of z (Q5.15, 20 bits) as Q0.15, rounded, 1 … 32,767.</summary>
    public static int Sigmoid(int z) => (int)((Curve(z) + (1u << 16)) >> 17);

    /// <summary>tanh from 2z (Q5.15, 20 bits), 2 σ(2z) − 1, as Q0.15, rounded, −32,766 … 32,766.</summary>
    public static int Tanh(int twice) => (int)(Curve(twice) - (1u << 31) + (1u << 15)) >> 16;

    /// <summary>
    /// σ(z) as Q0.32. −1 − z in place of −z: the place in a piece counts from 1 of 4,096, since the low half is in the word already, so that
    /// this side is exact.
    /// </summary>
    private static uint Curve(int z)
    {
        var size = z ^ (z >> 31);
        var entry = Values[size >> 12];
        return (entry + ((entry & 0xFFFF) * (uint)(size & 4095))) ^ (uint)(z >> 31);
    }

    private static uint[] Compute()
    {
        static double Exact(double x) => 65536 / (1 + Math.Exp(-x));
        static double End(int s) => Exact(s / 8.0);
        static double MiddleError(int s) => Exact((s + 0.5) / 8) - ((End(s) + End(s + 1)) / 2);

        var ends = new int[Length + 1];
        for (var s = 0; s <= Length; s++)
        {
            // 0 at 0, where the errors of both sides cancel.
            var lift = (MiddleError(s - 1) + MiddleError(s)) / 4;

            // First to 1/1024, so that no last bit of Exp decides.
            ends[s] = (int)Math.Min(Math.Floor((Math.Round((End(s) + lift) * 1024) / 1024) + 0.5), MostEnd);
        }

        return
        [
            .. Enumerable.Range(0, Length).Select(s => ((uint)ends[s] << 16) | (uint)((ends[s + 1] - ends[s]) * 16)),
        ];
    }
}

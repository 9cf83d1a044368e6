namespace MemKD.Runtime.Integer;

/// <summary>
/// The logistic function in integers, 64 straight pieces over [−8, 8): the one non-linear function of an integer student
/// (tanh z = 2·σ(2z) − 1, e^−d = (1 − σ(d)) / σ(d)). Entry e is <c>value &lt;&lt; 16 | rise</c>, both Q0.15, of the piece that starts
/// at e/4, for e ≥ 32 at e/4 − 16: a processor takes e from z by one instruction.
/// The inner ends are lifted by a quarter of the two neighbouring errors at mid-piece, so that the error lies on both
/// sides of 0: at most 4.1e-4. The outermost two are 0 and 1, to the last bit: all beyond ±8 is held there, and a gate that stands
/// wide open must not lose 3.4e-4 at every step, which it would if it stopped at σ(8).
/// </summary>
public static class SigmoidTable
{
    /// <summary>Pieces.</summary>
    public const int Length = 64;

    private static readonly uint[] Values = Compute();

    /// <summary>The 64 entries.</summary>
    public static ReadOnlySpan<uint> Entries => Values;

    /// <summary>σ of z (Q4.12) as Q0.15, 1 … 32767; the product's fraction is cut, which the table's rounding makes good.</summary>
    public static int Sigmoid(short z)
    {
        // Bits 10 to 15: the entry; bits 0 to 9: where in the piece, of 1024.
        var entry = Values[(z >> 10) & 63];
        return (int)((entry >> 16) + (((entry & 0xFFFF) * (uint)(z & 1023)) >> 10));
    }

    private static uint[] Compute()
    {
        static double Exact(double x) => 32768 / (1 + Math.Exp(-x));
        static double End(int s) => Exact(-8 + (s / 4.0));
        static double MiddleError(int s) => Exact(-8 + ((s + 0.5) / 4)) - ((End(s) + End(s + 1)) / 2);

        var ends = new int[Length + 1];
        for (var s = 0; s <= Length; s++)
        {
            var lift = s is 0 or Length ? 0 : (MiddleError(s - 1) + MiddleError(s)) / 4;

            // + 1: half for rounding, half because Sigmoid cuts. First to 1/1024, so that no last bit of Exp decides.
            ends[s] = (int)Math.Clamp(Math.Floor((Math.Round((End(s) + lift) * 1024) / 1024) + 1), 0, 32767);
        }

        (ends[0], ends[Length]) = (1, 32768);
        return
        [
            .. Enumerable
                .Range(0, Length)
                .Select(e => (e + 32) % Length)
                .Select(s => ((uint)ends[s] << 16) | (uint)(ends[s + 1] - ends[s])),
        ];
    }
}

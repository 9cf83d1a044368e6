namespace MemKD.Runtime;

/// <summary>A number that stands for texts and numbers: FNV-1a, 64 bits. Against mistakes, not against intent.</summary>
internal readonly record struct Fingerprint(ulong Value)
{
    private const ulong Prime = 0x100000001b3;

    public static Fingerprint Start => new(0xcbf29ce484222325);

    public Fingerprint With(ReadOnlySpan<float> values)
    {
        var value = Value;
        foreach (var one in values)
        {
            value = (value ^ BitConverter.SingleToUInt32Bits(one)) * Prime;
        }

        return new((value ^ (uint)values.Length) * Prime);
    }

    public Fingerprint With(ReadOnlySpan<char> text)
    {
        var value = Value;
        foreach (var letter in text)
        {
            value = (value ^ letter) * Prime;
        }

        return new((value ^ (uint)text.Length) * Prime);
    }

    public Fingerprint With(IEnumerable<double>? values)
    {
        var value = Value;
        foreach (var one in values ?? [double.NaN])
        {
            value = (value ^ BitConverter.DoubleToUInt64Bits(one)) * Prime;
        }

        return new(value);
    }

    public static implicit operator ulong(Fingerprint fingerprint) => fingerprint.Value;
}

using System.Runtime.Intrinsics;

namespace MemKD.Engine.Simd;

/// <summary>The vector widths that kernels are compiled for.</summary>
public enum VectorPath
{
    /// <summary>128-bit vectors: every processor (Arm included).</summary>
    Portable,

    /// <summary>256-bit vectors: x64 with AVX2 and FMA.</summary>
    Avx2,

    /// <summary>512-bit vectors: x64 with AVX-512.</summary>
    Avx512,
}

/// <summary>Which path this process uses.</summary>
public static class VectorPaths
{
    /// <summary>The paths that this machine can run in hardware.</summary>
    public static IReadOnlyList<VectorPath> Supported { get; } = [.. Enum.GetValues<VectorPath>().Where(IsSupported)];

    /// <summary>
    /// The widest path of this machine, or the one that the environment variable <c>MEMKD_PATH</c> names
    /// (<c>portable</c>, <c>avx2</c>, <c>avx512</c>); a named path that the machine lacks is an error.
    /// </summary>
    /// <exception cref="NotSupportedException">MEMKD_PATH names an unknown path or one that this machine lacks.</exception>
    public static VectorPath Current { get; } = Choose(Environment.GetEnvironmentVariable("MEMKD_PATH"));

    private static bool IsSupported(VectorPath path) =>
        path switch
        {
            VectorPath.Avx2 => Vector256.IsHardwareAccelerated && System.Runtime.Intrinsics.X86.Fma.IsSupported,
            VectorPath.Avx512 => System.Runtime.Intrinsics.X86.Avx512F.IsSupported,
            _ => true,
        };

    private static VectorPath Choose(string? name)
    {
        if (string.IsNullOrEmpty(name))
        {
            return Supported[^1];
        }

        return Enum.TryParse<VectorPath>(name, ignoreCase: true, out var path) && IsSupported(path)
            ? path
            : throw new NotSupportedException(
                $"MEMKD_PATH={name}: this machine runs {string.Join(", ", Supported).ToLowerInvariant()}; unset it or name one of them."
            );
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace MemKD.Engine.Simd;

/// <summary>Memory, 64 bytes at a time.</summary>
public static unsafe class CacheLine
{
    /// <summary>Asks for the line of an address, which need not be anyone's; nothing where the processor cannot be asked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Prefetch(float* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(address);
        }
    }

    /// <summary>The same for a value that may move.</summary>
    /// <param name="value">It need not be there any more when its line comes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(ref readonly float value) =>
        Prefetch((float*)Unsafe.AsPointer(ref Unsafe.AsRef(in value)));
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace MemKD.Engine.Simd;

/// <summary>Memory, 64 bytes at a time.</summary>
internal static unsafe class CacheLine
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
}

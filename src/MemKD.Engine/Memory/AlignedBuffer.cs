namespace MemKD.Engine.Memory;

/// <summary>
/// A block of float32 that starts on a 64-byte border and never moves, so that vector loads do not straddle cache
/// lines and kernels may keep pointers. Collected like any object.
/// </summary>
public sealed unsafe class AlignedBuffer
{
    private const int AlignmentFloats = 16;
    private readonly float[] block;

    /// <summary>Allocates zeros.</summary>
    /// <param name="length">Number of floats.</param>
    public AlignedBuffer(int length)
    {
        Length = length;
        block = GC.AllocateArray<float>(checked(length + (2 * AlignmentFloats)), pinned: true);
        var address = (nint)
            System.Runtime.CompilerServices.Unsafe.AsPointer(
                ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(block)
            );
        var aligned = (address + 63) & ~(nint)63;
        Pointer = (float*)aligned;
    }

    /// <summary>Number of floats.</summary>
    public int Length { get; }

    /// <summary>The first float; valid while this object lives.</summary>
    internal float* Pointer { get; }

    /// <summary>The whole block.</summary>
    public Span<float> Span => new(Pointer, Length);
}

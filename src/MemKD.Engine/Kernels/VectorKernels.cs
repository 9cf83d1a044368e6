using System.Runtime.Intrinsics;
using MemKD.Engine.Simd;

namespace MemKD.Engine.Kernels;

/// <summary>
/// The kernels of one vector path. Sources come first, then sizes, then destinations; pointers are to panels
/// (see <see cref="Panel"/>), 64-byte aligned. All paths give the same bits: tests compare them.
/// </summary>
internal abstract unsafe class VectorKernels
{
    /// <summary>The kernels of <see cref="VectorPaths.Current"/>.</summary>
    internal static VectorKernels Current { get; } = For(VectorPaths.Current);

    /// <summary>The kernels of a path; on hardware without it they are slow but right.</summary>
    internal static VectorKernels For(VectorPath path) =>
        path switch
        {
            VectorPath.Avx512 => new VectorKernels<Vector512<float>, Simd512>(),
            VectorPath.Avx2 => new VectorKernels<Vector256<float>, Simd256>(),
            _ => new VectorKernels<Vector128<float>, Simd128>(),
        };

    /// <summary>
    /// y[row] = start[row] + Σ_k weights[row,k]·x[k] for every lane; start is <paramref name="bias"/> broadcast,
    /// or y itself when bias is null. Writes whole groups of 4 rows (padding rows get start or bias).
    /// </summary>
    /// <param name="weights">Packed weights [rows, k].</param>
    /// <param name="x">Panel [k][16].</param>
    /// <param name="bias">One value a row, padded to 4, or null to accumulate.</param>
    /// <param name="y">Panel [rows padded to 4][16].</param>
    internal abstract void Multiply(PackedMatrix weights, float* x, float* bias, float* y);

    /// <summary>
    /// The same with two matrices of as many rows: y[row] = start[row] + Σ_k a[row,k]·xA[k] + Σ_k b[row,k]·xB[k], the bits of
    /// one after the other.
    /// </summary>
    /// <param name="a">Packed weights [rows, k].</param>
    /// <param name="xA">Panel [k of a][16].</param>
    /// <param name="b">Packed weights [rows, k].</param>
    /// <param name="xB">Panel [k of b][16].</param>
    /// <param name="bias">One value a row, padded to 4, or null to accumulate.</param>
    /// <param name="y">Panel [rows padded to 4][16].</param>
    internal abstract void Multiply(PackedMatrix a, float* xA, PackedMatrix b, float* xB, float* bias, float* y);

    /// <summary>
    /// The matrix products of one GRU step, biases included: all of r and z, the input's part of n, and m (see
    /// <see cref="GruCell"/>).
    /// </summary>
    /// <param name="weights">Packed weights.</param>
    /// <param name="x">Panel [D][16].</param>
    /// <param name="h">Panel [H][16], h of the step before.</param>
    /// <param name="gates">Panel [4H][16]: r, z, n, m.</param>
    internal abstract void GruGates(PackedGru weights, float* x, float* h, float* gates);

    /// <summary>LSTM gates and state of one time step; see <see cref="LstmCell"/>.</summary>
    internal abstract void LstmForward(in CellStep step);

    /// <summary>Gradient of <see cref="LstmForward"/>; see <see cref="LstmCell"/>.</summary>
    internal abstract void LstmBackward(in CellStep step);

    /// <summary>GRU gates and state of one time step; see <see cref="GruCell"/>.</summary>
    internal abstract void GruForward(in CellStep step);

    /// <summary>Gradient of <see cref="GruForward"/>; see <see cref="GruCell"/>.</summary>
    internal abstract void GruBackward(in CellStep step);

    /// <summary>Plain tanh RNN, one time step; see <see cref="RnnCell"/>.</summary>
    internal abstract void RnnForward(in CellStep step);

    /// <summary>Gradient of <see cref="RnnForward"/>; see <see cref="RnnCell"/>.</summary>
    internal abstract void RnnBackward(in CellStep step);

    /// <summary>
    /// gradient[a, b] += Σ over steps and lanes of left[step][a]·right[step][b], and rowSums[a] += that of left[step][a].
    /// </summary>
    /// <param name="left">[step][leftRows][16].</param>
    /// <param name="right">[step][rightRows][16].</param>
    /// <param name="size">Rows and steps.</param>
    /// <param name="scratch">Room to work in: <see cref="OuterProductSize.ScratchLength"/>.</param>
    /// <param name="gradient">Row-major [leftRows, rightRows]; ADDED to.</param>
    /// <param name="rowSums">[leftRows]; ADDED to; null: not wanted.</param>
    internal abstract void OuterProduct(
        PanelRows left,
        PanelRows right,
        OuterProductSize size,
        float* scratch,
        float* gradient,
        float* rowSums
    );

    /// <summary>y[i] = a[i] + b[i] for a whole number of panel rows.</summary>
    internal abstract void Add(float* a, float* b, int length, float* y);

    /// <summary>y[i] += factor[lane]·a[i] where the lane's length exceeds <paramref name="time"/>; whole panel rows.</summary>
    /// <param name="a">Panel rows.</param>
    /// <param name="factor">One factor a lane [16].</param>
    /// <param name="lengths">Length of each lane's case [16], or null when all count.</param>
    /// <param name="time">The time point compared with the lengths.</param>
    /// <param name="length">Floats: rows × 16.</param>
    /// <param name="y">Panel rows; ADDED to.</param>
    internal abstract void AddScaled(float* a, float* factor, float* lengths, float time, int length, float* y);

    /// <summary>y[i] = a[i]·b[i] for a whole number of panel rows.</summary>
    internal abstract void Product(float* a, float* b, int length, float* y);
}

/// <summary>All kernels, compiled for one width.</summary>
internal sealed unsafe partial class VectorKernels<V, S> : VectorKernels
    where V : struct
    where S : struct, ISimd<V> { }

namespace MemKD.Engine.Kernels;

/// <summary>Sizes of <see cref="VectorKernels.OuterProduct"/>.</summary>
/// <param name="LeftRows">Rows of the left operand (rows of the gradient).</param>
/// <param name="RightRows">Rows of the right operand (columns of the gradient).</param>
/// <param name="Steps">Panels summed over.</param>
internal readonly record struct OuterProductSize(int LeftRows, int RightRows, int Steps)
{
    /// <summary>Steps of a block where columns are few: 4 rows of the left operand and 16 of the right, 30 KiB, stay in the first cache.</summary>
    internal const int NarrowSteps = 24;

    /// <summary>Columns from which on they lie in the lanes.</summary>
    internal const int WideColumns = 32;

    /// <summary>Steps of a block there; the order of sums depends on it.</summary>
    internal const int WideSteps = 8;

    /// <summary>Rows of the largest register tile there.</summary>
    internal const int WideTile = 16;

    /// <summary>Whether the columns lie in the lanes: decided by the size alone, so that every path sums in the same order.</summary>
    internal bool IsWide => RightRows >= WideColumns;

    /// <summary>Floats of scratch: lane sums, and where columns are many a block of the right operand and one tile of the left.</summary>
    internal int ScratchLength
    {
        get
        {
            if (IsWide)
            {
                var turned = (RightRows + Panel.Lanes - 1) / Panel.Lanes * Panel.Lanes;
                return checked(
                    (((turned + WideTile) * Math.Min(Steps, WideSteps)) + LeftRows + (2 * WideTile)) * Panel.Lanes
                );
            }

            return checked(LeftRows * (RightRows + 1) * Panel.Lanes);
        }
    }
}

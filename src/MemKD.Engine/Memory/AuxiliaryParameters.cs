namespace MemKD.Engine.Memory;

/// <summary>Parameters that are trained beside a network and thrown away after it, such as a regressor between two of them.</summary>
/// <param name="Values">The parameters.</param>
/// <param name="Gradient">Their gradient; whoever evaluates a loss ADDS to it, the training loop clears it.</param>
public sealed record AuxiliaryParameters(ParameterSet Values, ParameterSet Gradient);

namespace MemKD.Runtime.Safetensors;

/// <summary>Recognises model files that are often offered instead of safetensors, and says how to convert them.</summary>
internal static class ForeignFormat
{
    /// <summary>How much of the file's start is looked at.</summary>
    public const int BytesToLookAt = 256;

    /// <summary>Throws when the file is a pickle or a zip archive; returns when it is neither.</summary>
    /// <param name="start">The first bytes of a file that is not safetensors.</param>
    /// <param name="name">The name that the message shows.</param>
    /// <exception cref="InputException">The file is of a known other kind.</exception>
    public static void Refuse(ReadOnlySpan<byte> start, string name)
    {
        // Opcode PROTO with versions 2 to 5; torch.save's zip archive has data.pkl as its first member.
        var isPickle = start is [0x80, >= 2 and <= 5, ..];
        var isZip = start.StartsWith("PK\x03\x04"u8);
        if (isPickle || (isZip && start.IndexOf("data.pkl"u8) >= 0))
        {
            throw new InputException(
                $"{name}: is a PyTorch pickle file, not safetensors, and is refused because loading a pickle can run code, even with weights_only=True (CVE-2025-32434, CVE-2026-24747); if you trust its origin convert it with PyTorch 2.10 or later: "
                    + $"python -c \"import torch; from safetensors.torch import save_file; save_file(torch.load('{name}', weights_only=True), 'model.safetensors')\""
            );
        }

        if (isZip)
        {
            throw new InputException(
                $"{name}: is a zip archive, not safetensors; unpack it and give the .safetensors file."
            );
        }
    }
}

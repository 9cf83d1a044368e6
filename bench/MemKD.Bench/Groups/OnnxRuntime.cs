using System.Runtime.InteropServices;
using System.Text;

namespace MemKD.Bench.Groups;

/// <summary>
/// A session of ONNX Runtime through its C API, with as little in between as can be: tensors over memory of ours, a call
/// whose arguments are laid out once. Lives as long as the process.
/// </summary>
internal sealed unsafe class OnnxRuntime
{
    /// <summary>The environment variable that names libonnxruntime.so.1.</summary>
    public const string Variable = "MEMKD_BENCH_ONNXRUNTIME";

    // Places of the functions in OrtApi (onnxruntime_c_api.h), a table that only ever grows at its end.
    private const int GetErrorMessage = 2;
    private const int CreateEnv = 3;
    private const int CreateSessionFromArray = 8;
    private const int RunSession = 9;
    private const int CreateSessionOptions = 10;
    private const int SetIntraOpNumThreads = 24;
    private const int CreateTensorWithData = 49;
    private const int CreateCpuMemoryInfo = 69;

    private const uint ApiVersion = 16;
    private const int WarningsAndWorse = 2;
    private const int ArenaAllocator = 1;
    private const int DefaultMemory = 0;
    private const int Float32 = 1;
    private const int Int32 = 6;

    private readonly nint* api;
    private readonly nint memoryInfo;
    private readonly nint session;

    /// <summary>Loads a graph, one thread.</summary>
    /// <exception cref="InvalidOperationException">The library is missing, or refuses.</exception>
    public OnnxRuntime(ReadOnlySpan<byte> model)
    {
        var path =
            Environment.GetEnvironmentVariable(Variable)
            ?? throw new InvalidOperationException($"{Variable} is not set.");
        var apiBase = Base(path);
        api = ((delegate* unmanaged<uint, nint*>)apiBase[0])(ApiVersion);

        nint env,
            options,
            info,
            made;
        Check(((delegate* unmanaged<int, byte*, nint*, nint>)api[CreateEnv])(WarningsAndWorse, Name("memkd"), &env));
        Check(((delegate* unmanaged<nint*, nint>)api[CreateSessionOptions])(&options));
        Check(((delegate* unmanaged<nint, int, nint>)api[SetIntraOpNumThreads])(options, 1));
        fixed (byte* bytes = model)
        {
            Check(
                ((delegate* unmanaged<nint, byte*, nint, nint, nint*, nint>)api[CreateSessionFromArray])(
                    env,
                    bytes,
                    model.Length,
                    options,
                    &made
                )
            );
        }

        Check(
            ((delegate* unmanaged<int, int, nint*, nint>)api[CreateCpuMemoryInfo])(ArenaAllocator, DefaultMemory, &info)
        );
        (session, memoryInfo) = (made, info);
    }

    /// <summary>A library's version.</summary>
    public static string VersionOf(string path) =>
        Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)Base(path)[1])())!;

    /// <summary>A tensor of float32 zeros.</summary>
    public Tensor Floats(params long[] shape) => Make(Float32, shape);

    /// <summary>A tensor of one int32.</summary>
    public Tensor Integer(int value)
    {
        var tensor = Make(Int32, [1]);
        MemoryMarshal.Cast<float, int>(tensor.Values)[0] = value;
        return tensor;
    }

    /// <summary>Lays out the arguments of a call.</summary>
    public static Call Prepare((string Name, Tensor Value)[] inputs, (string Name, Tensor Value)[] outputs) =>
        new(
            Pointers(inputs.Select(i => (nint)Name(i.Name))),
            Pointers(inputs.Select(i => i.Value.Handle)),
            inputs.Length,
            Pointers(outputs.Select(o => (nint)Name(o.Name))),
            Pointers(outputs.Select(o => o.Value.Handle)),
            outputs.Length
        );

    /// <summary>Runs the graph.</summary>
    public void Run(Call call)
    {
        var run = (delegate* unmanaged<nint, nint, nint, nint, nint, nint, nint, nint, nint>)api[RunSession];
        var status = run(
            session,
            0,
            call.InputNames,
            call.Inputs,
            call.InputCount,
            call.OutputNames,
            call.OutputCount,
            call.Outputs
        );
        if (status != 0)
        {
            Check(status);
        }
    }

    private static nint* Base(string path) =>
        ((delegate* unmanaged<nint*>)NativeLibrary.GetExport(NativeLibrary.Load(path), "OrtGetApiBase"))();

    private static nint Pointers(IEnumerable<nint> values)
    {
        var list = values.ToArray();
        var memory = (nint*)NativeMemory.Alloc((nuint)list.Length, (nuint)sizeof(nint));
        list.CopyTo(new Span<nint>(memory, list.Length));
        return (nint)memory;
    }

    private static byte* Name(string name)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        var memory = (byte*)NativeMemory.AllocZeroed((nuint)bytes.Length + 1);
        bytes.CopyTo(new Span<byte>(memory, bytes.Length));
        return memory;
    }

    private Tensor Make(int type, long[] shape)
    {
        var length = (int)shape.Aggregate(1L, (a, b) => a * b);
        var data = (float*)NativeMemory.AlignedAlloc((nuint)length * sizeof(float), 64);
        new Span<float>(data, length).Clear();
        nint handle;
        fixed (long* sizes = shape)
        {
            Check(
                ((delegate* unmanaged<nint, void*, nint, long*, nint, int, nint*, nint>)api[CreateTensorWithData])(
                    memoryInfo,
                    data,
                    length * sizeof(float),
                    sizes,
                    shape.Length,
                    type,
                    &handle
                )
            );
        }

        return new Tensor((nint)data, length, handle);
    }

    private void Check(nint status)
    {
        if (status != 0)
        {
            var message = ((delegate* unmanaged<nint, nint>)api[GetErrorMessage])(status);
            throw new InvalidOperationException(Marshal.PtrToStringUTF8(message));
        }
    }

    /// <summary>Memory that ONNX Runtime reads and writes.</summary>
    internal sealed record Tensor(nint Data, int Length, nint Handle)
    {
        /// <summary>The values.</summary>
        public Span<float> Values => new((float*)Data, Length);
    }

    /// <summary>Arguments of a call.</summary>
    internal sealed record Call(
        nint InputNames,
        nint Inputs,
        nint InputCount,
        nint OutputNames,
        nint Outputs,
        nint OutputCount
    );
}

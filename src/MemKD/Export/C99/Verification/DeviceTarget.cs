namespace MemKD.Export.C99.Verification;

/// <summary>A processor that exported C is run on, under an emulator where it is not this computer's.</summary>
/// <param name="Id">Short name.</param>
/// <param name="Processor">What it is.</param>
/// <param name="Tools">The compiler, then the emulator; each must be in PATH.</param>
/// <param name="Packages">Debian's packages that bring them.</param>
/// <param name="Board">Source of start-up and board functions; "" for this computer.</param>
/// <param name="LinkScript">Linker script; "" for the compiler's own.</param>
/// <param name="Processing">Options that name the processor.</param>
/// <param name="BoardProcessing">The same for the board's source, where another.</param>
/// <param name="Defines">Defined for main and board.</param>
/// <param name="Emulator">The emulator's options before the program's name.</param>
/// <param name="Unit">What a step is counted in.</param>
public sealed record DeviceTarget(
    string Id,
    string Processor,
    IReadOnlyList<string> Tools,
    string Packages,
    string Board,
    string LinkScript,
    IReadOnlyList<string> Processing,
    IReadOnlyList<string> BoardProcessing,
    IReadOnlyList<string> Defines,
    IReadOnlyList<string> Emulator,
    string Unit
)
{
    private static readonly string[] Semihosting =
    [
        .. "-nographic -monitor none -serial none -semihosting-config enable=on,target=native -icount shift=0 -kernel".Split(
            ' '
        ),
    ];

    private static readonly string[] CortexM4 =
    [
        .. "-mcpu=cortex-m4 -mthumb -mfpu=fpv4-sp-d16 -mfloat-abi=hard".Split(' '),
    ];

    private static readonly string[] CortexM0 = [.. "-mcpu=cortex-m0plus -mthumb".Split(' ')];

    private static readonly string[] RiscV = ["-march=rv32imac", "-mabi=ilp32"];

    /// <summary>All targets, this computer first.</summary>
    public static IReadOnlyList<DeviceTarget> All { get; } =
    [
        new("host", "this computer", ["gcc"], "gcc libc6-dev", "", "", [], [], [], [], ""),
        new(
            "cortex-m4",
            "Arm Cortex-M4F (QEMU mps2-an386)",
            ["arm-none-eabi-gcc", "qemu-system-arm"],
            "gcc-arm-none-eabi qemu-system-arm",
            "cortex_m.c",
            "cortex_m.ld",
            CortexM4,
            CortexM4,
            ["-DTICK_TIMES_2=80", "-DSTEPS=1000"], // 25 MHz: 40 ns, so 40 instructions a tick
            ["-M", "mps2-an386", .. Semihosting],
            "instructions"
        ),
        new(
            "cortex-m0+",
            "Arm Cortex-M0+ (QEMU microbit)",
            ["arm-none-eabi-gcc", "qemu-system-arm"],
            "gcc-arm-none-eabi qemu-system-arm",
            "cortex_m.c",
            "cortex_m.ld",
            CortexM0,
            CortexM0,
            ["-DTICK_TIMES_2=125", "-DSTEPS=1000"], // 16 MHz: 62.5 ns
            ["-M", "microbit", .. Semihosting],
            "instructions"
        ),
        new(
            "rv32",
            "RISC-V RV32IMAC (QEMU virt)",
            ["riscv64-unknown-elf-gcc", "qemu-system-riscv32"],
            "gcc-riscv64-unknown-elf qemu-system-misc",
            "riscv.c",
            "riscv.ld",
            RiscV,
            ["-march=rv32im_zicsr", "-mabi=ilp32"], // uncompressed: a semihosting call is three whole words
            ["-DSTEPS=1000"],
            ["-M", "virt", "-bios", "none", .. Semihosting],
            "instructions"
        ),
        new(
            "avr",
            "AVR ATmega328P (simavr)",
            ["avr-gcc", "simavr"],
            "gcc-avr avr-libc simavr",
            "avr.c",
            "",
            ["-mmcu=atmega328p"],
            ["-mmcu=atmega328p"],
            ["-DSTEPS=100"],
            ["-m", "atmega328p", "-f", "16000000"],
            "cycles"
        ),
    ];

    /// <summary>The first of <see cref="Tools"/> that is not in PATH; null: all are there.</summary>
    public string? MissingTool => Tools.FirstOrDefault(t => ToolProcess.Find(t) == null);
}

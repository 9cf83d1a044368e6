namespace MemKD.Export.C99;

/// <summary>The part of an integer NAME.c that knows processors and compilers: what is here decides speed, never a bit of a result.</summary>
internal static class PlatformText
{
    /// <summary>What the C standard leaves open and the code relies on.</summary>
    public static string Asserts(string name, string upper) =>
        $$"""
            /* Compilation stops here where an assumption does not hold. */
            typedef char {{name}}_shifts_keep_the_sign[((-5 >> 1) == -3) ? 1 : -1];
            typedef char {{name}}_state_fits[(sizeof({{name}}_state_t) <= {{upper}}_STATE_BYTES) ? 1 : -1];
            """;

    /// <summary>Flash, inlining, and the Arm DSP instructions.</summary>
    public const string Memory = """
        #if defined(__AVR__)
        #include <avr/pgmspace.h>
        #define FLASH PROGMEM
        #define READ8(p) ((int8_t)pgm_read_byte(p))
        #define READ16(p) ((int16_t)pgm_read_word(p))
        #define READ32(p) ((int32_t)pgm_read_dword(p))
        #else
        #define FLASH
        #define READ8(p) (*(p))
        #define READ16(p) (*(p))
        #define READ32(p) ((int32_t)*(p))
        #endif

        #if defined(__GNUC__)
        #define ALIGNED __attribute__((aligned(4)))
        #else
        #define ALIGNED
        #endif

        #if defined(__GNUC__) && defined(__OPTIMIZE__) && !defined(__OPTIMIZE_SIZE__) && !defined(__AVR__)
        #define FAST inline __attribute__((always_inline))
        #define UNROLL _Pragma("GCC unroll 16")
        #else
        #define FAST
        #define UNROLL
        #endif

        #if defined(__GNUC__) && defined(__ARM_FEATURE_DSP) && !defined(MEMKD_PORTABLE)
        #define DSP 1
        typedef int32_t __attribute__((may_alias)) pair_t; /* two int16 or four int8 */
        #else
        #define DSP 0
        #endif
        """;

    /// <summary>
    /// Saturation, products of 16 bits, and with <paramref name="withFraction"/> the product with a fraction; what only the LSTM, int8,
    /// int16 or differences need where there are such.
    /// </summary>
    public static string Arithmetic(bool isLstm, bool isByte, bool hasDifferences, bool withFraction) =>
        CText.Lines(
            "#if DSP",
            "/* The Arm instructions of the same meaning. */",
            CText.If(
                isByte || hasDifferences,
                Function("int32_t sat16(int32_t a)", "return (int32_t)__builtin_arm_ssat(a, 16);")
            ),
            CText.If(!isByte, Function("int32_t sat20(int32_t a)", "return (int32_t)__builtin_arm_ssat(a, 20);")),
            CText.If(isLstm, Function("int32_t sat31(int32_t a)", "return (int32_t)__builtin_arm_ssat(a, 31);")),
            CText.If(
                withFraction,
                Instruction("mulw(int32_t a, int32_t m)", "smulwb %0, %1, %2", "\"r\"(a), \"r\"(m)")
            ),
            CText.If(
                isLstm || isByte,
                Instruction("mul16(int32_t a, int32_t b)", "smulbb %0, %1, %2", "\"r\"(a), \"r\"(b)")
            ),
            CText.If(
                isLstm || !isByte,
                Instruction(
                    "mla16(int32_t a, int32_t b, int32_t sum)",
                    "smlabb %0, %1, %2, %3",
                    "\"r\"(a), \"r\"(b), \"r\"(sum)"
                )
            ),
            "#else",
            CText.If(
                isByte || hasDifferences,
                "/* Held to 16 bits. */\n"
                    + Function("int32_t sat16(int32_t a)", "return a > 32767 ? 32767 : (a < -32768 ? -32768 : a);")
            ),
            CText.If(
                !isByte,
                "/* Held to 20 bits. */\n"
                    + Function("int32_t sat20(int32_t a)", "return a > 524287 ? 524287 : (a < -524288 ? -524288 : a);")
            ),
            CText.If(
                isLstm,
                "/* Held to 31 bits. */\n"
                    + Function(
                        "int32_t sat31(int32_t a)",
                        "return a > 1073741823 ? 1073741823 : (a < -1073741824 ? -1073741824 : a);"
                    )
            ),
            CText.If(
                withFraction,
                "/* floor(a * m / 2^16), 0 <= m < 2^15 */\n"
                    + Function(
                        "int32_t mulw(int32_t a, int32_t m)",
                        """
                        return (int32_t)(int16_t)(a >> 16) * (int16_t)m
                                + (int32_t)(((uint32_t)(uint16_t)((uint32_t)a & 0xFFFFu) * (uint16_t)m) >> 16);
                        """
                    )
            ),
            "/* The low 16 bits of both, with sign. */",
            Function("int32_t mul16(int32_t a, int32_t b)", "return (int32_t)(int16_t)a * (int16_t)b;"),
            CText.If(
                isLstm || !isByte,
                Function("int32_t mla16(int32_t a, int32_t b, int32_t sum)", "return mul16(a, b) + sum;")
            ),
            "#endif"
        );

    private static string Function(string head, string body) => $"static FAST {head}\n{{\n    {body}\n}}\n";

    private static string Instruction(string head, string text, string operands) =>
        Function($"int32_t {head}", $"int32_t r;\n    __asm__(\"{text}\" : \"=r\"(r) : {operands});\n    return r;");

    /// <summary>Sums of products of int16.</summary>
    public const string Dot16 = """
        /* sum + w . v; n is even where the processor takes two products at once. */
        static FAST int32_t dot16(const int16_t *w, const int16_t *v, int n, int32_t sum)
        {
            int k;
        #if DSP
            const pair_t *a = (const pair_t *)(const void *)w;
            const pair_t *b = (const pair_t *)(const void *)v;
            UNROLL
            for (k = 0; k < n / 2; ++k) {
                sum = (int32_t)__builtin_arm_smlad(a[k], b[k], sum);
            }
        #else
            UNROLL
            for (k = 0; k < n; ++k) {
                sum += (int32_t)READ16(&w[k]) * v[k];
            }
        #endif
            return sum;
        }
        """;

    /// <summary>Sums of products of int8 with int16.</summary>
    public const string Dot8 = """
        /* sum + w . v; n is a multiple of 4, and each four weights lie in the order 0, 2, 1, 3: SXTB16 takes the first and
         * the third byte of a word, so that it gives the weights 0 and 1, and after rotation 2 and 3. */
        static FAST int32_t dot8(const int8_t *w, const int16_t *v, int n, int32_t sum)
        {
            int k;
        #if DSP
            const pair_t *a = (const pair_t *)(const void *)w;
            const pair_t *b = (const pair_t *)(const void *)v;
            UNROLL
            for (k = 0; k < n / 4; ++k) {
                int32_t low;
                int32_t high;
                __asm__("sxtb16 %0, %1" : "=r"(low) : "r"(a[k]));
                __asm__("sxtb16 %0, %1, ror #8" : "=r"(high) : "r"(a[k]));
                sum = (int32_t)__builtin_arm_smlad(low, b[2 * k], sum);
                sum = (int32_t)__builtin_arm_smlad(high, b[2 * k + 1], sum);
            }
        #else
            UNROLL
            for (k = 0; k < n; k += 4) {
                sum += (int32_t)READ8(&w[k]) * v[k];
                sum += (int32_t)READ8(&w[k + 1]) * v[k + 2];
                sum += (int32_t)READ8(&w[k + 2]) * v[k + 1];
                sum += (int32_t)READ8(&w[k + 3]) * v[k + 3];
            }
        #endif
            return sum;
        }
        """;
}

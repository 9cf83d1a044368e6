/* Runs a student's self-test on a board, and measures a step: MODEL, UPPER, SAMPLE (int16_t or float), SCORE and STEPS
 * come from the command line. Prints "memkd KEY VALUE" lines. */
#include "board.h"
#include MODEL_HEADER

#define JOIN2(a, b) a##b
#define JOIN(a, b) JOIN2(a, b)
#define STATE JOIN(MODEL, _state_t)
#define RESET JOIN(MODEL, _reset)
#define STEP JOIN(MODEL, _step)
#define SCORES JOIN(MODEL, _scores)
#define CLASS JOIN(MODEL, _class)
#define SELFTEST JOIN(MODEL, _selftest)
#define INPUTS JOIN(UPPER, _INPUTS)
#define CLASSES JOIN(UPPER, _CLASSES)

int SELFTEST(void);

static STATE state;
static SAMPLE x[INPUTS];
static SCORE p[CLASSES];

static void report(const char *key, uint32_t value)
{
    char digits[11];
    int at = 10;
    digits[10] = 0;
    do {
        digits[--at] = (char)('0' + (char)(value % 10));
        value /= 10;
    } while (value != 0);
    board_write("memkd ");
    board_write(key);
    board_write(" ");
    board_write(&digits[at]);
    board_write("\n");
}

/* Samples of noise within +-4. */
static void next_sample(uint32_t *random)
{
    int i;
    for (i = 0; i < INPUTS; ++i) {
        *random = *random * 1664525u + 1013904223u;
        x[i] = (SAMPLE)(((int32_t)(*random >> 17) - 16384) / (sizeof(SAMPLE) == 4 ? 4096 : 1));
    }
}

static uint32_t counts(int with_step)
{
    uint32_t random = 1;
    uint32_t begin;
    int i;
    RESET(&state);
    begin = board_count();
    for (i = 0; i < STEPS; ++i) {
        next_sample(&random);
        if (with_step) {
            STEP(&state, x);
        } else {
            __asm__ volatile("" : : "r"(x) : "memory");
        }
        (void)board_count(); /* counters are narrow: none may go round unseen */
    }
    return board_count() - begin;
}

/* Bytes of stack that the functions use below this one. */
static uint32_t __attribute__((noinline)) stack_used(void)
{
    unsigned char *low = board_stack_end();
    unsigned char *here;
    unsigned char *at;
#if defined(__AVR__)
    here = (unsigned char *)*(volatile uint16_t *)0x5D;
#elif defined(__riscv)
    __asm__ volatile("mv %0, sp" : "=r"(here));
#else
    __asm__ volatile("mov %0, sp" : "=r"(here));
#endif
    for (at = low; at < here; ++at) {
        *(volatile unsigned char *)at = 0xA5;
    }
    RESET(&state);
    STEP(&state, x);
    SCORES(&state, p);
    (void)CLASS(&state);
    for (at = low; at < here && *(volatile unsigned char *)at == 0xA5; ++at) {
    }
    return (uint32_t)(here - at);
}

int main(void)
{
    uint32_t step;
    report("fault", (uint32_t)SELFTEST());
    step = counts(1);
    step -= counts(0);
    report("step", step * BOARD_UNIT_TIMES_2 / (2u * STEPS));
    report("stack", stack_used());
    report("end", 1);
    board_exit();
    return 0;
}

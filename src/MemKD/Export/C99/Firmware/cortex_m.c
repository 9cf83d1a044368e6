/* Start-up and board functions of a Cortex-M under QEMU: semihosting for text and exit, SysTick as the counter. With
 * -icount shift=0 an instruction takes one nanosecond, so a tick is 10^9 / frequency instructions. */
#include "board.h"

extern uint32_t link_data_source[];
extern uint32_t link_data_begin[];
extern uint32_t link_data_end[];
extern uint32_t link_bss_end[];
extern uint32_t link_stack_top[];

int main(void);
void start(void);
void fault(void);

#define REGISTER(address) (*(volatile uint32_t *)(address))
#define SYSTICK_CONTROL REGISTER(0xE000E010u)
#define SYSTICK_RELOAD REGISTER(0xE000E014u)
#define SYSTICK_VALUE REGISTER(0xE000E018u)
#define ACCESS_CONTROL REGISTER(0xE000ED88u)

static void semihosting(uint32_t operation, const void *argument)
{
    register uint32_t r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
}

static void leave(uint32_t code)
{
    uint32_t block[2];
    block[0] = 0x20026u; /* the application ended by itself */
    block[1] = code;
    semihosting(0x20u, block);
    for (;;) {
    }
}

void board_write(const char *text)
{
    semihosting(0x04u, text);
}

void board_exit(void)
{
    leave(0);
}

uint32_t board_count(void)
{
    return 0xFFFFFFu - SYSTICK_VALUE;
}

uint32_t board_unit_times_2(void)
{
    return TICK_TIMES_2;
}

unsigned char *board_stack_end(void)
{
    return (unsigned char *)link_bss_end;
}

void *memcpy(void *to, const void *from, unsigned int count)
{
    unsigned char *a = to;
    const unsigned char *b = from;
    while (count-- != 0) {
        *a++ = *b++;
    }
    return to;
}

void *memset(void *to, int value, unsigned int count)
{
    unsigned char *a = to;
    while (count-- != 0) {
        *a++ = (unsigned char)value;
    }
    return to;
}

void fault(void)
{
    leave(3);
}

void start(void)
{
    uint32_t *from = link_data_source;
    uint32_t *to;
#if defined(__ARM_FP)
    ACCESS_CONTROL |= 0xFu << 20; /* floating point unit on */
    __asm__ volatile("dsb\n isb");
#endif
    for (to = link_data_begin; to < link_data_end;) {
        *to++ = *from++;
    }
    for (to = link_data_end; to < link_bss_end;) {
        *to++ = 0;
    }
    SYSTICK_RELOAD = 0xFFFFFFu;
    SYSTICK_VALUE = 0;
    SYSTICK_CONTROL = 5; /* on, processor clock, no interrupt */
    (void)main();
    leave(4);
}

static void (*const vectors[16])(void) __attribute__((section(".vectors"), used)) = {
    (void (*)(void))link_stack_top, start, fault, fault, fault, fault, fault, fault,
    fault, fault, fault, fault, fault, fault, fault, fault,
};

/* Start-up and board functions of a RISC-V core of 32 bits under QEMU: semihosting, minstret as the counter. */
#include "board.h"

extern uint32_t link_bss_begin[];
extern uint32_t link_bss_end[];

int main(void);
void begin(void);

/* ebreak between these two shifts, all uncompressed and in one page, is a semihosting call. */
static void semihosting(uint32_t operation, const void *argument)
{
    register uint32_t a0 __asm__("a0") = operation;
    register const void *a1 __asm__("a1") = argument;
    __asm__ volatile(
        ".balign 16\n slli x0, x0, 0x1f\n ebreak\n srai x0, x0, 0x7\n"
        : "+r"(a0)
        : "r"(a1)
        : "memory");
}

static void leave(uint32_t code)
{
    uint32_t block[2];
    block[0] = 0x20026u;
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
    uint32_t count;
    __asm__ volatile("csrr %0, minstret" : "=r"(count));
    return count;
}

uint32_t board_unit_times_2(void)
{
    return 2;
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

void begin(void)
{
    uint32_t *to;
    for (to = link_bss_begin; to < link_bss_end;) {
        *to++ = 0;
    }
    (void)main();
    leave(4);
}

__asm__(".section .text.start\n .globl start\n start:\n la sp, link_stack_top\n j begin\n .text\n");

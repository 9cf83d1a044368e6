/* What main.c needs of a processor; one file each: cortex_m.c, riscv.c, avr.c. */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

/* Writes text where the emulator shows it. */
void board_write(const char *text);

/* A counter that only grows, from the board's first call on, and what one count of it is worth: instructions or cycles. */
uint32_t board_count(void);
#define BOARD_UNIT_TIMES_2 (board_unit_times_2())
uint32_t board_unit_times_2(void);

/* Ends the emulator. */
void board_exit(void);

/* The lowest address the stack may use. */
unsigned char *board_stack_end(void);

#endif

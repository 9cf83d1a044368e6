/* Board functions of an ATmega328P under simavr: text over the serial port, timer 1 as the counter, exit by sleeping with
 * interrupts off. */
#include "board.h"
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>

extern unsigned char __heap_start;

void board_write(const char *text)
{
    UCSR0B = _BV(TXEN0);
    while (*text != 0) {
        while ((UCSR0A & _BV(UDRE0)) == 0) {
        }
        UDR0 = (uint8_t)*text++;
    }
}

void board_exit(void)
{
    cli();
    sleep_enable();
    for (;;) {
        sleep_cpu();
    }
}

/* A count is 256 cycles; to be called before 65536 of them, 16.8 million cycles, have gone by. */
uint32_t board_count(void)
{
    static uint32_t high;
    static uint16_t before;
    uint16_t now;
    TCCR1B = _BV(CS12);
    now = TCNT1;
    high += (uint16_t)(now - before);
    before = now;
    return high;
}

uint32_t board_unit_times_2(void)
{
    return 512;
}

unsigned char *board_stack_end(void)
{
    return &__heap_start;
}

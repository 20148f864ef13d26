/* decode/evtx-crc.c - CRC-32 of event logs (RFC 1952), sixteen bytes a step: every byte of a log goes
 * through it. */
#include "decode/evtx-int.h"

#include <stdatomic.h>

#define STEP 16

static uint32_t table[STEP][256];
static atomic_bool ready;

/* Two threads that come here at once write the same numbers; `ready` is set behind them. */
static void make_table(void)
{
	static uint32_t made[STEP][256];
	static atomic_flag busy = ATOMIC_FLAG_INIT;
	while (atomic_flag_test_and_set(&busy)) {
	}
	if (!atomic_load(&ready)) {
		for (uint32_t i = 0; i < 256; i++) {
			uint32_t c = i;
			for (int k = 0; k < 8; k++) {
				c = (c & 1) != 0 ? c >> 1 ^ UINT32_C(0xedb88320) : c >> 1;
			}
			made[0][i] = c;
		}
		for (uint32_t i = 0; i < 256; i++) {
			for (int k = 1; k < STEP; k++) {
				made[k][i] = made[k - 1][i] >> 8 ^ made[0][made[k - 1][i] & 0xff];
			}
		}
		memcpy(table, made, sizeof(table));
		atomic_store(&ready, true);
	}
	atomic_flag_clear(&busy);
}

static uint32_t four(int k, uint32_t v)
{
	return table[k + 3][v & 0xff] ^ table[k + 2][v >> 8 & 0xff] ^ table[k + 1][v >> 16 & 0xff] ^
	       table[k][v >> 24];
}

uint32_t evtx_crc32(uint32_t crc, const unsigned char *p, size_t n)
{
	if (!atomic_load(&ready)) {
		make_table();
	}
	crc = ~crc;
	for (; n >= STEP; n -= STEP, p += STEP) {
		crc = four(12, evtx_u32(p) ^ crc) ^ four(8, evtx_u32(p + 4)) ^ four(4, evtx_u32(p + 8)) ^
		      four(0, evtx_u32(p + 12));
	}
	for (; n > 0; n--, p++) {
		crc = crc >> 8 ^ table[0][(crc ^ *p) & 0xff];
	}
	return ~crc;
}

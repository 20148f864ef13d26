/* fuzz/fuzz-rdpeudp.c - any bytes as the answer to an RDPEUDP SYN. */
#include <stdint.h>
#include <stdlib.h>
#include "decode/rdpeudp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ts_rdpeudp_reply r;
	uint32_t sequence = size >= 4 ? (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 |
						(uint32_t)data[2] << 8 | data[3]
				      : 0;
	enum ts_rdpeudp_kind kind = ts_rdpeudp_parse(data, size, sequence, &r);

	if (kind == TS_RDPEUDP_SYN_ACK && (size < 16 || r.ack != sequence)) {
		abort();
	}
	return 0;
}

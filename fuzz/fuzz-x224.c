/* fuzz/fuzz-x224.c - any bytes as the first answer of an RDP server: frame, confirm, who speaks. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "decode/rdpneg.h"
#include "decode/tpkt.h"
#include "decode/x224.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t length;
	struct ts_x224 x;
	if (ts_tpkt_look(data, size, TS_X224_MAX, &length) == TS_TPKT_WHOLE) {
		/* A copy that is exactly as large: nothing behind the packet may be read. */
		uint8_t *packet = malloc(length);
		if (packet != NULL) {
			memcpy(packet, data, length);
			if (ts_x224_parse(packet, length, &x) != TS_X224_BAD) {
				(void)ts_rdp_server_kind(&x, size > length);
				(void)ts_rdp_failure_find(x.code);
			}
		}
		free(packet);
	}
	(void)ts_x224_parse(data, size, &x);
	(void)ts_speaks(data, size);
	return 0;
}

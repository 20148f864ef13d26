/* fuzz/fuzz-mcs.c - any bytes as an MCS Connect Response. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "decode/mcs.h"
#include "decode/x224.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ts_mcs m;
	struct ts_x224 x;
	(void)ts_mcs_parse(data, size, &m);
	(void)ts_x224_parse(data, size, &x);
	return 0;
}

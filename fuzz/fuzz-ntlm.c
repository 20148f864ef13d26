/* fuzz/fuzz-ntlm.c - any bytes as an NTLM challenge: its names are text of one line. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "base/utf8.h"
#include "decode/ntlm.h"
#include "decode/rdpneg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ts_ntlm n;
	if (ts_ntlm_parse(data, size, &n)) {
		const char *const names[] = { n.netbios_computer, n.netbios_domain, n.dns_computer,
			n.dns_domain, n.dns_forest };
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			if (!ts_utf8_valid(names[i], strlen(names[i])) ||
				strpbrk(names[i], "\n\r\033\177") != NULL) {
				abort();
			}
		}
		(void)ts_windows_of_build(n.major, n.minor, n.build);
	}
	return 0;
}

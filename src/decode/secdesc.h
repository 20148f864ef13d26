/* decode/secdesc.h - security descriptors of Windows in their self-relative form: who is allowed what. */
#ifndef TS_DECODE_SECDESC_H
#define TS_DECODE_SECDESC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TS_SECDESC_FILE_READ UINT32_C(0x00120089) /* FILE_GENERIC_READ */
#define TS_SECDESC_FILE_ALL  UINT32_C(0x001F01FF) /* FILE_ALL_ACCESS */

/* Does the list of the descriptor allow all of `want` (rights of a file) to somebody who has these security identifiers
 * ("S-1-5-20", its groups)? Entries are taken in their order, as Windows does; conditional and object entries, which files
 * of keys do not have, allow nothing. False when the bytes are no descriptor. */
bool ts_secdesc_allows(const unsigned char *sd, size_t n, const char *const *sids, size_t nsids,
	uint32_t want, bool *allowed);
/* "S-1-5-18" of a SID at p, of which n bytes are there. False when it is none. */
bool ts_sid_text(const unsigned char *p, size_t n, char *out, size_t size);

#endif

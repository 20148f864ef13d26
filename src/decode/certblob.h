/* decode/certblob.h - certificates as Windows and people store them: the registry's Blob with its properties, DER and
 * PEM files. */
#ifndef TS_DECODE_CERTBLOB_H
#define TS_DECODE_CERTBLOB_H

#include <stdbool.h>
#include <stddef.h>
#include "base/buf.h"
#include "base/str.h"

/* The DER certificate within a Blob of SystemCertificates (property 32); a view. False when there is none. */
bool ts_certblob_der(const unsigned char *p, size_t n, struct ts_str *der);
/* Does it begin as a DER certificate: a SEQUENCE that holds a SEQUENCE and fits into n? size is the whole file's. */
bool ts_certblob_is_der(const unsigned char *p, size_t n, size_t size);
/* Take the next PEM certificate out of text (decoded into out, which is cleared first); false at the end. */
bool ts_certblob_next_pem(struct ts_str *text, struct ts_buf *out);

#endif

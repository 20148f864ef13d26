/* decode/regdata.c - values of the registry as text and numbers. */
#include "decode/regdata.h"

#include "decode/utf16.h"

static const char *const type_names[] = { "REG_NONE", "REG_SZ", "REG_EXPAND_SZ", "REG_BINARY", "REG_DWORD",
	"REG_DWORD_BIG_ENDIAN", "REG_LINK", "REG_MULTI_SZ", "REG_RESOURCE_LIST",
	"REG_FULL_RESOURCE_DESCRIPTOR", "REG_RESOURCE_REQUIREMENTS_LIST", "REG_QWORD" };

const char *ts_reg_type_name(uint32_t type)
{
	return type < TS_COUNT(type_names) ? type_names[type] : "UNKNOWN";
}

bool ts_reg_number(uint32_t type, const unsigned char *p, size_t n, int64_t *out)
{
	uint64_t v = 0;
	size_t size = type == TS_REG_QWORD ? 8 : 4;
	if ((type != TS_REG_DWORD && type != TS_REG_DWORD_BIG_ENDIAN && type != TS_REG_QWORD) || n < size) {
		return false;
	}
	for (size_t i = 0; i < size; i++) {
		v = v << 8 | p[type == TS_REG_DWORD_BIG_ENDIAN ? i : size - 1 - i];
	}
	*out = (int64_t)v;
	return true;
}

/* Length in bytes of the text up to its NUL. */
static size_t text_length(const unsigned char *p, size_t n)
{
	size_t i = 0;
	while (i + 1 < n && (p[i] != 0 || p[i + 1] != 0)) {
		i += 2;
	}
	return i;
}

static void put_list(const unsigned char *p, size_t n, struct ts_buf *out)
{
	for (bool first = true; n >= 2; first = false) {
		size_t len = text_length(p, n);
		if (len == 0) { /* an empty string ends the list */
			return;
		}
		if (!first) {
			ts_buf_putc(out, ',');
		}
		ts_utf16_put(out, p, len, false);
		size_t step = len + 2 <= n ? len + 2 : n;
		p += step;
		n -= step;
	}
}

static void put_hex(const unsigned char *p, size_t n, struct ts_buf *out)
{
	static const char digits[] = "0123456789ABCDEF";
	for (size_t i = 0; i < n; i++) {
		ts_buf_putc(out, digits[p[i] >> 4]);
		ts_buf_putc(out, digits[p[i] & 15]);
	}
}

void ts_reg_text(uint32_t type, const unsigned char *p, size_t n, struct ts_buf *out)
{
	int64_t v;
	switch (type) {
	case TS_REG_SZ:
	case TS_REG_EXPAND_SZ:
	case TS_REG_LINK: ts_utf16_put(out, p, text_length(p, n), false); break;
	case TS_REG_MULTI_SZ: put_list(p, n, out); break;
	case TS_REG_DWORD:
	case TS_REG_DWORD_BIG_ENDIAN:
		if (ts_reg_number(type, p, n, &v)) {
			ts_buf_printf(out, "%ld", (long)(int32_t)(uint32_t)v);
		}
		break;
	case TS_REG_QWORD:
		if (ts_reg_number(type, p, n, &v)) {
			ts_buf_printf(out, "%llu", (unsigned long long)(uint64_t)v);
		}
		break;
	case TS_REG_BINARY:
	case TS_REG_RESOURCE_LIST:
	case TS_REG_FULL_RESOURCE_DESCRIPTOR: put_hex(p, n, out); break;
	case TS_REG_NONE: ts_buf_puts(out, "(zero-length binary value)"); break;
	default: break;
	}
}

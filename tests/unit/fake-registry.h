/* tests/unit/fake-registry.h - a registry in the place of the system's: a table of keys and values, some of which may not be
 * read. */
#ifndef TS_TEST_FAKE_REGISTRY_H
#define TS_TEST_FAKE_REGISTRY_H

#include "base/str.h"
#include "decode/regdata.h"
#include "os/registry.h"
#include "test.h"

/* A value; without a name type it is a key alone. */
struct fake_value {
	const char *key, *name;
	uint32_t type;
	const char *text; /* REG_SZ and REG_EXPAND_SZ, or hex of other types */
	uint32_t number;
	enum ts_told told; /* of the key: what opening it gives, TS_TOLD_YES by default */
};
#define FAKE_KEY UINT32_MAX

static const struct fake_value *fake_values;
static size_t nfake_values;
static int fake_open; /* handles */

static inline bool fake_below(const char *path, const char *parent)
{
	size_t n = strlen(parent);
	return ts_str_case_find(path, parent) == path && (path[n] == '\0' || path[n] == '\\');
}

static inline enum ts_told fake_reg_open(const char *path, void **key, struct ts_err *err)
{
	(void)err;
	enum ts_told told = TS_TOLD_NO;
	for (size_t i = 0; i < nfake_values; i++) {
		if (fake_below(fake_values[i].key, path) && told == TS_TOLD_NO) {
			told = TS_TOLD_YES;
		}
		if (ts_str_case_eq(fake_values[i].key, path) && fake_values[i].told != TS_TOLD_YES) {
			told = fake_values[i].told;
		}
	}
	if (told == TS_TOLD_YES) {
		*key = ts_xstrdup(path);
		fake_open++;
	}
	return told;
}

static inline void fake_reg_close(void *key)
{
	fake_open--;
	free(key);
}

static inline enum ts_told fake_reg_subkey(
	void *key, uint32_t n, struct ts_buf *name, uint64_t *time, struct ts_err *err)
{
	const char *seen[256];
	size_t nseen = 0, len = strlen(key);
	(void)err;
	for (size_t i = 0; i < nfake_values; i++) {
		const char *path = fake_values[i].key;
		if (!fake_below(path, key) || path[len] == '\0') {
			continue;
		}
		char *part = ts_xstrndup(path + len + 1, strcspn(path + len + 1, "\\"));
		bool old = false;
		for (size_t k = 0; k < nseen; k++) {
			old = old || ts_str_case_eq(seen[k], part);
		}
		if (!old && nseen == n) {
			ts_buf_puts(name, part);
		}
		if (!old && nseen < 256) {
			seen[nseen++] = part;
		} else {
			free(part);
		}
	}
	for (size_t k = 0; k < nseen; k++) {
		free((void *)(uintptr_t)seen[k]);
	}
	*time = UINT64_C(133000000000000000);
	return n < nseen ? TS_TOLD_YES : TS_TOLD_NO;
}

static inline void fake_data(const struct fake_value *v, struct ts_buf *data)
{
	if (v->type == TS_REG_SZ || v->type == TS_REG_EXPAND_SZ) {
		for (const char *p = v->text; *p != '\0'; p++) {
			ts_buf_putc(data, *p);
			ts_buf_putc(data, '\0');
		}
		ts_buf_put(data, "\0", 2);
	} else if (v->text != NULL) {
		for (const char *p = v->text; p[0] != '\0' && p[1] != '\0'; p += 2) {
			unsigned byte;
			sscanf(p, "%2x", &byte);
			ts_buf_putc(data, (char)byte);
		}
	} else {
		for (int i = 0; i < 4; i++) {
			ts_buf_putc(data, (char)(v->number >> (8 * i)));
		}
	}
}

static inline enum ts_told fake_reg_value(
	void *key, uint32_t n, struct ts_buf *name, uint32_t *type, struct ts_buf *data, struct ts_err *err)
{
	(void)err;
	for (size_t i = 0; i < nfake_values; i++) {
		const struct fake_value *v = &fake_values[i];
		if (v->type != FAKE_KEY && ts_str_case_eq(v->key, key) && n-- == 0) {
			ts_buf_puts(name, v->name);
			*type = v->type;
			if (data != NULL) {
				fake_data(v, data);
			}
			return TS_TOLD_YES;
		}
	}
	return TS_TOLD_NO;
}

static inline enum ts_told fake_reg_get(
	void *key, const char *name, uint32_t *type, struct ts_buf *data, struct ts_err *err)
{
	(void)err;
	for (size_t i = 0; i < nfake_values; i++) {
		const struct fake_value *v = &fake_values[i];
		if (v->type != FAKE_KEY && ts_str_case_eq(v->key, key) && ts_str_case_eq(v->name, name)) {
			*type = v->type;
			fake_data(v, data);
			return TS_TOLD_YES;
		}
	}
	return TS_TOLD_NO;
}

static inline uint64_t fake_reg_time(void *key)
{
	(void)key;
	return UINT64_C(133000000000000000);
}

static const struct ts_registry_if fake_registry = { fake_reg_open, fake_reg_close, fake_reg_subkey,
	fake_reg_value, fake_reg_get, fake_reg_time };

#endif

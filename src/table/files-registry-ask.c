/* table/files-registry-ask.c - texts and numbers of the registry in few words, and what the ledger is told of keys that are
 * not there. */
#include <string.h>
#include "base/str.h"
#include "table/files-registry.h"

void ts_reg_value_init(struct ts_reg_value *v)
{
	*v = (struct ts_reg_value){ 0 };
	ts_buf_init(&v->name, 1 << 20);
	ts_buf_init(&v->data, TS_HIVE_MAX_DATA);
}

void ts_reg_value_finish(struct ts_reg_value *v)
{
	ts_buf_finish(&v->name);
	ts_buf_finish(&v->data);
}

bool ts_regs_is_secret(const char *path)
{
	static const char *const secrets[] = { "HKEY_LOCAL_MACHINE\\SAM", "HKEY_LOCAL_MACHINE\\SECURITY" };
	for (size_t i = 0; i < TS_COUNT(secrets); i++) {
		size_t n = strlen(secrets[i]);
		if (ts_str_case_find(path, secrets[i]) == path && (path[n] == '\0' || path[n] == '\\')) {
			return true;
		}
	}
	return false;
}

bool ts_regs_tell(struct ts_scan *s, enum ts_reg_found found, const char *what, const char *why)
{
	static const enum ts_seen seen[] = { [TS_REG_UNREADABLE] = TS_SEEN_PARTIAL,
		[TS_REG_NOT_COLLECTED] = TS_SEEN_NOT_COLLECTED,
		[TS_REG_DENIED] = TS_SEEN_DENIED };
	if (found == TS_REG_FOUND || found == TS_REG_ABSENT) {
		return false;
	}
	ts_scan_sawf(s, seen[found], "%s%s%s", what != NULL ? what : "", what != NULL ? ": " : "", why);
	return true;
}

bool ts_regs_key(const struct ts_regs *r, struct ts_scan *s, const char *path, bool tell_absent,
	struct ts_reg_key *key)
{
	const char *why = NULL;
	enum ts_reg_found found = ts_regs_find(r, path, key, &why);
	if (found == TS_REG_FOUND && key->trouble != NULL) {
		ts_scan_saw(s, NULL, TS_SEEN_PARTIAL, key->trouble);
	} else if (found == TS_REG_ABSENT && tell_absent) {
		ts_scan_sawf(s, TS_SEEN_ABSENT, "there is no key %s", path);
	} else {
		ts_regs_tell(s, found, path, why);
	}
	return found == TS_REG_FOUND;
}

const char *ts_regs_text(
	const struct ts_regs *r, const struct ts_reg_key *key, const char *name, struct ts_arena *a)
{
	struct ts_reg_value v;
	const char *out = NULL;
	ts_reg_value_init(&v);
	if (ts_regs_value(r, key, name, &v) == TS_REG_FOUND && v.whole) {
		struct ts_buf text;
		ts_buf_init(&text, TS_HIVE_MAX_DATA * 2);
		ts_reg_text(v.type, (const unsigned char *)ts_buf_str(&v.data), v.data.len, &text);
		out = ts_arena_strdup(a, ts_buf_str(&text));
		ts_buf_finish(&text);
	}
	ts_reg_value_finish(&v);
	return out;
}

bool ts_regs_number(const struct ts_regs *r, const struct ts_reg_key *key, const char *name, int64_t *out)
{
	struct ts_reg_value v;
	ts_reg_value_init(&v);
	bool ok = ts_regs_value(r, key, name, &v) == TS_REG_FOUND && v.whole &&
		  ts_reg_number(v.type, (const unsigned char *)ts_buf_str(&v.data), v.data.len, out);
	ts_reg_value_finish(&v);
	return ok;
}

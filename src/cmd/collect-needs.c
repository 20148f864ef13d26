/* cmd/collect-needs.c - what the checks of a knowledge base need of a Windows computer, told by their SQL: channels, keys
 * and services that it names, and what its tables are made from. */
#include "cmd/collect.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "kb/sqlscan.h"
#include "table/table.h"

#define HKLM     "HKEY_LOCAL_MACHINE\\"
#define WINLOGON "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Winlogon"
#define CONTROL  HKLM "SYSTEM\\CurrentControlSet\\Control\\"

static void add(struct ts_needs *w, struct ts_names *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++) {
		if (ts_str_case_eq(list->items[i], name)) {
			return;
		}
	}
	TS_ARENA_GROW(w->arena, list->items, list->cap, list->n);
	list->items[list->n++] = ts_arena_strdup(w->arena, name);
}

bool ts_names_has(const struct ts_names *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++) {
		if (ts_str_case_eq(list->items[i], name)) {
			return true;
		}
	}
	return false;
}

/* What stands between quotes and means nothing else there, in a batch file (where `call` reads it twice) and in
 * PowerShell: printable ASCII without the marks that quotes do not tame. What begins with - or / would be taken for an
 * option. */
static bool is_safe(const char *s)
{
	for (const char *p = s; *p != '\0'; p++) {
		if (*p < 0x20 || *p > 0x7E || strchr("\"%^!", *p) != NULL) {
			return false;
		}
	}
	return s[0] != '\0' && s[0] != '-' && s[0] != '/';
}

static void add_safe(struct ts_needs *w, struct ts_names *list, const char *name)
{
	if (is_safe(name)) {
		add(w, list, name);
	} else {
		w->left_out++;
	}
}

static bool starts(const char *s, const char *prefix)
{
	size_t n = strlen(prefix);
	char *head = ts_xstrndup(s, strnlen(s, n));
	bool same = ts_str_case_eq(head, prefix);
	free(head);
	return same;
}

/* Some keys are there only where somebody set them: the key above, which always is, shows that they are not. */
static void add_key(struct ts_needs *w, const char *key)
{
	static const char *const roots[] = { HKLM "SOFTWARE\\Policies", CONTROL "Terminal Server",
		CONTROL "Lsa", CONTROL "SecurityProviders\\SCHANNEL",
		HKLM "SYSTEM\\CurrentControlSet\\Services" };
	static const char *const secrets[] = { HKLM "SAM", HKLM "SECURITY" };
	/* A pattern: the key above the first part that is one. */
	char *text = ts_arena_strndup(w->arena, key, strcspn(key, "%*?"));
	if (strlen(text) < strlen(key)) {
		char *cut = strrchr(text, '\\');
		*(cut != NULL ? cut : text) = '\0';
	}
	for (size_t n = strlen(text); n > 0 && text[n - 1] == '\\'; n--) {
		text[n - 1] = '\0';
	}
	if (strchr(text, '\\') == NULL || strchr(strchr(text, '\\') + 1, '\\') == NULL) {
		return; /* nobody hands over a whole hive */
	}
	for (size_t i = 0; i < TS_COUNT(secrets); i++) {
		size_t n = strlen(secrets[i]);
		if (starts(text, secrets[i]) && (text[n] == '\0' || text[n] == '\\')) {
			return;
		}
	}
	for (size_t i = 0; i < TS_COUNT(roots); i++) {
		size_t n = strlen(roots[i]);
		if (starts(text, roots[i]) && (text[n] == '\0' || text[n] == '\\')) {
			add(w, &w->keys, roots[i]);
			return;
		}
	}
	if (starts(text, HKLM WINLOGON)) {
		w->password = true; /* DefaultPassword stands there in plain text */
		return;
	}
	add_safe(w, &w->keys, text);
}

/* 'text' with its quotes taken off. */
static char *literal(struct ts_needs *w, const char *sql, const struct ts_sql_token *t)
{
	char *out = ts_arena_calloc(w->arena, t->len + 1, 1);
	size_t n = 0;
	for (size_t i = 1; i + 1 < t->len; i++) {
		out[n++] = sql[t->off + i];
		i += sql[t->off + i] == '\'';
	}
	return out;
}

/* The word that the literal at i is compared with: channel = 'X', channel IN ('X', 'Y'). */
static const struct ts_sql_token *compared_with(const char *sql, const struct ts_sql_token *t, size_t i)
{
	static const char *const between[] = { "=", "==", "in", "like", "glob", "is", "(", "," };
	while (i > 0) {
		const struct ts_sql_token *before = &t[--i];
		bool passes = before->kind == TS_SQL_STRING;
		for (size_t k = 0; k < TS_COUNT(between) && !passes; k++) {
			passes = ts_sql_is(sql, before, between[k]);
		}
		if (!passes) {
			return before->kind == TS_SQL_WORD ? before : NULL;
		}
	}
	return NULL;
}

static void read_literal(struct ts_needs *w, const char *sql, const struct ts_sql_token *t, size_t i,
	const struct ts_table *table)
{
	const struct ts_sql_token *word = compared_with(sql, t, i);
	char *text = literal(w, sql, &t[i]);
	if (starts(text, "HKEY_")) {
		char *cut = strrchr(text, '\\');
		if (word != NULL && ts_sql_is(sql, word, "path") && cut != NULL) {
			*cut = '\0'; /* a path ends in the name of a value */
		}
		add_key(w, text);
	} else if (word != NULL && ts_sql_is(sql, word, "channel")) {
		add_safe(w, &w->channels, text);
	} else if (word != NULL && ts_sql_is(sql, word, "name") && table != NULL &&
		   strcmp(table->name, "services") == 0) {
		if (strpbrk(text, "%*?[") == NULL) { /* a pattern is found in the list of all services */
			add_safe(w, &w->services, text);
		}
	}
}

static const struct ts_table *table_named(const char *sql, const struct ts_sql_token *t)
{
	const struct ts_table *table;
	for (int i = 0; t->kind == TS_SQL_WORD && (table = ts_table_get(i)) != NULL; i++) {
		if (ts_sql_is(sql, t, table->name)) {
			return table;
		}
	}
	return NULL;
}

static void read_check(struct ts_needs *w, const char *sql)
{
	size_t n;
	const struct ts_sql_token *t = ts_sql_tokens(w->arena, sql, &n);
	const struct ts_table *table = NULL;
	for (size_t i = 0; i < n; i++) {
		const struct ts_table *named = table_named(sql, &t[i]);
		if (named != NULL && !(named->flags & TS_OBSERVER)) {
			add(w, &w->tables, named->name);
			table = named;
		} else if (t[i].kind == TS_SQL_STRING) {
			read_literal(w, sql, t, i, table);
		}
	}
}

static bool read_entry(void *ctx, const struct ts_entry *e, struct ts_err *err)
{
	struct ts_needs *w = ctx;
	(void)err;
	size_t nodes = w->o->entry.n > 0 ? e->nnodes : e->nown;
	for (size_t i = 0; i < nodes; i++) {
		if (e->nodes[i].sql != NULL && ts_collect_plays(w->o, e, e->nodes[i].machine)) {
			read_check(w, e->nodes[i].sql);
		}
	}
	return true;
}

/* Keys from which tables are made. */
static void add_table_keys(struct ts_needs *w)
{
	static const struct {
		const char *table, *key;
	} keys[] = {
		{ "certificates", HKLM "SOFTWARE\\Microsoft\\SystemCertificates" },
		{ "certificates", HKLM "SOFTWARE\\Policies" },
		{ "rdp_listener", CONTROL "Terminal Server" },
		{ "rdp_listener", HKLM "SOFTWARE\\Policies" },
		{ "services", HKLM "SYSTEM\\CurrentControlSet\\Services" },
		{ "system_info", CONTROL "ComputerName" },
		{ "users", HKLM "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList" },
		{ "windows_firewall_profiles", HKLM "SYSTEM\\CurrentControlSet\\Services" },
		{ "windows_firewall_profiles", HKLM "SOFTWARE\\Policies" },
		{ "windows_firewall_rules", HKLM "SYSTEM\\CurrentControlSet\\Services" },
		{ "windows_firewall_rules", HKLM "SOFTWARE\\Policies" },
	};
	for (size_t i = 0; i < TS_COUNT(keys); i++) {
		if (ts_names_has(&w->tables, keys[i].table)) {
			add(w, &w->keys, keys[i].key);
		}
	}
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void sort(struct ts_names *list)
{
	if (list->n > 0) {
		qsort(list->items, list->n, sizeof(*list->items), compare);
	}
}

/* An export brings the keys below: those need none of their own. The list is sorted. */
static void drop_covered(struct ts_names *keys)
{
	size_t n = 0;
	for (size_t i = 0; i < keys->n; i++) {
		bool covered = false;
		for (size_t k = 0; k < n && !covered; k++) {
			covered = starts(keys->items[i], keys->items[k]) &&
				  keys->items[i][strlen(keys->items[k])] == '\\';
		}
		if (!covered) {
			keys->items[n++] = keys->items[i];
		}
	}
	keys->n = n;
}

bool ts_needs_read(struct ts_needs *w, struct ts_kb *kb, struct ts_err *err)
{
	if (!ts_collect_each(w->o, kb, read_entry, w, err)) {
		return false;
	}
	add_table_keys(w);
	sort(&w->channels);
	sort(&w->keys);
	sort(&w->services);
	drop_covered(&w->keys);
	return true;
}

/* decode/resolvconf.c - two small files that name resolution reads: resolv.conf(5) and the hosts file, hosts(5). */
#include "decode/resolvconf.h"

#include <stdio.h>
#include <string.h>
#include "base/str.h"

/* Cut the next word from *line; false when none is left. */
static bool word(struct ts_str *line, struct ts_str *out)
{
	*line = ts_str_trim(*line);
	size_t n = 0;
	while (n < line->n && line->p[n] != ' ' && line->p[n] != '\t') {
		n++;
	}
	*out = (struct ts_str){ line->p, n };
	line->p += n;
	line->n -= n;
	return n > 0;
}

/* The line up to a comment. */
static struct ts_str bare(struct ts_str line, const char *marks)
{
	size_t n = 0;
	while (n < line.n && (line.p[n] == '\0' || strchr(marks, line.p[n]) == NULL)) {
		n++;
	}
	return (struct ts_str){ line.p, n };
}

static bool keep(char *out, size_t room, struct ts_str s)
{
	if (s.n >= room || memchr(s.p, '\0', s.n) != NULL) {
		return false;
	}
	memcpy(out, s.p, s.n);
	out[s.n] = '\0';
	return true;
}

static void read_options(struct ts_str line, struct ts_resolvconf *out)
{
	struct ts_str option;
	char text[32];
	int64_t v;
	while (word(&line, &option)) {
		if (keep(text, sizeof(text), option) && ts_str_starts(text, "ndots:") &&
			ts_parse_int(text + 6, 0, INT64_MAX, &v)) {
			out->ndots = v > 15 ? 15 : (int)v; /* as the resolver caps it */
		}
	}
}

void ts_resolvconf_parse(const char *text, size_t n, struct ts_resolvconf *out)
{
	struct ts_str rest = { text, n }, line, key, value;
	*out = (struct ts_resolvconf){ .ndots = 1 };
	while (ts_str_line(&rest, &line)) {
		line = bare(line, "#;");
		if (!word(&line, &key)) {
			continue;
		}
		if (ts_str_eq(key, "nameserver") && out->nservers < TS_RESOLV_SERVERS &&
			word(&line, &value)) {
			out->nservers += keep(out->servers[out->nservers], sizeof(out->servers[0]), value);
		} else if (ts_str_eq(key, "search") || ts_str_eq(key, "domain")) {
			/* The last of these lines counts. */
			out->ndomains = 0;
			while (out->ndomains < TS_RESOLV_DOMAINS && word(&line, &value)) {
				out->ndomains +=
					keep(out->domains[out->ndomains], sizeof(out->domains[0]), value);
			}
		} else if (ts_str_eq(key, "options")) {
			read_options(line, out);
		}
	}
}

bool ts_resolvconf_candidate(
	const struct ts_resolvconf *r, const char *host, size_t i, char out[TS_RESOLV_NAME_MAX])
{
	int dots = 0;
	for (const char *p = host; *p != '\0'; p++) {
		dots += *p == '.';
	}
	size_t len = strlen(host);
	bool absolute = len > 0 && host[len - 1] == '.';
	size_t total = absolute ? 1 : r->ndomains + 1;
	size_t own = absolute || dots >= r->ndots ? 0 : total - 1; /* when the name stands for itself */
	if (i >= total) {
		return false;
	}
	int n;
	if (i == own) {
		n = snprintf(out, TS_RESOLV_NAME_MAX, "%s", host);
	} else {
		const char *domain = r->domains[i > own ? i - 1 : i];
		n = snprintf(out, TS_RESOLV_NAME_MAX, "%s.%s", host, domain);
	}
	return n > 0 && n < TS_RESOLV_NAME_MAX;
}

bool ts_hosts_names(const char *text, size_t n, const char *host, const char *address)
{
	struct ts_str rest = { text, n }, line, item;
	char word_text[TS_RESOLV_NAME_MAX];
	while (ts_str_line(&rest, &line)) {
		line = bare(line, "#");
		if (!word(&line, &item) || !keep(word_text, sizeof(word_text), item) ||
			(address != NULL && !ts_str_case_eq(word_text, address))) {
			continue;
		}
		while (word(&line, &item)) {
			if (keep(word_text, sizeof(word_text), item) && ts_str_case_eq(word_text, host)) {
				return true;
			}
		}
	}
	return false;
}

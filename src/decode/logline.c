/* decode/logline.c - lines of the logs of xrdp. */
#include "decode/logline.h"

#include <stdio.h>
#include <string.h>
#include "base/alloc.h"

/* Cut "[...]" and the blanks behind it off the front. */
static bool bracket(struct ts_str *rest, struct ts_str *inside)
{
	if (rest->n == 0 || rest->p[0] != '[') {
		return false;
	}
	const char *end = memchr(rest->p, ']', rest->n);
	if (end == NULL) {
		return false;
	}
	*inside = (struct ts_str){ rest->p + 1, (size_t)(end - rest->p - 1) };
	size_t n = (size_t)(end - rest->p) + 1;
	while (n < rest->n && rest->p[n] == ' ') {
		n++;
	}
	*rest = (struct ts_str){ rest->p + n, rest->n - n };
	return true;
}

/* Spell a time as ISO 8601 does: 20240131-12:34:56, or a zone without its colon (+0100). */
static bool parse_time(struct ts_str s, struct ts_logline *out)
{
	char iso[64];
	if (s.n == 17 && s.p[8] == '-') {
		snprintf(iso, sizeof(iso), "%.4s-%.2s-%.2sT%.8s", s.p, s.p + 4, s.p + 6, s.p + 9);
		out->local = true;
	} else if (s.n > 19 && s.n < 40) {
		size_t tail = s.n >= 5 && (s.p[s.n - 5] == '+' || s.p[s.n - 5] == '-') ? 2 : 0;
		snprintf(iso, sizeof(iso), "%.*s%s%.*s", (int)(s.n - tail), s.p, tail > 0 ? ":" : "",
			(int)tail, s.p + s.n - tail);
		out->local = memchr(s.p + 19, '+', s.n - 19) == NULL &&
			     memchr(s.p + 19, '-', s.n - 19) == NULL && s.p[s.n - 1] != 'Z';
	} else {
		return false;
	}
	return ts_datetime_parse(iso, strlen(iso), &out->time);
}

void ts_logline_parse(struct ts_str line, struct ts_logline *out)
{
	struct ts_str rest = line, inside;
	*out = (struct ts_logline){ .message = line };
	if (bracket(&rest, &inside) && parse_time(inside, out)) {
		out->has_time = true;
		if (bracket(&rest, &inside)) {
			out->level = ts_str_trim(inside);
		}
		out->message = rest;
	}
}

/* --- which log --- */

/* What only one of the two says. */
static const struct mark {
	const char *text;
	enum ts_xrdp_log log;
} marks[] = {
	{ "starting xrdp with pid", TS_XRDP_LOG },
	{ "xrdp_", TS_XRDP_LOG },
	{ "TLS", TS_XRDP_LOG },
	{ "X.509", TS_XRDP_LOG },
	{ "Security protocol", TS_XRDP_LOG },
	{ "client computer name", TS_XRDP_LOG },
	{ "connecting to sesman", TS_XRDP_LOG },
	{ "Cannot read private key", TS_XRDP_LOG },
	{ "key.pem", TS_XRDP_LOG },
	{ "starting xrdp-sesman", TS_XRDP_SESMAN_LOG },
	{ "created session", TS_XRDP_SESMAN_LOG },
	{ "session started", TS_XRDP_SESMAN_LOG },
	{ "AUTHFAIL", TS_XRDP_SESMAN_LOG },
	{ "pam_authenticate", TS_XRDP_SESMAN_LOG },
	{ "Terminal Server Users", TS_XRDP_SESMAN_LOG },
	{ "window manager", TS_XRDP_SESMAN_LOG },
	{ "indow Manager", TS_XRDP_SESMAN_LOG },
	{ "Xorg", TS_XRDP_SESMAN_LOG },
	{ "sesman process", TS_XRDP_SESMAN_LOG },
	{ "login failed for user", TS_XRDP_SESMAN_LOG },
};

enum ts_xrdp_log ts_xrdp_recognise(struct ts_str text)
{
	struct ts_str rest = text, line;
	struct ts_logline l;
	size_t shaped = 0, other = 0, counts[3] = { 0 };
	while (ts_str_line(&rest, &line)) {
		ts_logline_parse(line, &l);
		bool fits = l.has_time && l.level.n > 0;
		shaped += fits;
		other += !fits && ts_str_trim(line).n > 0;
		for (size_t i = 0; fits && i < TS_COUNT(marks); i++) {
			counts[marks[i].log] += memmem(l.message.p, l.message.n, marks[i].text,
							strlen(marks[i].text)) != NULL;
		}
	}
	size_t xrdp = counts[TS_XRDP_LOG], sesman = counts[TS_XRDP_SESMAN_LOG];
	if (other > shaped || xrdp == sesman) {
		return TS_XRDP_NONE;
	}
	return xrdp > sesman ? TS_XRDP_LOG : TS_XRDP_SESMAN_LOG;
}

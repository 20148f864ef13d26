/* tests/unit/evtx-xml.h - Event Viewer's XML against a decoded record: every System field, and every
 * element, attribute and text of the data in its order. Reads no more XML than Event Viewer writes. */
#ifndef TS_TEST_EVTX_XML_H
#define TS_TEST_EVTX_XML_H

#include "base/str.h"
#include "decode/evtx.h"
#include "test.h"

/* Where `what` stands in s, NULL where it does not. */
static inline const char *xml_find(struct ts_str s, const char *what)
{
	return s.p != NULL && s.n > 0 ? memmem(s.p, s.n, what, strlen(what)) : NULL;
}

static inline bool xml_next_event(struct ts_str *rest, struct ts_str *event)
{
	const char *from = xml_find(*rest, "<Event "), *end = xml_find(*rest, "</Event>");
	if (from == NULL || end == NULL) {
		return false;
	}
	*event = (struct ts_str){ from, (size_t)(end - from) };
	rest->n -= (size_t)(end + 8 - rest->p);
	rest->p = end + 8;
	return true;
}

/* Text of XML against text: references are resolved. */
static inline bool xml_text_is(struct ts_str xml, const char *want, size_t n)
{
	static const struct {
		const char *name;
		char c;
	} refs[] = { { "&lt;", '<' }, { "&gt;", '>' }, { "&amp;", '&' }, { "&quot;", '"' },
		{ "&apos;", '\'' }, { "&#10;", '\n' }, { "&#13;", '\r' } };
	size_t i = 0, k = 0;
	while (i < xml.n && k < n) {
		char c = xml.p[i];
		size_t step = 1;
		for (size_t r = 0; c == '&' && r < sizeof(refs) / sizeof(refs[0]); r++) {
			size_t len = strlen(refs[r].name);
			if (len <= xml.n - i && memcmp(xml.p + i, refs[r].name, len) == 0) {
				c = refs[r].c;
				step = len;
				break;
			}
		}
		if (c == '\n' && want[k] == '\r' && k + 1 < n && want[k + 1] == '\n') {
			k++; /* XML's line ends */
		}
		if (c != want[k]) {
			return false;
		}
		i += step;
		k++;
	}
	return i == xml.n && k == n;
}

/* The attribute of an element, or its text where attribute is NULL. False where it is not there. */
static inline bool xml_system(
	struct ts_str system, const char *element, const char *attribute, struct ts_str *out)
{
	char mark[64];
	snprintf(mark, sizeof(mark), "<%s", element);
	const char *from = xml_find(system, mark);
	if (from == NULL) {
		return false;
	}
	struct ts_str rest = { from, system.n - (size_t)(from - system.p) };
	const char *close = memchr(rest.p, '>', rest.n);
	if (attribute == NULL) {
		const char *end = memchr(close, '<', rest.n - (size_t)(close - rest.p));
		*out = (struct ts_str){ close + 1, (size_t)(end - close - 1) };
		return close[-1] != '/';
	}
	snprintf(mark, sizeof(mark), " %s='", attribute);
	const char *at = xml_find((struct ts_str){ rest.p, (size_t)(close - rest.p) }, mark);
	if (at == NULL) {
		return false;
	}
	at += strlen(mark);
	*out = (struct ts_str){ at, (size_t)((const char *)memchr(at, '\'', (size_t)(close + 1 - at)) - at) };
	return true;
}

static inline bool xml_same_system(struct ts_evtx *x, struct ts_str event)
{
	static const struct {
		const char *element, *attribute;
	} fields[TS_EVTX_FIELDS] = { { "Provider", "Name" }, { "Provider", "Guid" },
		{ "Provider", "EventSourceName" }, { "EventID", NULL }, { "EventID", "Qualifiers" },
		{ "Version", NULL }, { "Level", NULL }, { "Task", NULL }, { "Opcode", NULL },
		{ "Keywords", NULL }, { "TimeCreated", "SystemTime" }, { "EventRecordID", NULL },
		{ "Correlation", "ActivityID" }, { "Correlation", "RelatedActivityID" },
		{ "Execution", "ProcessID" }, { "Execution", "ThreadID" }, { "Channel", NULL },
		{ "Computer", NULL }, { "Security", "UserID" } };
	const char *end = xml_find(event, "</System>");
	struct ts_str system = { event.p, (size_t)(end - event.p) };
	bool same = true;
	for (int f = 0; f < TS_EVTX_FIELDS; f++) {
		struct ts_str want = { "", 0 };
		const char *got = ts_evtx_text(x, (enum ts_evtx_field)f);
		xml_system(system, fields[f].element, fields[f].attribute, &want);
		if (!xml_text_is(want, got, strlen(got))) {
			fprintf(stderr, "record %" PRIu64 ": %s: got %s, want %.*s\n", ts_evtx_number(x),
				fields[f].element, got, (int)want.n, want.p);
			same = false;
		}
	}
	return same;
}

/* One tag of the data, at p, against the nodes from i on; its own text follows. NULL = they differ. */
static inline const char *xml_same_tag(
	const char *p, const char *end, const struct ts_evtx_node *nodes, size_t n, size_t *i)
{
	const struct ts_evtx_node *element = &nodes[*i];
	if (*i >= n || element->attribute || strncmp(p + 1, element->name, element->name_len) != 0) {
		return NULL;
	}
	p += 1 + element->name_len;
	(*i)++;
	while (*p == ' ') {
		const struct ts_evtx_node *a = &nodes[*i];
		const char *equals = memchr(p, '=', (size_t)(end - p));
		if (*i >= n || !a->attribute || equals == NULL || (size_t)(equals - p - 1) != a->name_len ||
			memcmp(p + 1, a->name, a->name_len) != 0) {
			return NULL;
		}
		const char *close = memchr(equals + 2, '\'', (size_t)(end - equals - 2));
		if (close == NULL || !xml_text_is((struct ts_str){ equals + 2, (size_t)(close - equals - 2) },
					     a->value, a->value_len)) {
			return NULL;
		}
		p = close + 1;
		(*i)++;
	}
	if (*p == '/') {
		return element->value_len == 0 ? p + 2 : NULL;
	}
	const char *next = memchr(p, '<', (size_t)(end - p));
	if (next == NULL || !xml_text_is((struct ts_str){ p + 1, (size_t)(next - p - 1) }, element->value,
				    element->value_len)) {
		return NULL;
	}
	return next;
}

static inline bool xml_same_data(struct ts_evtx *x, struct ts_str event)
{
	size_t n, i = 0;
	const struct ts_evtx_node *nodes = ts_evtx_nodes(x, &n);
	const char *p = xml_find(event, "</System>") + 9, *end = event.p + event.n;
	const char *rendering = xml_find(event, "<RenderingInfo");
	end = rendering != NULL ? rendering : end;
	while (nodes != NULL && i < n && nodes[i].depth == 0) {
		i++;
	}
	while (nodes != NULL && p != NULL && p < end) {
		if (p[0] == '<' && p[1] == '/') {
			const char *close = memchr(p, '>', (size_t)(end - p));
			p = close != NULL ? close + 1 : NULL;
		} else {
			p = xml_same_tag(p, end, nodes, n, &i);
		}
	}
	if (nodes == NULL || p == NULL || i != n) {
		fprintf(stderr, "record %" PRIu64 ": the data differs at node %zu of %zu\n",
			ts_evtx_number(x), i, n);
		return false;
	}
	return true;
}

static inline bool xml_same(struct ts_evtx *x, struct ts_str event)
{
	return xml_same_system(x, event) && xml_same_data(x, event);
}

#endif

/* decode/evtxml.c - events as XML, as EvtRender and Event Viewer write them: one event becomes the current record of the
 * reader, with the same fields and nodes as one of a log, and a file of events is read as a log.
 *
 * No more of XML is understood than events need: elements, attributes, text, CDATA, references to characters. A
 * document type, and with it every entity of one's own, is refused. Every byte is looked at once. Longer than other files:
 * the reader of XML and what is made of it share one state. */
#include "decode/evtx-int.h"

#include <stdlib.h>
#include "base/alloc.h"
#include "base/utf8.h"
#include "decode/utf16.h"

#define PER_CHUNK 256               /* events that stand for a chunk of a log */
#define NO_NODE   SIZE_MAX          /* an element of System: its values are fields, no nodes */
#define MAX_COPY  ((size_t)1 << 30) /* of a file that is not UTF-8 */
#define HEAD      4096              /* bytes in which a file must show what it is */

struct parser {
	struct ts_evtx *x;
	struct evtx_program *fields;
	const char *p, *end;
	struct ts_str names[TS_EVTX_MAX_DEPTH]; /* of open elements */
	size_t nodes[TS_EVTX_MAX_DEPTH];
	int depth;
	bool system, skipped; /* within System; within RenderingInfo */
};

static bool bad(struct parser *k)
{
	return evtx_fail(k->x, TS_EVTX_RECORD_XML);
}

static bool over(struct parser *k)
{
	return evtx_fail(k->x, TS_EVTX_RECORD_LIMIT);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
	       c == '-' || c == '.' || c == ':' || (unsigned char)c >= 0x80;
}

static void skip_blank(struct parser *k)
{
	while (k->p < k->end && is_blank(*k->p)) {
		k->p++;
	}
}

static bool next_is(const struct parser *k, const char *what)
{
	size_t n = strlen(what);
	return (size_t)(k->end - k->p) >= n && memcmp(k->p, what, n) == 0;
}

/* --- text --- */

static bool put(struct parser *k, const char *p, size_t n)
{
	struct ts_evtx *x = k->x;
	if (n > TS_EVTX_MAX_TEXT - x->ntext) {
		return over(k);
	}
	memcpy(x->text + x->ntext, p, n);
	x->ntext += n;
	return true;
}

static bool put_char(struct parser *k, uint32_t cp)
{
	char utf8[4];
	return put(k, utf8, ts_utf8_put(utf8, cp != 0 ? cp : TS_BAD_CHAR));
}

/* Literal text; what is no UTF-8 becomes U+FFFD, and so does a NUL. */
static bool put_literal(struct parser *k, const char *p, size_t n)
{
	if (ts_utf8_valid(p, n) && memchr(p, '\0', n) == NULL) {
		return put(k, p, n);
	}
	for (size_t i = 0; i < n;) {
		uint32_t cp;
		i += ts_utf8_next(p + i, n - i, &cp, NULL);
		if (!put_char(k, cp)) {
			return false;
		}
	}
	return true;
}

/* "&lt;", "&#10;", "&#x2713;" at k->p. */
static bool put_reference(struct parser *k)
{
	static const struct {
		const char *name;
		char c;
	} known[] = { { "&lt;", '<' }, { "&gt;", '>' }, { "&amp;", '&' }, { "&quot;", '"' },
		{ "&apos;", '\'' } };
	for (size_t i = 0; i < TS_COUNT(known); i++) {
		if (next_is(k, known[i].name)) {
			k->p += strlen(known[i].name);
			return put(k, &known[i].c, 1);
		}
	}
	if (!next_is(k, "&#")) {
		return bad(k);
	}
	k->p += 2;
	bool hex = k->p < k->end && *k->p == 'x';
	uint32_t cp = 0;
	const char *from = k->p += hex;
	for (; k->p < k->end && *k->p != ';'; k->p++) {
		char c = *k->p, l = (char)(c | 32);
		int digit = c >= '0' && c <= '9' ? c - '0' : hex && l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
		if (digit < 0 || cp > 0x10FFFF) {
			return bad(k);
		}
		cp = cp * (hex ? 16 : 10) + (unsigned)digit;
	}
	if (k->p == from || k->p == k->end) {
		return bad(k);
	}
	k->p++;
	return put_char(k, cp);
}

/* Text up to `stop`, which stays. */
static bool put_until(struct parser *k, char stop)
{
	while (k->p < k->end && *k->p != stop) {
		const char *from = k->p;
		while (k->p < k->end && *k->p != stop && *k->p != '&' && *k->p != '<') {
			k->p++;
		}
		if (!put_literal(k, from, (size_t)(k->p - from))) {
			return false;
		}
		if (k->p == k->end || *k->p == stop) {
			break;
		}
		if (*k->p == '<' || !put_reference(k)) {
			return *k->p == '<' ? bad(k) : false;
		}
	}
	return k->p < k->end || bad(k);
}

/* End what was put since `from`: a string of the record. */
static bool end_text(struct parser *k, size_t from, struct ts_str *out)
{
	*out = (struct ts_str){ k->x->text + from, k->x->ntext - from };
	return put(k, "", 1);
}

/* --- elements --- */

static bool read_name(struct parser *k, struct ts_str *out)
{
	const char *from = k->p;
	while (k->p < k->end && is_name(*k->p)) {
		k->p++;
	}
	size_t at = k->x->ntext, n = (size_t)(k->p - from);
	return (n > 0 && n < 256 && put_literal(k, from, n) && end_text(k, at, out)) || bad(k);
}

static bool add_node(struct parser *k, struct ts_str name, bool attribute, size_t *node)
{
	struct ts_evtx *x = k->x;
	if (x->nnodes == TS_EVTX_MAX_NODES) {
		return over(k);
	}
	*node = x->nnodes;
	x->nodes[x->nnodes++] = (struct ts_evtx_node){ .name = name.p,
		.name_len = (uint32_t)name.n,
		.value = "",
		.depth = (uint16_t)(k->depth - 1),
		.attribute = attribute };
	return true;
}

static void note_field(struct parser *k, const char *attribute, struct ts_str value)
{
	enum ts_evtx_field f = k->system && k->depth == 3 && value.n > 0
				       ? evtx_field_of(k->names[2].p, attribute)
				       : TS_EVTX_FIELDS;
	if (f != TS_EVTX_FIELDS && k->fields->fields[f].text == NULL) {
		k->fields->fields[f].text = value.p;
		k->fields->fields[f].len = (uint32_t)value.n;
	}
}

static bool read_attribute(struct parser *k)
{
	struct ts_str name, value;
	size_t node;
	if (!read_name(k, &name)) {
		return false;
	}
	skip_blank(k);
	if (!next_is(k, "=")) {
		return bad(k);
	}
	k->p++;
	skip_blank(k);
	if (!next_is(k, "'") && !next_is(k, "\"")) {
		return bad(k);
	}
	char quote = *k->p++;
	size_t from = k->x->ntext;
	if (!put_until(k, quote) || !end_text(k, from, &value)) {
		return false;
	}
	k->p++;
	if (k->system || k->skipped) {
		note_field(k, name.p, value);
		return true;
	}
	if (!add_node(k, name, true, &node)) {
		return false;
	}
	k->x->nodes[node].value = value.p;
	k->x->nodes[node].value_len = (uint32_t)value.n;
	return true;
}

static void close_element(struct parser *k)
{
	k->depth--;
	if (k->depth == 1) {
		k->system = k->skipped = false;
	}
}

static bool open_element(struct parser *k)
{
	struct ts_str name;
	k->p++;
	if (k->depth == TS_EVTX_MAX_DEPTH) {
		return over(k);
	}
	if (!read_name(k, &name)) {
		return false;
	}
	k->names[k->depth] = name;
	k->nodes[k->depth++] = NO_NODE;
	if (k->depth == 2) {
		k->system = ts_str_eq(name, "System");
		k->skipped = ts_str_eq(name, "RenderingInfo");
	}
	if (!k->system && !k->skipped && !add_node(k, name, false, &k->nodes[k->depth - 1])) {
		return false;
	}
	for (;;) {
		const char *before = k->p;
		skip_blank(k);
		if (next_is(k, "/>")) {
			k->p += 2;
			close_element(k);
			return true;
		}
		if (next_is(k, ">")) {
			k->p++;
			return true;
		}
		if (k->p == before || !read_attribute(k)) {
			return k->p == before ? bad(k) : false;
		}
	}
}

static bool end_element(struct parser *k)
{
	const struct ts_str *name = &k->names[k->depth - 1];
	k->p += 2;
	if ((size_t)(k->end - k->p) < name->n || memcmp(k->p, name->p, name->n) != 0) {
		return bad(k);
	}
	k->p += name->n;
	skip_blank(k);
	if (!next_is(k, ">")) {
		return bad(k);
	}
	k->p++;
	close_element(k);
	return true;
}

/* --- content --- */

/* The element's own text so far to the end of all text, so that more can follow it. */
static bool gather(struct parser *k, struct ts_evtx_node *node)
{
	struct ts_evtx *x = k->x;
	if (node->value_len == 0) {
		node->value = x->text + x->ntext;
		return true;
	}
	if (node->value + node->value_len + 1 == x->text + x->ntext) {
		x->ntext--;
		return true;
	}
	const char *to = x->text + x->ntext;
	if (!put(k, node->value, node->value_len)) {
		return false;
	}
	node->value = to;
	return true;
}

static bool put_content(struct parser *k)
{
	const char *cdata = "<![CDATA[";
	if (!next_is(k, cdata)) {
		return put_until(k, '<');
	}
	const char *from = k->p += strlen(cdata);
	while (k->p < k->end && !next_is(k, "]]>")) {
		k->p++;
	}
	if (k->p == k->end) {
		return bad(k);
	}
	k->p += 3;
	return put_literal(k, from, (size_t)(k->p - 3 - from));
}

/* Is the text up to the next tag only layout between the children of an element? */
static bool is_layout(const struct parser *k, size_t node)
{
	const char *p = k->p;
	while (p < k->end && is_blank(*p)) {
		p++;
	}
	return p < k->end && *p == '<' && p > k->p && node + 1 < k->x->nnodes &&
	       !k->x->nodes[k->x->nnodes - 1].attribute;
}

static bool read_text(struct parser *k)
{
	struct ts_evtx *x = k->x;
	size_t at = k->nodes[k->depth - 1], from = x->ntext;
	struct ts_str text;
	if (at == NO_NODE) {
		if (!put_content(k) || !end_text(k, from, &text)) {
			return false;
		}
		note_field(k, NULL, text);
		return true;
	}
	if (is_layout(k, at)) {
		skip_blank(k);
		return true;
	}
	struct ts_evtx_node *node = &x->nodes[at];
	if (!gather(k, node)) {
		return false;
	}
	size_t begin = (size_t)(node->value - x->text);
	if (!put_content(k) || !end_text(k, begin, &text)) {
		return false;
	}
	node->value_len = (uint32_t)text.n;
	return true;
}

/* The event at k->p; k->p is behind it afterwards, or where it stopped being one. */
static bool read_event(struct parser *k)
{
	do {
		bool ok = next_is(k, "</")                       ? k->depth > 0 && end_element(k)
			  : next_is(k, "<![CDATA[")              ? read_text(k)
			  : next_is(k, "<!") || next_is(k, "<?") ? bad(k)
			  : next_is(k, "<")                      ? open_element(k)
								 : k->p < k->end && read_text(k);
		if (!ok) {
			return false;
		}
	} while (k->depth > 0);
	return true;
}

/* Begin a record whose fields are text. */
static void begin(struct ts_evtx *x, struct parser *k, const char *p, const char *end)
{
	x->record = NULL;
	x->scratch.used = 0;
	x->nvalues = x->nnodes = x->ntext = 0;
	x->decoded = x->decoded_well = true;
	x->wrong = TS_EVTX_RECORD_XML;
	for (int f = 0; f < TS_EVTX_FIELDS; f++) {
		x->xml.fields.fields[f] = (struct evtx_source){ NULL, 0, EVTX_NO_SUB };
	}
	x->root = (struct evtx_frame){ .program = &x->xml.fields };
	*k = (struct parser){ .x = x, .fields = &x->xml.fields, .p = p, .end = end };
}

bool ts_evtx_set_xml(struct ts_evtx *x, const char *xml, size_t n)
{
	struct parser k;
	begin(x, &k, xml, xml + n);
	skip_blank(&k);
	if (!next_is(&k, "<Event") || !read_event(&k) || !ts_str_eq(k.names[0], "Event")) {
		x->nnodes = 0;
		return false;
	}
	int64_t v;
	x->xml.number = ts_evtx_int(x, TS_EVTX_RECORD_ID, &v) ? (uint64_t)v : 0;
	x->xml.time = ts_evtx_int(x, TS_EVTX_TIME, &v) ? (uint64_t)v : 0;
	return true;
}

/* --- a file --- */

bool ts_evtx_recognise_xml(const char *text, size_t n)
{
	static const char mark[] = "schemas.microsoft.com/win/2004/08/events";
	struct parser k = { .p = text, .end = text + (n < HEAD ? n : HEAD) };
	skip_blank(&k);
	if (next_is(&k, "<?xml")) {
		const char *close = memchr(k.p, '>', (size_t)(k.end - k.p));
		k.p = close != NULL ? close + 1 : k.end;
		skip_blank(&k);
	}
	return next_is(&k, "<Event") && memmem(k.p, (size_t)(k.end - k.p), mark, sizeof(mark) - 1) != NULL;
}

static int by_time(const void *a, const void *b)
{
	const struct evtx_xml_event *x = a, *y = b;
	if (x->time != y->time) {
		return x->time < y->time ? -1 : 1;
	}
	if (x->number != y->number) {
		return x->number < y->number ? -1 : 1;
	}
	return x->p < y->p ? -1 : x->p > y->p;
}

/* The text of the file as UTF-8. */
static struct ts_str text_of(struct ts_evtx *x, const void *data, size_t size)
{
	size_t skip = 0;
	ts_buf_finish(&x->xml.copy);
	ts_buf_init(&x->xml.copy, MAX_COPY);
	if (size == 0 ||
		ts_text_encoding(data, size < HEAD ? size : HEAD, size > HEAD, &skip) == TS_ENC_UTF8) {
		return (struct ts_str){ (const char *)data + skip, size - skip };
	}
	ts_text_put(&x->xml.copy, data, size, false);
	return (struct ts_str){ ts_buf_str(&x->xml.copy), x->xml.copy.len };
}

/* The next "<Event" that begins an element of that name. */
static const char *find_event(const char *p, const char *end)
{
	while (p < end && (p = memmem(p, (size_t)(end - p), "<Event", 6)) != NULL) {
		if (p + 6 < end && (is_blank(p[6]) || p[6] == '>')) {
			return p;
		}
		p += 6;
	}
	return NULL;
}

bool evtx_xml_open(struct ts_evtx *x, const void *data, size_t size)
{
	x->xml.n = 0;
	x->xml.bad = x->xml.too_big = 0;
	x->xml.is_log = false;
	if (size >= EVTX_FILE_HEADER && ts_evtx_recognise(data, size)) {
		return false;
	}
	struct ts_str text = text_of(x, data, size);
	if (!ts_evtx_recognise_xml(text.p, text.n)) {
		return false;
	}
	const char *end = text.p + text.n, *p = text.p;
	struct parser k;
	while ((p = find_event(p, end)) != NULL) {
		begin(x, &k, p, end);
		if (read_event(&k)) {
			int64_t number, time;
			TS_GROW(x->xml.events, x->xml.cap, x->xml.n);
			x->xml.events[x->xml.n++] = (struct evtx_xml_event){ p, (size_t)(k.p - p),
				ts_evtx_int(x, TS_EVTX_RECORD_ID, &number) ? (uint64_t)number : 0,
				ts_evtx_int(x, TS_EVTX_TIME, &time) ? (uint64_t)time : 0 };
		} else if (x->wrong == TS_EVTX_RECORD_LIMIT) {
			x->xml.too_big++;
		} else {
			x->xml.bad++;
		}
		/* Behind what was read: a second look at it could cost any time. */
		p = k.p > p + 6 ? k.p : p + 6;
	}
	if (x->xml.n > 1) {
		qsort(x->xml.events, x->xml.n, sizeof(*x->xml.events), by_time);
	}
	x->xml.is_log = true;
	return true;
}

bool ts_evtx_is_xml(const struct ts_evtx *x)
{
	return x->xml.is_log;
}

size_t evtx_xml_chunks(const struct ts_evtx *x)
{
	return (x->xml.n + PER_CHUNK - 1) / PER_CHUNK;
}

void evtx_xml_enter(struct ts_evtx *x, size_t chunk)
{
	size_t first = chunk * PER_CHUNK, n = x->xml.n - first < PER_CHUNK ? x->xml.n - first : PER_CHUNK;
	x->next_record = 0;
	x->nrecords = n;
	for (size_t i = 0; i < n; i++) {
		x->records[i] = (uint32_t)(first + i);
	}
	x->stats.chunks += n > 0;
}

bool evtx_xml_record(struct ts_evtx *x, uint32_t i)
{
	const struct evtx_xml_event *e = &x->xml.events[i];
	return ts_evtx_set_xml(x, e->p, e->n);
}

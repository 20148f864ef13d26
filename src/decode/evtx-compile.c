/* decode/evtx-compile.c - binary XML to a flat list of operations: what is said of the format stands here
 * once, for templates and for literal fragments alike. Nothing recurses: open elements stand on a small
 * stack. */
#include "decode/evtx-int.h"

#define NAME_HEAD 8 /* next name, hash, count of characters */

enum place { PLACE_OUTSIDE, PLACE_TAG, PLACE_ATTRIBUTE, PLACE_CONTENT };

struct compiler {
	struct ts_evtx *x;
	struct evtx_span s;
	struct evtx_pool *pool;
	bool in_template;
	uint32_t nops;
	enum place place;
	int depth;
	uint32_t open[TS_EVTX_MAX_DEPTH]; /* OP_OPEN of each open element */
	const char *attribute;            /* name of the attribute we are in */
	struct evtx_program *program;
};

static const struct {
	const char *element, *attribute;
} field_names[TS_EVTX_FIELDS] = {
	[TS_EVTX_PROVIDER] = { "Provider", "Name" },
	[TS_EVTX_PROVIDER_GUID] = { "Provider", "Guid" },
	[TS_EVTX_SOURCE] = { "Provider", "EventSourceName" },
	[TS_EVTX_EVENT_ID] = { "EventID", NULL },
	[TS_EVTX_QUALIFIERS] = { "EventID", "Qualifiers" },
	[TS_EVTX_VERSION] = { "Version", NULL },
	[TS_EVTX_LEVEL] = { "Level", NULL },
	[TS_EVTX_TASK] = { "Task", NULL },
	[TS_EVTX_OPCODE] = { "Opcode", NULL },
	[TS_EVTX_KEYWORDS] = { "Keywords", NULL },
	[TS_EVTX_TIME] = { "TimeCreated", "SystemTime" },
	[TS_EVTX_RECORD_ID] = { "EventRecordID", NULL },
	[TS_EVTX_ACTIVITY] = { "Correlation", "ActivityID" },
	[TS_EVTX_RELATED_ACTIVITY] = { "Correlation", "RelatedActivityID" },
	[TS_EVTX_PID] = { "Execution", "ProcessID" },
	[TS_EVTX_TID] = { "Execution", "ThreadID" },
	[TS_EVTX_CHANNEL] = { "Channel", NULL },
	[TS_EVTX_COMPUTER] = { "Computer", NULL },
	[TS_EVTX_USER] = { "Security", "UserID" },
};

enum ts_evtx_field evtx_field_of(const char *element, const char *attribute)
{
	int f = 0;
	for (; f < TS_EVTX_FIELDS; f++) {
		const char *want = field_names[f].attribute;
		if (strcmp(field_names[f].element, element) == 0 && (want == NULL) == (attribute == NULL) &&
			(want == NULL || strcmp(want, attribute) == 0)) {
			break;
		}
	}
	return (enum ts_evtx_field)f;
}

static bool bad(struct compiler *c)
{
	return evtx_fail(c->x, TS_EVTX_RECORD_XML);
}

/* --- operations --- */

static struct evtx_op *add(struct compiler *c, enum evtx_op_kind kind)
{
	if (c->nops == EVTX_MAX_OPS) {
		evtx_fail(c->x, TS_EVTX_RECORD_LIMIT);
		return NULL;
	}
	struct evtx_op *op = &c->x->ops[c->nops++];
	*op = (struct evtx_op){ .kind = (uint8_t)kind, .sub = EVTX_NO_SUB, .repeat = EVTX_NO_SUB };
	return op;
}

/* UTF-16 of the chunk as UTF-8 in the pool, with a NUL behind it. */
static const char *pool_text(struct compiler *c, const unsigned char *p, size_t units, uint32_t *len)
{
	char *out = evtx_pool_take(c->pool, units * 3 + 1, 1);
	if (out == NULL) {
		evtx_fail(c->x, TS_EVTX_RECORD_LIMIT);
		return NULL;
	}
	*len = (uint32_t)evtx_utf16(out, p, units);
	out[*len] = '\0';
	c->pool->used -= units * 3 - *len;
	return out;
}

/* Which System field is it that we are in? TS_EVTX_FIELDS = none. */
static enum ts_evtx_field field_here(const struct compiler *c)
{
	const struct evtx_op *ops = c->x->ops;
	if (c->depth != 3 || strcmp(ops[c->open[1]].text, "System") != 0 ||
		strcmp(ops[c->open[0]].text, "Event") != 0) {
		return TS_EVTX_FIELDS;
	}
	return evtx_field_of(ops[c->open[2]].text, c->place == PLACE_ATTRIBUTE ? c->attribute : NULL);
}

static void note_field(struct compiler *c, const struct evtx_op *op)
{
	enum ts_evtx_field f = field_here(c);
	if (f == TS_EVTX_FIELDS) {
		return;
	}
	struct evtx_source *source = &c->program->fields[f];
	if (op->kind == OP_VALUE && source->text == NULL && source->sub == EVTX_NO_SUB) {
		source->sub = op->sub;
	} else if (op->kind == OP_TEXT && source->sub == EVTX_NO_SUB) {
		source->text = op->text;
		source->len = op->len;
	}
}

/* Literal text: neighbours become one operation. */
static bool add_text(struct compiler *c, const unsigned char *p, size_t units)
{
	if (c->place != PLACE_ATTRIBUTE && c->place != PLACE_CONTENT) {
		return bad(c);
	}
	struct evtx_op *last = c->nops > 0 ? &c->x->ops[c->nops - 1] : NULL;
	const char *end = (const char *)c->pool->data + c->pool->used;
	bool join = last != NULL && last->kind == OP_TEXT && last->text + last->len + 1 == end;
	if (join) {
		c->pool->used--;
	}
	uint32_t len;
	const char *text = pool_text(c, p, units, &len);
	if (text == NULL) {
		return false;
	}
	if (join) {
		last->len += len;
	} else {
		last = add(c, OP_TEXT);
		if (last == NULL) {
			return false;
		}
		last->text = text;
		last->len = len;
	}
	note_field(c, last);
	return true;
}

/* --- names --- */

static bool name_fits(const struct ts_evtx *x, uint32_t at)
{
	return at >= EVTX_CHUNK_HEADER && at <= x->chunk_end - NAME_HEAD &&
	       evtx_u16(x->chunk + at + 6) * 2u <= x->chunk_end - NAME_HEAD - at;
}

/* A reference to a name, which may stand right behind it. */
static const char *take_name(struct compiler *c, uint32_t *len)
{
	if (evtx_left(&c->s) < 4) {
		bad(c);
		return NULL;
	}
	uint32_t at = evtx_u32(c->s.base + c->s.pos);
	c->s.pos += 4;
	if (!name_fits(c->x, at)) {
		bad(c);
		return NULL;
	}
	size_t units = evtx_u16(c->x->chunk + at + 6);
	if (at == c->s.pos) {
		size_t size = NAME_HEAD + units * 2 + 2;
		if (size > evtx_left(&c->s)) {
			bad(c);
			return NULL;
		}
		c->s.pos += (uint32_t)size;
	}
	return pool_text(c, c->x->chunk + at + NAME_HEAD, units, len);
}

/* --- tokens --- */

/* Does an element start at `at` (its size comes first) as one can? */
static bool element_fits(const struct compiler *c, uint32_t at)
{
	return c->s.end - c->s.pos >= at - c->s.pos + 8 && evtx_u32(c->s.base + at) <= c->s.end - at - 4 &&
	       name_fits(c->x, evtx_u32(c->s.base + at + 4));
}

static bool open_element(struct compiler *c, bool attributes)
{
	uint16_t dependency = EVTX_NO_SUB;
	if (c->place != PLACE_OUTSIDE && c->place != PLACE_CONTENT) {
		return bad(c);
	}
	if (c->depth == TS_EVTX_MAX_DEPTH) {
		return evtx_fail(c->x, TS_EVTX_RECORD_LIMIT);
	}
	/* The rule is: a dependency identifier in templates and none elsewhere; some writers do it the
	 * other way. */
	bool with = c->in_template;
	if (!element_fits(c, c->s.pos + (with ? 2 : 0))) {
		with = !with;
		if (!element_fits(c, c->s.pos + (with ? 2 : 0))) {
			return bad(c);
		}
	}
	if (with) {
		dependency = evtx_u16(c->s.base + c->s.pos);
		c->s.pos += 2;
	}
	c->s.pos += 4;
	uint32_t len;
	const char *name = take_name(c, &len);
	struct evtx_op *op = name != NULL ? add(c, OP_OPEN) : NULL;
	if (op == NULL) {
		return false;
	}
	op->text = name;
	op->len = len;
	op->sub = dependency;
	if (c->depth == 1 && (strcmp(name, "System") == 0 || strcmp(name, "RenderingInfo") == 0)) {
		op->flags = OP_SKIPPED;
	}
	if (attributes) {
		if (evtx_left(&c->s) < 4) {
			return bad(c);
		}
		c->s.pos += 4; /* the list's size; its tokens say it too */
	}
	c->open[c->depth++] = c->nops - 1;
	c->place = PLACE_TAG;
	return true;
}

static bool begin_attribute(struct compiler *c)
{
	if (c->place != PLACE_TAG && c->place != PLACE_ATTRIBUTE) {
		return bad(c);
	}
	uint32_t len;
	const char *name = take_name(c, &len);
	struct evtx_op *op = name != NULL ? add(c, OP_ATTRIBUTE) : NULL;
	if (op == NULL) {
		return false;
	}
	op->text = name;
	op->len = len;
	c->attribute = name;
	c->place = PLACE_ATTRIBUTE;
	return true;
}

static bool begin_content(struct compiler *c)
{
	if (c->place != PLACE_TAG && c->place != PLACE_ATTRIBUTE) {
		return bad(c);
	}
	c->place = PLACE_CONTENT;
	return add(c, OP_CONTENT) != NULL;
}

static bool close_element(struct compiler *c, bool empty)
{
	bool in_tag = c->place == PLACE_TAG || c->place == PLACE_ATTRIBUTE;
	if (c->depth == 0 || (empty ? !in_tag : c->place != PLACE_CONTENT)) {
		return bad(c);
	}
	struct evtx_op *ops = c->x->ops;
	struct evtx_op *start = &ops[c->open[--c->depth]];
	const struct evtx_op *last = &ops[c->nops - 1];
	if (!empty && last->kind == OP_VALUE && ops[c->nops - 2].kind == OP_CONTENT) {
		start->repeat = last->sub;
		if ((last->flags & OP_OPTIONAL) != 0 && start->sub == EVTX_NO_SUB) {
			start->sub = last->sub;
		}
	}
	if (add(c, OP_CLOSE) == NULL) {
		return false;
	}
	start->skip = c->nops;
	c->place = c->depth > 0 ? PLACE_CONTENT : PLACE_OUTSIDE;
	return true;
}

static bool counted_text(struct compiler *c, bool keep)
{
	if (evtx_left(&c->s) < 2) {
		return bad(c);
	}
	uint32_t units = evtx_u16(c->s.base + c->s.pos);
	c->s.pos += 2;
	if (units * 2 > evtx_left(&c->s)) {
		return bad(c);
	}
	const unsigned char *p = c->s.base + c->s.pos;
	c->s.pos += units * 2;
	return !keep || add_text(c, p, units);
}

static bool typed_text(struct compiler *c)
{
	if (evtx_left(&c->s) < 1 || c->s.base[c->s.pos] != EVTX_STRING) {
		return bad(c);
	}
	c->s.pos++;
	return counted_text(c, true);
}

static bool entity(struct compiler *c)
{
	static const struct {
		const char *name;
		unsigned char utf16[2];
	} entities[] = { { "amp", "&" }, { "lt", "<" }, { "gt", ">" }, { "quot", "\"" }, { "apos", "'" } };
	size_t mark = c->pool->used;
	uint32_t len;
	const char *name = take_name(c, &len);
	if (name == NULL) {
		return false;
	}
	for (size_t i = 0; i < TS_COUNT(entities); i++) {
		if (strcmp(name, entities[i].name) == 0) {
			c->pool->used = mark; /* so that the text joins what stands before it */
			return add_text(c, entities[i].utf16, 1);
		}
	}
	return bad(c);
}

static bool char_reference(struct compiler *c)
{
	if (evtx_left(&c->s) < 2) {
		return bad(c);
	}
	const unsigned char *p = c->s.base + c->s.pos;
	c->s.pos += 2;
	return add_text(c, p, 1);
}

static bool substitution(struct compiler *c, bool optional)
{
	if (evtx_left(&c->s) < 3 || (c->place != PLACE_ATTRIBUTE && c->place != PLACE_CONTENT)) {
		return bad(c);
	}
	struct evtx_op *op = add(c, OP_VALUE);
	if (op == NULL) {
		return false;
	}
	op->sub = evtx_u16(c->s.base + c->s.pos);
	op->flags = optional ? OP_OPTIONAL : 0;
	c->s.pos += 3; /* the type stands with the value, too, and counts there */
	note_field(c, op);
	return true;
}

static bool nested_instance(struct compiler *c)
{
	if (c->place != PLACE_CONTENT) {
		return bad(c);
	}
	struct evtx_op *op = add(c, OP_INSTANCE);
	if (op == NULL) {
		return false;
	}
	op->skip = c->s.pos;
	return evtx_instance_skip(c->x, &c->s);
}

static bool pi_target(struct compiler *c)
{
	uint32_t len;
	size_t mark = c->pool->used;
	bool ok = take_name(c, &len) != NULL;
	c->pool->used = mark;
	return ok;
}

static bool fragment_head(struct compiler *c)
{
	if (evtx_left(&c->s) < EVTX_FRAGMENT_HEAD - 1 || c->place != PLACE_OUTSIDE) {
		return bad(c);
	}
	c->s.pos += EVTX_FRAGMENT_HEAD - 1;
	return true;
}

static bool one_token(struct compiler *c, unsigned token)
{
	bool more = (token & EVTX_TOKEN_MORE) != 0;
	switch (token & ~(unsigned)EVTX_TOKEN_MORE) {
	case EVTX_TOKEN_OPEN: return open_element(c, more);
	case EVTX_TOKEN_CLOSE_START: return begin_content(c);
	case EVTX_TOKEN_CLOSE_EMPTY: return close_element(c, true);
	case EVTX_TOKEN_CLOSE: return close_element(c, false);
	case EVTX_TOKEN_TEXT: return typed_text(c);
	case EVTX_TOKEN_ATTRIBUTE: return begin_attribute(c);
	case EVTX_TOKEN_CDATA: return counted_text(c, true);
	case EVTX_TOKEN_CHAR: return char_reference(c);
	case EVTX_TOKEN_ENTITY: return entity(c);
	case EVTX_TOKEN_PI_TARGET: return pi_target(c);
	case EVTX_TOKEN_PI_DATA: return counted_text(c, false);
	case EVTX_TOKEN_INSTANCE: return nested_instance(c);
	case EVTX_TOKEN_VALUE: return substitution(c, false);
	case EVTX_TOKEN_OPTIONAL: return substitution(c, true);
	case EVTX_TOKEN_FRAGMENT: return fragment_head(c);
	default: return bad(c);
	}
}

static struct evtx_program *finish(struct compiler *c)
{
	struct evtx_op *op = add(c, OP_END);
	struct evtx_op *ops =
		op != NULL ? evtx_pool_take(c->pool, c->nops * sizeof(*ops), _Alignof(struct evtx_op)) : NULL;
	if (ops == NULL) {
		evtx_fail(c->x, TS_EVTX_RECORD_LIMIT);
		return NULL;
	}
	memcpy(ops, c->x->ops, c->nops * sizeof(*ops));
	c->program->ops = ops;
	return c->program;
}

const struct evtx_program *evtx_compile(
	struct ts_evtx *x, struct evtx_span s, bool in_template, struct evtx_pool *pool)
{
	struct compiler c = { .x = x, .s = s, .pool = pool, .in_template = in_template };
	c.program = evtx_pool_take(pool, sizeof(*c.program), _Alignof(struct evtx_program));
	if (c.program == NULL) {
		evtx_fail(x, TS_EVTX_RECORD_LIMIT);
		return NULL;
	}
	for (int f = 0; f < TS_EVTX_FIELDS; f++) {
		c.program->fields[f] = (struct evtx_source){ .sub = EVTX_NO_SUB };
	}
	while (c.s.pos < c.s.end) {
		unsigned token = c.s.base[c.s.pos++];
		if (token == EVTX_TOKEN_END) {
			break;
		}
		if (!one_token(&c, token)) {
			return NULL;
		}
	}
	if (c.depth > 0) {
		evtx_fail(x, TS_EVTX_RECORD_XML);
		return NULL;
	}
	return finish(&c);
}

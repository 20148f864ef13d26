/* decode/evtx-template.c - template definitions, compiled once per chunk, and their instances with the
 * values that go in. */
#include "decode/evtx-int.h"

#define DEFINITION_HEAD 24 /* next definition, GUID, size of the body */

void *evtx_pool_take(struct evtx_pool *p, size_t n, size_t align)
{
	size_t at = (p->used + align - 1) & ~(align - 1);
	if (at > p->cap || n > p->cap - at) {
		return NULL;
	}
	p->used = at + n;
	return p->data + at;
}

void evtx_templates_clear(struct ts_evtx *x)
{
	for (size_t i = 0; i < x->ntemplates; i++) {
		x->template_at[x->templates[i].offset] = 0;
	}
	x->ntemplates = 0;
	x->pool.used = 0;
}

/* Size of the body of the definition there; false where none can stand. */
static bool definition_size(const struct ts_evtx *x, uint32_t at, uint32_t *size)
{
	if (at < EVTX_CHUNK_HEADER || at > x->chunk_end - DEFINITION_HEAD) {
		return false;
	}
	*size = evtx_u32(x->chunk + at + 20);
	return *size <= x->chunk_end - DEFINITION_HEAD - at;
}

static const struct evtx_program *template_of(struct ts_evtx *x, uint32_t at, uint32_t size)
{
	unsigned slot = x->template_at[at];
	if (slot == 0) {
		if (x->ntemplates == TS_COUNT(x->templates)) {
			evtx_fail(x, TS_EVTX_RECORD_LIMIT);
			return NULL;
		}
		struct evtx_span s = { x->chunk, at + DEFINITION_HEAD, at + DEFINITION_HEAD + size };
		size_t mark = x->pool.used;
		slot = (unsigned)++x->ntemplates;
		x->template_at[at] = (uint16_t)slot;
		x->templates[slot - 1].program = evtx_compile(x, s, true, &x->pool);
		x->templates[slot - 1].offset = at;
		x->templates[slot - 1].over_limit = x->wrong == TS_EVTX_RECORD_LIMIT;
		if (x->templates[slot - 1].program == NULL) {
			x->pool.used = mark;
		}
	}
	if (x->templates[slot - 1].program == NULL) {
		evtx_fail(x, x->templates[slot - 1].over_limit ? TS_EVTX_RECORD_LIMIT : TS_EVTX_RECORD_XML);
	}
	return x->templates[slot - 1].program;
}

/* The part before the values; *at and *size: the definition. */
static bool instance_head(struct ts_evtx *x, struct evtx_span *s, uint32_t *at, uint32_t *size)
{
	if (evtx_left(s) < 9) {
		return evtx_fail(x, TS_EVTX_RECORD_XML);
	}
	uint32_t id = evtx_u32(s->base + s->pos + 1);
	*at = evtx_u32(s->base + s->pos + 5);
	s->pos += 9;
	/* The identifier is the beginning of the definition's GUID: an offset that leads somewhere else is
	 * not followed. */
	if (!definition_size(x, *at, size) || evtx_u32(x->chunk + *at + 4) != id) {
		return evtx_fail(x, TS_EVTX_RECORD_XML);
	}
	if (*at == s->pos) {
		if (DEFINITION_HEAD + *size > evtx_left(s)) {
			return evtx_fail(x, TS_EVTX_RECORD_XML);
		}
		s->pos += DEFINITION_HEAD + *size;
	}
	return evtx_left(s) >= 4 || evtx_fail(x, TS_EVTX_RECORD_XML);
}

/* The head of an instance and its array of value descriptors: n of them, of 4 bytes each, at s. */
static bool instance_values(struct ts_evtx *x, struct evtx_span *s, uint32_t *at, uint32_t *size, uint32_t *n)
{
	if (!instance_head(x, s, at, size)) {
		return false;
	}
	*n = evtx_u32(s->base + s->pos);
	s->pos += 4;
	return *n <= evtx_left(s) / 4 || evtx_fail(x, TS_EVTX_RECORD_XML);
}

bool evtx_instance(struct ts_evtx *x, struct evtx_span *s, struct evtx_frame *f)
{
	uint32_t at, size, n;
	if (!instance_values(x, s, &at, &size, &n)) {
		return false;
	}
	if (n > TS_EVTX_MAX_VALUES - x->nvalues) {
		return evtx_fail(x, TS_EVTX_RECORD_LIMIT);
	}
	const unsigned char *d = s->base + s->pos;
	const unsigned char *p = d + (size_t)n * 4, *end = s->base + s->end;
	struct ts_evtx_value *v = x->values + x->nvalues, *after = v + n;
	for (struct ts_evtx_value *o = v; o < after; o++, d += 4) {
		uint32_t len = evtx_u16(d);
		if (len > (size_t)(end - p)) {
			return evtx_fail(x, TS_EVTX_RECORD_XML);
		}
		*o = (struct ts_evtx_value){ p, len, d[2] };
		p += len;
	}
	s->pos = (uint32_t)(p - s->base);
	x->nvalues += n;
	*f = (struct evtx_frame){ .program = template_of(x, at, size), .values = v, .nvalues = n };
	return f->program != NULL;
}

bool evtx_instance_skip(struct ts_evtx *x, struct evtx_span *s)
{
	uint32_t at, size, n;
	if (!instance_values(x, s, &at, &size, &n)) {
		return false;
	}
	const unsigned char *d = s->base + s->pos;
	s->pos += n * 4;
	for (uint32_t i = 0; i < n; i++, d += 4) {
		uint32_t len = evtx_u16(d);
		if (len > evtx_left(s)) {
			return evtx_fail(x, TS_EVTX_RECORD_XML);
		}
		s->pos += len;
	}
	return true;
}

bool evtx_fragment(struct ts_evtx *x, struct evtx_span s, struct evtx_frame *f, bool *empty)
{
	*empty = false;
	while (evtx_left(&s) >= EVTX_FRAGMENT_HEAD && s.base[s.pos] == EVTX_TOKEN_FRAGMENT) {
		s.pos += EVTX_FRAGMENT_HEAD;
	}
	if (evtx_left(&s) == 0 || s.base[s.pos] == EVTX_TOKEN_END) {
		*empty = true;
		return true;
	}
	if (s.base[s.pos] == EVTX_TOKEN_INSTANCE) {
		s.pos++;
		return evtx_instance(x, &s, f);
	}
	*f = (struct evtx_frame){ .program = evtx_compile(x, s, false, &x->scratch) };
	return f->program != NULL;
}

/* decode/evtx-run.c - runs the operations of a record's template over its values: System fields, and the
 * data as a list of nodes. */
#include "decode/evtx-int.h"

#include "decode/datetime.h"

#define ONE_VALUE 64 /* room for a value of fixed size */

const struct ts_evtx_value *evtx_value_of(const struct evtx_frame *f, unsigned sub)
{
	static const struct ts_evtx_value none = { NULL, 0, EVTX_NULL };
	return sub < f->nvalues ? &f->values[sub] : &none;
}

/* --- System --- */

bool ts_evtx_field(const struct ts_evtx *x, enum ts_evtx_field f, struct ts_evtx_value *out)
{
	const struct evtx_source *source = &x->root.program->fields[f];
	if (source->text != NULL) {
		*out = (struct ts_evtx_value){ (const unsigned char *)source->text, source->len,
			TS_EVTX_UTF8 };
		return true;
	}
	if (source->sub >= x->root.nvalues) {
		return false;
	}
	*out = x->root.values[source->sub];
	return out->type != EVTX_NULL;
}

/* Literal text as a number: decimal, 0x hex, or a time. */
static bool parse_number(const char *p, size_t n, int64_t *out)
{
	struct ts_instant t;
	uint64_t v = 0;
	bool hex = n > 2 && p[0] == '0' && (p[1] == 'x' || p[1] == 'X');
	if (n > 10 && p[4] == '-' && ts_datetime_parse(p, n, &t)) {
		*out = (int64_t)(ts_evtx_time_of_unix(t.sec) + (uint64_t)t.ns / 100);
		return true;
	}
	for (size_t i = hex ? 2 : 0; i < n; i++) {
		int digit = p[i] >= '0' && p[i] <= '9'                        ? p[i] - '0'
			    : hex && (p[i] | 32) >= 'a' && (p[i] | 32) <= 'f' ? (p[i] | 32) - 'a' + 10
									      : -1;
		if (digit < 0 || v > (UINT64_MAX - 15) / (hex ? 16 : 10)) {
			return false;
		}
		v = v * (hex ? 16 : 10) + (unsigned)digit;
	}
	*out = (int64_t)v;
	return n > (hex ? 2 : 0);
}

bool ts_evtx_int(const struct ts_evtx *x, enum ts_evtx_field f, int64_t *out)
{
	struct ts_evtx_value v;
	char text[ONE_VALUE * 3];
	if (!ts_evtx_field(x, f, &v)) {
		return false;
	}
	switch (v.type) {
	case EVTX_UINT8: *out = v.n >= 1 ? v.p[0] : 0; return v.n >= 1;
	case EVTX_UINT16: *out = v.n >= 2 ? evtx_u16(v.p) : 0; return v.n >= 2;
	case EVTX_UINT32:
	case EVTX_HEX32: *out = v.n >= 4 ? evtx_u32(v.p) : 0; return v.n >= 4;
	case EVTX_UINT64:
	case EVTX_HEX64:
	case EVTX_FILETIME:
	case EVTX_INT64: *out = v.n >= 8 ? (int64_t)evtx_u64(v.p) : 0; return v.n >= 8;
	default: break;
	}
	size_t n = v.n > ONE_VALUE ? SIZE_MAX : evtx_value_text(text, sizeof(text), v.type, v.p, v.n);
	return n != SIZE_MAX && parse_number(text, n, out);
}

const char *ts_evtx_text(struct ts_evtx *x, enum ts_evtx_field f)
{
	struct ts_evtx_value v;
	if (!ts_evtx_field(x, f, &v)) {
		return "";
	}
	struct evtx_pool *pool = &x->scratch;
	char *out = (char *)pool->data + pool->used;
	size_t room = pool->cap - pool->used;
	size_t n = room > 0 ? evtx_value_text(out, room - 1, v.type & ~(unsigned)EVTX_ARRAY, v.p, v.n)
			    : SIZE_MAX;
	if (n == SIZE_MAX) {
		return "";
	}
	out[n] = '\0';
	pool->used += n + 1;
	return out;
}

static int lower(int c)
{
	return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

/* Compare UTF-16 where it stands. 1 = equal, 0 = not, -1 = there is more in it than ASCII. */
static int same_ascii(const unsigned char *p, size_t units, const char *text)
{
	size_t i = 0;
	for (; i < units && text[i] != '\0'; i++) {
		int a = evtx_u16(p + i * 2), b = (unsigned char)text[i];
		if (a >= 0x80 || b >= 0x80 || a == 0) {
			return -1;
		}
		if (a != b && lower(a) != lower(b)) {
			return 0;
		}
	}
	return i == units ? text[i] == '\0' : -1; /* what follows may be NULs, which are no text */
}

bool ts_evtx_field_is(const struct ts_evtx *x, enum ts_evtx_field f, const char *text)
{
	struct ts_evtx_value v;
	char buffer[ONE_VALUE * 4];
	if (!ts_evtx_field(x, f, &v)) {
		return false;
	}
	int same = v.type == EVTX_STRING ? same_ascii(v.p, v.n / 2, text) : -1;
	if (same >= 0) {
		return same == 1;
	}
	const char *have = v.type == TS_EVTX_UTF8 ? (const char *)v.p : buffer;
	size_t n = v.type == TS_EVTX_UTF8     ? v.n
		   : v.n > sizeof(buffer) / 3 ? SIZE_MAX
					      : evtx_value_text(buffer, sizeof(buffer), v.type, v.p, v.n);
	if (n != strlen(text)) {
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		if (lower((unsigned char)have[i]) != lower((unsigned char)text[i])) {
			return false;
		}
	}
	return true;
}

/* --- data --- */

struct run {
	struct ts_evtx *x;
	struct evtx_frame frames[TS_EVTX_MAX_NESTING];
	int nframes;
	size_t open[TS_EVTX_MAX_DEPTH]; /* node of each open element */
	int depth;
	size_t target; /* node that text goes to */
	uint32_t steps;
};

static bool over(struct run *r)
{
	r->x->wrong = TS_EVTX_RECORD_LIMIT;
	return false;
}

static bool add_node(struct run *r, const struct evtx_op *op, bool attribute)
{
	struct ts_evtx *x = r->x;
	if (x->nnodes == TS_EVTX_MAX_NODES) {
		return over(r);
	}
	r->target = x->nnodes;
	x->nodes[x->nnodes++] = (struct ts_evtx_node){
		.name = op->text,
		.name_len = op->len,
		.value = "",
		.depth = (uint16_t)(attribute ? r->depth - 1 : r->depth),
		.attribute = attribute,
	};
	return true;
}

/* Room for a piece of text at the end of the target's value, which moves there if it stands elsewhere. NULL
 * = too much. */
static char *room_for(struct run *r, size_t *room)
{
	struct ts_evtx *x = r->x;
	struct ts_evtx_node *node = &x->nodes[r->target];
	if (node->value_len > 0 && node->value + node->value_len + 1 == x->text + x->ntext) {
		x->ntext--;
	} else if (node->value_len > 0) {
		if (node->value_len > TS_EVTX_MAX_TEXT - x->ntext) {
			return NULL;
		}
		memcpy(x->text + x->ntext, node->value, node->value_len);
		node->value = x->text + x->ntext;
		x->ntext += node->value_len;
	}
	*room = TS_EVTX_MAX_TEXT - x->ntext;
	return x->text + x->ntext;
}

static bool put_text(struct run *r, unsigned type, const unsigned char *p, size_t n)
{
	struct ts_evtx *x = r->x;
	size_t room = 0;
	char *out = room_for(r, &room);
	size_t len = out != NULL ? evtx_value_text(out, room, type, p, n) : SIZE_MAX;
	if (len == SIZE_MAX) {
		return over(r);
	}
	struct ts_evtx_node *node = &x->nodes[r->target];
	if (node->value_len == 0) {
		node->value = out;
	}
	node->value_len += (uint32_t)len;
	out[len] = '\0'; /* the buffer is one byte longer than its limit */
	x->ntext += len + 1;
	if (x->ntext > TS_EVTX_MAX_TEXT) {
		return over(r);
	}
	return true;
}

static bool put_literal(struct run *r, const struct evtx_op *op)
{
	struct ts_evtx_node *node = &r->x->nodes[r->target];
	if (node->value_len == 0) {
		node->value = op->text;
		node->value_len = op->len;
		return true;
	}
	return put_text(r, TS_EVTX_UTF8, (const unsigned char *)op->text, op->len);
}

/* An array where no element can be repeated: its items with a comma between them. */
static bool put_list(struct run *r, const struct ts_evtx_value *v)
{
	unsigned type = v->type & ~(unsigned)EVTX_ARRAY;
	for (size_t at = 0; at < v->n;) {
		size_t step, len = evtx_array_item(type, v->p + at, v->n - at, &step);
		if (++r->steps > TS_EVTX_MAX_STEPS) {
			return over(r);
		}
		if ((at > 0 && !put_text(r, TS_EVTX_UTF8, (const unsigned char *)",", 1)) ||
			!put_text(r, type, v->p + at, len)) {
			return false;
		}
		at += step;
	}
	return true;
}

static bool enter(struct run *r, struct evtx_span s)
{
	bool empty;
	if (r->nframes == TS_EVTX_MAX_NESTING) {
		return over(r);
	}
	if (!evtx_fragment(r->x, s, &r->frames[r->nframes], &empty)) {
		return false;
	}
	r->nframes += !empty;
	return true;
}

static bool enter_instance(struct run *r, uint32_t at)
{
	struct evtx_span s = { r->x->chunk, at, r->x->chunk_end };
	if (r->nframes == TS_EVTX_MAX_NESTING) {
		return over(r);
	}
	return evtx_instance(r->x, &s, &r->frames[r->nframes]) && ++r->nframes > 0;
}

static bool put_value(struct run *r, struct evtx_frame *f, const struct evtx_op *op)
{
	struct ts_evtx *x = r->x;
	const struct ts_evtx_value *v = evtx_value_of(f, op->sub);
	struct ts_evtx_node *node = &x->nodes[r->target];
	if (v->type == EVTX_NULL) {
		if ((op->flags & OP_OPTIONAL) != 0 && node->attribute && node->value_len == 0 &&
			r->target == x->nnodes - 1) {
			x->nnodes--;
			r->target = r->open[r->depth - 1];
		}
		return true;
	}
	if (f->repeating) {
		size_t step = 0;
		size_t len = evtx_array_item(
			v->type & ~(unsigned)EVTX_ARRAY, f->item, (size_t)(f->items_end - f->item), &step);
		const unsigned char *item = f->item;
		f->item += step;
		return put_text(r, v->type & ~(unsigned)EVTX_ARRAY, item, len);
	}
	if (v->type == EVTX_XML) {
		uint32_t at = (uint32_t)(v->p - x->chunk);
		return node->attribute || enter(r, (struct evtx_span){ x->chunk, at, at + v->n });
	}
	if ((v->type & EVTX_ARRAY) != 0 && v->type != TS_EVTX_UTF8) {
		return put_list(r, v);
	}
	return put_text(r, v->type, v->p, v->n);
}

static bool open_element(struct run *r, struct evtx_frame *f, const struct evtx_op *op)
{
	if ((op->flags & OP_SKIPPED) != 0 && r->depth == 1) {
		f->pc = op->skip;
		return true;
	}
	if (op->sub != EVTX_NO_SUB && evtx_value_of(f, op->sub)->type == EVTX_NULL) {
		f->pc = op->skip;
		return true;
	}
	if (r->depth == TS_EVTX_MAX_DEPTH) {
		return over(r);
	}
	const struct ts_evtx_value *v = evtx_value_of(f, op->repeat);
	if (!f->repeating && (v->type & EVTX_ARRAY) != 0) {
		f->repeating = true;
		f->repeat_op = f->pc - 1;
		f->item = v->p;
		f->items_end = v->p + v->n;
	}
	if (!add_node(r, op, false)) {
		return false;
	}
	r->open[r->depth++] = r->x->nnodes - 1;
	return true;
}

static void close_element(struct run *r, struct evtx_frame *f)
{
	r->depth--;
	if (!f->repeating) {
		return;
	}
	if (f->item < f->items_end) {
		f->pc = f->repeat_op;
	} else {
		f->repeating = false;
	}
}

static bool step(struct run *r)
{
	struct evtx_frame *f = &r->frames[r->nframes - 1];
	const struct evtx_op *op = &f->program->ops[f->pc++];
	switch ((enum evtx_op_kind)op->kind) {
	case OP_OPEN: return open_element(r, f, op);
	case OP_ATTRIBUTE: return add_node(r, op, true);
	case OP_CONTENT: r->target = r->open[r->depth - 1]; return true;
	case OP_TEXT: return put_literal(r, op);
	case OP_VALUE: return put_value(r, f, op);
	case OP_INSTANCE: return enter_instance(r, op->skip);
	case OP_CLOSE: close_element(r, f); return true;
	case OP_END: break;
	}
	if (--r->nframes > 0 && r->depth > 0) {
		r->target = r->open[r->depth - 1];
	}
	return true;
}

static bool run_all(struct ts_evtx *x)
{
	struct run r = { .x = x, .nframes = 1 };
	r.frames[0] = x->root;
	while (r.nframes > 0) {
		if (++r.steps > TS_EVTX_MAX_STEPS) {
			return over(&r);
		}
		if (!step(&r)) {
			return false;
		}
	}
	return true;
}

const struct ts_evtx_node *ts_evtx_nodes(struct ts_evtx *x, size_t *n)
{
	if (!x->decoded) {
		x->nnodes = x->ntext = 0;
		x->decoded = true;
		x->decoded_well = run_all(x);
		if (!x->decoded_well) {
			x->stats.records--;
			x->stats.harm[x->wrong]++;
		}
	}
	*n = x->nnodes;
	return x->decoded_well ? x->nodes : NULL;
}

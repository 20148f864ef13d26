/* decode/dns.c - DNS messages (RFC 1035, 3596): a question for addresses as bytes, and the bytes that came back as a struct. */
#include "decode/dns.h"

#include <stdio.h>
#include <string.h>
#include "base/alloc.h"
#include "base/str.h"

#define HEADER      12
#define WIRE_MAX    255 /* bytes of a name on the wire */
#define LABEL_MAX   63
#define CLASS_IN    1
#define MAX_RECORDS 4096 /* answers looked at; a message cannot hold more useful ones */

static uint16_t be16(const unsigned char *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t be32(const unsigned char *p)
{
	return (uint32_t)be16(p) << 16 | be16(p + 2);
}

static void put16(unsigned char *p, unsigned v)
{
	p[0] = (unsigned char)(v >> 8);
	p[1] = (unsigned char)v;
}

const char *ts_dns_rcode_name(int rcode)
{
	static const char *const names[] = { "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP",
		"REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE" };
	return rcode >= 0 && (size_t)rcode < TS_COUNT(names) ? names[rcode] : NULL;
}

/* --- the question --- */

/* The name in wire format; 0 when it has none. */
static size_t put_name(const char *name, unsigned char out[WIRE_MAX])
{
	size_t n = 0;
	while (*name != '\0') {
		size_t label = strcspn(name, ".");
		if (label == 0 || label > LABEL_MAX || n + label + 2 > WIRE_MAX) {
			return 0;
		}
		out[n++] = (unsigned char)label;
		for (size_t i = 0; i < label; i++) {
			unsigned char c = (unsigned char)name[i];
			if (c <= ' ' || c >= 0x7F) {
				return 0;
			}
			out[n++] = c;
		}
		name += label;
		name += *name == '.';
	}
	if (n == 0) {
		return 0;
	}
	out[n++] = 0;
	return n;
}

size_t ts_dns_query(const char *name, int type, uint16_t id, unsigned char out[TS_DNS_MAX_QUERY])
{
	size_t n = put_name(name, out + HEADER);
	if (n == 0) {
		return 0;
	}
	memset(out, 0, HEADER);
	put16(out, id);
	out[2] = 1; /* recursion desired */
	out[5] = 1; /* one question */
	put16(out + HEADER + n, (unsigned)type);
	put16(out + HEADER + n + 2, CLASS_IN);
	return HEADER + n + 4;
}

/* --- the answer --- */

/* A message that is being read. */
struct reader {
	const unsigned char *p;
	size_t n, at;
};

/* One byte of a name as text: what could be taken for a separator or is no plain character is escaped as in zone files. */
static size_t put_char(char *out, size_t room, unsigned char c)
{
	if (c > ' ' && c < 0x7F && c != '.' && c != '\\') {
		out[0] = (char)c;
		return 1;
	}
	int n = snprintf(out, room, "\\%03u", c);
	return n > 0 ? (size_t)n : 0;
}

/* Read the name at r->at and move behind it. Pointers must lead to the front, so that no chain is endless. */
static bool get_name(struct reader *r, char out[TS_DNS_MAX_NAME])
{
	size_t at = r->at, limit = r->at, wire = 0, len = 0;
	bool jumped = false;
	for (;;) {
		if (at >= r->n) {
			return false;
		}
		unsigned char c = r->p[at];
		if ((c & 0xC0) == 0xC0) {
			if (at + 1 >= r->n) {
				return false;
			}
			size_t to = be16(r->p + at) & 0x3FFF;
			r->at = jumped ? r->at : at + 2;
			jumped = true;
			if (to >= limit) {
				return false;
			}
			at = limit = to;
			continue;
		}
		if (c > LABEL_MAX || at + 1 + c > r->n || (wire += c + 1u) > WIRE_MAX) {
			return false;
		}
		at++;
		if (c == 0) {
			break;
		}
		if (len > 0) {
			out[len++] = '.';
		}
		for (; c > 0; c--) {
			len += put_char(out + len, TS_DNS_MAX_NAME - len, r->p[at++]);
		}
	}
	out[len] = '\0';
	r->at = jumped ? r->at : at;
	return true;
}

/* Is the name of the message the one that was asked for? The trailing dot does not count. */
static bool same_name(const char *got, const char *asked)
{
	char bare[TS_DNS_MAX_QUERY];
	size_t n = strlen(asked);
	n -= n > 0 && asked[n - 1] == '.';
	if (n >= sizeof(bare)) {
		return false;
	}
	memcpy(bare, asked, n);
	bare[n] = '\0';
	return ts_str_case_eq(got, bare);
}

/* A record of the answer section. */
struct record {
	char owner[TS_DNS_MAX_NAME];
	int type, class;
	uint32_t ttl;
	size_t data, size;
};

static bool get_record(struct reader *r, struct record *out)
{
	if (!get_name(r, out->owner) || r->n - r->at < 10) {
		return false;
	}
	const unsigned char *p = r->p + r->at;
	out->type = be16(p);
	out->class = be16(p + 2);
	out->ttl = be32(p + 4);
	out->size = be16(p + 8);
	out->data = r->at + 10;
	if (out->size > r->n - out->data) {
		return false;
	}
	r->at = out->data + out->size;
	return true;
}

/* Go through the answers once: follow the alias of `name`, or (no alias) collect its addresses. */
static bool pass(struct reader r, unsigned records, const char *name, int type, struct ts_dns_reply *out,
	char alias[TS_DNS_MAX_NAME], uint32_t *ttl)
{
	struct record rec;
	alias[0] = '\0';
	size_t want = type == TS_DNS_AAAA ? 16 : 4;
	for (unsigned i = 0; i < records && i < MAX_RECORDS; i++) {
		if (!get_record(&r, &rec)) {
			return false;
		}
		if (rec.class != CLASS_IN || !ts_str_case_eq(rec.owner, name)) {
			continue;
		}
		if (rec.type == TS_DNS_CNAME && alias[0] == '\0') {
			struct reader target = { r.p, r.n, rec.data };
			if (!get_name(&target, alias) || target.at > rec.data + rec.size) {
				return false;
			}
			*ttl = rec.ttl < *ttl ? rec.ttl : *ttl;
		} else if (rec.type == type) {
			if (rec.size != want) {
				return false;
			}
			if (out->count == TS_DNS_MAX_ADDRS) {
				out->more = true;
				continue;
			}
			struct ts_dns_addr *a = &out->addrs[out->count++];
			memcpy(a->bytes, r.p + rec.data, want);
			a->ttl = rec.ttl < *ttl ? rec.ttl : *ttl;
		}
	}
	return true;
}

static bool get_answers(
	struct reader r, unsigned records, const char *question, int type, struct ts_dns_reply *out)
{
	char name[TS_DNS_MAX_NAME], alias[TS_DNS_MAX_NAME];
	uint32_t ttl = UINT32_MAX;
	memcpy(name, question, sizeof(name));
	for (int hops = 0;; hops++) {
		if (!pass(r, records, name, type, out, alias, &ttl)) {
			return false;
		}
		if (alias[0] == '\0' || out->count > 0) {
			return true;
		}
		if (hops == TS_DNS_MAX_ALIASES || ts_str_case_eq(alias, name) ||
			ts_str_case_eq(alias, question)) {
			out->loop = true;
			return true;
		}
		memcpy(name, alias, sizeof(name));
		memcpy(out->canonical, alias, sizeof(out->canonical));
	}
}

static enum ts_dns_kind fail(struct ts_dns_reply *out, enum ts_dns_kind kind, const char *why)
{
	out->count = 0;
	(void)snprintf(out->why, sizeof(out->why), "%s", why);
	return out->kind = kind;
}

enum ts_dns_kind ts_dns_parse(
	const unsigned char *p, size_t n, const char *name, int type, uint16_t id, struct ts_dns_reply *out)
{
	*out = (struct ts_dns_reply){ .kind = TS_DNS_REPLY };
	if (n < HEADER) {
		return fail(out, TS_DNS_FOREIGN, "too short for a DNS message");
	}
	if (be16(p) != id) {
		return fail(out, TS_DNS_FOREIGN, "another query id");
	}
	if ((p[2] & 0x80) == 0 || (p[2] & 0x78) != 0) {
		return fail(out, TS_DNS_FOREIGN, "no answer to a query");
	}
	out->authoritative = (p[2] & 0x04) != 0;
	out->truncated = (p[2] & 0x02) != 0;
	out->recursion = (p[3] & 0x80) != 0;
	out->rcode = p[3] & 0x0F;
	unsigned questions = be16(p + 4), records = be16(p + 6);
	struct reader r = { p, n, HEADER };
	char asked[TS_DNS_MAX_NAME] = "";
	if (questions == 0 && out->rcode != TS_DNS_NOERROR) {
		return out->kind; /* servers that refuse at once leave the question out */
	}
	if (questions != 1 || !get_name(&r, asked) || r.n - r.at < 4) {
		return fail(out, TS_DNS_MALFORMED, "the question is not repeated as it must be");
	}
	if (!same_name(asked, name) || be16(p + r.at) != type || be16(p + r.at + 2) != CLASS_IN) {
		return fail(out, TS_DNS_FOREIGN, "the answer to another question");
	}
	r.at += 4;
	if (!get_answers(r, records, asked, type, out) && !out->truncated) {
		return fail(out, TS_DNS_MALFORMED, "records with impossible lengths");
	}
	return out->kind;
}

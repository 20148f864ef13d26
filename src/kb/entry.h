/* kb/entry.h - an entry as the program holds it: what the parser makes of Markdown, the linter reads, the compiler writes to kb.db
 * and the loader reads back (knowledge-format.md). Everything lives in the entry's arena. */
#ifndef TS_KB_ENTRY_H
#define TS_KB_ENTRY_H

#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"

/* Where something stands in the entry's source: byte offset and length in the file. Zero after loading from kb.db. */
struct ts_span {
	size_t off, len;
};

struct ts_command {
	const char *shell; /* powershell, bat, sh, reg, text */
	const char *text;  /* as written, with its final newline removed; {parameters} not yet replaced */
	struct ts_span span;
};

struct ts_step {
	const char *text; /* Markdown of the step without its commands */
	struct ts_command *commands;
	size_t ncommands;
	struct ts_span span;
};

struct ts_answer {
	const char *label;         /* "open", "otherwise", "not solved" */
	const char *text;          /* Markdown: the explanation; the conclusion where there is no link */
	const char *link_text;     /* text of the link, NULL where the answer ends the walk */
	const char *target;        /* as written: "#anchor", "other.md#anchor"; NULL = the walk ends here */
	const char *target_entry;  /* id of the other entry, NULL = this one */
	const char *target_anchor; /* NULL = that entry's first node */
	int to;                    /* index in ts_entry.nodes, -1 where the walk ends */
	struct ts_span span, target_span;
};

enum ts_node_kind { TS_NODE_QUESTION, TS_NODE_CAUSE };

struct ts_node {
	const char *
		id; /* the heading's slug; "other/entry#slug" for a node that was loaded from another entry */
	const char *title; /* the heading as plain text */
	enum ts_node_kind kind;
	const char *why; /* Markdown prose */
	/* the check; sql NULL where there is none */
	const char *machine; /* a machine of the entry, or "here" */
	const char *sql;
	const char **
		params; /* names the SQL binds, without $, sorted; NULL-terminated; built-in now and since are not listed */
	/* facts */
	double weight;           /* cause: */
	double minutes;          /* hands-on time; 0 = not said */
	const char *cause_class; /* class: */
	const char *where;
	const char **needs; /* NULL-terminated, never NULL */
	const char *effect;
	const char *risk; /* low, medium, high; NULL = not said */
	bool irreversible;
	int timeout;          /* seconds; 0 = not said */
	bool ask_never;       /* ask: never */
	const char **certain; /* labels; NULL-terminated, never NULL */
	/* ways on, and the fix */
	struct ts_answer *answers;
	size_t nanswers;
	struct ts_step *steps;
	size_t nsteps;
	struct ts_step *undo;
	size_t nundo;
	const char *undo_text; /* Markdown prose of the Undo section outside its list; NULL = none */
	struct ts_span span, title_span, sql_span;
};

/* What a code in an entry's list is; errinfo and extended are one number space on the wire. */
enum ts_code_kind { TS_CLAIM_DISCONNECT, TS_CLAIM_EXTENDED, TS_CLAIM_NEGOTIATION, TS_CLAIM_OTHER };

struct ts_code {
	uint32_t code;
	bool has_ext;
	uint32_t ext;
	enum ts_code_kind kind; /* of "ROLE:CODE"; DISCONNECT for a plain CODE and for CODE/EXT */
	const char *text;       /* as written */
	struct ts_span span;
};

struct ts_param {
	const char *name;
	const char *ask;   /* the question for the person */
	const char *match; /* PCRE2, must match the whole value */
	const char *def;   /* default, NULL = none */
	struct ts_span span;
};

struct ts_machine_decl {
	const char *name;  /* client, server */
	const char *title; /* "the computer you connect to" */
	struct ts_span span;
};

struct ts_text_item { /* a string of a front matter list with its place */
	const char *text;
	struct ts_span span;
};

/* A link in prose to a place in this or another entry, for the linter. */
struct ts_link {
	const char *target;        /* as written */
	const char *target_entry;  /* id, NULL = this entry */
	const char *target_anchor; /* NULL = no anchor */
	struct ts_span span;
};

struct ts_entry {
	struct ts_arena *arena;
	const char *id;   /* "rdp/0x904-0x7" */
	const char *pack; /* "rdp" */
	const char *title;
	const char *heading;  /* text of the # heading */
	const char *meaning;  /* Markdown between # and the first ## */
	const char *summary;  /* its first paragraph as plain text */
	const char *reviewed; /* YYYY-MM-DD */
	struct ts_code *codes;
	size_t ncodes;
	struct ts_text_item *messages, *keywords, *related, *sources;
	size_t nmessages, nkeywords, nrelated, nsources;
	struct ts_machine_decl *machines;
	size_t nmachines;
	struct ts_param *params;
	size_t nparams;
	struct ts_node *
		nodes; /* nodes[0] is where the walk starts; loaded entries append the nodes of entries they link to */
	size_t nnodes;
	size_t nown; /* how many of nodes are this entry's own */
	struct ts_link
		*links; /* links in prose and steps that lead to entries; empty after loading from kb.db */
	size_t nlinks;
};

/* Index of the node with this id, or -1. */
int ts_entry_node(const struct ts_entry *e, const char *id);
const struct ts_answer *ts_node_answer(const struct ts_node *n, const char *label);
void ts_entry_free(struct ts_entry *e); /* frees the arena; NULL is allowed */

#endif

/* ui/guide-complete.c - what Tab completes in the guided session: commands and their arguments, answers, codes, entries, files. */
#include "ui/guide-internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "os/os.h"

#define WORDS_MAX 200
#define NAME_MIN  3 /* letters before the names of codes are proposed: there are hundreds */

/* One request: what was typed before the word, the word so far, and where proposals go. */
struct request {
	struct ts_guide *g;
	const char *before, *prefix;
	void (*put)(void *put_ctx, const char *word);
	void *put_ctx;
};

static bool begins(const char *word, const char *prefix)
{
	return ts_str_case_find(word, prefix) == word;
}

static void propose(const struct request *r, const char *word)
{
	if (word != NULL && begins(word, r->prefix)) {
		r->put(r->put_ctx, word);
	}
}

/* Propose text that may hold blanks: `typed` is what of it stands before the word. */
static void propose_rest(const struct request *r, const char *typed, const char *text)
{
	if (begins(text, typed)) {
		propose(r, text + strlen(typed));
	}
}

static void knowledge(const struct request *r, enum ts_kb_words what)
{
	struct ts_arena *a = ts_arena_new();
	const char **words;
	size_t n = ts_kb_words(r->g->kb, what, r->prefix, WORDS_MAX, a, &words);
	for (size_t i = 0; i < n; i++) {
		propose(r, words[i]);
	}
	ts_arena_free(a);
}

static void commands(const struct request *r)
{
	for (const struct ts_guide_command *c = ts_guide_commands; c->name != NULL; c++) {
		if (!c->needs_session || r->g->session != NULL) {
			propose(r, c->name);
		}
	}
}

/* ---- arguments of commands ---- */

static void ids(const struct request *r, const char *arg)
{
	(void)arg;
	knowledge(r, TS_WORDS_IDS);
}

static void packs(const struct request *r, const char *arg)
{
	(void)arg;
	knowledge(r, TS_WORDS_PACKS);
}

static void command_names(const struct request *r, const char *arg)
{
	(void)arg;
	commands(r);
}

static void nodes(const struct request *r, const char *arg)
{
	(void)arg;
	for (size_t i = 0; r->g->entry != NULL && i < r->g->entry->nnodes; i++) {
		propose(r, r->g->entry->nodes[i].id);
	}
}

/* `set NAME VALUE`: names; of values only those that are a choice. */
static void settings(const struct request *r, const char *arg)
{
	if (ts_str_starts(arg, "ranking ")) {
		propose(r, "entry");
		propose(r, "outcomes");
	} else if (*arg == 0) {
		for (size_t i = 0; r->g->entry != NULL && i < r->g->entry->nparams; i++) {
			propose(r, r->g->entry->params[i].name);
		}
		propose(r, "ranking");
	}
}

/* Files and folders; a name may hold blanks, so all that was typed after the command counts. */
static void files(const struct request *r, const char *arg)
{
	char *typed = ts_xasprintf("%s%s", arg, r->prefix);
	const char *slash = strrchr(typed, '/');
	size_t folder = slash != NULL ? (size_t)(slash - typed) + 1 : 0;
	char *path = ts_xstrndup(folder > 0 ? typed : "./", folder > 0 ? folder : 2);
	char **names;
	size_t n;
	if (ts_os_list_dir(path, &names, &n, NULL)) {
		for (size_t i = 0; i < n; i++) {
			struct ts_file_info info;
			/* Names that begin with a dot are hidden unless asked for. */
			if (!ts_str_starts(names[i], typed + folder) ||
				(names[i][0] == '.' && typed[folder] != '.')) {
				continue;
			}
			char *whole = ts_xasprintf("%s%s", path, names[i]);
			bool is_folder = ts_os_stat(whole, &info, NULL) && info.kind == TS_FILE_DIR;
			char *word =
				ts_xasprintf("%.*s%s%s", (int)folder, typed, names[i], is_folder ? "/" : "");
			r->put(r->put_ctx, word + strlen(arg));
			free(word);
			free(whole);
		}
		ts_os_list_free(names, n);
	}
	free(path);
	free(typed);
}

/* By the words with which the table of commands names its arguments. */
static const struct {
	const char *args;
	void (*complete)(const struct request *r, const char *arg);
} arguments[] = {
	{ "[COMMAND]", command_names },
	{ "[FILE]", files },
	{ "[ID]", ids },
	{ "[NODE]", nodes },
	{ "[PACK]", packs },
	{ "NAME VALUE", settings },
};

static void argument(const struct request *r)
{
	size_t n = strcspn(r->before, " ");
	for (const struct ts_guide_command *c = ts_guide_commands; c->name != NULL; c++) {
		if (strlen(c->name) != n || memcmp(c->name, r->before, n) != 0) {
			continue;
		}
		const char *arg = r->before + n;
		arg += strspn(arg, " ");
		for (size_t i = 0; i < TS_COUNT(arguments); i++) {
			if (strcmp(arguments[i].args, c->args) == 0) {
				arguments[i].complete(r, arg);
			}
		}
	}
}

/* ---- answers ---- */

static void answers(const struct request *r)
{
	static const char *const of_cause[] = { "solved", "not solved" };
	static const char *const of_proof[] = { "yes", "no", "solved", "not solved" };
	const struct ts_guide *g = r->g;
	const struct ts_answer *choices[TS_GUIDE_CHOICES_MAX];
	if (g->mode == TS_GUIDE_SOLVED) {
		for (size_t i = 0; i < TS_COUNT(of_proof); i++) {
			propose_rest(r, r->before, of_proof[i]);
		}
	} else if (g->mode == TS_GUIDE_WALK && g->ev.kind == TS_EV_ADVISE) {
		for (size_t i = 0; i < TS_COUNT(of_cause); i++) {
			propose_rest(r, r->before, of_cause[i]);
		}
	} else if (g->mode == TS_GUIDE_WALK && g->ev.kind == TS_EV_ASK) {
		size_t k = ts_guide_choices(&g->entry->nodes[g->ev.node], choices, TS_GUIDE_CHOICES_MAX);
		for (size_t i = 0; i < k; i++) {
			propose_rest(r, r->before, ts_guide_label(choices[i]));
		}
		propose_rest(r, r->before, "I do not know");
	}
}

void ts_guide_complete(void *ctx, const char *before, const char *prefix,
	void (*put)(void *put_ctx, const char *word), void *put_ctx)
{
	struct request r = { ctx, before, prefix, put, put_ctx };
	answers(&r);
	if (*before != 0) {
		argument(&r);
		return;
	}
	commands(&r);
	if (isdigit((unsigned char)*prefix)) {
		knowledge(&r, TS_WORDS_CODES);
	}
	if (strlen(prefix) >= NAME_MIN) {
		knowledge(&r, TS_WORDS_CODE_NAMES);
	}
	if (*prefix != 0) {
		knowledge(&r, TS_WORDS_IDS);
	}
}

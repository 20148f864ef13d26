/* kb/lint-command.c - rules about commands and advice: shells, service names, what a pack refuses. */
#include <string.h>
#include "base/buf.h"
#include "base/str.h"
#include "kb/lint-int.h"

/* Where byte k of a command stands in the file: its line there may be indented. */
static struct ts_span in_command(const struct ts_linting *l, const struct ts_command *c, size_t k, size_t n)
{
	struct ts_span line = c->span;
	size_t start = k;

	while (start > 0 && c->text[start - 1] != '\n') {
		start--;
	}
	for (size_t i = 0; i < start; i++) {
		if (c->text[i] == '\n') {
			const char *nl = memchr(l->src->text + line.off, '\n', line.len);

			if (nl == NULL) {
				return c->span;
			}
			line.len -= (size_t)(nl - l->src->text) + 1 - line.off;
			line.off = (size_t)(nl - l->src->text) + 1;
		}
	}
	return ts_lint_find(l, line, c->text + k, n);
}

/* A pattern that tells the wrong language, or that names a service in its first group. */
struct command_rule {
	const char *shell;
	const char *pattern;
	bool service;
	const char *message; /* with the match; NULL for services */
};

static const struct command_rule command_rules[] = {
	{ "bat",
		"(?m)(?:^|[|;&(]) "
		"*((?:Add|Clear|Disable|Enable|Export|Format|ForEach|Get|Import|Invoke|New|Out|Register|"
		"Remove|Rename|Repair|Reset|Resolve|"
		"Restart|Select|Set|Sort|Start|Stop|Test|Update|Where|Write)-[A-Z][A-Za-z]+)",
		false, "\"%s\" is a PowerShell cmdlet: this block must be ```powershell" },
	/* in single quotes it is data: the value of a registry entry that Windows expands */
	{ "powershell", "(?m)^[^'\n]*?(%[A-Za-z_]{2,}%)", false,
		"\"%s\" is cmd's spelling: in PowerShell write $env:NAME, or make this block ```bat" },
	{ "sh", "(?m)(?:^|[|;&(]) *((?:Get|Set|New|Remove|Restart|Start|Stop|Test)-[A-Z][A-Za-z]+)", false,
		"\"%s\" is a PowerShell cmdlet: this block must be ```powershell" },
	{ "bat",
		"(?mi)(?:^|[|;&(]) "
		"*sc(?:\\.exe)?\\s+(?:\\\\\\\\\\S+\\s+)?(?:start|stop|query|queryex|qc|config|failure|sdshow|"
		"qtriggerinfo)\\s+\"?([A-Za-z][\\w.-]*)",
		true, NULL },
	{ "bat", "(?mi)(?:^|[|;&(]) *net(?:\\.exe)?\\s+(?:start|stop)\\s+\"?([A-Za-z][\\w.-]*)", true, NULL },
	{ "powershell",
		"(?mi)\\b(?:Get|Set|Start|Stop|Restart|Resume|Suspend)-Service\\s+(?:-Force\\s+)?(?:-Name\\s+"
		")?['\"]?([A-Za-z][\\w.-]*)",
		true, NULL },
	{ "powershell",
		"(?mi)(?:^|[|;&(]) "
		"*sc\\.exe\\s+(?:start|stop|query|queryex|qc|config|failure|sdshow|qtriggerinfo)\\s+\"?([A-"
		"Za-z][\\w.-]*)",
		true, NULL },
};

static bool known_service(const struct ts_pack *p, const char *name)
{
	for (size_t i = 0; i < p->nservices; i++) {
		if (ts_str_case_eq(p->services[i].text, name)) {
			return true;
		}
	}
	return false;
}

static void report(struct ts_linting *l, const struct ts_command *c, const struct command_rule *rule,
	size_t off, size_t n)
{
	const char *found = ts_arena_strndup(l->arena, c->text + off, n);
	const char **names;

	if (!rule->service) {
		struct ts_span span = in_command(l, c, off, n);
		const char *before = rule->message, *at = strstr(before, "%s");

		LINT(l, TS_ERROR, "wrong-shell", span, "%.*s%s%s", (int)(at - before), before, found, at + 2);
		return;
	}
	if (l->pack->nservices == 0 || known_service(l->pack, found)) {
		return;
	}
	names = ts_arena_calloc(l->arena, l->pack->nservices + 1, sizeof(*names));
	for (size_t i = 0; i < l->pack->nservices; i++) {
		names[i] = l->pack->services[i].text;
	}
	LINT(l, TS_ERROR, "unknown-service", in_command(l, c, off, n),
		"the service \"%s\" is not on the list in pack.yaml%s", found, ts_lint_hint(l, found, names));
}

static void apply(struct ts_linting *l, const struct ts_command *c, const struct command_rule *rule,
	struct ts_regex *re)
{
	size_t n = strlen(c->text), at = 0;
	struct ts_match m;

	while (at < n && ts_regex_find(re, c->text, n, at, &m) == TS_REGEX_YES && m.groups > 1) {
		report(l, c, rule, m.start[1], m.end[1] - m.start[1]);
		at = m.end[0] > at ? m.end[0] : at + 1;
	}
}

/* What stands before the first group must be there for a match: a cheap look that saves most searches. */
static bool worth(const struct command_rule *rule, const struct ts_command *c)
{
	return strcmp(rule->shell, c->shell) == 0 &&
	       (strchr(c->text, '-') != NULL || strchr(c->text, '%') != NULL || rule->service);
}

static void check_refused(struct ts_linting *l, const char *shell, const char *text,
	const struct ts_command *c, struct ts_span span)
{
	struct ts_regex **compiled = l->refused[l->pe->pack];
	struct ts_match m;

	for (size_t i = 0; i < l->pack->nrefused; i++) {
		const struct ts_pack_refused *r = &l->pack->refused[i];

		if (compiled[i] == NULL ||
			(r->shell != NULL && (shell == NULL || strcmp(r->shell, shell) != 0)) ||
			ts_regex_find(compiled[i], text, strlen(text), 0, &m) != TS_REGEX_YES) {
			continue;
		}
		if (c != NULL) {
			span = in_command(l, c, m.start[0], m.end[0] - m.start[0]);
		}
		LINT(l, TS_ERROR, "refused-advice", span, "pack.yaml refuses this advice: %s", r->reason);
	}
}

/* Some advice is wrong only as a whole: what the step promises and what its commands do. Where a part of it was refused already, that is enough. */
static void check_whole_step(struct ts_linting *l, const struct ts_step *step)
{
	struct ts_regex **compiled = l->refused[l->pe->pack];
	struct ts_buf b;
	bool alone = false;

	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	ts_buf_puts(&b, step->text);
	for (size_t k = 0; k < step->ncommands; k++) {
		ts_buf_printf(&b, "\n%s", step->commands[k].text);
	}
	for (size_t i = 0; i < l->pack->nrefused && step->ncommands > 0; i++) {
		const struct ts_pack_refused *r = &l->pack->refused[i];

		if (compiled[i] == NULL || r->shell != NULL ||
			ts_regex_find(compiled[i], ts_buf_str(&b), b.len, 0, NULL) != TS_REGEX_YES) {
			continue;
		}
		alone = ts_regex_find(compiled[i], step->text, strlen(step->text), 0, NULL) == TS_REGEX_YES;
		for (size_t k = 0; k < step->ncommands && !alone; k++) {
			const char *text = step->commands[k].text;
			alone = ts_regex_find(compiled[i], text, strlen(text), 0, NULL) == TS_REGEX_YES;
		}
		if (!alone) {
			LINT(l, TS_ERROR, "refused-advice", step->span, "pack.yaml refuses this advice: %s",
				r->reason);
		}
	}
	ts_buf_finish(&b);
}

static void check_steps(struct ts_linting *l, const struct ts_step *steps, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		check_refused(l, NULL, steps[i].text, NULL, steps[i].span);
		check_whole_step(l, &steps[i]);
		for (size_t k = 0; k < steps[i].ncommands; k++) {
			const struct ts_command *c = &steps[i].commands[k];

			check_refused(l, c->shell, c->text, c, c->span);
			for (size_t j = 0; j < TS_COUNT(command_rules); j++) {
				if (!worth(&command_rules[j], c)) {
					continue;
				}
				if (l->rules[j] == NULL) {
					l->rules[j] =
						ts_regex_new(command_rules[j].pattern, false, NULL, NULL);
				}
				if (l->rules[j] != NULL) {
					apply(l, c, &command_rules[j], l->rules[j]);
				}
			}
		}
	}
}

void ts_lint_commands(struct ts_linting *l)
{
	if (l->rules == NULL) {
		l->rules = ts_arena_calloc(l->arena, TS_COUNT(command_rules), sizeof(*l->rules));
	}
	for (size_t i = 0; i < l->e->nown; i++) {
		check_steps(l, l->e->nodes[i].steps, l->e->nodes[i].nsteps);
		check_steps(l, l->e->nodes[i].undo, l->e->nodes[i].nundo);
	}
}

void ts_lint_commands_free(struct ts_linting *l)
{
	for (size_t j = 0; l->rules != NULL && j < TS_COUNT(command_rules); j++) {
		ts_regex_free(l->rules[j]);
	}
}

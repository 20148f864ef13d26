/* ui/line-edit.c - line editing over libedit's el_* interface, shaped by its measured traps (reference/terminal.md 2.1 and 2.3): EL_SIGNAL off, own reader
 * over poll with a self-pipe, bracketed paste as one block, Ctrl-Z and resize without losing the typed line. */
#include "ui/line.h"

#include <errno.h>
#include <fcntl.h>
#include <histedit.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/gate.h"
#include "base/utf8.h"
#include "os/os.h"

#define HISTORY_LINES 500
#define PASTE_MAX     ((size_t)1 << 20)
#define CHOICES_MAX   64

struct ts_edit {
	EditLine *el;
	History *history;
	ts_complete_fn complete;
	void *ctx;
	char prompt[256];
	struct ts_buf text;
	struct ts_buf paste; /* a bracketed paste so far */
	bool pasted;         /* the line ends because a paste of several lines ended */
	bool interrupted;
	struct sigaction old[4];
};

static const int signals[] = { SIGINT, SIGWINCH, SIGTSTP, SIGCONT };

static int self_pipe[2] = { -1, -1 };

/* Handlers do nothing but wake the reader: everything else is unsafe there. */
static void on_signal(int sig)
{
	int saved = errno;
	char c = (char)sig;
	if (write(self_pipe[1], &c, 1) < 0) {
		/* The pipe is full of signals already. */
	}
	errno = saved;
}

static void paste_mode(bool on)
{
	fputs(on ? "\033[?2004h" : "\033[?2004l", stdout);
	fflush(stdout);
}

static void catch_signals(struct ts_edit *e)
{
	struct sigaction sa = { .sa_handler = on_signal };
	sigemptyset(&sa.sa_mask);
	for (size_t i = 0; i < TS_COUNT(signals); i++) {
		sigaction(signals[i], &sa, &e->old[i]);
	}
}

static void restore_signals(struct ts_edit *e)
{
	for (size_t i = 0; i < TS_COUNT(signals); i++) {
		sigaction(signals[i], &e->old[i], NULL);
	}
}

/* Stop as the shell expects, with the terminal as we found it, and come back with the half-typed line. */
static void stop_and_return(struct ts_edit *e)
{
	paste_mode(false);
	el_set(e->el, EL_PREP_TERM, 0);
	struct sigaction dfl = { .sa_handler = SIG_DFL }, ours;
	sigaction(SIGTSTP, &dfl, &ours);
	raise(SIGTSTP);
	sigaction(SIGTSTP, &ours, NULL);
	el_set(e->el, EL_PREP_TERM, 1);
	paste_mode(true);
	el_set(e->el, EL_REFRESH);
}

/* What a signal means while a line is being typed. False: the line is given up. */
static bool handle_signal(struct ts_edit *e, int sig)
{
	switch (sig) {
	case SIGINT: e->interrupted = true; return false;
	case SIGTSTP: stop_and_return(e); return true;
	case SIGWINCH:
		el_resize(e->el);
		el_set(e->el, EL_REFRESH);
		return true;
	default: return true;
	}
}

/* One byte from the terminal, minding signals. 1, 0 at end of input, -1 when the line was interrupted. */
static int read_byte(struct ts_edit *e, char *c)
{
	for (;;) {
		struct pollfd p[2] = { { .fd = STDIN_FILENO, .events = POLLIN },
			{ .fd = self_pipe[0], .events = POLLIN } };
		if (poll(p, 2, -1) < 0 && errno != EINTR) {
			return 0;
		}
		char sig;
		if ((p[1].revents & POLLIN) && read(self_pipe[0], &sig, 1) == 1) {
			if (!handle_signal(e, sig)) {
				errno = EINTR;
				return -1;
			}
			continue;
		}
		if (p[0].revents & (POLLIN | POLLHUP | POLLERR)) {
			ssize_t n = read(STDIN_FILENO, c, 1);
			if (n >= 0 || errno != EINTR) {
				return n == 1 ? 1 : 0;
			}
		}
	}
}

/* libedit's reader: a whole code point; a bad byte is U+FFFD rather than nothing. */
static int get_char(EditLine *el, wchar_t *out)
{
	struct ts_edit *e;
	el_get(el, EL_CLIENTDATA, &e);
	char bytes[4];
	int r = read_byte(e, &bytes[0]);
	if (r <= 0) {
		return r;
	}
	unsigned char lead = (unsigned char)bytes[0];
	size_t need = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
	size_t have = 1;
	while (have < need) {
		r = read_byte(e, &bytes[have]);
		if (r <= 0) {
			return r;
		}
		have++;
	}
	uint32_t cp;
	ts_utf8_next(bytes, have, &cp, NULL);
	*out = (wchar_t)cp;
	return 1;
}

static char *prompt_of(EditLine *el)
{
	struct ts_edit *e;
	el_get(el, EL_CLIENTDATA, &e);
	return e->prompt;
}

/* ESC[200~ ... ESC[201~: one line is inserted at the cursor; several are taken as a block that ends the line. */
static unsigned char on_paste(EditLine *el, int ch)
{
	static const char end[] = "\033[201~";
	struct ts_edit *e;
	(void)ch;
	el_get(el, EL_CLIENTDATA, &e);
	ts_buf_clear(&e->paste);
	while (e->paste.len < PASTE_MAX) {
		char c;
		if (read_byte(e, &c) != 1) {
			return CC_EOF;
		}
		ts_buf_putc(&e->paste, c == '\r' ? '\n' : c);
		if (e->paste.len >= sizeof(end) - 1 &&
			memcmp(e->paste.data + e->paste.len - (sizeof(end) - 1), end, sizeof(end) - 1) == 0) {
			e->paste.len -= sizeof(end) - 1;
			e->paste.data[e->paste.len] = 0;
			break;
		}
	}
	while (e->paste.len > 0 && e->paste.data[e->paste.len - 1] == '\n') {
		e->paste.data[--e->paste.len] = 0;
	}
	if (strchr(ts_buf_str(&e->paste), '\n') == NULL) {
		struct ts_buf clean;
		ts_buf_init(&clean, PASTE_MAX * 4);
		ts_gate_puts(&clean, ts_buf_str(&e->paste), 0);
		el_insertstr(el, ts_buf_str(&clean));
		ts_buf_finish(&clean);
		return CC_REFRESH;
	}
	e->pasted = true;
	/* An empty buffer with CC_NEWLINE would look exactly like end of input. */
	el_insertstr(el, " ");
	return CC_NEWLINE;
}

struct choices {
	char *words[CHOICES_MAX];
	size_t n;
};

static void add_choice(void *ctx, const char *word)
{
	struct choices *c = ctx;
	if (c->n < CHOICES_MAX) {
		c->words[c->n++] = ts_xstrdup(word);
	}
}

/* Length of the longest prefix that all choices share. */
static size_t common_prefix(const struct choices *c)
{
	size_t n = strlen(c->words[0]);
	for (size_t i = 1; i < c->n; i++) {
		size_t k = 0;
		while (k < n && c->words[i][k] == c->words[0][k]) {
			k++;
		}
		n = k;
	}
	return n;
}

static unsigned char on_tab(EditLine *el, int ch)
{
	struct ts_edit *e;
	(void)ch;
	el_get(el, EL_CLIENTDATA, &e);
	if (e->complete == NULL) {
		return CC_ERROR;
	}
	const LineInfo *li = el_line(el);
	const char *start = li->cursor;
	while (start > li->buffer && start[-1] != ' ') {
		start--;
	}
	bool first = true;
	for (const char *p = li->buffer; p < start; p++) {
		first = first && *p == ' ';
	}
	char *prefix = ts_xstrndup(start, (size_t)(li->cursor - start));
	struct choices c = { .n = 0 };
	e->complete(e->ctx, prefix, first, add_choice, &c);
	unsigned char r = CC_ERROR;
	if (c.n > 0) {
		size_t common = common_prefix(&c), have = strlen(prefix);
		if (common > have) {
			char *more = ts_xstrndup(c.words[0] + have, common - have);
			el_insertstr(el, more);
			free(more);
			r = CC_REFRESH;
		}
		if (c.n == 1) {
			el_insertstr(el, " ");
			r = CC_REFRESH;
		} else if (common <= have) {
			fputc('\n', stdout);
			for (size_t i = 0; i < c.n; i++) {
				ts_gate_fprintf(stdout, "%s%s", c.words[i], i + 1 < c.n ? "  " : "\n");
			}
			r = CC_REDISPLAY;
		}
	}
	for (size_t i = 0; i < c.n; i++) {
		free(c.words[i]);
	}
	free(prefix);
	return r;
}

static void bind_keys(struct ts_edit *e)
{
	EditLine *el = e->el;
	el_set(el, EL_ADDFN, "ts-complete", "complete the word", on_tab);
	el_set(el, EL_ADDFN, "ts-paste", "take a paste", on_paste);
	el_set(el, EL_BIND, "^I", "ts-complete", NULL);
	el_set(el, EL_BIND, "^R", "em-inc-search-prev", NULL);
	el_set(el, EL_BIND, "\033[200~", "ts-paste", NULL);
	/* "v" in vi's command mode would start an editor: no program is ever started. */
	el_set(el, EL_BIND, "-a", "-r", "v", NULL);
}

struct ts_edit *ts_edit_new(ts_complete_fn complete, void *ctx)
{
	if (self_pipe[0] < 0 && (pipe(self_pipe) != 0 || fcntl(self_pipe[0], F_SETFL, O_NONBLOCK) != 0 ||
					fcntl(self_pipe[1], F_SETFL, O_NONBLOCK) != 0)) {
		return NULL;
	}
	struct ts_edit *e = ts_xcalloc(1, sizeof(*e));
	e->complete = complete;
	e->ctx = ctx;
	e->el = el_init("troubleshoot", stdin, stdout, stderr);
	if (e->el == NULL) {
		free(e);
		return NULL;
	}
	ts_buf_init(&e->text, PASTE_MAX * 4);
	ts_buf_init(&e->paste, PASTE_MAX + 64);
	HistEvent ev;
	e->history = history_init();
	history(e->history, &ev, H_SETSIZE, HISTORY_LINES);
	history(e->history, &ev, H_SETUNIQUE, 1);
	el_set(e->el, EL_CLIENTDATA, e);
	el_set(e->el, EL_SIGNAL, 0);
	el_set(e->el, EL_EDITOR, "emacs");
	el_set(e->el, EL_HIST, history, e->history);
	el_set(e->el, EL_PROMPT, prompt_of);
	el_set(e->el, EL_GETCFN, get_char);
	bind_keys(e);
	if (!ts_os_elevated()) {
		el_source(e->el, NULL);
	}
	int on = 1;
	el_get(e->el, EL_EDITMODE, &on);
	if (!on) {
		ts_edit_free(e);
		return NULL;
	}
	return e;
}

void ts_edit_free(struct ts_edit *e)
{
	if (e == NULL) {
		return;
	}
	el_end(e->el);
	history_end(e->history);
	ts_buf_finish(&e->text);
	ts_buf_finish(&e->paste);
	free(e);
}

enum ts_line_result ts_edit_read(struct ts_edit *e, const char *prompt, const char **text)
{
	snprintf(e->prompt, sizeof(e->prompt), "%s", prompt);
	e->pasted = e->interrupted = false;
	fflush(stdout);
	catch_signals(e);
	paste_mode(true);
	int n = 0;
	const char *line = el_gets(e->el, &n);
	paste_mode(false);
	restore_signals(e);
	if (line == NULL || n <= 0) {
		if (e->interrupted || (n < 0 && errno == EINTR)) {
			fputs("^C\n", stdout);
			el_reset(e->el);
			return TS_LINE_INTERRUPT;
		}
		fputc('\n', stdout);
		return TS_LINE_EOF;
	}
	ts_buf_clear(&e->text);
	ts_buf_put(&e->text, line, (size_t)n);
	while (e->text.len > 0 && strchr("\r\n", e->text.data[e->text.len - 1]) != NULL) {
		e->text.data[--e->text.len] = 0;
	}
	if (e->pasted) {
		while (e->text.len > 0 && e->text.data[e->text.len - 1] == ' ') {
			e->text.data[--e->text.len] = 0;
		}
		ts_buf_puts(&e->text, ts_buf_str(&e->paste));
		ts_gate_fprintf(stdout, "\n%s\n", ts_buf_str(&e->paste));
	}
	*text = ts_buf_str(&e->text);
	return TS_LINE_TEXT;
}

void ts_edit_remember(struct ts_edit *e, const char *text)
{
	HistEvent ev;
	if (*text != 0 && *text != ' ' && strchr(text, '\n') == NULL) {
		history(e->history, &ev, H_ENTER, text);
	}
}

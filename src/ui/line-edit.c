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
#include <wchar.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/gate.h"
#include "base/utf8.h"
#include "os/os.h"
#include "ui/history.h"
#include "ui/line-complete.h"
#include "ui/wide.h"

#define HISTORY_LINES 500
#define PASTE_MAX     ((size_t)1 << 20)
#define PASTE_WAIT_MS 20 /* more input within this time of Enter was not typed */
#define TYPED_MAX     12 /* so short a first line without blanks was an answer typed ahead */

struct ts_edit {
	EditLine *el;
	FILE *complaints; /* libedit's own messages: about an unknown TERM, at each start */
	HistoryW *history;
	struct ts_history *kept;
	bool plain; /* a terminal that knows no control sequences */
	ts_complete_fn complete;
	void *ctx;
	char prompt[256];
	struct ts_buf text;
	struct ts_buf paste; /* a bracketed paste so far */
	bool pasted;         /* the line ends because a paste of several lines ended */
	bool block;          /* ... without brackets: the first line is in the buffer already */
	bool interrupted;
	struct sigaction old[6];
};

static const int signals[] = { SIGINT, SIGWINCH, SIGTSTP, SIGCONT, SIGTERM, SIGHUP };

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

static void paste_mode(const struct ts_edit *e, bool on)
{
	if (e->plain) {
		return;
	}
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
	paste_mode(e, false);
	el_set(e->el, EL_PREP_TERM, 0);
	struct sigaction dfl = { .sa_handler = SIG_DFL }, ours;
	sigaction(SIGTSTP, &dfl, &ours);
	raise(SIGTSTP);
	sigaction(SIGTSTP, &ours, NULL);
	el_set(e->el, EL_PREP_TERM, 1);
	paste_mode(e, true);
	el_set(e->el, EL_REFRESH);
}

/* The screen has another width now: terminals wrap the line anew and take the cursor along. Go back to where the prompt
 * began; libedit then draws all of it again. */
static void resized(struct ts_edit *e)
{
	int columns = 80, rows;
	const LineInfoW *li = el_wline(e->el);
	struct ts_buf before;
	ts_buf_init(&before, PASTE_MAX * 4);
	ts_buf_puts(&before, e->prompt);
	ts_wide_put(&before, li->buffer, (size_t)(li->cursor - li->buffer));
	(void)ts_os_term_size(stdout, &columns, &rows);
	size_t up = ts_text_width(ts_buf_str(&before), before.len) / (size_t)columns;
	ts_buf_finish(&before);
	if (e->plain) {
		fputc('\n', stdout);
	} else if (up > 0) {
		fprintf(stdout, "\r\033[%zuA\033[J", up);
	} else {
		fputs("\r\033[J", stdout);
	}
	fflush(stdout);
	el_resize(e->el);
	el_set(e->el, EL_REFRESH);
}

/* The session is on the disk already; only the terminal has to be put right. */
static void end_by(struct ts_edit *e, int sig)
{
	paste_mode(e, false);
	fputc('\n', stdout);
	fflush(stdout);
	el_set(e->el, EL_PREP_TERM, 0);
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigaction(sig, &dfl, NULL);
	raise(sig);
}

static void insert(EditLine *el, const char *text)
{
	wchar_t *w = ts_wide_of(text);
	el_winsertstr(el, w);
	free(w);
}

/* What a signal means while a line is being typed. False: the line is given up. */
static bool handle_signal(struct ts_edit *e, int sig)
{
	switch (sig) {
	case SIGINT: {
		const LineInfoW *li = el_wline(e->el);
		ts_buf_clear(&e->text);
		ts_wide_put(&e->text, li->buffer, (size_t)(li->lastchar - li->buffer));
		e->interrupted = true;
		return false;
	}
	case SIGTERM:
	case SIGHUP: end_by(e, sig); return true;
	case SIGTSTP: stop_and_return(e); return true;
	case SIGWINCH: resized(e); return true;
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

static bool more_within(int ms)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	return poll(&p, 1, ms) == 1 && (p.revents & POLLIN);
}

/* After Enter: is more there already, as after a paste into a terminal without brackets? Then it is one block. A short word
 * before it was typed ahead, while a check ran, and stands alone. */
static void take_block(struct ts_edit *e)
{
	const LineInfoW *li = el_wline(e->el);
	size_t n = (size_t)(li->lastchar - li->buffer);
	bool typed = n <= TYPED_MAX && wmemchr(li->buffer, L' ', n) == NULL;
	if (typed || !more_within(PASTE_WAIT_MS)) {
		return;
	}
	ts_buf_clear(&e->paste);
	char c;
	while (e->paste.len < PASTE_MAX && more_within(PASTE_WAIT_MS) && read_byte(e, &c) == 1) {
		ts_buf_putc(&e->paste, c == '\r' ? '\n' : c);
	}
	while (e->paste.len > 0 && e->paste.data[e->paste.len - 1] == '\n') {
		e->paste.data[--e->paste.len] = 0;
	}
	e->pasted = e->block = true;
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
	if (bytes[0] == '\r' || bytes[0] == '\n') {
		take_block(e);
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
		insert(el, ts_buf_str(&clean));
		ts_buf_finish(&clean);
		return CC_REFRESH;
	}
	e->pasted = true;
	/* An empty buffer with CC_NEWLINE would look exactly like end of input. */
	el_winsertstr(el, L" ");
	return CC_NEWLINE;
}

static unsigned char on_tab(EditLine *el, int ch)
{
	struct ts_edit *e;
	(void)ch;
	el_get(el, EL_CLIENTDATA, &e);
	return e->complete == NULL ? CC_ERROR : ts_edit_complete(el, e->complete, e->ctx);
}

static void bind_keys(struct ts_edit *e)
{
	EditLine *el = e->el;
	const char *editor = "emacs";
	el_get(el, EL_EDITOR, &editor);
	bool vi = strcmp(editor, "vi") == 0;
	el_set(el, EL_BIND, "^I", "ts-complete", NULL);
	el_set(el, EL_BIND, "^R", "em-inc-search-prev", NULL);
	if (vi) {
		/* A key that begins with ESC in the insert map would swallow the first key after every ESC. */
		el_set(el, EL_BIND, "-a", "[200~", "ts-paste", NULL);
	} else {
		el_set(el, EL_BIND, "\033[200~", "ts-paste", NULL);
	}
	/* "v" in vi's command mode would start an editor: no program but the pager is ever started. */
	el_set(el, EL_BIND, "-a", "-r", "v", NULL);
}

static bool make_pipe(void)
{
	return self_pipe[0] >= 0 || (pipe(self_pipe) == 0 && fcntl(self_pipe[0], F_SETFL, O_NONBLOCK) == 0 &&
					    fcntl(self_pipe[1], F_SETFL, O_NONBLOCK) == 0);
}

struct ts_edit *ts_edit_new(ts_complete_fn complete, void *ctx)
{
	if (!make_pipe()) {
		return NULL;
	}
	struct ts_edit *e = ts_xcalloc(1, sizeof(*e));
	e->complete = complete;
	e->ctx = ctx;
	e->complaints = fopen("/dev/null", "w");
	e->el = el_init("troubleshoot", stdin, stdout, e->complaints != NULL ? e->complaints : stderr);
	ts_buf_init(&e->text, PASTE_MAX * 4);
	ts_buf_init(&e->paste, PASTE_MAX + 64);
	HistEventW ev;
	e->history = history_winit();
	if (e->el == NULL || e->history == NULL) {
		ts_edit_free(e);
		return NULL;
	}
	history_w(e->history, &ev, H_SETSIZE, HISTORY_LINES);
	history_w(e->history, &ev, H_SETUNIQUE, 1);
	el_set(e->el, EL_CLIENTDATA, e);
	el_set(e->el, EL_SIGNAL, 0);
	el_set(e->el, EL_EDITOR, "emacs");
	el_wset(e->el, EL_HIST, history_w, e->history);
	el_set(e->el, EL_PROMPT, prompt_of);
	el_set(e->el, EL_GETCFN, get_char);
	el_set(e->el, EL_ADDFN, "ts-complete", "complete the word", on_tab);
	el_set(e->el, EL_ADDFN, "ts-paste", "take a paste", on_paste);
	if (!ts_os_elevated()) {
		el_source(e->el, NULL);
	}
	bind_keys(e); /* last: the person's choice of an editor clears the keys */
	char *clear = NULL;
	e->plain = el_get(e->el, EL_GETTC, "ce", &clear) != 0 || clear == NULL || *clear == 0;
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
	if (e->el != NULL) {
		el_end(e->el);
	}
	if (e->history != NULL) {
		history_wend(e->history);
	}
	if (e->complaints != NULL) {
		(void)fclose(e->complaints);
	}
	ts_history_free(e->kept);
	ts_buf_finish(&e->text);
	ts_buf_finish(&e->paste);
	free(e);
}

enum ts_line_result ts_edit_read(struct ts_edit *e, const char *prompt, const char **text)
{
	snprintf(e->prompt, sizeof(e->prompt), "%s", prompt);
	e->pasted = e->block = e->interrupted = false;
	fflush(stdout);
	catch_signals(e);
	paste_mode(e, true);
	int n = 0;
	const wchar_t *line = el_wgets(e->el, &n);
	paste_mode(e, false);
	restore_signals(e);
	if (line == NULL || n <= 0) {
		if (e->interrupted || (n < 0 && errno == EINTR)) {
			fputs("^C\n", stdout);
			el_reset(e->el);
			*text = ts_buf_str(&e->text);
			return TS_LINE_INTERRUPT;
		}
		fputc('\n', stdout);
		return TS_LINE_EOF;
	}
	ts_buf_clear(&e->text);
	ts_wide_put(&e->text, line, (size_t)n);
	while (e->text.len > 0 && strchr("\r\n", e->text.data[e->text.len - 1]) != NULL) {
		e->text.data[--e->text.len] = 0;
	}
	if (e->block) {
		ts_buf_putc(&e->text, '\n');
	} else if (e->pasted) {
		while (e->text.len > 0 && e->text.data[e->text.len - 1] == ' ') {
			e->text.data[--e->text.len] = 0;
		}
		fputc('\n', stdout);
	}
	if (e->pasted) {
		ts_buf_puts(&e->text, ts_buf_str(&e->paste));
		ts_gate_fprintf(stdout, "%s\n", ts_buf_str(&e->paste));
	}
	*text = ts_buf_str(&e->text);
	return TS_LINE_TEXT;
}

static void enter(struct ts_edit *e, const char *text)
{
	HistEventW ev;
	wchar_t *w = ts_wide_of(text);
	history_w(e->history, &ev, H_ENTER, w);
	free(w);
}

void ts_edit_history(struct ts_edit *e, const char *path)
{
	ts_history_free(e->kept);
	e->kept = ts_history_load(path, HISTORY_LINES);
	const char *line;
	for (size_t i = 0; (line = ts_history_line(e->kept, i)) != NULL; i++) {
		enter(e, line);
	}
}

void ts_edit_remember(struct ts_edit *e, const char *text)
{
	if (*text != 0 && *text != ' ' && strchr(text, '\n') == NULL) {
		enter(e, text);
		if (e->kept != NULL) {
			ts_history_add(e->kept, text);
		}
	}
}

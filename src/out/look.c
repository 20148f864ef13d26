/* out/look.c - colour, hyperlinks, characters and width of a stream: option first, then environment, then
 * the terminal. */
#include "out/look.h"

#include <string.h>
#include "base/alloc.h"
#include "base/str.h"
#include "os/os.h"

static bool is_set(const char *value)
{
	return value != NULL && *value != '\0';
}

/* CLICOLOR_FORCE=0 and FORCE_COLOR=0 force nothing. */
static bool is_on(const char *value)
{
	return is_set(value) && strcmp(value, "0") != 0;
}

static bool decide_colour(const struct ts_look_options *o, const struct ts_look_inputs *in)
{
	/* In order of rank; the first that speaks decides. */
	const struct {
		bool speaks, colour;
	} rules[] = {
		{ o->color == TS_ALWAYS, true },
		{ o->color == TS_NEVER, false },
		{ is_set(in->no_color), false },
		{ is_on(in->clicolor_force) || is_on(in->force_color), true },
		{ is_set(in->clicolor) && strcmp(in->clicolor, "0") == 0, false },
		{ is_set(in->term) && strcmp(in->term, "dumb") == 0, false },
	};

	for (size_t i = 0; i < TS_COUNT(rules); i++) {
		if (rules[i].speaks) {
			return rules[i].colour;
		}
	}
	return in->tty;
}

static bool decide_hyperlinks(const struct ts_look_options *o, const struct ts_look_inputs *in)
{
	if (o->hyperlinks != TS_AUTO) {
		return o->hyperlinks == TS_ALWAYS;
	}
	return in->tty && !o->accessible && is_set(in->term) && strcmp(in->term, "dumb") != 0 &&
	       strcmp(in->term, "linux") != 0 && !ts_str_starts(in->term, "vt");
}

static int clamp_width(int64_t width)
{
	return width < TS_WIDTH_MIN ? TS_WIDTH_MIN : width > TS_WIDTH_MAX ? TS_WIDTH_MAX : (int)width;
}

static int decide_width(const struct ts_look_options *o, const struct ts_look_inputs *in)
{
	int64_t columns = 0;

	if (o->width_given) {
		return o->width == 0 ? 0 : clamp_width(o->width);
	}
	if (in->tty && in->term_columns > 0) {
		columns = in->term_columns;
	} else if (!is_set(in->columns) || !ts_parse_int(in->columns, 1, INT32_MAX, &columns)) {
		columns = TS_WIDTH_PROSE;
	}
	return clamp_width(columns < TS_WIDTH_PROSE ? columns : TS_WIDTH_PROSE);
}

void ts_look_compute(
	struct ts_look *look, const struct ts_look_options *options, const struct ts_look_inputs *in)
{
	look->width = decide_width(options, in);
	look->colour = decide_colour(options, in);
	look->hyperlinks = decide_hyperlinks(options, in);
	look->ascii = options->charset == TS_CHARSET_AUTO ? !in->utf8 : options->charset == TS_CHARSET_ASCII;
}

void ts_look_decide(struct ts_look *look, FILE *stream, const struct ts_look_options *options)
{
	static const struct ts_look_options none;
	struct ts_look_inputs in = {
		.tty = ts_os_isatty(stream),
		.columns = ts_os_env("COLUMNS"),
		.no_color = ts_os_env("NO_COLOR"),
		.clicolor = ts_os_env("CLICOLOR"),
		.clicolor_force = ts_os_env("CLICOLOR_FORCE"),
		.force_color = ts_os_env("FORCE_COLOR"),
		.term = ts_os_terminal_name(),
		.utf8 = ts_os_locale_utf8(),
	};
	int rows;

	if (!ts_os_term_size(stream, &in.term_columns, &rows)) {
		in.term_columns = 0;
	}
	ts_look_compute(look, options != NULL ? options : &none, &in);
}

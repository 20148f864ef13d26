/* decode/datetime.c - ISO 8601 instants and calendar dates, without the C library's time zone. */
#include "decode/datetime.h"

#define DAY      86400
#define MIN_UNIX INT64_C(-62167219200) /* 0000-01-01T00:00:00Z */
#define MAX_UNIX INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

/* What is left to read. */
struct reader {
	const char *p, *end;
};

/* Exactly n digits. */
static bool digits(struct reader *r, int n, int *out)
{
	int v = 0;
	for (int i = 0; i < n; i++) {
		if (r->p == r->end || *r->p < '0' || *r->p > '9') {
			return false;
		}
		v = v * 10 + (*r->p++ - '0');
	}
	*out = v;
	return true;
}

static bool accept(struct reader *r, char c)
{
	if (r->p < r->end && *r->p == c) {
		r->p++;
		return true;
	}
	return false;
}

static bool leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	return month == 2 && leap(year) ? 29 : days[month - 1];
}

/* Days from 1970-01-01 in the proleptic Gregorian calendar; the year counts from March so that the leap
 * day is its last. */
static int64_t days_of(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

/* ".1234567": one digit or more; the first nine count. */
static bool fraction(struct reader *r, int32_t *ns)
{
	int32_t v = 0;
	int n = 0;
	for (; r->p < r->end && *r->p >= '0' && *r->p <= '9'; r->p++, n++) {
		if (n < 9) {
			v = v * 10 + (*r->p - '0');
		}
	}
	for (int i = n; i < 9; i++) {
		v *= 10;
	}
	*ns = v;
	return n > 0;
}

/* "Z", "+01:00", "-0800", or nothing: seconds east of UTC. */
static bool zone(struct reader *r, int *offset)
{
	*offset = 0;
	if (r->p == r->end || accept(r, 'Z') || accept(r, 'z')) {
		return true;
	}
	bool west = accept(r, '-');
	int h, m;
	if ((!west && !accept(r, '+')) || !digits(r, 2, &h) || (accept(r, ':'), !digits(r, 2, &m)) ||
		h > 23 || m > 59) {
		return false;
	}
	*offset = (h * 60 + m) * 60 * (west ? -1 : 1);
	return true;
}

/* "08:00", "08:00:00", "08:00:00.123"; a leap second (60) is taken as the next one. */
static bool clock_time(struct reader *r, int *seconds, int32_t *ns)
{
	int h, m, s = 0;
	if (!digits(r, 2, &h) || !accept(r, ':') || !digits(r, 2, &m)) {
		return false;
	}
	if (accept(r, ':') && (!digits(r, 2, &s) || (accept(r, '.') && !fraction(r, ns)))) {
		return false;
	}
	*seconds = (h * 60 + m) * 60 + s;
	return h <= 23 && m <= 59 && s <= 60;
}

bool ts_datetime_parse(const char *p, size_t n, struct ts_instant *out)
{
	struct reader r = { p, p + n };
	int year, month, day, seconds = 0, offset = 0;
	int32_t ns = 0;
	if (!digits(&r, 4, &year) || !accept(&r, '-') || !digits(&r, 2, &month) || !accept(&r, '-') ||
		!digits(&r, 2, &day) || month < 1 || month > 12 || day < 1 ||
		day > days_in_month(year, month)) {
		return false;
	}
	if (accept(&r, 'T') || accept(&r, 't') || accept(&r, ' ')) {
		if (!clock_time(&r, &seconds, &ns) || !zone(&r, &offset)) {
			return false;
		}
	}
	*out = (struct ts_instant){ days_of(year, month, day) * DAY + seconds - offset, ns };
	return r.p == r.end;
}

int ts_instant_compare(struct ts_instant a, struct ts_instant b)
{
	if (a.sec != b.sec) {
		return a.sec < b.sec ? -1 : 1;
	}
	return a.ns < b.ns ? -1 : a.ns > b.ns;
}

struct ts_instant ts_instant_add_ms(struct ts_instant t, int64_t ms)
{
	int64_t ns = t.ns + ms % 1000 * 1000000;
	t.sec += ms / 1000;
	if (ns < 0) {
		t.sec--;
		ns += 1000000000;
	} else if (ns >= 1000000000) {
		t.sec++;
		ns -= 1000000000;
	}
	t.ns = (int32_t)ns;
	return t;
}

struct ts_calendar ts_calendar_of(int64_t unix_seconds)
{
	int64_t t = unix_seconds < MIN_UNIX ? MIN_UNIX : unix_seconds > MAX_UNIX ? MAX_UNIX : unix_seconds;
	int64_t days = (t >= 0 ? t : t - (DAY - 1)) / DAY, second = t - days * DAY;
	int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	struct ts_calendar c;
	c.day = (int)(doy - (153 * mp + 2) / 5 + 1);
	c.month = (int)(mp < 10 ? mp + 3 : mp - 9);
	c.year = (int)(yoe + era * 400 + (c.month <= 2));
	c.hour = (int)(second / 3600);
	c.minute = (int)(second / 60 % 60);
	c.second = (int)(second % 60);
	c.weekday = (int)(((days + 4) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
	return c;
}

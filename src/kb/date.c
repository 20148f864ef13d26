/* kb/date.c - the proleptic Gregorian calendar without the C library's time zone. */
#include "kb/date.h"

#include <string.h>

/* n digits at *p as a number; -1 when there are other characters. */
static int digits(const char **p, int n)
{
	int value = 0;

	for (; n > 0; n--, (*p)++) {
		if (**p < '0' || **p > '9') {
			return -1;
		}
		value = value * 10 + (**p - '0');
	}
	return value;
}

static bool eat(const char **p, char c)
{
	if (**p != c) {
		return false;
	}
	(*p)++;
	return true;
}

static int days_in(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap);
}

/* Days since 1970-01-01; years count from March so that the leap day is the last one. */
static int64_t days_since_epoch(int year, int month, int day)
{
	int64_t y = year - (month <= 2);
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return 365 * y + y / 4 - y / 100 + y / 400 + of_year - 719468;
}

static bool day(const char **p, int64_t *out)
{
	int y, m, d;

	y = digits(p, 4);
	if (y < 0 || !eat(p, '-')) {
		return false;
	}
	m = digits(p, 2);
	if (m < 1 || m > 12 || !eat(p, '-')) {
		return false;
	}
	d = digits(p, 2);
	if (d < 1 || d > days_in(y, m)) {
		return false;
	}
	*out = days_since_epoch(y, m, d) * 86400;
	return true;
}

bool ts_date_parse_day(const char *text, int64_t *unix_seconds)
{
	return day(&text, unix_seconds) && *text == '\0';
}

bool ts_date_parse(const char *text, int64_t *unix_seconds)
{
	int64_t start;
	int h, m, s;

	if (!day(&text, &start)) {
		return false;
	}
	*unix_seconds = start;
	if (*text == '\0') {
		return true;
	}
	if (!eat(&text, 'T') && !eat(&text, ' ')) {
		return false;
	}
	h = digits(&text, 2);
	if (h < 0 || h > 23 || !eat(&text, ':')) {
		return false;
	}
	m = digits(&text, 2);
	if (m < 0 || m > 59 || !eat(&text, ':')) {
		return false;
	}
	s = digits(&text, 2);
	if (s < 0 || s > 60) {
		return false;
	}
	if (*text == '.') {
		text++;
		text += strspn(text, "0123456789");
	}
	*unix_seconds = start + h * 3600 + m * 60 + s;
	return eat(&text, 'Z') && *text == '\0';
}

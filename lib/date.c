#include "date.h"

#include <errno.h>
#include <stdbool.h>

/* Years are counted from March, so that the leap day is the last; eras are 400 years of 146097 days
 * (Howard Hinnant, chrono-Compatible Low-Level Date Algorithms, 2013). */
int32_t date_number(int year, int month, int day)
{
	int from_march = year - (month <= 2);
	int era = from_march / 400, of_era = from_march % 400;
	int of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

struct date date_of(int32_t number)
{
	uint32_t shifted = (uint32_t)(number + 719468); /* from 0000-03-01: positive */
	uint32_t era = shifted / 146097, of_era = shifted % 146097;
	uint32_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	uint32_t of_year = of_era - (365 * year + year / 4 - year / 100);
	uint32_t from_march = (5 * of_year + 2) / 153;
	uint32_t month = from_march < 10 ? from_march + 3 : from_march - 9;
	return (struct date){ (int)(era * 400 + year + (month <= 2)), (int)month,
		(int)(of_year - (153 * from_march + 2) / 5 + 1) };
}

int date_month_days(int year, int month)
{
	static const char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return days[month - 1] + (month == 2 && leap);
}

int32_t date_add_months(int32_t number, int months)
{
	struct date d = date_of(number);
	int from_zero = d.year * 12 + d.month - 1 + months;
	int year = from_zero / 12, month = from_zero % 12 + 1;
	int last = date_month_days(year, month);
	return date_number(year, month, d.day < last ? d.day : last);
}

/* The anonymous Gregorian computus (Nature, 20 April 1876; Jean Meeus, Astronomical Algorithms,
 * chapter 8). */
int32_t date_easter(int year)
{
	int golden = year % 19, century = year / 100, of_century = year % 100;
	int moon_correction = (century - (century + 8) / 25 + 1) / 3;
	int epact = (19 * golden + century - century / 4 - moon_correction + 15) % 30;
	int weekday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - epact - of_century % 4) % 7;
	int late = (golden + 11 * epact + 22 * weekday) / 451;
	int days = epact + weekday - 7 * late + 114;
	return date_number(year, days / 31, days % 31 + 1);
}

/* Two or four digits; -1 where they are none. */
static int digits(const char *text, int count)
{
	int v = 0;
	for (int i = 0; i < count; i++) {
		unsigned digit = (unsigned char)text[i] - '0';
		if (digit > 9)
			return -1;
		v = v * 10 + (int)digit;
	}
	return v;
}

int date_parse(struct str text, int32_t *ret_number)
{
	if (text.len != DATE_TEXT || text.data[4] != '-' || text.data[7] != '-')
		return -EINVAL;
	struct date d = { digits(text.data, 4), digits(text.data + 5, 2),
		digits(text.data + 8, 2) };
	if (d.year < DATE_YEAR_MIN || d.year > DATE_YEAR_MAX || d.month < 1 || d.month > 12 ||
		d.day < 1 || d.day > date_month_days(d.year, d.month))
		return -EINVAL;
	*ret_number = date_number(d.year, d.month, d.day);
	return 0;
}

static void put(char *to, int v, int count)
{
	for (int i = count - 1; i >= 0; i--, v /= 10)
		to[i] = (char)('0' + v % 10);
}

size_t date_format(char *to, int32_t number)
{
	struct date d = date_of(number);
	put(to, d.year, 4);
	to[4] = to[7] = '-';
	put(to + 5, d.month, 2);
	put(to + 8, d.day, 2);
	return DATE_TEXT;
}

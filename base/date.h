/* Calendar dates as days since 1970-01-01 (proleptic Gregorian), 1900-01-01 to 2199-12-31. No time zones anywhere. */
#ifndef EDICT_BASE_DATE_H
#define EDICT_BASE_DATE_H

#include <stdint.h>

int date_month_days(int year, int month);
int date_valid(int year, int month, int day);   /* also checks the range of years */
int32_t date_days(int year, int month, int day);
void date_parts(int32_t days, int *year, int *month, int *day);
/* "2026-03-02" and a terminating 0. */
void date_text(int32_t days, char out[11]);
/* Reads exactly ten characters yyyy-mm-dd; 0: not a valid date. */
int date_parse(const char *at, int32_t *days);
/* Full years from one date to another (birthdays): negative when `to` is before `from`. */
int32_t date_years(int32_t from, int32_t to);

#endif

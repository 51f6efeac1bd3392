/* Dates: see date.h. The day count uses the usual era arithmetic (400-year cycles of 146097 days). */
#include "base/date.h"

int date_month_days(int year, int month)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12) return 0;
    if (month == 2 && (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))) return 29;
    return days[month - 1];
}

int date_valid(int year, int month, int day)
{
    return year >= 1900 && year <= 2199 && day >= 1 && day <= date_month_days(year, month);
}

int32_t date_days(int year, int month, int day)
{
    int y = month <= 2 ? year - 1 : year;
    int era = (y >= 0 ? y : y - 399) / 400;
    int of_era = y - era * 400;
    int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int day_of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    return era * 146097 + day_of_era - 719468;
}

void date_parts(int32_t days, int *year, int *month, int *day)
{
    const int64_t z = (int64_t)days + 719468;    /* wider: a damaged image can ask for any number */
    int era = (int)((z >= 0 ? z : z - 146096) / 146097);
    int doe = (int)(z - (int64_t)era * 146097);
    int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int mp = (5 * doy + 2) / 153;
    *day = doy - (153 * mp + 2) / 5 + 1;
    *month = mp < 10 ? mp + 3 : mp - 9;
    *year = yoe + era * 400 + (*month <= 2);
}

void date_text(int32_t days, char out[11])
{
    int y, m, d;
    date_parts(days, &y, &m, &d);
    if (y < 0 || y > 9999) { y = m = d = 0; }
    out[0] = (char)('0' + y / 1000); out[1] = (char)('0' + y / 100 % 10); out[2] = (char)('0' + y / 10 % 10);
    out[3] = (char)('0' + y % 10); out[4] = '-'; out[5] = (char)('0' + m / 10); out[6] = (char)('0' + m % 10);
    out[7] = '-'; out[8] = (char)('0' + d / 10); out[9] = (char)('0' + d % 10); out[10] = 0;
}

int date_parse(const char *at, int32_t *days)
{
    for (int i = 0; i < 10; i++)
        if (i == 4 || i == 7 ? at[i] != '-' : at[i] < '0' || at[i] > '9') return 0;
    int y = (at[0] - '0') * 1000 + (at[1] - '0') * 100 + (at[2] - '0') * 10 + (at[3] - '0');
    int m = (at[5] - '0') * 10 + (at[6] - '0'), d = (at[8] - '0') * 10 + (at[9] - '0');
    if (!date_valid(y, m, d)) return 0;
    *days = date_days(y, m, d);
    return 1;
}

int32_t date_years(int32_t from, int32_t to)
{
    int y1, m1, d1, y2, m2, d2;
    date_parts(from, &y1, &m1, &d1);
    date_parts(to, &y2, &m2, &d2);
    return y2 - y1 - (m2 < m1 || (m2 == m1 && d2 < d1));
}

/* A pack of any size, to measure the compiler: gen_pack ROWS RULES prints bills with so many rows in all, wide ones of
 * 400 bytes, and so many rules. Of nobody's billing; the same text everywhere. */
#include <stdio.h>
#include <stdlib.h>

enum { ROWS_OF_A_BILL = 100, DRUGS_OF_A_ROW = 49 };

int main(int count, char **words)
{
    if (count != 3) {
        fprintf(stderr, "usage: gen_pack ROWS RULES\n");
        return 4;
    }
    const unsigned rows = (unsigned)strtoul(words[1], NULL, 10), rules = (unsigned)strtoul(words[2], NULL, 10);
    puts("pack made.large\n  title     \"A large pack\"\n  version   1\n  effective 2020-01-01 until open\n\n"
         "cite MADE \"Made for measuring\", section \"1\", read 2026-01-31\n\n"
         "facts encounter known by id\n  | fact | type            | not documented |\n"
         "  | id   | text            | refused        |\n  | date | date of service | refused        |\n\n"
         "facts service in services known by id\n  | fact  | type                  | not documented |\n"
         "  | id    | text                  | position \"s\"   |\n"
         "  | drug  | code                  | refused        |\n"
         "  | route | one of IV, SC, IM, PO | refused        |\n  | lasts | minutes               | refused        |");
    for (unsigned row = 0; row < rows; row++) {
        if (row % ROWS_OF_A_BILL == 0)
            printf("\nbill service as bill_%03u, every row that matches, cite MADE\n"
                   "  | drug | route | lasts | code | units |\n",
                row / ROWS_OF_A_BILL);
        printf("  | ");
        for (unsigned k = 0; k < DRUGS_OF_A_ROW; k++)
            printf("%s%c%04u", k ? ", " : "", "JQCA"[row % 4], (row * 37 + k * 11) % 10000);
        printf(" | %s | %u min to %u min | %05u | %u |\n", row % 3 ? "IV, SC" : "not PO",
            row % 50, row % 50 + 10 + row % 7,
            10000 + row, 1 + row % 5);
    }
    for (unsigned rule = 0; rule < rules; rule++)
        printf("\nrule rule_%03u \"Made\", cite MADE\n  for each service where route is %s and lasts from %u min\n"
               "  when no other service where drug is this drug and lasts over %u min\n"
               "  then review \"{drug} by %s for {lasts}\"\n",
            rule, rule % 2 ? "IV" : "SC", rule % 90, rule % 60 + 1, rule % 2 ? "vein" : "skin");
    return ferror(stdout) != 0;
}

/* Runs a fuzz target on files, where there is no libFuzzer: replay FILE... One `ok` a file. */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        FILE *f = fopen(argv[i], "rb");
        uint8_t *bytes = malloc(1 << 24);
        if (!f || !bytes) {
            printf("not ok - %s\n", argv[i]);
            return 1;
        }
        const size_t size = fread(bytes, 1, 1 << 24, f);
        fclose(f);
        uint8_t *exact = malloc(size + 1);    /* so that a byte too far is seen */
        if (!exact) return 1;
        for (size_t k = 0; k < size; k++) exact[k] = bytes[k];
        free(bytes);
        LLVMFuzzerTestOneInput(exact, size);
        free(exact);
        printf("ok - %s\n", argv[i]);
        fflush(stdout);
    }
    return 0;
}

# Edict: one Makefile. `make` builds build/release/edict; CONF=release|debug|asan|msan|tsan|cov, CC=gcc|clang.
CONF ?= release
CC ?= gcc
ifeq ($(origin CC),default)
CC := gcc
endif
# The default build is build/release; clang builds stand beside it, as build/release-clang.
B := build/$(CONF)$(if $(findstring clang,$(CC)),-clang)
WARN := -std=c17 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes $(WERROR)
DEFS := -D_POSIX_C_SOURCE=200809L -D_GNU_SOURCE
OPT_release := -O2 -g -DNDEBUG
OPT_debug := -O0 -g
SANITIZE_asan := -fsanitize=address,undefined -fno-sanitize-recover=all
# Memory that was never written. The libraries are not watched: xxHash is compiled in, tables from CSV files are left out.
SANITIZE_msan := -fsanitize=memory
OPT_msan := -O1 -g $(SANITIZE_msan) -fno-omit-frame-pointer -DXXH_INLINE_ALL
SANITIZE_tsan := -fsanitize=thread
OPT_tsan := -O1 -g $(SANITIZE_tsan)
OPT_asan := -O1 -g $(SANITIZE_asan) -fno-omit-frame-pointer
SANITIZE_cov := --coverage
OPT_cov := -O0 -g -DNDEBUG $(SANITIZE_cov)
# The columns' loops are worth the compiler's effort.
$(B)/vm/eval%.o $(B)/vm/rows.o $(B)/vm/lookup.o: FAST := $(if $(filter release,$(CONF)),-O3 -funroll-loops)
CFLAGS_ALL = $(WARN) $(DEFS) $(OPT_$(CONF)) $(FAST) -fPIC -I. -Iinclude -I$(B) $(CFLAGS)
LDLIBS_RUN := -lxxhash -lpthread
LDLIBS_COMPILE := -lcsv
LDLIBS_CLI := -ljansson -lsodium

BASE := $(wildcard base/*.c)
LANG := $(wildcard lang/*.c)
COMP := $(wildcard compiler/*.c)
VM := $(wildcard vm/*.c)
CLI := $(wildcard cli/*.c)
obj = $(patsubst %.c,$(B)/%.o,$(1))
GEN := $(B)/lang/grammar.o $(B)/lang/scanner.o

all: $(B)/edict $(B)/libedict.a

$(B)/lang/grammar.c $(B)/lang/grammar.h &: lang/grammar.y
	@mkdir -p $(@D)
	bison -Wall -Wcounterexamples -Werror --defines=$(B)/lang/grammar.h -o $(B)/lang/grammar.c $<
$(B)/lang/scanner.c: lang/scanner.l $(B)/lang/grammar.h
	@mkdir -p $(@D)
	flex -Cf -o $@ $<
$(B)/lang/grammar.o $(B)/lang/scanner.o: %.o: %.c
	$(CC) $(CFLAGS_ALL) -MMD -MP -c $< -o $@
$(call obj,$(LANG)): $(B)/lang/grammar.h
$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -MMD -MP -c $< -o $@

$(B)/libedict-run.a: $(call obj,$(VM) $(BASE))
	rm -f $@; ar rcs $@ $^
$(B)/libedict.a: $(call obj,$(VM) $(BASE) $(LANG) $(COMP)) $(GEN)
	rm -f $@; ar rcs $@ $^
$(B)/edict: $(call obj,$(CLI)) $(B)/libedict.a
	$(CC) $(CFLAGS_ALL) $^ -o $@ $(LDFLAGS) $(LDLIBS_CLI) $(LDLIBS_COMPILE) $(LDLIBS_RUN)

# The library in all its forms: libedict (all), libedict-run (images only); archives, shared, pkg-config.
VERSION := $(shell sed -n 's/^.define EDICT_VERSION "\(.*\)"/\1/p' include/edict.h)
PREFIX ?= /usr/local
bindir ?= $(PREFIX)/bin
libdir ?= $(PREFIX)/lib
includedir ?= $(PREFIX)/include
datadir ?= $(PREFIX)/share
SOVERSION := $(firstword $(subst ., ,$(VERSION)))
OBJCOPY ?= objcopy
LIBS := $(foreach l,libedict libedict-run,$(B)/$(l).a $(B)/$(l).so.$(VERSION))

, := ,
$(B)/exports.map:
	@mkdir -p $(@D)
	echo '{ global: edict_*; local: *; };' > $@
$(B)/%.so.$(VERSION): $(B)/%.a $(B)/exports.map
	$(CC) $(CFLAGS_ALL) -shared -Wl,-soname,$*.so.$(SOVERSION) -Wl,--version-script=$(B)/exports.map $(if $(SANITIZE_$(CONF)),,-Wl$(,)-z$(,)defs) \
		-Wl,--whole-archive $< -Wl,--no-whole-archive -o $@ $(LDFLAGS) $(if $(findstring -run,$*),,$(LDLIBS_COMPILE)) $(LDLIBS_RUN)
	ln -sf $(@F) $(B)/$*.so.$(SOVERSION)
	ln -sf $(@F) $(B)/$*.so
# The archives as installed: one object each, in which only edict_* is seen, so that no name inside meets one of the host's.
INSTALLED := $(B)/installed/libedict.a $(B)/installed/libedict-run.a
$(B)/installed/%.a: $(B)/%.a
	@mkdir -p $(@D)
	$(LD) -r --whole-archive $< -o $(@:.a=.o)
	$(OBJCOPY) -w --keep-global-symbol='edict_*' $(@:.a=.o)
	rm -f $@; ar rcs $@ $(@:.a=.o)
lib: $(LIBS) $(INSTALLED)

pc = printf '%s\n' 'prefix=$(PREFIX)' 'libdir=$(libdir)' 'includedir=$(includedir)' '' 'Name: $(1)' 'Description: $(2)' \
	'Version: $(VERSION)' 'Cflags: -I$${includedir}' 'Libs: -L$${libdir} -l$(1)' 'Libs.private: $(3) $(LDLIBS_RUN)' \
	> '$(DESTDIR)$(libdir)/pkgconfig/$(1).pc'
install: $(B)/edict $(LIBS) $(INSTALLED)
	install -d '$(DESTDIR)$(bindir)' '$(DESTDIR)$(libdir)/pkgconfig' '$(DESTDIR)$(includedir)' '$(DESTDIR)$(datadir)/edict'
	install -m 755 $(B)/edict '$(DESTDIR)$(bindir)/edict'
	install -m 644 include/edict.h include/edict_compile.h '$(DESTDIR)$(includedir)'
	install -m 644 $(INSTALLED) '$(DESTDIR)$(libdir)'
	install -m 755 $(filter-out %.a,$(LIBS)) '$(DESTDIR)$(libdir)'
	for l in libedict libedict-run; do for n in .$(SOVERSION) ''; do \
		ln -sf $$l.so.$(VERSION) "$(DESTDIR)$(libdir)/$$l.so$$n" || exit 1; done; done
	$(call pc,edict,rules as data for billing: compile and run,$(LDLIBS_COMPILE))
	$(call pc,edict-run,rules as data for billing: run compiled images,)
	rm -rf '$(DESTDIR)$(datadir)/edict/rulesets'
	cp -R rulesets '$(DESTDIR)$(datadir)/edict/rulesets'
uninstall:
	rm -f '$(DESTDIR)$(bindir)/edict' '$(DESTDIR)$(includedir)/edict.h' '$(DESTDIR)$(includedir)/edict_compile.h'
	for l in libedict libedict-run; do rm -f '$(DESTDIR)$(libdir)'/$$l.a '$(DESTDIR)$(libdir)'/$$l.so*; done
	rm -f '$(DESTDIR)$(libdir)/pkgconfig/edict.pc' '$(DESTDIR)$(libdir)/pkgconfig/edict-run.pc'
	rm -rf '$(DESTDIR)$(datadir)/edict'

# Habits that are checked: silent when kept.
layers: $(B)/libedict-run.a
	@CC='$(CC)' sh tests/tools/layers.sh $(B)/libedict-run.a $(LDLIBS_RUN) $(SANITIZE_$(CONF))
words:
	@sh tests/tools/words.sh
style:
	@sh tests/tools/style.sh

# Static analysis: silent when clean. A source is looked at once, and again when it or a header of it changes.
ANALYSED := $(patsubst %.c,build/analyse/%.analysed,$(BASE) $(LANG) $(COMP) $(VM) $(CLI))
ANALYSE_FLAGS := -std=c17 $(DEFS) -I. -Iinclude -Ibuild/analyse
build/analyse/lang/grammar.h: lang/grammar.y
	@mkdir -p $(@D)
	@bison --defines=$@ -o build/analyse/lang/grammar.c $<
build/analyse/%.analysed: %.c .clang-tidy build/analyse/lang/grammar.h
	@sh tests/tools/analyse.sh $< build/analyse $(ANALYSE_FLAGS)
	@touch $@
build/analyse/cppcheck.analysed: $(wildcard base/*.[ch] lang/*.[ch] compiler/*.[ch] vm/*.[ch] vm/*.def cli/*.[ch] include/*.h)
	@mkdir -p build/analyse/cppcheck
	@cppcheck -q --std=c17 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 --library=posix \
		--cppcheck-build-dir=build/analyse/cppcheck -j2 $(filter -D% -I.,$(ANALYSE_FLAGS)) -Iinclude --library=tests/tools/cppcheck.cfg \
		base lang compiler vm cli
	@touch $@
analyse: $(ANALYSED) build/analyse/cppcheck.analysed

# Tests. `make test`: everything against this build; PARTS='cases packs' runs some. `make accept`: what comes becomes what is expected.
T := $(B)/tests
UNITS := $(patsubst tests/unit/%.c,$(T)/%,$(wildcard tests/unit/test_*.c))
FIXTURE := $(patsubst tests/%.c,$(T)/%.o,$(filter-out $(wildcard tests/unit/test_*.c),$(wildcard tests/unit/*.c))) $(T)/mutate/mutation.o
TOOLS := $(patsubst tests/tools/%.c,$(T)/%,$(wildcard tests/tools/*.c))
$(T)/%.o: tests/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -MMD -MP -c $< -o $@
$(UNITS): $(T)/%: $(T)/unit/%.o $(FIXTURE) $(B)/libedict.a
	$(CC) $(CFLAGS_ALL) $^ -o $@ $(LDFLAGS) -lcmocka $(LDLIBS_CLI) $(LDLIBS_COMPILE) $(LDLIBS_RUN)
$(TOOLS): $(T)/%: $(T)/tools/%.o $(B)/libedict.a
	$(CC) $(CFLAGS_ALL) $^ -o $@ $(LDFLAGS) $(LDLIBS_CLI) $(LDLIBS_COMPILE) $(LDLIBS_RUN)
# The allocation sweep has its own malloc. Its arena asks for each piece by itself, so that each can fail.
$(T)/sweep/arena.o: base/arena.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -DARENA_SMALL -MMD -MP -c $< -o $@
$(T)/sweep/sweep: $(T)/sweep/sweep.o $(T)/sweep/failing.o $(T)/sweep/arena.o $(B)/libedict.a
	$(CC) $(CFLAGS_ALL) $^ -o $@ $(LDFLAGS) $(LDLIBS_COMPILE) $(LDLIBS_RUN)
# Fuzz targets: with libFuzzer under clang (`make fuzz`), with a replay of the corpus anywhere. tests/fuzz/README.md.
TARGETS := compile format table image encounter differ
FUZZ ?= $(TARGETS)
TIME ?= 60
FUZZ_PARTS := $(T)/fuzz/memory.o $(T)/mutate/mutation.o $(T)/oracle/liboracle.a $(B)/libedict.a
FUZZ_LINK = -Wl,--wrap=fopen $^ -o $@ $(LDFLAGS) $(LDLIBS_COMPILE) $(LDLIBS_RUN)
$(T)/fuzz/replay_%: $(T)/fuzz/fuzz_%.o $(T)/fuzz/replay.o $(FUZZ_PARTS)
	$(CC) $(CFLAGS_ALL) $(FUZZ_LINK)
$(T)/fuzz/target_%: $(T)/fuzz/fuzz_%.o $(FUZZ_PARTS)
	$(CC) $(CFLAGS_ALL) -fsanitize=fuzzer $(FUZZ_LINK)
REPLAYS := $(TARGETS:%=$(T)/fuzz/replay_%)
# TIME=600, 10m or 1h a target; FUZZ='image encounter': some; JOBS=2: side by side; LOG=1: also lines and branches, into docs/fuzzing.md.
# Comparisons are not traced: words are in the dictionaries, and it takes half of the time.
FUZZ_FLAGS := -O2 -fsanitize=fuzzer-no-link -fno-sanitize-coverage=trace-cmp
fuzz:
	@$(MAKE) -s --no-print-directory CC=clang CONF=asan B=build/fuzz CFLAGS='$(FUZZ_FLAGS)' $(FUZZ:%=build/fuzz/tests/fuzz/target_%)
	@$(if $(LOG),$(MAKE) -s --no-print-directory CC=gcc CONF=cov B=build/fuzz-cov $(FUZZ:%=build/fuzz-cov/tests/fuzz/replay_%))
	@exec env JOBS='$(JOBS)' $(if $(LOG),COVER=build/fuzz-cov LOG=docs/fuzzing.md) sh tests/fuzz/run.sh build/fuzz $(TIME) $(FUZZ)
.SECONDARY: $(FIXTURE) $(TARGETS:%=$(T)/fuzz/fuzz_%.o) $(T)/fuzz/replay.o $(T)/fuzz/memory.o
# The reference evaluator beside the VM: tests/oracle/README.md. It reads the checked model, so it needs the whole library.
ORACLE := $(patsubst tests/%.c,$(T)/%.o,$(wildcard tests/oracle/*.c))
$(T)/oracle/liboracle.a: $(filter-out %/differ.o,$(ORACLE))
	rm -f $@; ar rcs $@ $^
$(T)/differ: $(T)/oracle/differ.o $(T)/oracle/liboracle.a $(B)/libedict.a
	$(CC) $(CFLAGS_ALL) $^ -o $@ $(LDFLAGS) $(LDLIBS_CLI) $(LDLIBS_COMPILE) $(LDLIBS_RUN)
# The campaign: COUNT pairs of a random pack and a random encounter, from SEED on.
SEED ?= 1
differ: $(T)/differ
	@$(T)/differ campaign $(COUNT) $(SEED)

# Campaigns, under the sanitizers. `make mutate COUNT=1000000 FROM=0`: damaged images against the verifier and evaluator.
COUNT ?= 100000
FROM ?= 0
JOBS ?= 1
$(T)/mutate/mutate: $(T)/mutate/mutate.o $(T)/mutate/mutation.o $(B)/libedict.a
	$(CC) $(CFLAGS_ALL) $^ -o $@ $(LDFLAGS) $(LDLIBS_CLI) $(LDLIBS_COMPILE) $(LDLIBS_RUN)
mutate:
	@$(MAKE) -s --no-print-directory CC=clang CONF=asan build/asan-clang/tests/mutate/mutate
	@sh tests/mutate/run.sh build/asan-clang/tests/mutate/mutate $(COUNT) $(FROM) $(JOBS)

# The images of both compilers are compared, where both are there.
OTHER_CC := $(if $(findstring clang,$(CC)),gcc,clang)
OTHER_B := build/release$(if $(findstring clang,$(OTHER_CC)),-clang)
test: all $(LIBS) $(UNITS) $(TOOLS) $(REPLAYS) $(T)/sweep/sweep $(T)/differ
	@if command -v $(OTHER_CC) >/dev/null; then $(MAKE) -s --no-print-directory CC=$(OTHER_CC) CONF=release B=$(OTHER_B) $(OTHER_B)/edict; fi
	@CC='$(CC)' SANITIZE='$(SANITIZE_$(CONF))' OTHER='$(OTHER_B)/edict' sh tests/run.sh $(B) $(PARTS)
# Which tests of the packs notice each rule and row: spoils them in turn, about a minute.
coverage-rules: $(B)/edict
	@sh tests/tools/coverage.sh $(B)/edict > $(B)/COVERAGE.md && mv $(B)/COVERAGE.md rulesets/COVERAGE.md
accept: $(B)/edict $(TOOLS)
	@sh tests/cases/run.sh --accept $(B)/edict
	@sh tests/cases/mistakes/run.sh --accept $(B)/edict
	@sh examples/run.sh --accept $(B)/edict
	@sh tests/cli/pages.sh --accept $(B)/edict
	@sh tests/cli/changes.sh --accept $(B)/edict
# gcc and clang, release and sanitizers, no warning forgiven; random pairs under MemorySanitizer, threads under ThreadSanitizer.
# In build/check, so that no object of another build counts.
check-all:
	@for conf in release asan; do for cc in gcc clang; do \
		echo "==== $$cc $$conf"; \
		$(MAKE) --no-print-directory -s CC=$$cc CONF=$$conf B=build/check/$$cc-$$conf WERROR=-Werror test || failed="$$failed $$cc-$$conf"; \
	done; done; \
	echo "==== clang msan"; \
	$(MAKE) --no-print-directory -s CC=clang CONF=msan B=build/check/clang-msan WERROR=-Werror COUNT=5000 differ || failed="$$failed clang-msan"; \
	echo "==== clang tsan"; \
	$(MAKE) --no-print-directory -s CC=clang CONF=tsan B=build/check/clang-tsan WERROR=-Werror OTHER_CC=none PARTS=threads test || failed="$$failed clang-tsan"; \
	if [ -z "$$failed" ]; then echo "all configurations pass"; else echo "failed:$$failed"; exit 1; fi
# Which lines and branches the tests reach: build/cov/coverage.txt; which they do not: build/cov/misses.txt. tests/coverage/README.md.
coverage:
	@find build/cov -name '*.gcda' -delete 2>/dev/null; $(MAKE) -s --no-print-directory CONF=cov CC=gcc test; status=$$?; \
	sh tests/coverage/run.sh build/cov build/cov/misses.txt > build/cov/coverage.txt || status=1; \
	grep '^exclusions' build/cov/coverage.txt; tail -7 build/cov/coverage.txt; exit $$status

# How fast: bench/README.md. `make bench` writes bench/RESULTS.md; `make bench-check` compares instruction counts.
BENCH := $(B)/bench
BENCHES := $(patsubst bench/%.c,$(BENCH)/%,$(filter-out bench/limit.c,$(wildcard bench/*.c)))
$(BENCHES): $(BENCH)/%: bench/%.c $(B)/libedict.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -MMD -MP $< $(B)/libedict.a -o $@ $(LDFLAGS) $(LDLIBS_COMPILE) $(LDLIBS_RUN)
# The workloads: each with a generator, hand-written C (built for this machine, as its author would), and a mapper.
WORKLOADS := lite caps
by_hand = $(foreach p,gen_$(1) limit map,$(BENCH)/$(1)/$(p))
HANDS := $(foreach w,$(WORKLOADS),$(call by_hand,$(w)))
HAND = $(CC) $(CFLAGS_ALL) -O3 -march=native
define WORKLOAD
$(BENCH)/$(1)/%.o: bench/$(1)/%.c
	@mkdir -p $$(@D)
	$$(HAND) -MMD -MP -c $$< -o $$@
$(BENCH)/$(1)/limit.o: bench/limit.c
	@mkdir -p $$(@D)
	$$(HAND) -DWORKLOAD='"bench/$(1)/$(1).h"' -MMD -MP -c $$< -o $$@
$(BENCH)/$(1)/gen_$(1): $(patsubst %,$(BENCH)/$(1)/%.o,gen_$(1) tables evaluate)
$(BENCH)/$(1)/limit: $(patsubst %,$(BENCH)/$(1)/%.o,limit tables decode evaluate write)
$(BENCH)/$(1)/map: $(BENCH)/$(1)/map.o
.SECONDARY: $(patsubst %,$(BENCH)/$(1)/%.o,gen_$(1) tables evaluate limit decode write map)
endef
$(foreach w,$(WORKLOADS),$(eval $(call WORKLOAD,$(w))))
# What CLIPS reads instead of JSON.
$(BENCH)/lite/facts: $(BENCH)/lite/facts.o $(BENCH)/lite/decode.o
HANDS += $(BENCH)/lite/facts
$(HANDS):
	$(CC) $(CFLAGS_ALL) $^ -o $@ $(LDFLAGS) -ljansson -lpthread
bench: all $(BENCHES) $(HANDS)
	@CC='$(CC)' sh bench/run.sh $(B)/edict $(BENCH) $(BENCH)
bench-check: all $(BENCHES) $(HANDS)
	@sh bench/check.sh $(B)/edict $(BENCH) $(BENCH)
bench-accept: all $(BENCHES) $(HANDS)
	@sh bench/check.sh --accept $(B)/edict $(BENCH) $(BENCH)

.PHONY: bench bench-check bench-accept

clean:
	rm -rf build

.PHONY: fuzz mutate differ all clean lib install uninstall layers words style test accept check-all coverage coverage-rules docs
-include $(shell find build -name '*.d' 2>/dev/null)

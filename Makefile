# Edict: one Makefile. `make` builds build/release/edict; CONF=release|debug|asan|cov, CC=gcc|clang.
CONF ?= release
CC ?= gcc
ifeq ($(origin CC),default)
CC := gcc
endif
B := build/$(CONF)
WARN := -std=c17 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes $(WERROR)
DEFS := -D_POSIX_C_SOURCE=200809L -D_GNU_SOURCE
OPT_release := -O2 -g -DNDEBUG
OPT_debug := -O0 -g
OPT_asan := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
OPT_cov := -O0 -g --coverage
CFLAGS_ALL := $(WARN) $(DEFS) $(OPT_$(CONF)) -fPIC -I. -Iinclude -I$(B) $(CFLAGS)
LDLIBS_RUN := -lxxhash -lpthread
LDLIBS_COMPILE := -lcsv
LDLIBS_CLI := -ljansson

BASE := $(wildcard base/*.c)
LANG := $(wildcard lang/*.c)
COMP := $(wildcard compiler/*.c)
VM := $(wildcard vm/*.c)
CLI := $(wildcard cli/*.c)
obj = $(patsubst %.c,$(B)/%.o,$(1))
GEN := $(B)/lang/grammar.o $(B)/lang/scanner.o

all: $(B)/edict $(B)/libedict.a

$(B)/lang/grammar.c $(B)/lang/grammar.h: lang/grammar.y
	@mkdir -p $(@D)
	bison -Wall -Wcounterexamples -Werror --defines=$(B)/lang/grammar.h -o $(B)/lang/grammar.c $<
$(B)/lang/scanner.c: lang/scanner.l $(B)/lang/grammar.h
	@mkdir -p $(@D)
	flex -o $@ $<
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
LIBS := $(foreach l,libedict libedict-run,$(B)/$(l).a $(B)/$(l).so.$(VERSION))

$(B)/exports.map:
	@mkdir -p $(@D)
	echo '{ global: edict_*; local: *; };' > $@
$(B)/%.so.$(VERSION): $(B)/%.a $(B)/exports.map
	$(CC) $(CFLAGS_ALL) -shared -Wl,-soname,$*.so.$(SOVERSION) -Wl,--version-script=$(B)/exports.map -Wl,-z,defs \
		-Wl,--whole-archive $< -Wl,--no-whole-archive -o $@ $(LDFLAGS) $(if $(findstring -run,$*),,$(LDLIBS_COMPILE)) $(LDLIBS_RUN)
	ln -sf $(@F) $(B)/$*.so.$(SOVERSION)
	ln -sf $(@F) $(B)/$*.so
lib: $(LIBS)

pc = printf '%s\n' 'prefix=$(PREFIX)' 'libdir=$(libdir)' 'includedir=$(includedir)' '' 'Name: $(1)' 'Description: $(2)' \
	'Version: $(VERSION)' 'Cflags: -I$${includedir}' 'Libs: -L$${libdir} -l$(1)' 'Libs.private: $(LDLIBS_RUN)' \
	> '$(DESTDIR)$(libdir)/pkgconfig/$(1).pc'
install: $(B)/edict $(LIBS)
	install -d '$(DESTDIR)$(bindir)' '$(DESTDIR)$(libdir)/pkgconfig' '$(DESTDIR)$(includedir)' '$(DESTDIR)$(datadir)/edict'
	install -m 755 $(B)/edict '$(DESTDIR)$(bindir)/edict'
	install -m 644 include/edict.h include/edict_compile.h '$(DESTDIR)$(includedir)'
	install -m 644 $(filter %.a,$(LIBS)) '$(DESTDIR)$(libdir)'
	install -m 755 $(filter-out %.a,$(LIBS)) '$(DESTDIR)$(libdir)'
	for l in libedict libedict-run; do for n in .$(SOVERSION) ''; do \
		ln -sf $$l.so.$(VERSION) "$(DESTDIR)$(libdir)/$$l.so$$n" || exit 1; done; done
	$(call pc,edict,rules as data for billing: compile and run)
	$(call pc,edict-run,rules as data for billing: run compiled images)
	rm -rf '$(DESTDIR)$(datadir)/edict/rulesets'
	cp -R rulesets '$(DESTDIR)$(datadir)/edict/rulesets'
uninstall:
	rm -f '$(DESTDIR)$(bindir)/edict' '$(DESTDIR)$(includedir)/edict.h' '$(DESTDIR)$(includedir)/edict_compile.h'
	for l in libedict libedict-run; do rm -f '$(DESTDIR)$(libdir)'/$$l.a '$(DESTDIR)$(libdir)'/$$l.so*; done
	rm -f '$(DESTDIR)$(libdir)/pkgconfig/edict.pc' '$(DESTDIR)$(libdir)/pkgconfig/edict-run.pc'
	rm -rf '$(DESTDIR)$(datadir)/edict'

# Habits that are checked: silent when kept.
layers: $(B)/libedict-run.a
	@CC='$(CC)' sh tests/tools/layers.sh $(B)/libedict-run.a $(LDLIBS_RUN)
words:
	@sh tests/tools/words.sh
test-cli: $(B)/edict
	sh tests/cli/run.sh $(B)/edict
test-embed: $(B)/edict $(LIBS)
	CC='$(CC)' sh tests/embed/run.sh $(B)

clean:
	rm -rf build

.PHONY: all clean lib install uninstall layers words test-cli test-embed
-include $(shell find build -name '*.d' 2>/dev/null)

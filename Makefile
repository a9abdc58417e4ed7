# make, make install, make deb, make check, make crash, make vm, make demo, make bench, make fuzz; SAN=address,undefined builds with sanitizers, CC=clang with clang; V=1 shows the commands.
CC = gcc
CFLAGS = -O2 -g
PREFIX = /usr/local
# The newest entry of the Debian changelog names the version.
VERSION := $(shell sed -n '1s/.*(\(.*\)).*/\1/p' systemd/debian/changelog)
BUILD = build$(if $(SAN),/san)$(if $(filter clang%,$(CC)),/clang)
WARN = -std=gnu17 -Wall -Wextra -Werror -Wmissing-prototypes -Wstrict-prototypes
ALL_CFLAGS = $(WARN) $(CFLAGS) -D_GNU_SOURCE -iquote lib -iquote . -I/usr/include/postgresql -MMD -MP -fPIC -pthread -ffp-contract=off $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=all)
LDLIBS = -Wl,--as-needed -lmodbus -lpq -lyaml -ljansson -llua5.4 -lgsl -lgslcblas -lcrypto -lzstd -lm -ldl -pthread

LIB = $(patsubst %.c,$(BUILD)/obj/%.o,$(filter-out lib/zmq/%,$(wildcard lib/*.c lib/*/*.c)))
FILTERS = $(patsubst filters/%.c,$(BUILD)/libexec/%,$(wildcard filters/*.c))
JOBS = $(shell nproc)
UNITS = $(patsubst tests/lib/%.c,$(BUILD)/tests/%,$(wildcard tests/lib/*.c))

# What the generator and duto share: from a pipeline to its units.
UNIT_FILES = $(patsubst %.c,$(BUILD)/obj/%.o,$(filter-out systemd/generator.c,$(wildcard systemd/*.c)) \
	$(addprefix pipelines/,capture.c describe/describe.c describe/libexec.c describe/values.c process.c stage/keeps.c stage/outputs.c stage/patience.c stage/secrets.c stage/traits.c stage/wiring.c))

# A line for each thing that is made.
show = $(if $(V),,@printf '  %-5s %s\n' $(1) $@ &&)

all: $(BUILD)/duto $(BUILD)/duto-generator $(FILTERS) $(BUILD)/libexec/link-zmq.so $(BUILD)/libexec/filters.json $(BUILD)/models/mill.forest

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(call show,CC) $(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/obj/pipelines/version.o: ALL_CFLAGS += -DDUTO_VERSION='"$(VERSION)"'
$(BUILD)/obj/pipelines/version.o: systemd/debian/changelog

$(BUILD)/libduto.a: $(LIB)
	@rm -f $@
	$(call show,AR) ar qcs $@ $^

$(BUILD)/libexec/%: $(BUILD)/obj/filters/%.o $(BUILD)/libduto.a
	@mkdir -p $(@D)
	$(call show,LINK) $(CC) $(ALL_CFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/libexec/link-zmq.so: $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard lib/zmq/*.c)) $(BUILD)/libduto.a
	@mkdir -p $(@D)
	$(call show,LINK) $(CC) $(ALL_CFLAGS) -shared -o $@ $^ -lzmq

$(BUILD)/libunits.a: $(UNIT_FILES)
	@rm -f $@
	$(call show,AR) ar qcs $@ $^

$(BUILD)/duto: $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard pipelines/*.c pipelines/*/*.c)) $(BUILD)/libunits.a $(BUILD)/libduto.a
	$(call show,LINK) $(CC) $(ALL_CFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/duto-generator: $(BUILD)/obj/systemd/generator.o $(BUILD)/libunits.a $(BUILD)/libduto.a
	$(call show,LINK) $(CC) $(ALL_CFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/libexec/filters.json: $(BUILD)/duto $(FILTERS)
	$(call show,LIST) $(BUILD)/duto list --json >$@

# What the pipelines that ship score with.
$(BUILD)/models/mill.forest: pipelines/train-mill.sh $(patsubst %,$(BUILD)/libexec/%,sim map scale train) | $(BUILD)/duto
	@mkdir -p $(@D)
	$(call show,TRAIN) pipelines/train-mill.sh $(BUILD)/duto $(@D) >$(@D)/mill.report

$(BUILD)/tests/%: $(BUILD)/obj/tests/lib/%.o $(BUILD)/libduto.a
	@mkdir -p $(@D)
	$(call show,LINK) $(CC) $(ALL_CFLAGS) -o $@ $^ $(LDLIBS) -lmsgpackc

# Crash tests bring a disk of their own, in place of the library's.
CRASHES = $(patsubst tests/crash/%.c,$(BUILD)/crash/%,$(filter-out tests/crash/disk.c,$(wildcard tests/crash/*.c)))

$(BUILD)/crash/%: $(BUILD)/obj/tests/crash/%.o $(BUILD)/obj/tests/crash/disk.o $(BUILD)/libduto.a
	@mkdir -p $(@D)
	$(call show,LINK) $(CC) $(ALL_CFLAGS) -o $@ $^ $(LDLIBS)

# What is fuzzed gets some hostile input in each check, the same each time.
FUZZ = $(patsubst tests/fuzz/%.c,%,$(filter-out tests/fuzz/mutate.c,$(wildcard tests/fuzz/*.c)))

$(BUILD)/hostile/%: $(BUILD)/obj/tests/fuzz/%.o $(BUILD)/obj/tests/fuzz/mutate.o $(BUILD)/libunits.a $(BUILD)/libduto.a
	@mkdir -p $(@D)
	$(call show,LINK) $(CC) $(ALL_CFLAGS) -o $@ $^ $(LDLIBS)

units: $(UNITS) $(CRASHES) $(FUZZ:%=$(BUILD)/hostile/%)

# Packages come before what is built with them, so these call make again; the build itself is one makefile.
check:
	@tests/install.sh build check deb
	@$(MAKE) --no-print-directory -j$(JOBS) all units
	@tests/run.sh $(BUILD) $(TESTS)

# Ten times the crash points of `make check`, of other streams, and five times its kills.
crash:
	@tests/install.sh build check
	@$(MAKE) --no-print-directory -j$(JOBS) all units
	@for t in $(CRASHES); do $$t 100000 1000000 || exit 1; done
	@DUTO=$(CURDIR)/$(BUILD)/duto KILLS=1000 tests/crash/kill.t

# What takes a kernel of its own: some minutes in an emulated machine.
vm:
	@tests/install.sh build check vm
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@DUTO=$(CURDIR)/$(BUILD)/duto tests/vm/limits.t

demo:
	@tests/install.sh build
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@pipelines/demo.sh $(BUILD) $(DURATION)

bench:
	@tests/install.sh build check bench
	@$(MAKE) --no-print-directory -j$(JOBS) all $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(wildcard tests/bench/*.c))
	@$(BUILD)/bench/codec
	@$(BUILD)/bench/seal
	@$(BUILD)/bench/keep
	@/usr/bin/python3 tests/bench/train.py $(BUILD) $(ROUNDS)
	@/usr/bin/python3 tests/bench/run.py $(BUILD) $(ROUNDS)
	@tests/bench/bill.py $(BUILD)
	@tests/bench/historian.sh $(BUILD) $(ROUNDS)
	@/usr/bin/python3 tests/bench/forest.py $(BUILD) $(ROUNDS)

$(BUILD)/bench/%: $(BUILD)/obj/tests/bench/%.o $(BUILD)/libduto.a
	@mkdir -p $(@D)
	$(call show,LINK) $(CC) $(ALL_CFLAGS) -o $@ $^ $(LDLIBS) -lmsgpackc -lzmq

# Longer runs on hostile input, by libFuzzer: FUZZ_SECONDS each, findings in build/fuzz/.
FUZZ_SECONDS = 60

fuzz:
	@tests/install.sh build check fuzz
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@$(MAKE) --no-print-directory -j$(JOBS) CC=clang SAN=fuzzer-no-link,address,undefined BUILD=build/fuzz $(FUZZ:%=build/fuzz/run/%)
	@failed=0; for f in $(FUZZ); do tests/fuzz/run.sh build/fuzz/run/$$f $(FUZZ_SECONDS) || failed=1; done; exit $$failed

build/fuzz/run/%: $(BUILD)/obj/tests/fuzz/%.o $(BUILD)/libunits.a $(BUILD)/libduto.a
	@mkdir -p $(@D)
	$(call show,LINK) $(CC) $(ALL_CFLAGS) -fsanitize=fuzzer -o $@ $^ $(LDLIBS)

install: all
	@systemd/install.sh $(BUILD) $(VERSION) $(PREFIX) "$(DESTDIR)"

# Binary packages of this build, into build/deb.
deb:
	@tests/install.sh build deb
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@systemd/deb.sh $(BUILD) $(VERSION)

clean:
	rm -rf build

.PHONY: all units install deb check crash vm demo bench fuzz clean
.PRECIOUS: $(BUILD)/obj/%.o
.DELETE_ON_ERROR:
-include $(shell find build -name '*.d' 2>/dev/null)

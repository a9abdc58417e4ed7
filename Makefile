# make, make check, make demo; SAN=address,undefined builds with sanitizers, CC=clang with clang.
CC = gcc
CFLAGS = -O2 -g
BUILD = build$(if $(SAN),/san)$(if $(filter clang%,$(CC)),/clang)
WARN = -std=gnu17 -Wall -Wextra -Werror -Wmissing-prototypes -Wstrict-prototypes
ALL_CFLAGS = $(WARN) $(CFLAGS) -D_GNU_SOURCE -iquote lib -MMD -MP -fPIC -pthread -ffp-contract=off $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=all)
LDLIBS = -Wl,--as-needed -lmodbus -lyaml -ljansson -lm -ldl -pthread

LIB = $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard lib/*.c))
FILTERS = $(patsubst filters/%.c,$(BUILD)/libexec/%,$(wildcard filters/*.c))
UNITS = $(patsubst tests/lib/%.c,$(BUILD)/tests/%,$(wildcard tests/lib/*.c))

all: $(BUILD)/duto $(FILTERS) $(BUILD)/libexec/link-zmq.so $(BUILD)/models/mill.forest

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/libduto.a: $(LIB)
	@rm -f $@
	ar rcs $@ $^

$(BUILD)/libexec/%: $(BUILD)/obj/filters/%.o $(BUILD)/libduto.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/libexec/link-zmq.so: $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard lib/zmq/*.c)) $(BUILD)/libduto.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -shared -o $@ $^ -lzmq

$(BUILD)/duto: $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard pipelines/*.c)) $(BUILD)/libduto.a
	$(CC) $(ALL_CFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/tests/%: $(BUILD)/obj/tests/lib/%.o $(BUILD)/libduto.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -o $@ $^ $(LDLIBS) -lmsgpackc

# The models of pipelines/predictive-maintenance.yaml, learnt from the simulated mill.
MILL = $(BUILD)/libexec/sim mill --seed 1 --count 20000 --every 1s --start 2026-01-01T00:00:00Z
MILL_FIELDS = air_temperature process_temperature rotational_speed torque tool_wear
comma = ,
commas = $(subst $() ,$(comma),$(strip $(1)))

$(BUILD)/models/mill-scaler.yaml: $(addprefix $(BUILD)/libexec/,sim scale)
	@mkdir -p $(@D)
	$(MILL) | $(BUILD)/libexec/scale --fit $@ --fields $(call commas,$(MILL_FIELDS)) >/dev/null

$(BUILD)/models/mill.forest: $(BUILD)/models/mill-scaler.yaml $(BUILD)/libexec/train
	$(MILL) | $(BUILD)/libexec/scale --model $< --as scaled_{field} | $(BUILD)/libexec/train --trees 50 --seed 1 \
		--target machine_failure --features $(call commas,$(addprefix scaled_,$(MILL_FIELDS))) --out $@

clean:
	rm -rf build

.PHONY: all clean
.SECONDARY:
.DELETE_ON_ERROR:
-include $(shell find build -name '*.d' 2>/dev/null)

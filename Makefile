# A thin front on Meson: what a newcomer types. `make help' lists it.
BUILD ?= build
ARGS ?=
prefix ?= /usr/local

JOBS ?= 2
SEED ?= 1

.PHONY: all run test accuracy bench soak install clean help setup setup-test

all: setup $(BUILD)/build.ninja
	@ninja -C $(BUILD) --quiet

$(BUILD)/build.ninja:
	@meson setup $(BUILD) --prefix $(prefix) >/dev/null

setup:
	@tools/setup build

setup-test:
	@tools/setup test

# make run LANG=ja: whatever else the environment says of languages.
ifeq ($(origin LANG),command line)
run: export LANGUAGE = $(LANG)
endif

run: setup $(BUILD)/build.ninja
	@[ -x $(BUILD)/kiriwake ] || echo "kiriwake is built first, which takes a few minutes" >&2
	@ninja -C $(BUILD) --quiet kiriwake kiriwake-gmo >&2
ifeq ($(ARGS),)
	@tools/show $(BUILD)/kiriwake
else
	@$(BUILD)/kiriwake $(ARGS) || [ $$? -eq 1 ]
endif

test: setup-test
	@tools/test

accuracy: setup-test all
	@tests/netns/run.py --jobs $(JOBS) --seed $(SEED) --program $(BUILD)/kiriwake $(ARGS); client=$$?; \
	tests/netns/run.py --server --jobs $(JOBS) --seed $(SEED) --program $(BUILD)/kiriwake $(ARGS) && exit $$client

bench: all
	@tools/setup test
	@bench/run $(BUILD)

soak: setup-test all
	@tools/soak

install: all
	@meson configure $(BUILD) --prefix $(prefix)
	@meson install -C $(BUILD)

clean:
	@rm -rf build build-*

help:
	@echo "make            build $(BUILD)/kiriwake"
	@echo "make run        tell both founding stories, live (LANG=ja: in Japanese); make run ARGS='explain FILE' does yours"
	@echo "make test       all tests; the last line counts them"
	@echo "make accuracy   the verdicts on every fault of the lab, as root (JOBS=2, SEED=1)"
	@echo "make bench      paired speed ratios against libpcap, tcpdump, tshark, tcptrace"
	@echo "make soak       the long tests: fuzzing by the hour"
	@echo "make install    obeys DESTDIR and prefix"

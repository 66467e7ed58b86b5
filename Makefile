# SPDX-License-Identifier: GPL-2.0-only
#
#   make              build/leakhop
#   make test         unit, live and emulator tests
#   make unit SAN=1   the unit tests with address and undefined-behaviour sanitizers
#   make test-debian RELEASE=13   scripts/demo and scripts/test in a chroot of that release; root, debootstrap
#   make test-kernels boots each kernel that is promised, and writes docs/kernels.md
#   make moves        an hour of looks at a Go program that moves all that is waited for: nothing is proven, SECONDS=3600
#   make soak         a trace of a busy host, SECONDS=3600: is memory flat, is the model what /proc says?
#   make bench        costs, as ratios in one run; SECTIONS="switch dump" runs some of them
#   make truth        1,000 generated programs, healthy and sick, against what is said of them: an hour
#   make bpf-size     how many instructions each BPF function may have, counted again: look at what has grown
#   make static       one file that needs no library of the host: build/leakhop-static, and with -emulator what asks threads
#   make arm64        build-arm64, for the tests in an emulator; where a cross compiler is
#   make fuzz         each parser with a fuzzer, FUZZ_SECONDS=10
#   make check-format
#   make install DESTDIR=... PREFIX=/usr/local
#
# V=1 shows the commands, DEVELOPER=0 leaves warnings as warnings.

V ?= 0
DEVELOPER ?= 1
SAN ?= 0
PREFIX ?= /usr/local
CC ?= gcc
CLANG ?= clang
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool /usr/local/sbin/bpftool) bpftool)
PKG_CONFIG ?= pkg-config
PROTOC ?= protoc

machine := $(shell uname -m)
ARCH ?= $(if $(filter aarch64,$(machine)),arm64,x86)
BUILD ?= build$(if $(filter 1,$(SAN)),-san)
VERSION := 0.1.0

Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),,@printf '  %-8s %s\n' '$(1)' '$(2:$(CURDIR)/%=%)')

packages := libbpf libdw libelf zlib jansson libprotobuf-c libseccomp libcap-ng sqlite3
missing := $(shell for p in $(packages); do $(PKG_CONFIG) --exists $$p || echo $$p; done; \
	$(CC) -fsyntax-only -include unicorn/unicorn.h -x c /dev/null 2>/dev/null || echo unicorn)
ifneq ($(strip $(missing)),)
$(error cannot find: $(missing). `scripts/install-deps` installs what is needed)
endif

CFLAGS ?= -O2 -g
# Where it was built is not in it: two builds have the same bytes.
anywhere := -ffile-prefix-map=$(CURDIR)=.
all_cflags = -std=gnu11 $(CFLAGS) $(anywhere) -Wall -Wextra $(if $(filter 1,$(DEVELOPER)),-Werror) \
	-D_GNU_SOURCE -DLEAKHOP_VERSION='"$(VERSION)"' -Isrc -I$(BUILD) -I$(BUILD)/proto -MMD -MP \
	$(shell $(PKG_CONFIG) --cflags $(packages))
comma := ,
sanitize := $(if $(filter 1,$(SAN)),-fsanitize=address$(comma)undefined -fno-omit-frame-pointer)
libraries = $(shell $(PKG_CONFIG) --libs $(packages)) -liberty -lm
# Of libunicorn only the headers are needed here: it is loaded when it is first used (src/emulate/library.c).

# Each folder of src/ is an archive, and links only with those it may use: a wrong arrow does not link.
# The order is that of the arrows: users first.
folders := cmd observe output verdict collect wait runtimes stack sandbox emulate keeper record target binary model util
folder_sources = $(wildcard src/$(1)/*.c src/$(1)/*/*.c src/$(1)/*/*/*.c)
folder_objects = $(patsubst src/%.c,$(BUILD)/obj/%.o,$(call folder_sources,$(1)))
archives := $(foreach folder,$(folders),$(BUILD)/$(folder).a)

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all
all: $(BUILD)/leakhop

$(BUILD)/leakhop: $(BUILD)/obj/main.o $(archives)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(sanitize) $(LDFLAGS) -o $@ $^ $(libraries)

# One file that needs nothing of the host, and the same with the emulator within. What is otherwise loaded at run time is
# compiled anew: these objects come before the archives that have the others. The linker warns of calls in libdw and
# libcap-ng that leakhop never makes.
static_objects := $(patsubst %,$(BUILD)/static/%.o,emulate/library sandbox/fetcher)
static_libraries = $(shell $(PKG_CONFIG) --static --libs $(packages)) -liberty -lm
STRIP ?= strip
NM ?= nm

# libunicorn has machines of ten kinds. That of the other ones is said to be nowhere (uc_open() looks for it first): a
# third of its size, and an offset table that arm64's static libc can live with.
unicorn_machine := $(if $(filter arm64,$(ARCH)),arm64,x86)
unicorn_others = $(addsuffix =0,$(addprefix -Wl$(comma)--defsym=,$(sort $(filter-out $(unicorn_machine)_%,$(shell \
	$(NM) -u $(shell $(CC) -print-file-name=libunicorn.a) 2>/dev/null | awk '{ print $$NF }' | \
	grep -E '_(uc_init|context_reg_(read|write))$$')))))
comma := ,

$(BUILD)/static/%.o: src/%.c Makefile
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(all_cflags) -DLEAKHOP_STATIC -c -o $@ $<

$(BUILD)/leakhop-static: static_unicorn =
$(BUILD)/leakhop-static-emulator: static_unicorn = -Wl,-u,uc_open $(unicorn_others) -lunicorn
$(BUILD)/leakhop-static $(BUILD)/leakhop-static-emulator: $(BUILD)/obj/main.o $(static_objects) $(archives)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -static -o $@ $^ $(static_unicorn) $(static_libraries)
	$(Q)$(STRIP) $@

.PHONY: static
static: $(BUILD)/leakhop-static $(BUILD)/leakhop-static-emulator

define folder_rule
$$(BUILD)/$(1).a: $$(call folder_objects,$(1))
	$$(call say,AR,$$@)
	$$(Q)rm -f $$@ && $$(AR) rcs $$@ $$^
endef
$(foreach folder,$(folders),$(eval $(call folder_rule,$(folder))))

# --- formats of others: their messages (src/output/*.proto) become C ---------------------------------
protos := $(patsubst src/output/%.proto,%,$(wildcard src/output/*.proto))
proto_headers := $(protos:%=$(BUILD)/proto/%.pb-c.h)
proto_objects := $(protos:%=$(BUILD)/proto/%.pb-c.o)

$(BUILD)/proto/%.pb-c.c $(BUILD)/proto/%.pb-c.h: src/output/%.proto Makefile
	$(call say,PROTO,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(PROTOC) --proto_path=src/output --c_out=$(BUILD)/proto $<

$(BUILD)/proto/%.pb-c.o: $(BUILD)/proto/%.pb-c.c
	$(Q)$(CC) $(all_cflags) $(sanitize) -c -o $@ $<

$(BUILD)/output.a: $(proto_objects)

$(BUILD)/obj/%.o: src/%.c Makefile | $(BUILD)/leakhop.skel.h $(BUILD)/syscall_names.h $(proto_headers)
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(all_cflags) $(sanitize) -c -o $@ $<

# --- BPF: each .bpf.c is compiled alone, and all are linked into one skeleton -----------------------
bpf_objects := $(patsubst bpf/%.bpf.c,$(BUILD)/bpf/%.bpf.o,$(wildcard bpf/*.bpf.c))

$(BUILD)/bpf/%.bpf.o: bpf/%.bpf.c Makefile vmlinux/$(ARCH)/vmlinux.h
	$(call say,BPF,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) -target bpf -mcpu=v3 -g -O2 -Wall -Werror $(anywhere) -MMD -MP -D__TARGET_ARCH_$(ARCH) -D__bpf__ \
		-Ivmlinux/$(ARCH) -Ibpf -c -o $@ $<

$(BUILD)/leakhop.bpf.o: $(bpf_objects)
	$(call say,BPFLINK,$@)
	$(Q)$(BPFTOOL) gen object $@ $^

$(BUILD)/leakhop.skel.h: $(BUILD)/leakhop.bpf.o
	$(call say,SKELETON,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name leakhop_bpf >$@

# What differs between versions of Go is data: rows of the tables become initialisers.
$(BUILD)/go_offsets.inc: src/runtimes/go/image/offsets.tsv Makefile
	$(Q)mkdir -p $(@D)
	$(Q)awk -F'\t' '!/^#/ { split($$2, v, "."); printf "{ \"%s\", GO_VERSION(%d, %d, %d), \"%s\", %s },\n", \
		$$1, v[1], v[2], v[3], $$3, $$4 == "-" ? "GO_NO_FIELD" : $$4 }' $< >$@

$(BUILD)/go_wait_reasons.inc: src/runtimes/go/image/wait_reasons.tsv Makefile
	$(Q)mkdir -p $(@D)
	$(Q)awk -F'\t' '!/^#/ { split($$2, v, "."); n = split($$3, w, "."); \
		printf "{ %d, GO_VERSION(%d, %d, %d), ", $$1, v[1], v[2], v[3]; \
		if (n == 3) printf "GO_VERSION(%d, %d, %d), ", w[1], w[2], w[3]; else printf "UINT32_MAX, "; \
		printf "{ \"%s\", %c%s%c } },\n", $$5, 39, $$4, 39 }' $< >$@

$(BUILD)/obj/runtimes/go/image/version.o: $(BUILD)/go_offsets.inc $(BUILD)/go_wait_reasons.inc

# One page with its style and script, split where the data goes.
$(BUILD)/html_page.inc: scripts/embed-page $(wildcard src/output/html/page.*) Makefile
	$(Q)mkdir -p $(@D)
	$(Q)/usr/bin/python3 $< src/output/html >$@

$(BUILD)/obj/output/format_html.o: $(BUILD)/html_page.inc

# The tables of a recording become a string.
$(BUILD)/record_schema.inc: src/record/schema.sql Makefile
	$(Q)mkdir -p $(@D)
	$(Q)sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/"&\\n"/' $< >$@

$(BUILD)/obj/record/schema.o $(BUILD)/tests/fuzz/obj/record/schema.o: $(BUILD)/record_schema.inc

$(BUILD)/syscall_names.h: Makefile
	$(Q)mkdir -p $(@D)
	$(Q)echo '#include <asm/unistd.h>' | $(CC) -dM -E - | \
		sed -n 's/^#define __NR_\([a-z0-9_]*\) \([0-9][0-9]*\)$$/[\2] = "\1",/p' | sort -t= -k2 >$@

# --- tests ------------------------------------------------------------------------------------------
unit_names := $(patsubst tests/unit/test_%.c,%,$(wildcard tests/unit/test_*.c))
unit_programs := $(unit_names:%=$(BUILD)/tests/unit/%)

# What a unit test links with: the folder of its name, and those that one may use.
unit_folders_default = target model util
unit_folders_threads = model util
unit_folders_rests = model util
unit_folders_stacks = model util
unit_folders_report = verdict model util
unit_folders_groups = verdict model util
unit_folders_graph = verdict model util
unit_folders_graph_still = verdict model util
unit_folders_instants = verdict model util
unit_folders_rules = verdict model util
unit_folders_series = verdict model util
unit_folders_history = verdict model util
unit_folders_found = output verdict model util
unit_folders_keeper = keeper target model util
unit_folders_leftover = verdict model util
unit_folders_blame = verdict model util
unit_folders_baseline = verdict model util
unit_folders_remedy = output verdict model util
unit_folders_call_site = output verdict model util
unit_folders_call_site_go = output verdict model util
unit_folders_duration = util
unit_folders_escape = output verdict model util
unit_folders_json = output verdict model util
unit_folders_fields = output verdict model util
unit_folders_stack = stack binary target model util
unit_folders_kernel_symbols = stack target model util
unit_folders_sandbox = sandbox emulate target binary model util
unit_folders_emulate = emulate model util
unit_folders_emulate_known = emulate model util
unit_folders_clock = collect target model util
unit_folders_wait = wait target model util
unit_folders_goroutines = model util
unit_folders_goroutine_rules = verdict model util
unit_folders_trace_text = output verdict model util
unit_folders_format = output verdict model util
unit_folders_progress = cmd util
unit_folders_go = runtimes stack binary target model util
unit_folders_recording = record model util
unit_folders_inspect = binary model util
unit_folders_wire = sandbox emulate binary target model util
unit_folders_options = $(folders)
unit_folders_observer = observe verdict collect wait runtimes stack sandbox emulate target binary model util
unit_folders_forward = $(unit_folders_observer)
unit_folders_resting = $(unit_folders_observer)
unit_folders_of = $(or $(unit_folders_$(1)),$(if $(filter wait_%,$(1)),$(unit_folders_wait)),$(if \
	$(filter go_%,$(1)),$(unit_folders_go)),$(if $(filter format_%,$(1)),$(unit_folders_format)),$(unit_folders_default))
unit_archives = $(foreach folder,$(call unit_folders_of,$(1)),$(BUILD)/$(folder).a)

define unit_rule
$$(BUILD)/tests/unit/$(1): tests/unit/test_$(1).c $$(call unit_archives,$(1))
	$$(call say,TEST,$$@)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(CC) $$(all_cflags) $$(sanitize) -o $$@ $$< $$(call unit_archives,$(1)) $$(libraries) -lcmocka
endef
$(foreach name,$(unit_names),$(eval $(call unit_rule,$(name))))

.PHONY: unit-programs unit fixtures test bench check-format install clean
unit-programs: $(unit_programs)

unit: unit-programs
	$(Q)for t in $(unit_programs); do $$t || exit 1; done

fixtures:
	$(Q)$(MAKE) --no-print-directory -C tests/programs OUT=$(CURDIR)/$(BUILD)/tests/programs

test: all static unit-programs fixtures
	$(Q)$(MAKE) --no-print-directory SAN=1 unit-programs
	$(Q)$(MAKE) --no-print-directory arm64
	$(Q)$(MAKE) --no-print-directory fuzz FUZZ_TARGET=fuzz-programs
	@env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL tests/run

# Boots each kernel that is promised, and writes docs/kernels.md from what came of it.
.PHONY: test-kernels
test-kernels: static fixtures arm64
	$(Q)tests/vm/table >$(BUILD)/kernels.md && mv $(BUILD)/kernels.md docs/kernels.md

# COMMAND='make unit' runs only that.
.PHONY: test-debian
test-debian:
	$(Q)scripts/test-debian $(RELEASE) $(COMMAND)

# Writes what docs/ says of the JSON from the table of its fields; tests/unit/test_fields.c compares.
$(BUILD)/gen-reference: scripts/gen-reference.c $(foreach folder,output verdict model util,$(BUILD)/$(folder).a)
	$(Q)$(CC) $(all_cflags) $(sanitize) -o $@ $^ $(libraries)

# And pages and completions from --help; tests/live/docs.bats compares.
.PHONY: reference
reference: $(BUILD)/gen-reference $(BUILD)/leakhop
	$(Q)scripts/gen-pages $(BUILD)/leakhop docs/pages
	$(Q)$< schema >$(BUILD)/schema.json && mv $(BUILD)/schema.json docs/leakhop.schema.json
	$(Q)sed -i '/^<!-- make reference -->$$/q' docs/json.md && $< tables >>docs/json.md

# Writes tests/bpf_instructions.tsv, which tests/bpf_size holds the BPF programs against.
.PHONY: bpf-size
bpf-size:
	$(Q)CLANG='$(CLANG)' tests/bpf_size --renew

# Does this build say the same of the fixtures as BASE=REVISION did?
.PHONY: compare
compare: all fixtures
	$(Q)[ -n "$(BASE)" ] || { echo "make compare: which revision? BASE=..." >&2; exit 2; }
	$(Q)rm -rf $(BUILD)/base && mkdir -p $(BUILD)/base && git archive $(BASE) | tar -x -C $(BUILD)/base
	$(Q)$(MAKE) --no-print-directory -C $(BUILD)/base all
	$(Q)tests/compare $(BUILD)/base/build/leakhop $(BUILD)/leakhop

# A thousand programs whose truth is known, an hour of them: docs/verdicts.md has what came of it. What failed is kept.
TRUTH_SEEDS ?= 1000-1999
.PHONY: truth
truth: all
	$(Q)/usr/bin/python3 tests/truth/run.py --seeds $(TRUTH_SEEDS) --keep $(BUILD)/truth $(BUILD)

# Where something lacks for it, it says so, and the tests are skipped.
.PHONY: arm64
arm64:
	$(Q)scripts/build-arm64 || [ $$? -eq 77 ]

# --- benchmarks -------------------------------------------------------------------------------------
bench_programs := $(foreach name,floor pingpong calls waits conditions day,$(BUILD)/tests/bench/$(name))

$(BUILD)/tests/bench/floor.bpf.o: tests/bench/floor.bpf.c
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) -target bpf -mcpu=v3 -g -O2 -Wall -Ivmlinux/$(ARCH) -c -o $@ $<

$(BUILD)/tests/bench/floor.skel.h: $(BUILD)/tests/bench/floor.bpf.o
	$(Q)$(BPFTOOL) gen skeleton $< name floor_bpf >$@

$(BUILD)/tests/bench/floor: $(BUILD)/tests/bench/floor.skel.h
$(BUILD)/tests/bench/%: tests/bench/%.c
	$(call say,BENCH,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -D_GNU_SOURCE -I$(@D) -o $@ $< $(LDFLAGS) -lbpf -lelf -lz -pthread

$(BUILD)/tests/bench/day: tests/bench/day.c $(foreach folder,record model util,$(BUILD)/$(folder).a)
	$(call say,BENCH,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -D_GNU_SOURCE -Isrc -o $@ $^ $(LDFLAGS) $(libraries)

bench: all fixtures $(bench_programs)
	$(Q)scripts/bench $(BUILD) $(SECTIONS)

# Needs root and stress-ng; no part of the tests.
.PHONY: moves
moves: all fixtures
	$(Q)tests/moves $(BUILD)/leakhop $(BUILD)/tests/programs/go/gomoves $(or $(SECONDS),3600)

.PHONY: soak
soak: all fixtures
	$(Q)tests/soak $(BUILD)/leakhop $(BUILD)/tests/programs $(or $(SECONDS),3600)

# --- fuzzing ----------------------------------------------------------------------------------------
# All folders, instrumented; each tests/fuzz/fuzz_NAME.c for FUZZ_SECONDS. scripts/oss-fuzz-build has another
# compiler, its flags and what drives the programs.
FUZZ_SECONDS ?= 10
FUZZ_TARGET ?= fuzz-run
FUZZ_CC ?= $(CLANG)
FUZZ_LINK ?= $(FUZZ_CC)
FUZZ_CFLAGS ?= -O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
FUZZ_ENGINE ?= -fsanitize=fuzzer
fuzz_folder := $(BUILD)/tests/fuzz
fuzz_flags = -std=gnu11 $(FUZZ_CFLAGS) -D_GNU_SOURCE -DLEAKHOP_VERSION='"$(VERSION)"' -Isrc -I$(BUILD) \
	-I$(BUILD)/proto -MMD -MP
fuzz_objects := $(patsubst src/%.c,$(fuzz_folder)/obj/%.o,$(foreach folder,$(folders),$(call \
	folder_sources,$(folder))))
fuzz_programs := $(patsubst tests/fuzz/%.c,$(fuzz_folder)/%,$(wildcard tests/fuzz/fuzz_*.c))

$(fuzz_folder)/obj/%.o: src/%.c Makefile | $(BUILD)/leakhop.skel.h $(BUILD)/syscall_names.h $(BUILD)/html_page.inc \
		$(BUILD)/go_offsets.inc $(BUILD)/go_wait_reasons.inc $(proto_headers)
	$(call say,FUZZ,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(FUZZ_CC) $(fuzz_flags) -c -o $@ $<

$(fuzz_folder)/folders.a: $(fuzz_objects) $(proto_objects)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(fuzz_folder)/fuzz_%: tests/fuzz/fuzz_%.c $(fuzz_folder)/folders.a
	$(call say,FUZZ,$@)
	$(Q)$(FUZZ_CC) $(fuzz_flags) -c -o $@.o $<
	$(Q)$(FUZZ_LINK) $(FUZZ_CFLAGS) -o $@ $@.o $(fuzz_folder)/folders.a $(FUZZ_ENGINE) $(LDFLAGS) $(libraries) -lcmocka

.PHONY: fuzz fuzz-run fuzz-programs
fuzz:
	$(Q)if echo 'int LLVMFuzzerTestOneInput(void); int LLVMFuzzerTestOneInput(void) { return 0; }' | \
		$(CLANG) -fsanitize=fuzzer,address -x c -o /dev/null - 2>/dev/null; then \
		$(MAKE) --no-print-directory $(FUZZ_TARGET); \
	else \
		echo "ok fuzz # SKIP $(CLANG) has no fuzzer runtime (libclang-rt-VERSION-dev)"; \
	fi

fuzz-programs: $(fuzz_programs)

fuzz-run: $(fuzz_programs)
	$(Q)tests/fuzz/run $(fuzz_folder) $(FUZZ_SECONDS)

# Not tests/programs: their marks must stay on their lines.
format_files := $(shell git ls-files 'src/*.[ch]' 'bpf/*.[ch]' 'tests/unit/*.[ch]' 'tests/bench/*.c' \
	'tests/fuzz/*.[ch]' 2>/dev/null)
check-format:
	$(Q)clang-format --dry-run -Werror $(format_files)

install: all
	install -D -m 755 $(BUILD)/leakhop $(DESTDIR)$(PREFIX)/bin/leakhop
	install -D -m 644 docs/leakhop.1 $(DESTDIR)$(PREFIX)/share/man/man1/leakhop.1
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man1 docs/pages/*.1
	install -D -m 644 docs/pages/leakhop.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/leakhop
	install -D -m 644 docs/pages/_leakhop $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_leakhop
	install -D -m 644 docs/pages/leakhop.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/leakhop.fish

clean:
	$(Q)rm -rf build build-san build-arm64

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

# fuzz.mk - make fuzz: every parser that reads what others wrote, on inputs that libFuzzer makes up;
# included by the Makefile. What each fuzzer feeds and what must hold stands at the top of its
# tests/fuzz/fuzz_NAME.c; tools/fuzz.sh runs them.
#
# libFuzzer comes with clang (Debian: clang, with libclang-rt-N-dev). All objects are clang's own, under
# build/fuzz, with address sanitizer and undefined behaviour sanitizer, whose findings are fatal.
.PHONY: fuzz fuzz-programs
CLANG    ?= clang
FUZZERS  := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
Z        := build/fuzz
CFLAGS_FUZZ = -std=gnu11 -O1 -g -Wall -Wextra -Werror -fno-omit-frame-pointer -ffp-contract=off -I. -MMD -MP \
    -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all

# What a fuzzer is made of, besides tests/fuzz/fuzz.c and its own file.
intake_parts     := $(addprefix grader/autograde/,walk finds names paths) tests/fuzz/submission
parts_archive    := $(intake_parts)
parts_arena      := grader/runner/arena tests/fuzz/shadow
parts_csv        := common/csv
parts_data       := common/data
parts_folder     := $(intake_parts)
parts_gradescope := grader/autograde/gradescope
parts_keep       := $(addprefix grader/autograde/,keep finds names)
parts_layouts    := $(addprefix grader/autograde/,layouts platforms plan gradescope finds names paths)
parts_members    := $(intake_parts)
parts_names      := $(addprefix grader/autograde/,names paths finds)
parts_places     := $(addprefix grader/runner/,places sandbox)
parts_quiz       := grader/quiz
parts_records    := grader/result grader/report
parts_session    := $(addprefix grader/runner/,session arena describe places) tests/fuzz/shadow
# Functions that a fuzzer stands in for.
wrapped_places   := sandbox_source_line
wrapped_session  := send waitpid kill poll clock_gettime usleep

$(Z)/%.o: %.c fuzz.mk | $(CLASS_READY)
	@mkdir -p $(@D) && $(CLANG) $(CFLAGS_FUZZ) -c $< -o $@
define FUZZ_RULES
$(Z)/fuzz_$(1): $(patsubst %,$(Z)/%.o,tests/fuzz/fuzz_$(1) tests/fuzz/fuzz $(parts_$(1)))
	$$(call SAY,fuzz)$(CLANG) -fsanitize=fuzzer,address,undefined $$^ \
	    $(wrapped_$(1):%=-Wl$(comma)--wrap=%) -larchive -ljansson -lnettle -lm -o $$@
endef
$(foreach f,$(FUZZERS),$(eval $(call FUZZ_RULES,$(f))))
fuzz-programs: $(FUZZERS:%=$(Z)/fuzz_%)
	@:
fuzz:
	@CLANG='$(CLANG)' tools/fuzz.sh --check
	@$(MAKE) --no-print-directory $(PARALLEL) fuzz-programs
	@tools/fuzz.sh '$(or $(SECONDS),600)' $(or $(FUZZ),$(FUZZERS))

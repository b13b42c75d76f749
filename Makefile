# lowp: the front door. `make help` lists the targets, from the comments behind `##` below.
# Adding a lab edits nothing here: labs/labNN_* are found, with solutions/labNN_*, grader/labNN and
# plots/labNN_*.gp beside them. Everything built goes to build/.
# The handout for students (`make handout`) has this same file, and prebuilt/ in the place of the
# sources that it lacks.
MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.SECONDARY:
.DEFAULT_GOAL := help

FOLDERS := $(notdir $(wildcard labs/lab[0-9][0-9]_*))
short    = $(firstword $(subst _, ,$(1)))
LABS    := $(foreach f,$(FOLDERS),$(call short,$(f)))
folder   = $(filter $(1)_%,$(FOLDERS))

# Numbers have points and lists one order, whatever language the user's system speaks.
export LC_ALL := C.UTF-8
# What a user gave, as one word of the shell's.
quoted   = '$(subst ','\'',$(1))'

# LAB: as given, else the labNN among the goals, else the one that was built last.
GIVEN   := $(LAB)
override LAB := $(call short,$(or $(LAB),$(filter $(LABS),$(MAKECMDGOALS)),$(filter $(LABS),$(file <build/last-lab))))
CHOSEN  := $(if $(filter all,$(LAB)),$(LABS),$(LAB))
# lab5, 5 and 05 are no labs, but one can guess.
meant    = $(patsubst %, (did you mean %?),$(filter $(LABS),$(1:lab%=lab0%) $(1:%=lab%) $(1:%=lab0%) $(call short,$(1))))
ifneq ($(filter-out $(LABS),$(CHOSEN)),)
$(error there is no LAB=$(LAB)$(call meant,$(LAB)); the labs are: $(LABS), or all of them with LAB=all)
endif
ifneq ($(filter-out $(LABS) labNN,$(filter lab%,$(MAKECMDGOALS))),)
NO_LABS := $(filter-out $(LABS) labNN,$(filter lab%,$(MAKECMDGOALS)))
$(error there is no $(NO_LABS)$(call meant,$(NO_LABS)); the labs are: $(LABS))
endif
chosen   = $(or $(CHOSEN),$(error say which lab: `make $(firstword $(MAKECMDGOALS)) LAB=$(firstword $(LABS))`, or build one first: `make $(firstword $(LABS))`))
one_lab  = $(if $(filter all,$(LAB)),$(error $(firstword $(MAKECMDGOALS)) takes one lab: `make $(firstword $(MAKECMDGOALS)) LAB=$(firstword $(LABS))`),$(chosen))

SIDE    := $(if $(SOLUTION),solutions,labs)
RUNS    := build/runs$(if $(SOLUTION),/solutions)
FIGURES := build/figures$(if $(SOLUTION),/solutions)
comma   := ,
ifneq ($(SAN),)
B       := build/san
EXTRA   := -fsanitize=address$(comma)undefined -fno-omit-frame-pointer
DIRECT  := 1
else
B       := build
EXTRA   :=
endif
# What is built from sources that a handout lacks is made under $(B), by the rules below, and used
# from $(P): in a handout that is prebuilt/, which no rule makes.
HANDOUT := $(wildcard prebuilt)
P       := $(or $(HANDOUT),$(B))
# The curves that the model solutions wrote, which a handout has in their place.
RECORDED := $(if $(SOLUTION),$(HANDOUT:%=%/runs))
ifneq ($(and $(RECORDED),$(filter-out run plot,$(MAKECMDGOALS))),)
$(error the model solutions are not in the handout: SOLUTION=1 goes with run and plot, which show their curves)
endif
ifeq ($(origin CC),default)
CC      := gcc
endif
# Arithmetic as it is written: no fused multiply-add. And no SLP vectoriser: gcc 12.2 loses with it the
# rounding of two doubles that are narrowed side by side, y[0] = (float)a; y[1] = (float)b; with
# double y[] (tests/test_compiler.c shows whether a compiler does).
EXACT    = -ffp-contract=off -fno-tree-slp-vectorize
STRICTC  = -O2 -g -Wall -Wextra -Wpedantic -Werror $(EXACT) -fPIC -fno-semantic-interposition -I. $(EXTRA) -MMD -MP
CFLAGS_COMMON  = -std=c11 $(STRICTC)
CFLAGS_GRADER  = -std=gnu11 $(STRICTC) $(addprefix -Ilabs/,$(FOLDERS))
# Students' files: warnings are shown and cost nothing; a stub's unused parameters are no news.
CFLAGS_STUDENT = -std=c11 -O2 -g -Wall -Wextra -Wno-unused-parameter $(EXACT) -fPIC -fno-semantic-interposition -I. $(EXTRA)
LAB_DEFINES    = -DLAB=$(1) -DLAB_HEADER='"$(1).h"' -DLAB_DEF='"grader/$(1)/$(1).def"' -Ilabs/$(2)

READY   := build/deps.ok
CLASS_READY := build/deps-class.ok
COMMON  := $(patsubst %.c,$(B)/%.o,$(wildcard common/*.c))
GRADER  := $(patsubst %.c,$(B)/%.o,$(filter-out grader/main.c,$(wildcard grader/*.c)) \
             $(wildcard grader/oracles/*.c) \
             $(filter-out grader/runner/thunks.c,$(wildcard grader/runner/*.c)))
WORKER  := $(P)/grader/worker/worker
# All cores for the long builds, unless the user gave a -j of their own.
PARALLEL  = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))
SAY      = @$(if $(V),,printf '  %-5s %s\n' $(1) '$(subst $(B)/,,$@)';)
# What a handout of the labs $(1) takes along from $(B), as tools/handout.sh puts it into prebuilt/.
handout_parts = $(WORKER) $(B)/libcommon.a $(B)/libsimt_checked.a $(B)/libsimt.a \
    $(foreach l,$(1),$(addprefix $(B)/grader/,test_$(l) $(l).hash thunks_$(l).o) $(B)/runs/handout/$(l).done \
      $(if $(call has_kernels,$(l)),$(B)/labs/$(l).launch.checked.o $(B)/labs/$(l).launch.fast.o))
# Those parts of the front door that a handout lacks may be missing.
include kernels.mk $(wildcard gpu.mk autograde.mk trust.mk fuzz.mk)

##@ Students
.PHONY: help
help: ## this list
	@awk -v handout='$(HANDOUT)' -f tools/help.awk $(firstword $(MAKEFILE_LIST))
	@echo 'Labs: $(LABS).  Knobs: LAB=lab05 or all, SOLUTION=1 ($(if $(HANDOUT),run and plot: the curves of the model solutions,the model solutions instead of yours)).'

.PHONY: $(LABS) missing
missing: # a student's file that is not there: cc_student.sh says so
.DEFAULT: # nothing else has such a name; or it is a source, and make -B asks for its rule
	@test -e '$@' || { echo '$(if $(filter $@,$(MAKECMDGOALS)),There is no `make $@`: `make help` lists what there is.,$@ is missing and nothing here makes it: take it from the repository or the handout again.)' >&2; exit 2; }
labNN: ## build lab NN (make lab05) and remember it for `make grade`
	@echo 'NN stands for a number: $(LABS)'; exit 2

.PHONY: grade
grade: ## grade the lab built last; TEST=, SEED=, STRICT=1, DIRECT=1, SAN=1, GPU=auto|0|1
ifeq ($(LAB),all)
grade: # one lab after the other: one that does not compile costs no other its grade
	@status=0; summary=; for lab in $(LABS); do \
	    if $(MAKE) --no-print-directory LAB=$$lab grade; then \
	        points=$$(sed -n 's/\.0,/,/; s/^  "points": \(.*\),/\1/p' build/results/$$lab$(if $(SOLUTION),-solution).json); \
	        summary="$$summary$$lab  $$points of 100\n"; \
	    else status=1; summary="$$summary$$lab  not graded, or below full marks: see above\n"; fi; echo; \
	done; printf "$$summary"; exit $$status
else
grade: $(foreach l,$(CHOSEN),grade-$(l))
	@: $(chosen)
endif

.PHONY: watch
watch: ## build and grade at every save, and show the first failing idea; ONCE=1 only once
watch: $(foreach l,$(CHOSEN),watch-$(l))
	@MAKE='$(MAKE)' ONCE='$(ONCE)' exec tools/watch.sh $(one_lab) $(SIDE)/$(call folder,$(LAB))

.PHONY: hint
hint: ## the next hint for a test: LAB=lab05 TEST=name
	@tools/hint.sh $(one_lab) $(call quoted,$(TEST)) $(call quoted,$(STEP))

.PHONY: progress
progress: ## points, hints opened, grades that are stale, and what to type next
progress: $(LABS:%=$(P)/grader/%.hash) | $(READY) $(filter grade run,$(MAKECMDGOALS))
	@tools/progress.sh

.PHONY: report
report: ## all your labs as one page: build/report.html
report: $(LABS:%=$(P)/grader/%.hash) | $(READY) $(filter grade run plot,$(MAKECMDGOALS))
	@CC='$(CC)' CXX='$(CXX)' tools/report.sh build/report.html

.PHONY: run
run: ## train with your functions and write the curves' CSV; STEPS=, SEED=, DATA=
run: $(foreach l,$(CHOSEN),run-$(l))
	@: $(chosen)

.PHONY: plot
plot: ## draw the lab's figures (PNG and SVG); TERM=dumb or sixel draws in the terminal
plot: $(foreach l,$(CHOSEN),plot-$(l))
	@: $(chosen)

.PHONY: reset
reset: ## begin a lab anew: LAB=lab05; your files are kept as backups beside it
	@FORCE=1 tools/stubs.sh $(or $(filter-out all,$(GIVEN)),$(error say which lab: `make reset LAB=$(or $(LAB:all=),$(firstword $(LABS)))`))

.PHONY: claim
claim: ## claims in circulation, and the numbers that decide them; N=3
claim: $(B)/tools/claims
	@$< $(call quoted,$(N))

.PHONY: submit
submit: ## pack your files of a lab for handing in: LAB=lab05; OUT=folder (build/submit)
submit: $(foreach l,$(CHOSEN),submit-$(l))
	@: $(chosen)

ifndef HANDOUT
.PHONY: demo
demo: ## grade lab05's model solution, train with it, draw its curves; and a mistake explained
	@$(MAKE) --no-print-directory $(PARALLEL) SOLUTION=1 LAB=lab05 grade
	@$(MAKE) --no-print-directory SOLUTION=1 LAB=lab05 run
	@$(MAKE) --no-print-directory SOLUTION=1 LAB=lab05 plot
	@echo; echo 'The same lab with a common mistake in it:'; tools/sample.sh TEST=gap_below_power_of_two
	@echo 'Now yours: edit labs/lab05_master_weights/lab05.c, then `make lab05 && make grade`.'
endif

##@ Setting up
.PHONY: deps
deps: ## install what is missing from Debian's packages, or print the command
	@tools/deps.sh
.PHONY: doctor
doctor: ## what this machine has, what it lacks and what that costs
	@tools/doctor.sh
.PHONY: preflight
preflight: ## what this machine can train in low precision, and how; PARAMS=7e9
	@CC='$(CC)' tools/preflight.sh $(call quoted,$(PARAMS))
.PHONY: stubs
stubs: ## bring back files of the labs that are missing; what you edited stays
	@tools/stubs.sh $(filter-out all,$(GIVEN))

.PHONY: kernels
kernels: ## compile every kernel with nvcc, for devices of compute capability 8.0 and later
.PHONY: clean
clean: ## remove build/
	rm -rf build

ifndef HANDOUT
##@ For a class
.PHONY: handout
HANDED = $(if $(filter-out all,$(GIVEN)),$(CHOSEN),$(LABS))
handout: ## the folder and archive for students, without solutions and grader sources; LAB=, OUT=folder
	@$(MAKE) --no-print-directory $(PARALLEL) SOLUTION=1 SAN= LAB='$(or $(GIVEN),all)' handout-parts
	@CXX='$(CXX)' tools/handout.sh $(call quoted,$(or $(OUT),build/handout)) build $(HANDED) -- $(call handout_parts,$(HANDED))
.PHONY: package
package: ## an autograder to upload: PLATFORM=gradescope|autolab|prairielearn|github LAB=lab05 OUT=file
	@grader/export/package.sh $(call quoted,$(or $(PLATFORM),none)) $(chosen) $(call quoted,$(OUT))
.PHONY: autograde
autograde: ## grade a class: SUBMISSIONS=folder OUT=folder LAB= HIDDEN= KEY= JOBS= ENGINE=local|slurm

##@ Working on the workbook itself
.PHONY: test
test: ## everything: unit tests, attacks, stubs, solutions at full marks, figures
test:
	@$(MAKE) --no-print-directory $(PARALLEL) SOLUTION=1 everything
	@tools/run_tests.sh '$(B)' $(call quoted,$(TEST))
.PHONY: trust
trust: ## is the grader right? wrong and right solutions, and every small change of them; LAB=
.PHONY: fuzz
fuzz: ## every parser of what others write, on made-up inputs; SECONDS=600 each, FUZZ=name
.PHONY: memcheck
memcheck: ## unit tests and grader under ASan, UBSan and valgrind
	@tools/memcheck.sh
.PHONY: gpu-check
gpu-check: ## all that needs a GPU: tests, FP8, sanitizers, benchmark; OUT=folder, GPU_LIBS=folder
.PHONY: lint
lint: ## clang-format, clang-tidy and Doxygen, all without a finding
lint: build/deps-dev.ok docs
	@tools/lint.sh
.PHONY: docs
docs: ## the site of all texts, figures and interfaces: build/docs/html/index.html
docs: build/deps-dev.ok
	@tools/docs.sh
.PHONY: figures
figures: ## redraw the figures that course.md and README.md show (plots/figures)
	@$(MAKE) --no-print-directory SOLUTION=1 LAB=all run
	@$(MAKE) --no-print-directory SOLUTION=1 LAB=all plot
	@mkdir -p plots/figures && cp build/figures/solutions/*.png plots/figures/
	@for run in plots/data/*/; do test ! -d "$$run" || \
	    LC_ALL=C.UTF-8 gnuplot -c plots/roofline.gp "$$run" "plots/figures/roofline_$$(basename "$$run")" png; done
	@$(MAKE) --no-print-directory SOLUTION=1 lab05
	@tools/graded_svg.sh >build/graded_lab05.svg && mv build/graded_lab05.svg plots/figures/
	@tools/gallery.sh >plots/gallery.md
.PHONY: bench
bench: ## time build, grade and experiment (medians of 7)
	@tools/bench.sh
.PHONY: bench-class
bench-class: ## time the grading of a class that never was: N=60 SEED=1
	@tools/bench_class.sh $(call quoted,$(N)) $(call quoted,$(SEED))
else
WORKBOOK_ONLY := demo handout package autograde test trust fuzz memcheck gpu-check lint docs figures bench bench-class
.PHONY: $(WORKBOOK_ONLY)
$(WORKBOOK_ONLY):
	@echo 'This is the handout: $@ needs the sources of the whole workbook. `make help` lists what there is.'; exit 2
endif

# --- the one set-up step: everything that compiles waits for it ---
$(READY): tools/deps.sh
	@mkdir -p build && tools/deps.sh && touch $@
$(CLASS_READY): tools/deps.sh
	@mkdir -p build && tools/deps.sh --class && touch $@
build/deps-dev.ok: tools/deps.sh
	@mkdir -p build && tools/deps.sh --dev && touch $@

# --- trusted code ---
$(B)/common/%.o: common/%.c Makefile | $(READY)
	$(call SAY,cc)mkdir -p $(@D) && $(CC) $(CFLAGS_COMMON) -c $< -o $@
$(B)/grader/%.o: grader/%.c Makefile | $(READY)
	$(call SAY,cc)mkdir -p $(@D) && $(CC) $(CFLAGS_GRADER) -c $< -o $@
$(B)/libcommon.a: $(COMMON)
	$(call SAY,ar)rm -f $@ && ar rcs $@ $^
$(B)/libgrader.a: $(GRADER)
	$(call SAY,ar)rm -f $@ && ar rcs $@ $^
$(B)/grader/worker/worker: $(patsubst %.c,$(B)/%.o,$(wildcard grader/worker/*.c))
	$(call SAY,ld)$(CC) $(EXTRA) $^ -lseccomp -o $@

# The claims of course.md: on what common/ gives, so a handout builds them, too.
CLAIMS := $(patsubst %.c,$(B)/%.o,$(wildcard tools/claims*.c))
$(CLAIMS): $(B)/%.o: %.c Makefile | $(READY)
	$(call SAY,cc)mkdir -p $(@D) && $(CC) $(CFLAGS_COMMON) -c $< -o $@
$(B)/tools/claims: $(CLAIMS) $(P)/libcommon.a
	$(call SAY,ld)$(CC) $(EXTRA) $^ -lopenblas -lm -o $@

# The device part of common/gemm, loaded at run time: built only where a CUDA toolkit is.
CUDA_HOME ?= /usr/local/cuda
GEMM_CUDA := $(if $(and $(wildcard $(CUDA_HOME)/bin/nvcc),$(wildcard $(CUDA_HOME)/include/cublasLt.h)),build/libgemm_cuda.so)
build/libgemm_cuda.so: common/gemm_cuda.cu common/gemm_cuda.cuh common/gemm.h common/gemm_backend.h Makefile
	$(call SAY,nvcc)mkdir -p $(@D) && $(CUDA_HOME)/bin/nvcc -std=c++17 -O2 -I. -shared \
	    -Xcompiler -fPIC$(comma)-Wall$(comma)-Wextra$(comma)-fvisibility=hidden -Werror all-warnings \
	    -gencode arch=compute_80$(comma)code=sm_80 -gencode arch=compute_90$(comma)code=[sm_90$(comma)compute_90] \
	    $< -lcublasLt -Xlinker -rpath=$(CUDA_HOME)/lib64 -o $@
.PHONY: gemm-cuda
gemm-cuda: $(GEMM_CUDA) # nothing to do without a toolkit

# --- one lab: $(1) = lab05, $(2) = lab05_master_weights ---
define LAB_RULES
.PHONY: $(1) grade-$(1) watch-$(1) run-$(1) plot-$(1) submit-$(1)
$(1): $(B)/$(SIDE)/$(1).so $(P)/grader/test_$(1) $(P)/grader/$(1).hash $(WORKER)
	@$(if $(SOLUTION),,mkdir -p build && echo $(1) >build/last-lab &&) \
	    echo "$(1) is built ($(SIDE)/$(2)$$$$(cat $(B)/$(SIDE)/$(1).cu.checked.refused 2>/dev/null))." \
	        'Next: make grade$(if $(SOLUTION), SOLUTION=1 LAB=$(1))'

$(SIDE)/$(2)/$(1).c: ;
$(B)/$(SIDE)/$(1).o: $(SIDE)/$(2)/$(1).c Makefile tools/cc_student.sh $(if $(wildcard $(SIDE)/$(2)/$(1).c),,missing) | $(READY)
	@mkdir -p $$(@D) && CC='$(CC)' tools/cc_student.sh $$< $$@ $$(@:.o=.d) -- \
	    $(CFLAGS_STUDENT) -Ilabs/$(2) -include $(1).h
$(B)/grader/thunks_$(1).o: grader/runner/thunks.c Makefile | $(READY)
	$$(call SAY,cc)mkdir -p $$(@D) && $(CC) $(CFLAGS_GRADER) $(call LAB_DEFINES,$(1),$(2)) -c $$< -o $$@
$(B)/$(SIDE)/$(1).so: $(B)/$(SIDE)/$(1).o $(P)/grader/thunks_$(1).o $(call kernels,$(1),checked,$(SIDE)) $(P)/libcommon.a
	@{ $(call linker,$(1)) -shared -Wl,-Bsymbolic,-z,defs,--as-needed $$^ $(call link_with,$(1)) -o $$@.$$$$$$$$ && \
	    mv -f $$@.$$$$$$$$ $$@; } || { rm -f $$@.$$$$$$$$; \
	    echo '$(1): the file compiles, but uses or defines names that it may not (above).' >&2; exit 1; }

$(B)/grader/$(1)/test_$(1).o: grader/$(1)/test_$(1).c $(wildcard grader/$(1)/golden/*.csv) Makefile | $(READY)
	$$(call SAY,cc)mkdir -p $$(@D) && $(CC) $(CFLAGS_GRADER) $(call LAB_DEFINES,$(1),$(2)) -c $$< -o $$@
$(B)/grader/test_$(1): $(B)/grader/$(1)/test_$(1).o $(B)/grader/main.o $(B)/libgrader.a $(B)/libcommon.a
	$$(call SAY,ld)$(CC) $(EXTRA) $$^ -lcriterion -lmpfr -lgmp -ljansson -lm -o $$@
$(B)/grader/$(1).hash: $(wildcard grader/$(1)/*.* grader/$(1)/golden/*.* labs/$(2)/*.h)
	@mkdir -p $$(@D) && cat $$^ | sha256sum | cut -d' ' -f1 >$$@

grade-$(1): $(B)/$(SIDE)/$(1).so $(P)/grader/test_$(1) $(P)/grader/$(1).hash $(WORKER)
	@mkdir -p build/results && $(preload) $(P)/grader/test_$(1) --library=$(B)/$(SIDE)/$(1).so \
	    --worker=$(WORKER) --quiz=$(SIDE)/$(2)/quiz.txt --source=$(SIDE)/$(2) \
	    --hash=$$$$(cat $(P)/grader/$(1).hash) \
	    --files="$$$$(cd $(SIDE)/$(2) && sha256sum $(1).c $(if $(call has_kernels,$(1)),$(1).cu) quiz.txt 2>/dev/null)" --seed=$(call quoted,$(or $(SEED),1)) $(if $(TEST),--test=$(call quoted,$(TEST))) \
	    $(call on_device,$(1)) $(if $(DIRECT),--direct) $(if $(NO_BUBBLEWRAP),--no-bubblewrap) $(if $(FORK),--fork) $(if $(STRICT),--strict) \
	    --out=build/results/$(1)$(if $(SOLUTION),-solution).json

# What is the same at every save.
watch-$(1): $(P)/grader/test_$(1) $(P)/grader/$(1).hash $(WORKER) $(P)/grader/thunks_$(1).o $(P)/libcommon.a \
    $(if $(call has_kernels,$(1)),$(P)/labs/$(1).launch.checked.o $(LIBSIMT_checked))

$(B)/labs/$(2)/experiment.o: labs/$(2)/experiment.c Makefile | $(READY)
	$$(call SAY,cc)mkdir -p $$(@D) && $(CC) $(CFLAGS_GRADER) -Ilabs/$(2) -c $$< -o $$@
$(B)/$(SIDE)/experiment_$(1): $(B)/labs/$(2)/experiment.o $(B)/$(SIDE)/$(1).o $(call kernels,$(1),fast,$(SIDE)) $(P)/libcommon.a | $(GEMM_CUDA)
	$$(call SAY,ld)$(call linker,$(1)) $$^ -lopenblas $(call link_with,$(1)) -o $$@
# STEPS, SEED and DATA are in its environment, as all that was given at the command line.
run-$(1): $(call experiment,$(1))
	@mkdir -p $(RUNS)/$(1) && $(if $(RECORDED),cp $(RECORDED)/$(1)/* $(RUNS)/$(1)/ && \
	    echo 'The model solution wrote these: $(RUNS)/$(1). Next: make plot SOLUTION=1 LAB=$(1)',$$< $(RUNS)/$(1))
plot-$(1): $(call experiment,$(1)) $(if $(filter run,$(MAKECMDGOALS)),run-$(1))
	@test -e $(RUNS)/$(1) || $(MAKE) --no-print-directory run LAB=$(1)
	@tools/plot.sh $(1) $(RUNS)/$(1) $(FIGURES) $(call quoted,$(if $(filter command,$(origin TERM)),$(TERM)))

submit-$(1): $(P)/grader/$(1).hash | $(if $(filter grade,$(MAKECMDGOALS)),grade-$(1))
	@MAKE='$(MAKE)' CC='$(CC)' CXX='$(CXX)' tools/submit.sh $(1) $(call quoted,$(or $(OUT),build/submit)) $$<

# What the model solution draws, for the handout: on the CPU, and the same in every run.
$(B)/runs/handout/$(1).done: $(B)/solutions/experiment_$(1)
	$$(call SAY,run)rm -rf $$(@:.done=) && mkdir -p $$(@:.done=) && \
	    GPU=0 STEPS= SEED= DATA= LR= $$< $$(@:.done=) >$$(@:.done=.log) && touch $$@
endef
experiment = $(if $(RECORDED),,$(B)/$(SIDE)/experiment_$(1))
# Address sanitizer comes first in a program, and a handout's runner is built without it.
preload    = $(if $(and $(HANDOUT),$(SAN)),LD_PRELOAD="$$$$($(CC) -print-file-name=libasan.so) $$$$($(CC) -print-file-name=libubsan.so)")
$(foreach f,$(FOLDERS),$(eval $(call LAB_RULES,$(call short,$(f)),$(f))))

# --- tests of the workbook: tests/test_*.c are Criterion, tests/sweep_*.c plain programs ---
TESTS := $(patsubst tests/%.c,$(B)/tests/%,$(wildcard tests/test_*.c))
SWEEPS := $(patsubst tests/%.c,$(B)/tests/%,$(wildcard tests/sweep_*.c))
$(B)/tests/%.o: tests/%.c $(wildcard grader/*/golden/*.csv) Makefile | $(READY)
	$(call SAY,cc)mkdir -p $(@D) && $(CC) $(CFLAGS_GRADER) -c $< -o $@
$(TESTS): $(B)/tests/%: $(B)/tests/%.o $(B)/libgrader.a $(B)/libcommon.a
	$(call SAY,ld)$(CC) $(EXTRA) $^ -lcriterion -lmpfr -lgmp -ljansson -lopenblas -lm -o $@
$(B)/tests/bench_gemm: $(B)/tests/bench_gemm.o $(B)/libcommon.a | $(GEMM_CUDA)
	$(call SAY,ld)$(CC) $(EXTRA) $^ -lopenblas -lm -o $@
$(SWEEPS): $(B)/tests/%: tests/%.c Makefile $(wildcard solutions/*/*.c common/*) | $(READY)
	$(call SAY,cc)mkdir -p $(@D) && $(CC) $(CFLAGS_GRADER) -O3 -march=native -Wno-unused-function $< -lm -o $@
# Attacks: student files as hostile as they come (tests/check_attacks.sh grades them). One that does
# not link is refused there and then, so it may be missing.
ATTACKS := $(patsubst grader/adversary/attacks/%.c,$(B)/attacks/%.so,$(wildcard grader/adversary/attacks/*.c))
$(B)/attacks/%.o: grader/adversary/attacks/%.c grader/adversary/attacks/attack.h solutions/lab05_master_weights/lab05.c Makefile | $(READY)
	@mkdir -p $(@D) && $(CC) $(CFLAGS_STUDENT) -w -Ilabs/lab05_master_weights -include lab05.h \
	    -DLOWP_ROOT=$(call quoted,"$(CURDIR)") -c $< -o $@
$(B)/attacks/%.so: $(B)/attacks/%.o $(B)/grader/thunks_lab05.o $(B)/libcommon.a
	@$(CC) -shared -Wl,-Bsymbolic,-z,defs,--as-needed $^ -lm -o $@ 2>/dev/null || rm -f $@
# The stub that solutions/ cuts to, whatever a student has made of labs/ meanwhile.
$(B)/stubs/%.c: tools/stubs.sh $(wildcard solutions/*/*.c)
	@mkdir -p $(@D) && tools/stubs.sh --cut solutions/$(call folder,$*)/$*.c >$@
$(B)/stubs/%.o: $(B)/stubs/%.c Makefile
	$(call SAY,cc)$(CC) $(CFLAGS_STUDENT) -Werror -Ilabs/$(call folder,$*) -include $*.h -c $< -o $@
define STUB_RULES
$(B)/stubs/$(1).so: $(B)/stubs/$(1).o $(B)/grader/thunks_$(1).o $(call kernels,$(1),checked,stubs) $(B)/libcommon.a
	$$(call SAY,ld)$(call linker,$(1)) -shared -Wl,-Bsymbolic,-z,defs,--as-needed $$^ $(call link_with,$(1)) -o $$@
endef
$(foreach l,$(LABS),$(eval $(call STUB_RULES,$(l))))
.PHONY: handout-parts
handout-parts: $(call handout_parts,$(CHOSEN))
.PHONY: everything
everything: $(B)/tools/claims $(AUTOGRADE) $(GEMM_CUDA) $(B)/tests/bench_gemm $(B)/tests/simt_checked $(B)/tests/simt_fast $(ATTACKS) $(LABS:%=$(B)/stubs/%.so) $(TESTS) $(SWEEPS) $(WORKER) $(foreach l,$(LABS),$(B)/grader/test_$(l) $(B)/solutions/$(l).so $(B)/solutions/experiment_$(l))

-include $(shell find build -name '*.d' 2>/dev/null)

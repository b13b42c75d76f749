# autograde.mk - the instructor's side: make handout, autograde and what they are built from; included
# by the Makefile. What a run does, step by step: grader/autograde/autograde.sh.
.PHONY: autograde autograde-programs
AUTOGRADE := $(addprefix $(B)/grader/autograde/,seed intake)
$(B)/grader/autograde/%.o: grader/autograde/%.c Makefile autograde.mk | $(CLASS_READY)
	$(call SAY,cc)mkdir -p $(@D) && $(CC) $(CFLAGS_GRADER) -c $< -o $@
$(B)/grader/autograde/seed: $(B)/grader/autograde/seed.o
	$(call SAY,ld)$(CC) $(EXTRA) $^ -lnettle -o $@
$(B)/grader/autograde/intake: $(B)/grader/autograde/intake.o
	$(call SAY,ld)$(CC) $(EXTRA) $^ -larchive -ljansson -o $@

# Hidden tests: HIDDEN/labNN/test_labNN.c, written and built as the public ones are.
HIDDEN_RUNNERS := $(B)/hidden/$(if $(HIDDEN),$(firstword $(shell realpath -m '$(HIDDEN)' | cksum)),none)
HIDDEN_LABS := $(if $(HIDDEN),$(foreach l,$(LABS),$(if $(wildcard $(HIDDEN)/$(l)/test_$(l).c),$(l))))
define HIDDEN_RULES
$(HIDDEN_RUNNERS)/test_$(1).o: $(HIDDEN)/$(1)/test_$(1).c Makefile autograde.mk | $(READY)
	$$(call SAY,cc)mkdir -p $$(@D) && $(CC) $(CFLAGS_GRADER) $(call LAB_DEFINES,$(1),$(call folder,$(1))) -c '$$<' -o $$@
$(HIDDEN_RUNNERS)/test_$(1): $(HIDDEN_RUNNERS)/test_$(1).o $(B)/grader/main.o $(B)/libgrader.a $(B)/libcommon.a
	$$(call SAY,ld)$(CC) $(EXTRA) $$^ -lcriterion -lmpfr -lgmp -ljansson -lm -o $$@
endef
$(foreach l,$(HIDDEN_LABS),$(eval $(call HIDDEN_RULES,$(l))))
ifneq ($(and $(HIDDEN),$(filter autograde,$(MAKECMDGOALS))),)
$(if $(HIDDEN_LABS),,$(error HIDDEN=$(HIDDEN) holds no test_labNN.c: a lab's hidden tests are HIDDEN/lab05/test_lab05.c))
endif

# All that a run needs, whatever its submissions are.
AUTOGRADED := $(or $(if $(GIVEN),$(filter-out all,$(CHOSEN))),$(LABS))
autograde-programs: $(AUTOGRADE) $(WORKER) $(HANDOUT) $(HIDDEN_LABS:%=$(HIDDEN_RUNNERS)/test_%) \
    $(foreach l,$(AUTOGRADED),$(B)/grader/test_$(l) $(B)/grader/$(l).hash)
autograde:
	@$(MAKE) --no-print-directory $(PARALLEL) autograde-programs
	@SUBMISSIONS='$(SUBMISSIONS)' OUT='$(OUT)' LABS='$(if $(GIVEN),$(CHOSEN))' ALL_LABS='$(LABS)' ENGINE='$(ENGINE)' \
	    JOBS='$(JOBS)' HIDDEN='$(HIDDEN)' HIDDEN_RUNNERS='$(HIDDEN_RUNNERS)' KEY='$(KEY)' ONLY='$(ONLY)' FORCE='$(FORCE)' \
	    UNSANDBOXED='$(UNSANDBOXED)' GPU='$(GPU)' NVCC='$(if $(filter 0,$(GPU)),,$(NVCC))' \
	    HANDOUT='$(HANDOUT)' TREE='$(HANDOUT_TREE)' grader/autograde/autograde.sh

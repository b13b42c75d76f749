# autograde.mk - make autograde and what it is built from; included by the Makefile. What a run does, step
# by step: grader/autograde/autograde.sh.
.PHONY: autograde autograde-programs
AUTOGRADE := $(addprefix $(B)/grader/autograde/,seed intake)
$(B)/grader/autograde/%.o: grader/autograde/%.c Makefile autograde.mk | $(CLASS_READY)
	$(call SAY,cc)mkdir -p $(@D) && $(CC) $(CFLAGS_GRADER) -c $< -o $@
$(B)/grader/autograde/seed: $(B)/grader/autograde/seed.o
	$(call SAY,ld)$(CC) $(EXTRA) $^ -lnettle -o $@
$(B)/grader/autograde/intake: $(patsubst %.c,$(B)/%.o,$(filter-out %/seed.c,$(wildcard grader/autograde/*.c)))
	$(call SAY,ld)$(CC) $(EXTRA) $^ -larchive -ljansson -lnettle -o $@

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

# The handout that submissions are compiled in: of these labs, with no curves. Its folder has the name
# of its labs, so that one is not taken for another.
AUTOGRADED := $(or $(if $(GIVEN),$(CHOSEN)),$(LABS))
joined      = $(subst $() ,-,$(strip $(1)))
TREE       := $(B)/autograde/$(call joined,$(AUTOGRADED))
TREE_PARTS  = $(filter-out %.done,$(call handout_parts,$(AUTOGRADED)))
$(TREE)/made: $(wildcard common/*.h common/simt/*.h tools/*.sh labs/*/*.h labs/*/launch.cu solutions/*/*) Makefile kernels.mk
	@mkdir -p $(TREE) && tools/handout.sh $(TREE) $(B) $(AUTOGRADED) -- $(TREE_PARTS) >$@.log && \
	    mkdir -p $(TREE)/lowp-handout/build && mv $@.log $@

# All that a run needs, whatever its submissions are.
autograde-programs: $(AUTOGRADE) $(TREE)/made $(HIDDEN_LABS:%=$(HIDDEN_RUNNERS)/test_%)
	@:
ifneq ($(filter autograde-programs,$(MAKECMDGOALS)),)
$(TREE)/made: $(TREE_PARTS)
endif
# What is given at the command line is in the environment too, whatever quotes it has.
autograde:
	@$(MAKE) --no-print-directory $(PARALLEL) SOLUTION= SAN= autograde-programs
	@LABS='$(if $(GIVEN),$(CHOSEN))' ALL_LABS='$(LABS)' HIDDEN_RUNNERS='$(HIDDEN_RUNNERS)' GPU='$(GPU)' \
	    NVCC='$(if $(filter 0,$(GPU)),,$(NVCC))' TREE='$(TREE)/lowp-handout' grader/autograde/autograde.sh

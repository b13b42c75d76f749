# autograde.mk - the rules of a class: what `make autograde` builds; included by the Makefile.
INTAKE := $(B)/grader/autograde/intake
$(INTAKE): $(patsubst %.c,$(B)/%.o,$(wildcard grader/autograde/*.c))
	$(call SAY,ld)$(CC) $(EXTRA) $^ -larchive -ljansson -lnettle -o $@
everything: $(INTAKE)

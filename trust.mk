# trust.mk - make trust: is the grader right? Included by the Makefile; grader/adversary has what it runs.
.PHONY: trust
trust: | $(READY)
	@grader/adversary/trust.sh $(if $(GIVEN),$(CHOSEN))

# How one mutant of lab $(1) is compiled, linked and tested: for grader/adversary/one_mutant.sh.
define MUTATION_RULES
.PHONY: mutation-$(1)
mutation-$(1): $(B)/solutions/$(1).so $(B)/grader/test_$(1) $(WORKER)
	@mkdir -p build/trust && { \
	    echo 'compile_c() { $(CC) $(filter-out -g -W%,$(CFLAGS_STUDENT)) -w -Ilabs/$(2) -include $(1).h -c "$$$$1" -o "$$$$2"; }'; \
	    echo 'link_c() { $(call link_mutant,$(1)) "$$$$1" $(call kernels,$(1),checked,solutions) $(P)/libcommon.a $(call link_with,$(1)) -o "$$$$2"; }'; \
	    echo 'compile_cu() { $(CXX) $(filter-out -g -W%,$(CXXFLAGS_KERNEL)) -w $(CHECKED) -Ilabs/$(2) -include common/simt/simt.h \
	        -include $(1)_kernels.h -c "$$$$1" -o "$$$$2.one.o" && CC=$(CC) tools/bind_shared.sh "$$$$2" "$$$$2.one.o"; }'; \
	    echo 'link_cu() { $(call link_mutant,$(1)) $(B)/solutions/$(1).o "$$$$1" $(filter-out %.cu.checked.o,$(call kernels,$(1),checked,solutions)) \
	        $(P)/libcommon.a $(call link_with,$(1)) -o "$$$$2"; }'; } >build/trust/$(1).flags
	@$(B)/grader/test_$(1) --list | cut -f1 | grep '^kernel_' | paste -sd, - >build/trust/$(1).cu.tests; \
	    $(B)/grader/test_$(1) --list | cut -f1 | grep -v -e '^kernel_' -e '^quiz$$$$' | paste -sd, - >build/trust/$(1).c.tests
endef
link_mutant = $(call linker,$(1)) -shared -Wl,-Bsymbolic,-z,defs,--as-needed $(P)/grader/thunks_$(1).o
$(foreach f,$(FOLDERS),$(eval $(call MUTATION_RULES,$(call short,$(f)),$(f))))

# kernels.mk - the rules of labs that have CUDA kernels; included by the Makefile.
#
# A lab has kernels if labs/labNN_name/launch.cu is there. Its student's file labNN.cu and launch.cu
# are compiled by g++ as C++, with common/simt in the place of a device, in two variants:
#   checked   every access of a kernel is looked at (common/simt/check.cpp): for grading
#   fast      nothing to pay: for experiments and benchmarks
# -fsanitize=thread only makes g++ announce the accesses; who listens is common/simt, not libtsan.
CXX      := $(if $(filter default,$(origin CXX)),g++,$(CXX))
GNU2_TLS := $(if $(filter x86_64,$(shell uname -m)),-mtls-dialect=gnu2)
# No strict aliasing, as with nvcc: a float4 may be read from an array of floats. An endless loop stays
# one, and is not taken out as useless; a stack that is full meets the page below it. And nothing that a
# distribution switches on by itself.
CXXFLAGS_KERNEL = -x c++ -std=c++17 -O2 -g -Wall -Wextra -Wno-unused-parameter -Wno-unknown-pragmas \
    $(EXACT) -fPIC -fno-exceptions -fno-rtti -fno-extern-tls-init $(GNU2_TLS) \
    -fno-strict-aliasing -fno-finite-loops -fstack-clash-protection -fno-stack-protector -fdata-sections \
    -U_FORTIFY_SOURCE -I.
CHECKED  := -fsanitize=thread --param=tsan-distinguish-volatile=1 -fno-tree-sra -DSIMT_CHECKED
FAST     :=
LIBSIMT_checked := $(P)/libsimt_checked.a
LIBSIMT_fast    := $(P)/libsimt.a
has_kernels = $(wildcard labs/$(call folder,$(1))/launch.cu)
# The objects of lab $(1) in variant $(2), from the student's files in $(3) (labs or solutions).
kernels     = $(if $(has_kernels),$(B)/$(3)/$(1).cu.$(2).o $(P)/labs/$(1).launch.$(2).o $(LIBSIMT_$(2)))
BOOST       = -l:libboost_context.a
# No link-time optimiser: it compiles what an object holds for it, with options that the object names, and
# inline assembly puts anything into an object.
linker      = $(if $(has_kernels),$(CXX),$(CC)) -fno-lto $(EXTRA)
link_with   = $(if $(has_kernels),$(BOOST)) -lm

# --- common/simt, in both variants ---
SIMT_SOURCES := $(filter-out $(patsubst %,common/simt/%.cpp,tsan check race order),$(wildcard common/simt/*.cpp))
CXXFLAGS_SIMT = -std=c++17 -O2 -g -Wall -Wextra -Wpedantic -Werror $(EXACT) -fPIC -fno-exceptions -fno-rtti \
    $(GNU2_TLS) -fno-strict-aliasing -I. -MMD -MP
$(B)/common/simt/%.checked.o: common/simt/%.cpp Makefile kernels.mk | $(READY)
	$(call SAY,c++)mkdir -p $(@D) && $(CXX) $(CXXFLAGS_SIMT) -DSIMT_CHECKED -c $< -o $@
$(B)/common/simt/%.fast.o: common/simt/%.cpp Makefile kernels.mk | $(READY)
	$(call SAY,c++)mkdir -p $(@D) && $(CXX) $(CXXFLAGS_SIMT) -c $< -o $@
$(B)/libsimt_checked.a: $(patsubst %.cpp,$(B)/%.checked.o,$(wildcard common/simt/*.cpp))
	$(call SAY,ar)rm -f $@ && ar rcs $@ $^
$(B)/libsimt.a: $(patsubst %.cpp,$(B)/%.fast.o,$(SIMT_SOURCES))
	$(call SAY,ar)rm -f $@ && ar rcs $@ $^

# --- one lab in one variant: $(1) = lab05, $(2) = lab05_master_weights, $(3) = checked, $(4) = flags ---
define KERNEL_RULES
$(B)/labs/$(1).launch.$(3).o: labs/$(2)/launch.cu Makefile kernels.mk | $(READY)
	$$(call SAY,c++)mkdir -p $$(@D) && $(CXX) $(CXXFLAGS_KERNEL) -Werror $(4) -Ilabs/$(2) \
	    -include common/simt/simt.h -include $(1)_kernels.h -MMD -MP -c $$< -o $$@
# What an empty file includes: the headers that a student's file may.
$(B)/labs/$(1).headers.$(3): labs/$(2)/$(1)_kernels.h $(wildcard common/simt/*.h) Makefile kernels.mk | $(READY)
	@mkdir -p $$(@D) && $(CXX) $(CXXFLAGS_KERNEL) $(4) -Ilabs/$(2) -include common/simt/simt.h \
	    -include $(1)_kernels.h -M /dev/null >$$@
$(B)/$(SIDE)/$(1).cu.$(3).o: $(SIDE)/$(2)/$(1).cu \
    $(if $(and $(wildcard $(SIDE)/$(2)/$(1).cu),$(if $(wildcard $(B)/$(SIDE)/$(1).cu.$(3).refused),,yes)),,missing)
$(B)/stubs/$(1).cu.$(3).o: $(B)/stubs/$(1).cu
$(B)/$(SIDE)/$(1).cu.$(3).o $(B)/stubs/$(1).cu.$(3).o: $(P)/labs/$(1).launch.$(3).o \
    $(B)/labs/$(1).headers.$(3) $(LIBSIMT_$(3)) \
    tools/cc_kernels.sh tools/cc_student.sh tools/bind_shared.sh Makefile kernels.mk | $(READY)
	@mkdir -p $$(@D) && CC='$(CC)' CXX='$(CXX)' LAUNCH=$(P)/labs/$(1).launch.$(3).o \
	    HEADERS=$(B)/labs/$(1).headers.$(3) RUNTIME=$(LIBSIMT_$(3)) \
	    tools/cc_kernels.sh $$(filter %.cu,$$^) $$@ $$(@:.o=.d) -- $(CXXFLAGS_KERNEL) $(4) -Ilabs/$(2) \
	    -include common/simt/simt.h -include $(1)_kernels.h
endef
$(foreach f,$(FOLDERS),$(SIDE)/$(f)/$(call short,$(f)).cu): ;
$(B)/stubs/%.cu: tools/stubs.sh $(wildcard solutions/*/*.cu)
	@mkdir -p $(@D) && tools/stubs.sh --cut solutions/$(call folder,$*)/$*.cu >$@
$(foreach f,$(FOLDERS),$(if $(wildcard labs/$(f)/launch.cu), \
    $(eval $(call KERNEL_RULES,$(call short,$(f)),$(f),checked,$(CHECKED))) \
    $(eval $(call KERNEL_RULES,$(call short,$(f)),$(f),fast,$(FAST)))))

# How fast kernels are on the CPU: for make bench.
$(B)/tests/bench_softmax: $(B)/tests/bench_softmax.o $(B)/solutions/lab03.cu.fast.o \
    $(B)/labs/lab03.launch.fast.o $(LIBSIMT_fast) $(B)/libcommon.a
	$(call SAY,ld)$(CXX) $^ $(BOOST) -lm -o $@

# --- on a device: nvcc compiles the same files, GPU=auto|0|1 says whether they run there too ---
GPU       ?= auto
NVCC      := $(or $(NVCC),$(firstword $(wildcard $(addsuffix /nvcc,$(subst :, ,$(PATH))) \
               $(or $(CUDA_HOME),/usr/local/cuda)/bin/nvcc)))
ifeq ($(filter $(GPU),auto 0 1),)
$(error GPU=$(GPU) is none of auto, 0 and 1)
endif
KERNEL_LABS := $(foreach l,$(LABS),$(if $(call has_kernels,$(l)),$(l)))
# Asked only where the answer is used: for these goals, and labs that have kernels.
ifneq ($(and $(filter grade kernels,$(MAKECMDGOALS)),$(filter-out 0,$(GPU)),$(filter $(or $(CHOSEN),$(LABS)),$(KERNEL_LABS))),)
DEVICE    := $(shell CC='$(CC)' tools/device.sh '$(GPU)' '$(NVCC)' $(B)/device_probe)
endif
# Machine code for the A100 (8.0) and the H100 (9.0), and PTX that later devices compile themselves.
GENCODE   := $(foreach cc,80 90,-gencode arch=compute_$(cc),code=sm_$(cc)) -gencode arch=compute_90,code=compute_90
NVCCFLAGS  = -std=c++17 -O3 -lineinfo -fmad=false $(GENCODE) -Xcompiler -fPIC,-ffp-contract=off -cudart static -I.
gpu_library = $(B)/$(SIDE)/$(1)_gpu.so
on_device   = $(if $(and $(DEVICE),$(has_kernels)),--gpu-library=$(gpu_library) --gpu-name='$(DEVICE)')
# A file that nvcc refuses costs a grade the tests of its kernels (grader/graded.c says so to each that
# finds no library) and nothing else; for every other goal it is an error.
define GPU_RULES
$(call gpu_library,$(1)): $(SIDE)/$(2)/$(1).cu labs/$(2)/launch.cu labs/$(2)/$(1)_kernels.h \
    $(wildcard common/simt/*.h) kernels.mk $(B)/$(SIDE)/$(1).o $(P)/grader/thunks_$(1).o $(P)/libcommon.a
	$$(call SAY,nvcc)$(NVCC) $(NVCCFLAGS) -Ilabs/$(2) -include $(1)_kernels.h -include common/simt/launch.h \
	    -shared $$(filter %.cu %.o %.a,$$^) -Xlinker -Bsymbolic -o $$@ || { rm -f $$@; \
	    echo '$(SIDE)/$(2)/$(1).cu: nvcc refuses it (above), so its kernels do not run on the device.' \
	        'GPU=0 grades without the device.'; $(if $(filter grade%,$(MAKECMDGOALS)),,exit 1;) }
grade-$(1): $(if $(DEVICE),$(call gpu_library,$(1)))
endef
$(foreach l,$(KERNEL_LABS),$(eval $(call GPU_RULES,$(l),$(call folder,$(l)))))

ifeq ($(NVCC),)
kernels:
	@echo 'There is no nvcc here (NVIDIA'"'"'s CUDA toolkit has it): no kernel was compiled for a device.'
else
kernels: $(foreach l,$(KERNEL_LABS),$(call gpu_library,$(l)))
	@echo 'Compiled with nvcc: $(words $^) labs$(if $(DEVICE),.,. There is no device here: none of their kernels was run on one.)'
endif

# --- tests of common/simt by itself: the classic kernels of tests/simt, in both variants ---
SIMT_TESTS := $(patsubst tests/simt/%.cu,%,$(wildcard tests/simt/*.cu))
define SIMT_TEST_RULES
$(B)/tests/simt/%.$(1).o: tests/simt/%.cu Makefile kernels.mk | $(READY)
	$$(call SAY,c++)mkdir -p $$(@D) && $(CXX) $(CXXFLAGS_KERNEL) -Werror $(2) -include common/simt/simt.h -MMD -MP -c $$< -o $$@
$(B)/tests/simt/main.$(1).o: tests/simt/main.cpp Makefile kernels.mk | $(READY)
	$$(call SAY,c++)mkdir -p $$(@D) && $(CXX) $(CXXFLAGS_KERNEL) -Werror $(filter -D%,$(2)) -MMD -MP -c $$< -o $$@
$(B)/tests/simt_$(1): $(B)/tests/simt/main.$(1).o $(SIMT_TESTS:%=$(B)/tests/simt/%.$(1).o) $(LIBSIMT_$(1)) $(B)/libcommon.a tools/bind_shared.sh
	$$(call SAY,ld)$(CXX) -r -nostdlib $(SIMT_TESTS:%=$(B)/tests/simt/%.$(1).o) -o $$@.all.o && \
	    CC='$(CC)' tools/bind_shared.sh $$@.o $$@.all.o && \
	    $(CXX) $$< $$@.o $(LIBSIMT_$(1)) $(B)/libcommon.a $(BOOST) -ldl -lpthread -lm -o $$@
endef
$(eval $(call SIMT_TEST_RULES,checked,$(CHECKED)))
$(eval $(call SIMT_TEST_RULES,fast,$(FAST)))

# gpu.mk - the rules of `make gpu-check`, which runs everything that needs a device; included by the
# Makefile. Who runs it, in which order and with what limits: tools/gpu_check.sh.
#
# It calls make once more, with B=build/gpu SOLUTION=1 and READY= (so nothing of Debian is asked
# for), for the goal gpu-programs: all that it takes, built from nvcc, gcc, g++ and three libraries'
# headers (GMP, MPFR, OpenBLAS; GPU_LIBS says where, if not in the system).
.PHONY: gpu-check gpu-programs gpu-runners
gpu-check:
	@MAKE='$(MAKE)' NVCC='$(NVCC)' CC='$(CC)' tools/gpu_check.sh '$(or $(OUT),build/gpu/out)' '$(GPU_LIBS)'
gpu-programs: # every program of gpu-check, whether there is a device or not
gpu-runners: # those of them that need no nvcc

# The graders' tests with tests/gpu/runner.c in the place of Criterion: see there.
GPU_GRADER := $(patsubst grader/%.c,$(B)/runner/%.o,grader/check.c grader/quiz.c \
    $(wildcard grader/oracles/*.c) $(filter-out grader/runner/thunks.c,$(wildcard grader/runner/*.c)))
CFLAGS_GPU  = -Itests/gpu $(CFLAGS_GRADER)
$(B)/runner/%.o: grader/%.c Makefile gpu.mk
	$(call SAY,cc)mkdir -p $(@D) && $(CC) $(CFLAGS_GPU) -c $< -o $@
$(B)/runner/runner.o $(B)/runner/plain.o: $(B)/runner/%.o: tests/gpu/%.c Makefile gpu.mk
	$(call SAY,cc)mkdir -p $(@D) && $(CC) $(CFLAGS_GPU) -c $< -o $@
$(B)/runner/test_common_gemm_types.o: tests/test_common_gemm_types.c Makefile gpu.mk
	$(call SAY,cc)mkdir -p $(@D) && $(CC) $(CFLAGS_GPU) -c $< -o $@
$(B)/runner/test_common_gemm_types: $(B)/runner/test_common_gemm_types.o $(B)/runner/plain.o $(B)/libcommon.a
	$(call SAY,ld)$(CC) $^ -lopenblas -ldl -lm -o $@
gpu-runners gpu-programs: $(B)/runner/test_common_gemm_types
define GPU_TEST_RULES
$(B)/runner/test_$(1).o: grader/$(1)/test_$(1).c $(wildcard grader/$(1)/golden/*.csv) Makefile gpu.mk
	$$(call SAY,cc)mkdir -p $$(@D) && $(CC) $(CFLAGS_GPU) $(call LAB_DEFINES,$(1),$(2)) -c $$< -o $$@
$(B)/runner/test_$(1): $(B)/runner/test_$(1).o $(B)/runner/runner.o $(GPU_GRADER) $(B)/libcommon.a
	$$(call SAY,ld)$(CC) $$^ -lmpfr -lgmp -ldl -lm -o $$@
gpu-runners: $(B)/runner/test_$(1)
gpu-programs: $(B)/runner/test_$(1) $(call gpu_library,$(1))
endef
$(foreach l,$(KERNEL_LABS),$(eval $(call GPU_TEST_RULES,$(l),$(call folder,$(l)))))

# Programs in CUDA. FP8 has its instructions since 8.9, so that is built for that device as well.
GPU_CUDA := $(B)/fp8 $(B)/bench $(B)/planted
$(B)/gpu/fp8.o: GENCODE += -gencode arch=compute_89,code=sm_89
$(B)/gpu/%.o: tests/gpu/%.cu $(wildcard tests/gpu/*.cuh labs/*/*.h common/*.h) gpu.mk kernels.mk
	$(call SAY,nvcc)mkdir -p $(@D) && $(NVCC) $(NVCCFLAGS) $(addprefix -Ilabs/,$(FOLDERS)) \
	    -Xcompiler -Wall -c $< -o $@
$(B)/bench: $(B)/gpu/bench_labs.o $(B)/gpu/bench_steps.o
$(GPU_CUDA): $(B)/%: $(B)/gpu/%.o $(B)/common/cast.o $(B)/common/formats.o
	$(call SAY,ld)$(NVCC) $(NVCCFLAGS) $^ -ldl -o $@
gpu-programs: $(GPU_CUDA) $(B)/tests/bench_gemm $(GEMM_CUDA)

# What the benchmark asks of a result, tried out on the CPU: tests/gpu/bench_host.cpp.
.PHONY: gpu-host
gpu-host: $(B)/runner/bench_host
GPU_HOST := $(patsubst %,$(B)/runner/%.host.o,bench_host bench_labs bench_steps)
$(GPU_HOST): $(B)/runner/%.host.o: $(wildcard tests/gpu/bench* tests/gpu/*.cuh tests/gpu/host/* labs/*/*.h common/simt/*.h) gpu.mk
	$(call SAY,c++)mkdir -p $(@D) && $(CXX) $(CXXFLAGS_KERNEL) -Werror -Itests/gpu/host \
	    $(addprefix -Ilabs/,$(FOLDERS)) -include common/simt/simt.h -c $(filter tests/gpu/$*.c%,$^) -o $@
$(B)/runner/bench_host: $(GPU_HOST) $(B)/common/cast.o $(B)/common/formats.o
	$(call SAY,ld)$(CXX) $^ -ldl -o $@
define GPU_HOST_RULES
$(B)/$(2)/$(1)_host.so: $(call kernels,$(1),fast,$(2)) $(B)/solutions/$(1).o $(B)/libcommon.a
	$$(call SAY,ld)$(CXX) -shared -Wl,-Bsymbolic,-u,launch_take_failure,-u,todo_set_handler $$^ $(BOOST) -lm -o $$@
gpu-host: $(B)/$(2)/$(1)_host.so
endef
$(foreach l,$(KERNEL_LABS),$(foreach s,solutions stubs,$(eval $(call GPU_HOST_RULES,$(l),$(s)))))

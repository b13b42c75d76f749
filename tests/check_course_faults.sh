#!/bin/sh
# check_course_faults.sh - check_course.sh finds what a text says wrongly, and nothing in one that is right.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"

# text NAME <lines: a text in Markdown, in which ' | ' at a line's beginning stands for a table's row.
text() {
    cat >"$scratch/$1.md"
}
text right <<'END'
A paragraph, and a formula that is no command:

    value = 2^k

    make help >/dev/null && make -s claim N=15 # two commands

```
tools/preflight.sh
```

    $ make -s claim N=13
    ...
    nothing is clipped:      norm of the copies   50, of the step 5
    ...
    $ make -s claim N=15
    "1e100 * 1e100 is Inf."
    FP64: 1e100 * 1e100 is 1e+200
    FP32: 1e100 itself is inf

<!-- not run: there is no such lab -->
    make run LAB=lab99

<!-- printed: printf 'one long line that goes on\nand ends' -->
    one long line
    that goes on and ends

<!-- printed: exit 77 -->
    anything

<!-- numbers: printf 'a,1e-07,0.1362\nb,2737464,8\n' -->
| name | size | share |
|---|---|---|
| a 7 | 1e-7 | **13.6%** |
| FP16 | 2,737,464 | 2^3 |

<!-- numbers in columns 2: echo 5 -->
| name | size | share |
|---|---|---|
| a | 5 | 6 |

<!-- numbers: echo 3.14159 42 -->
Pi is 3.14 or 3.1416 and not FP32 or `17` (4.1), as chapter 5 says of 42.
END
text wrong <<'END'
    make no-such-target

    $ make -s claim N=15
    "1e100 * 1e100 is Inf."
    FP64: 1e100 * 1e100 is 1e+201
    FP32: 1e100 itself is inf

    $ make -s claim N=15
    "1e100 * 1e100 is Inf."

<!-- numbers: printf '1 2\n3 4\n' -->
| name | size | share |
|---|---|---|
| a | 1 | 2 |
| b | 1 | 4 |
| c | 4 | 3 |

<!-- numbers: echo 3.14159 -->
Pi is 3.15.

<!-- numbers: echo 0.13 -->
It is 13%, and 0.1%.

<!-- numbers: exit 3 -->
| a | 1 |
|---|---|
| a | 1 |

<!-- numbers: echo 1 -->
Nothing to count.

<!-- printed: echo this -->
    that

<!-- not run: this is no command -->
    value = 2^k

<!-- not run: and here is nothing at all -->
END
run "$root/tests/check_course.sh" "$scratch/right.md"
expect "a text that is right" 0 "not run: $scratch/right.md:21: there is no such lab" "4 compared" "3 compared" "1 compared"
check "all of it was looked at" test "$(grep -c '^pass: ' "$scratch_top/output")" -eq 9
run "$root/tests/check_course.sh" "$scratch/wrong.md"
expect "a text that is wrong" 1 "make no-such-target: exit status 2" 'was printed: FP64: 1e100 * 1e100 is 1e+201' \
    "no line has the numbers of the row  | b |" "no line has the numbers of the row  | c |" "not printed: 3.15" \
    "not printed: 0.1%" "numbers of exit 3: exit status 3" \
    "printed by echo this: it is not" "there is no number to check" "comment that stands before nothing"
check "each of its faults is found" test "$(grep -c '^FAIL: ' "$scratch_top/output")" -eq 11

# PROSE=1: what stands before no table and no comment
text prose <<'END'
## A. The first chapter

    $ echo 31.4159 and 271.828
    31.4159 and 271.828

It prints 31.42 as lab 77 says (Higham 2002, section 9.9), with 4096 sums, which course_numbers.txt knows.

| in a table | 271.83 |
|---|---|

### Further reading

- Somebody. *A book.* Page 123456.

## B. The second

Here nobody prints 31.42, and 2717 is not known.
END
run env PROSE=1 "$root/tests/check_course.sh" "$scratch/prose.md"
expect "the numbers of the prose" 1 "1 not printed, and known" "| 31.42  in  Here" "| 2717  in  Here"
check "none but these" test "$(grep -c '  in  ' "$scratch_top/output")" -eq 2
finish

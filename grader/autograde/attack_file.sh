# attack_file.sh - sourced by make_class.sh and tests/check_autograde_attacks.sh, from the project's folder.
# shellcheck shell=sh

# attack_file NAME: prints an attack of grader/adversary as one file that includes nothing of the
# workbook's, so that it can be handed in.
attack_file() {
    sed -e '\|#include "grader/adversary/attacks/attack.h"|{
        r grader/adversary/attacks/attack.h
        d
    }' "grader/adversary/attacks/$1.c" | sed -e '\|#include "solutions/lab05_master_weights/lab05.c"|{
        r solutions/lab05_master_weights/lab05.c
        d
    }' -e "s|LOWP_ROOT|\"$PWD\"|g"
}

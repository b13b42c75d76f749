#!/bin/sh
# check_intake.sh - archives and folders as hostile as they come: grader/autograde/intake.sh takes
# labNN.c, labNN.cu and quiz.txt, says why not, and touches nothing else.
# shellcheck disable=SC2016 # texts for other shells and for jq
# shellcheck source=tests/intake.sh
. "$(dirname "$0")/intake.sh"

good='int right;'

# ---------------------------------------------------------------- hostile archives and folders
class hostile
mkdir "$scratch/make" && cd "$scratch/make" || exit 1
printf %s "$good" >lab05.c
printf 'x' >other.txt
truncate -s 300M zeros.bin
truncate -s 10G huge
tar -cf - zeros.bin lab05.c | gzip -1 >"$class/bomb.tar.gz"
ln zeros.bin lab05.cu
bsdtar -acf "$class/bombzip.zip" --options zip:compression-level=1 lab05.cu lab05.c
rm lab05.cu
tar -cf - lab05.c | gzip | gzip >"$class/twice.tar.gz"
tar -C "$scratch/make" -cPf "$class/up.tar" --transform='s,^,../../,' lab05.c
tar -cPf "$class/absolute.tar" --transform="s,^,$class/pwned/," lab05.c
bsdtar -acf "$class/upzip.zip" -P -s ',^,../../../,' lab05.c
mkdir links && ln -s /etc/passwd links/lab05.c && ln -s "$class" links/lab05 &&
    ln -s lab05.c links/quiz.txt
tar -C links -czf "$class/symlink.tgz" lab05.c lab05 quiz.txt
(cd links && bsdtar -acf "$class/symlinkzip.zip" lab05.c)
mkdir hard && printf x >hard/a && ln hard/a hard/lab05.c
tar -C hard -cPf "$class/hardlink.tar" --transform='s,^a$,/etc/passwd,h' a lab05.c
mkdir special && mkfifo special/lab05.c special/quiz.txt
tar -C special -cf "$class/pipes.tar" .
cp -R special "$class/pipefolder"
if [ "$(id -u)" -eq 0 ] && mknod special/lab05.cu b 7 0 2>/dev/null; then
    tar -C special -cf "$class/device.tar" ./lab05.cu
fi
mkdir "$class/manyfolder" && (cd "$class/manyfolder" && seq 10001 | xargs touch)
tar -C "$class/manyfolder" -czf "$class/many.tar.gz" .
mkdir "$class/repo" && (cd "$class/repo" && mkdir .git && cd .git && seq 10001 | xargs touch)
printf %s "$good" >"$class/repo/lab05.c"
mkdir "$class/sparse" && truncate -s 10G "$class/sparse/lab05.c" && cp lab05.c "$class/sparse/a.c" &&
    truncate -s 10G "$class/sparse/core"
mkdir sparse && mv huge sparse/lab05.c
tar -C sparse --sparse -czf "$class/sparsetar.tgz" lab05.c
cp -R links "$class/linkfolder"
mkdir "$class/sizes" && head -c 1048576 /dev/zero >"$class/sizes/lab05.c" &&
    head -c 1048577 /dev/zero >"$class/sizes/lab05.cu"
echo 'no archive at all, but long enough for a header of one' >"$class/garbage.zip"
head -c 3000 /dev/urandom >"$class/noise.tar.gz"
: >"$class/empty.zip"
tar -cf "$class/nothing.tar" -T /dev/null
head -c 40000 /dev/urandom >random
tar -czf - random lab05.c | head -c 30000 >"$class/cut.tar.gz"
tar -cf - random lab05.c | head -c 30000 >"$class/cuttar.tar"
bsdtar -caf whole.zip random lab05.c && head -c 30000 whole.zip >"$class/cutzip.zip"
bsdtar -cf flip.zip --format zip --options zip:compression=store lab05.c &&
    sed 's/int right;/int wrong;/' flip.zip >"$class/flipped.zip"
bsdtar -cf "$class/locked.zip" --format zip --options zip:encryption=traditional \
    --passphrase secret lab05.c 2>/dev/null
bsdtar -cf "$class/aes.zip" --format zip --options zip:encryption=aes256 --passphrase secret lab05.c
tar -cf inner.tar lab05.c
tar -cf "$class/nested.tar" inner.tar
mkdir "$class/folded" && cp inner.tar "$class/folded/mine.tar"
mkdir rar && cp random "$class/old.rar"
cp inner.tar "$class/twin.tar" && mkdir "$class/twin"
cp inner.tar "$class/three.tar" && gzip -c inner.tar >"$class/three.tar.gz" && bsdtar -acf "$class/three.ZIP" lab05.c
bsdtar -acf "$class/right.zip" lab05.c && bsdtar -acf "$class/right.xz.tar.xz" lab05.c &&
    bsdtar -acf "$class/right.bz.tbz2" lab05.c
(
    printf 'one' >lab05.c && tar -cf "$class/repeated.tar" lab05.c
    printf 'two' >lab05.c && tar -rf "$class/repeated.tar" lab05.c
)
mkdir -p "$class/deep/old" "$class/deep/lab05" "$class/equal/a" "$class/equal/b" "$class/same/a" \
    "$class/same/b" "$class/litter/__MACOSX" "$class/litter/.git" "$class/litter/build/labs"
printf %s "$good" | tee "$class/deep/lab05.c" "$class/same/a/lab05.c" "$class/same/b/lab05.c" \
    "$class/litter/lab05.c" >"$class/equal/a/lab05.c"
printf 'int old;' | tee "$class/deep/old/lab05.c" "$class/litter/__MACOSX/lab05.c" \
    "$class/litter/.git/lab05.c" "$class/litter/build/lab05.c" "$class/litter/._lab05.c" \
    >"$class/equal/b/lab05.c"
mkdir "$class/busy" && (cd "$class/busy" && seq 30 | sed 's/^/file /' | tr '\n' '\0' | xargs -0 touch)
printf %s "$good" >"$class/busy/lab05.c"
ln -s /etc "$class/link"
mkfifo "$class/pipe.zip"
echo x >"$class/grades.csv"
cd "$class" || exit 1
start=$(date +%s)
hand_in
check "not looked at, and said so" grep -q 'grades.csv (neither a folder nor an archive)' "$scratch_top/said"
seconds=$(($(date +%s) - start))
refuses bomb "a zip bomb" "a tar.gz that unpacks to 300 MiB"
takes bombzip "$good" "a zip with a file of 300 MiB: the others"
notes bombzip "lab05.cu (larger than 1 MiB)" "  and that one left out"
refuses twice "compressed more than once" "gzip in gzip"
for who in up absolute upzip; do
    notes $who "(its path leads outside)" "a path that leads outside: $who"
    student $who '.labs == {}' "  is not taken"
done
for who in symlink symlinkzip linkfolder; do
    notes $who "lab05.c (a symbolic link)" "a symbolic link: $who"
    student $who '.labs == {}' "  is not followed"
done
notes hardlink "lab05.c (a hard link)" "a hard link out of an archive"
student hardlink '.labs == {}' "  is not made"
notes pipes "lab05.c (a pipe)" "a pipe in an archive"
notes pipefolder "lab05.c (a pipe)" "a pipe in a folder: not waited for"
[ ! -e device.tar ] || notes device "lab05.cu (a device)" "a device"
refuses many "more than 10000 files" "10,001 files in an archive"
refuses manyfolder "more than 10000 files" "10,001 files in a folder"
takes repo "$good" "a repository with 10,001 files in .git"
notes sparse "lab05.c (larger than 1 MiB)" "sparse files of 10 GiB in a folder"
notes sparsetar "lab05.c (larger than 1 MiB)" "  and in an archive"
student sizes '.labs == {lab05: ["lab05.c"]}' "1 MiB is taken, a byte more is not"
refuses garbage "not an archive" "garbage"
refuses noise "not an archive" "noise"
refuses empty "empty" "0 bytes"
student nothing '.problem == "" and .labs == {}' "an archive with nothing in it"
for who in cut cuttar cutzip flipped; do
    refuses $who "cut short or damaged" "a damaged archive: $who"
done
[ ! -s locked.zip ] || refuses locked "encrypted" "a zip with a password"
refuses aes "encrypted" "a zip with AES"
notes nested "inner.tar (an archive inside" "an archive in an archive is left out"
takes folded "$good" "an archive in a folder is opened"
refuses old "no archive of a kind that is read" "a rar file"
refuses twin "two submissions of one student: twin and twin.tar; keep one" "a folder and an archive"
refuses three "two submissions of one student: three.ZIP and three.tar" "three archives"
takes right "$good" "a zip"
takes right.xz "$good" "a tar.xz"
takes right.bz "$good" "a tbz2"
refuses repeated "which differ" "one name twice in an archive"
takes deep "$good" "of several files the one nearest the root"
notes deep "old/lab05.c (another one, lab05.c, is nearer the root)" "  and a word about the other"
refuses equal "a/lab05.c and b/lab05.c; keep one" "two that differ, equally near"
takes same "$good" "two that do not differ"
takes litter "$good" "what systems and builds leave"
student litter '.notes == []' "  is no news"
takes busy "$good" "many other files"
student busy '(.notes | length) == 21 and .notes[20] == "and 10 more files were left out"' "  are counted"
refuses link "a symbolic link" "a link in the place of a submission"
check "a pipe in the place of one is not looked at" grep -q 'pipe.zip (neither' "$scratch_top/said"
check "all that within 15 s ($seconds)" test "$seconds" -le 15

# ---------------------------------------------------------------- what cannot be
class nobody
run "$root/grader/autograde/intake.sh" "$class" "$out" lab05
expect "an empty folder" 1 "nobody handed in anything"
check "costs no earlier result" test -s "$out/submissions.jsonl"
run "$root/grader/autograde/intake.sh" "$class/none" "$out" lab05
expect "no folder" 1 "there is no folder"
run "$root/grader/autograde/intake.sh" "$class" "$out" lab5
expect "no lab" 2 "usage:"
run "$root/grader/autograde/intake.sh" "$class" "$class/out" lab05
expect "results among the submissions" 1 "choose another OUT"
rm -rf "$class/out"

# Where there is no bubblewrap.
mkdir "$scratch/bin" one && printf '#!/bin/sh\necho no namespaces >&2\nexit 1\n' >"$scratch/bin/bwrap" &&
    chmod +x "$scratch/bin/bwrap"
printf %s "$good" >one/lab05.c
bsdtar -acf two.zip -C one lab05.c
run env -u UNSANDBOXED PATH="$scratch/bin:$PATH" "$root/grader/autograde/intake.sh" "$class" "$out" lab05
expect "without a sandbox nothing is opened" 1 "no namespaces" "UNSANDBOXED=1"
chmod 755 "$scratch_top" # mktemp made it for us alone, and root becomes nobody
run env PATH="$scratch/bin:$PATH" UNSANDBOXED=1 \
    "$root/grader/autograde/intake.sh" "$class" "$out" lab05
expect "but with UNSANDBOXED=1" 0 "2 students, 0 of them with a problem"
takes one "$good" "  a folder"
takes two "$good" "  and an archive"

# ---------------------------------------------------------------- a reader that is taken over
# An archive could find a mistake in libarchive. Here the program itself is the attacker: it reports what it
# can see and do, and leaves traps in its folder.
mkdir -p "$scratch/evil/grader/autograde"
cat >"$scratch/evil.c" <<'END'
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>
#define SEES(path) (access(path, F_OK) == 0 ? path " " : "")
int main(int argc, char **argv)
{
    if (strcmp(argv[1], "--sid") == 0)
        return 0;
    if (strcmp(argv[1], "--keep") == 0)
        return execv(REAL, argv);
    if (strcmp(argv[1], "--plan") == 0) {
        puts("one\t{\"sid\":\"one\",\"notes\":[],\"problem\":\"\"}\t-\tone=");
        return 0;
    }
    chdir("/out");
    mkdir("lab05", 0777);
    symlink("/etc/passwd", "lab05/lab05.c");
    mkfifo("lab05/lab05.cu", 0666);
    symlink("/etc", "lab04");
    mkdir("lab03", 0777);
    int fd = open("lab03/lab03.c", O_CREAT | O_WRONLY, 06755);
    write(fd, "x", 1);
    fchmod(fd, 06755);
    close(open("lab03/Makefile", O_CREAT | O_WRONLY, 0644));
    int write_in = open("/in/new", O_CREAT | O_WRONLY, 0644) >= 0;
    int write_root = mkdir("/new", 0755) == 0;
    int other = access(OTHER, F_OK) == 0, processes = kill(getppid(), 0) == 0 && getpid() > 9;
    printf("{\"notes\":[\"\\u001b[31m\",7],\"problem\":\"\",\"labs\":{\"lab05\":[\"forged\"]},"
           "\"sid\":\"other\"}\n");
    fprintf(stderr, "SEES %s%s%s%s%s%d%d%d%d\n", SEES("/etc/passwd"), SEES("/root"), SEES("/usr/bin/env"),
            SEES("/proc/1"), SEES("/dev/null"), other, processes, write_in, write_root);
    return 0;
}
END
if [ -z "${UNSANDBOXED:-}" ] && "${CC:-gcc}" -w -DREAL="\"$intake\"" -DOTHER="\"$class/two.zip\"" "$scratch/evil.c" \
    -o "$scratch/evil/grader/autograde/intake" 2>/dev/null; then
    run env BUILD="$scratch/evil" "$root/grader/autograde/intake.sh" "$class" "$out" lab03 lab04 lab05
    expect "a reader that was taken over sees nothing and writes nowhere" 0 "SEES 0000"
    student one '.labs == {lab03: ["lab03.c"]} and .sid == "one"' "  its traps are left behind"
    student one '.notes == ["\ufffd[31m", ""]' "  and its words cleaned"
    check "  files have no rights but to be read" \
        sh -c 'test "$(stat -c %a "$1")" = 644' sh "$out/submissions/one/lab03/lab03.c"
    check "  nothing else is there" files_are_listed
fi

# ---------------------------------------------------------------- while it changes
class changing
mkdir a
echo 1 >a/lab05.c
(while [ -e "$class/a" ]; do
    head -c 3000000 /dev/zero >a/quiz.txt
    echo 2 >a/lab05.c
    rm -f a/lab05.c a/quiz.txt
    ln -s /etc/passwd a/lab05.c
    rm -f a/lab05.c
done) 2>/dev/null &
changer=$!
for i in 1 2 3 4 5; do
    run "$root/grader/autograde/intake.sh" "$class" "$out" lab05
    if [ "$status" -ne 0 ] || ! files_are_listed || grep -rqs root: "$out"; then break; fi
done
kill $changer
wait $changer 2>/dev/null
check "a submission that changes meanwhile does no harm" test "$status$i" = 05
check "what was copied is what is listed" files_are_listed
finish

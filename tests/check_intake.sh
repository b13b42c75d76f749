#!/bin/sh
# check_intake.sh - what a class hands in, as the platforms let one download it and as hostile as it
# comes: grader/autograde/intake.sh takes labNN.c, labNN.cu and quiz.txt, says why not, and touches
# nothing else.
# shellcheck disable=SC2016 # texts for other shells and for jq
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"

for tool in bsdtar jq prlimit; do
    command -v $tool >/dev/null 2>&1 || skip_all "there is no $tool"
done
LC_ALL=C
export LC_ALL
cd "$root" || exit 1
BUILD=$(cd "${BUILD:-build}" && pwd) || exit 1
export BUILD
intake=$BUILD/grader/autograde/intake
[ -x "$intake" ] || skip_all "$intake is not built"
out=$scratch/out
unset UNSANDBOXED JOBS

# class NAME: an empty folder of submissions, where we are then.
class() {
    class=$scratch/$1
    mkdir "$class" && cd "$class" || exit 1
}

# hand_in [LAB...]: what the class comes to.
hand_in() {
    [ $# -gt 0 ] || set -- lab05
    find . -print0 | sort -z >"$scratch_top/before"
    run "$root/grader/autograde/intake.sh" "$class" "$out" "$@"
    cp "$scratch_top/output" "$scratch_top/said"
    expect "${class##*/}: it is read" 0 " students, "
    find . -print0 | sort -z >"$scratch_top/after"
    check "  and left as it was" cmp "$scratch_top/before" "$scratch_top/after"
    check "  nothing is there but regular files" \
        sh -c 'test -z "$(find "$1" ! -type f ! -type d)"' sh "$out"
    check "  the files are those that are listed" files_are_listed
}

files_are_listed() {
    (cd "$out/submissions" && find . -type f | sort) >"$scratch_top/files"
    jq -r '.sid as $s | .labs | to_entries[] | .key as $l | .value[] | "./\($s)/\($l)/\(.)"' \
        "$out/submissions.jsonl" | sort | diff "$scratch_top/files" -
}

# student SID FILTER WHAT: one line, of which the filter of jq is true.
student() {
    check "$3" jq -e -s --arg sid "$1" \
        "map(select(.sid == \$sid)) | length == 1 and (.[0] | $2)" "$out/submissions.jsonl"
}

# takes SID CONTENT WHAT: lab05.c with that content, and no problem.
takes() {
    student "$1" '.problem == ""' "$3"
    check "  with the right lab05.c" \
        sh -c 'test "$(cat "$1")" = "$2"' sh "$out/submissions/$1/lab05/lab05.c" "$2"
}

# refuses SID TEXT WHAT: a problem with that text, and no file. notes SID TEXT WHAT: no problem but a note.
refuses() {
    student "$1" "(.problem | contains(\"$2\")) and .labs == {}" "$3"
}
notes() {
    student "$1" ".problem == \"\" and (.notes | map(contains(\"$2\")) | any)" "$3"
}

# ---------------------------------------------------------------- names of students
class names
good='int right;'
sid() {
    check "SID of $1: $2" sh -c 'test "$("$1" --sid "$2")" = "$3"' sh "$intake" "$1" "$2"
}
long=$(printf '%0255d' 7)
newline='a
b'
invalid=$(printf 'x\377\300\257')
sid doe.j+1@x_y-z doe.j+1@x_y-z
sid 'Jane Doe' Jane%20Doe
sid .. %2E.
sid -rf %2Drf
sid 'a%20b' a%2520b
sid 'a~b' a%7Eb
sid a/b a%2Fb
sid "$long" "$(printf '%080d' 0)~$(printf %s "$long" | sha256sum | cut -c 1-16)"
sid "$newline" a%0Ab
sid "$invalid" x%FF%C0%AF
for name in "$newline" "$invalid" 'q"u'\''o`te' '$(touch pwned)' '; touch pwned' -rf .hidden \
    'two  spaces ' 'Zoë Čapek' Doe doe 'back\slash\101' '%s%n' 'a=b' '*' "$(printf 'tab\there')" \
    "$(printf 'end\n.')" "$(printf '\342\200\256gnp')" "$long" "$(printf 'e\033[31mred')" '~root'; do
    mkdir -- "./$name"
    printf %s "$name" >"./$name/lab05.c"
done
last=$(printf 'last\n.') && last=${last%.}
mkdir "$last" && printf 'a newline at the end' >"$last/lab05.c"
hand_in
check "nothing was run" test ! -e pwned
check "every name has its own line" sh -c 'test "$(wc -l <"$1")" -eq "$(find . -mindepth 1 -maxdepth 1 -printf . | wc -c)"' sh "$out/submissions.jsonl"
check "sorted" sh -c 'jq -r .sid "$1" >"$2" && sort -c "$2"' sh "$out/submissions.jsonl" "$scratch_top/sids"
for name in "$newline" "$invalid" '$(touch pwned)' -rf .hidden 'two  spaces ' 'Zoë Čapek' Doe doe \
    'back\slash\101' '%s%n' 'a=b' '*' "$long"; do
    takes "$("$intake" --sid "$name")" "$name" "taken: $name"
done
takes last%0A 'a newline at the end' "taken: a name that ends in a newline"
student a%0Ab '.student == "a\ufffdb"' "people see no control characters"
student x%FF%C0%AF '.student == "x\ufffd\ufffd\ufffd"' "nor invalid bytes"
student %E2%80%AEgnp '.student == "\ufffdgnp"' "nor text that runs backwards"
student Zo%C3%AB%20%C4%8Capek '.student == "Zoë Čapek"' "but UTF-8"
cp "$out/submissions.jsonl" "$scratch_top/first"
cp -R "$out/submissions" "$scratch_top/first.d"

# Another order of the folder, another number of jobs, what a killed run left: the same result.
class reversed
(cd ../names && find . -mindepth 1 -maxdepth 1 -print0 | sort -rz) |
    xargs -0 -I{} cp -R ../names/{} .
mkdir -p "$out/.intake.dead/rows" "$out/submissions/gone/lab05"
echo stale >"$out/submissions/gone/lab05/lab05.c"
JOBS=1
export JOBS
hand_in
unset JOBS
check "the order of a folder does not matter" cmp "$scratch_top/first" "$out/submissions.jsonl"
check "nor what an earlier run left" diff -r "$scratch_top/first.d" "$out/submissions"
check "which is gone" test ! -e "$out/.intake.dead"

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

# ---------------------------------------------------------------- several labs
class labs
mkdir -p a/labs/lab04_grad_scaler a/labs/lab05_master_weights b c/lab04 c/lab05-mine d
for lab in lab04 lab05; do
    echo "$lab" | tee b/$lab.c >"$(echo a/labs/${lab}_*)/$lab.c"
    echo "quiz $lab" >"$(echo a/labs/${lab}_*)/quiz.txt"
    echo "quiz $lab" >"$(echo c/${lab}*)/quiz.txt"
    bsdtar -cf d/$lab.tar.gz -z -C "$(echo a/labs/${lab}_*)" $lab.c quiz.txt
done
echo 'quiz of which?' >b/quiz.txt
mkdir e && echo c >e/lab05.cu && echo q >e/quiz.txt && echo 06 >e/lab06.c
hand_in lab04 lab05
both='.problem == "" and .labs == {lab04: ["lab04.c", "quiz.txt"], lab05: ["lab05.c", "quiz.txt"]}'
student a "$both" "each quiz.txt is its folder's lab's"
check "  with its content" grep -qx 'quiz lab05' "$out/submissions/a/lab05/quiz.txt"
student b '.labs == {lab04: ["lab04.c"], lab05: ["lab05.c"]}' "one quiz.txt beside two labs: neither's"
notes b "not clear of which lab" "  and that is said"
student c '.labs == {lab04: ["quiz.txt"], lab05: ["quiz.txt"]}' "a quiz.txt alone"
student d "$both" "an archive a lab, of that name"
student e '.labs == {lab05: ["lab05.cu", "quiz.txt"]} and .notes == []' "a quiz.txt beside its lab"
hand_in lab05
student b '.labs == {lab05: ["lab05.c", "quiz.txt"]}' "with one lab asked for, it is that lab's"
student a '.labs == {lab05: ["lab05.c", "quiz.txt"]} and .notes == []' "other labs are passed over"

# ---------------------------------------------------------------- platforms
class gradescope
mkdir -p assignment_9_export && cd assignment_9_export || exit 1
for n in 1 2 3 4 5; do
    mkdir submission_$n && echo $n >submission_$n/lab05.c
done
cat >submission_metadata.yml <<'END'
---
submission_1:
  :submitters:
  - :name: Jane O'Neill-Doe
    :sid: '00123'
    :email: jane@school.edu
  :created_at: 2026-04-26 17:34:00.861687000 Z
  :results:
    output: |-
      :submitters:
      - :name: Mallory
submission_2:
  :submitters:
  - :name: 'It''s "me"'
    :email: me@school.edu
  - :name: "Zo\u00eb \x22Z\x22\n\t"
    :sid: 77
    :email: zoe@school.edu
submission_3:
  :submitters:
  - :name: No Mail
    :sid: '9'
    :email:
submission_4:
  :submitters: []
END
cd ..
hand_in
student jane@school.edu '.student == "Jane O'\''Neill-Doe" and
    .ids == {gradescope: "1", email: "jane@school.edu", sid: "00123"}' "Gradescope: name, number and email"
takes jane@school.edu 1 "  and the file"
student me@school.edu '.student == "It'\''s \"me\""' "  a group: the first"
student zoe@school.edu '.student == "Zoë \"Z\"\ufffd\ufffd" and .ids.sid == "77"' "  and the second"
takes zoe@school.edu 2 "  who have the same file"
takes 9 3 "  without an email"
takes submission_4 4 "  without anybody"
takes submission_5 5 "  and not in the metadata"
check "  six students and nobody else" test "$(wc -l <"$out/submissions.jsonl")" -eq 6
mv assignment_9_export/* . && rmdir assignment_9_export && rm submission_metadata.yml
hand_in
takes submission_1 1 "Gradescope without its metadata"

class canvas
echo a1 >doejane_123_456_lab05.c
echo a2 >doejane_123_457_lab05-1.c
echo a10 >doejane_123_460_lab05-10.c
echo a9 >doejane_123_459_lab05-9.c
echo q >doejane_123_461_quiz-2.txt
echo x >doejane_123_462_report.pdf
echo b1 >roejim_LATE_124_470_lab05.c
echo c1 >lab05.c && bsdtar -acf doejane_125_480_lab05.zip lab05.c
echo c2 >lab05.c && bsdtar -acf doejane_125_481_lab05-3.zip lab05.c && rm lab05.c
echo d1 >twice_126_490_lab05.c && echo d2 >twice_126_491_lab05.c
echo e1 >anon_AbC12_500_lab05.c
echo f1 >"$(printf 'm\303\274ller\303\251_127_510_lab05.c')"
hand_in
takes doejane_123 a10 "Canvas: the last of four"
student doejane_123 '.ids == {canvas: "123"} and .student == "doejane" and (.notes | length) == 4
    and .labs == {lab05: ["lab05.c", "quiz.txt"]}' "  its number, name and notes"
notes doejane_123 "left out: doejane_123_456_lab05.c (doejane_123_457_lab05-1.c is newer)" "  of the others"
takes roejim_124 b1 "  a late one"
takes doejane_125 c2 "  another of that name, with two zip files"
refuses twice_126 "twice_126_490_lab05.c and twice_126_491_lab05.c; keep one" "  two that are equally new"
takes anon_AbC12 e1 "  an anonymous one"
takes m%C3%BCller%C3%A9_127 f1 "  UTF-8"

class moodle
mkdir 'Jane Doe_11_assignsubmission_file_' 'Jim Roe_12_assignsubmission_file' \
    'Jim Roe_12_assignsubmission_onlinetext'
echo a >'Jane Doe_11_assignsubmission_file_/lab05.c'
echo b >lab05.c && bsdtar -acf 'Jim Roe_12_assignsubmission_file/lab05.zip' lab05.c && rm lab05.c
echo c >'Zoë X_13_assignsubmission_file_lab05.c'
echo q >'Zoë X_13_assignsubmission_file_quiz.txt'
echo d >'Jane Doe_14_assignsubmission_file_lab05.c'
hand_in
takes Jane%20Doe_11 a "Moodle: a folder"
student Jane%20Doe_11 '.ids == {moodle: "11"} and .student == "Jane Doe"' "  its number and name"
takes Jim%20Roe_12 b "  a folder with a zip, beside one of another type"
takes Zo%C3%AB%20X_13 c "  flat files"
student Zo%C3%AB%20X_13 '.labs == {lab05: ["lab05.c", "quiz.txt"]}' "  that belong together"
takes Jane%20Doe_14 d "  another one of that name"

class github
mkdir lab05-master-weights-submissions && cd lab05-master-weights-submissions || exit 1
for who in mary-jane mary-ann bob; do
    mkdir -p lab05-master-weights-$who/.git lab05-master-weights-$who/labs/lab05_master_weights
    echo $who >lab05-master-weights-$who/labs/lab05_master_weights/lab05.c
    echo $who >lab05-master-weights-$who/.git/lab05.c
done
cd ..
hand_in
takes mary-jane mary-jane "GitHub Classroom: a clone of all"
student mary-jane '.ids == {github: "mary-jane"}' "  its username"
class github2
for lab in lab04 lab05; do
    for who in mary-jane bob; do
        mkdir -p $lab-$who/.git
        echo "$lab right" >$lab-$who/$lab.c
        echo stub | tee $lab-$who/quiz.txt >$lab-$who/lab0$((9 - ${lab#lab0})).c
    done
done
mkdir -p hw-x/.git hw-y/.git mary-poppins
echo x >hw-x/lab05.c
echo poppins >mary-poppins/lab05.c
hand_in lab04 lab05
takes mary-jane "lab05 right" "  a repository a lab: each its own lab's"
takes bob "lab05 right" "  for all"
takes x x "  an assignment of another name"
takes mary-poppins poppins "  and a folder that is no repository keeps its name"

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
run env PATH="$scratch/bin:$PATH" "$root/grader/autograde/intake.sh" "$class" "$out" lab05
expect "without a sandbox nothing is opened" 1 "no namespaces" "UNSANDBOXED=1"
chmod 755 "$scratch_top" # mktemp made it for us alone: nobody could not read it
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
if "${CC:-gcc}" -w -DREAL="\"$intake\"" -DOTHER="\"$class/two.zip\"" "$scratch/evil.c" \
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

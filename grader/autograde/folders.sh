# folders.sh - sourced by intake.sh and build.sh.
# shellcheck shell=sh

# folders_to_read FOLDER...: bubblewrap's options that show these, to read, in a sandbox; a link (merged
# /usr) is made again. One that is not there is left out.
folders_to_read() {
    for folder; do
        if [ -h "$folder" ]; then
            printf ' --symlink %s %s' "$(readlink "$folder")" "$folder"
        else
            printf ' --ro-bind-try %s %s' "$folder" "$folder"
        fi
    done
}

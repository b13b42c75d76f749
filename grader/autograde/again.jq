# again.jq - which tests of a student are run once more, as NAME,NAME...; called by one.sh:
#
#   jq -n -r -f again.jq --argjson attempt 2|3 RUNS
#
# RUNS holds the runs so far, the whole one first. For the second attempt: what failed, unless it was
# never written; of endless loops the first. For the third: what came out otherwise then.

def worth_it: .status | . != "passed" and . != "not implemented" and . != "missing";
def outcome: [.status, .points];

[inputs.tests] as $runs
| if $attempt == 2 then
    [$runs[0][] | select(worth_it)]
    | ([.[] | select(.status == "timed out")] | .[1:] | map(.name)) as $enough
    | map(.name) - $enough
  else
    ($runs[0] | map({key: .name, value: outcome}) | from_entries) as $first
    | [$runs[1] // [] | .[] | select(outcome != $first[.name]) | .name]
  end
| join(",")

# stats.jq - the numbers of the class report: quartiles, bins, item analysis. Included by index.jq.
# Results are those that report.jq keeps: .points, .tests[] = {name, points, status, ...}.

def mean: if length == 0 then null else add / length end;

# Of sorted numbers; between two of them in proportion (R's type 7, a spreadsheet's QUARTILE.INC).
def quantile($q):
  if length == 0 then null
  else ((length - 1) * $q) as $at | ($at | floor) as $i
    | .[$i] + ($at - $i) * ((.[$i + 1] // .[$i]) - .[$i])
  end;

# Pearson's correlation of [[x, y], ...]; of a test that gives all points or none that is the
# point-biserial correlation. null: fewer than 10 pairs, or one of the two is the same for all.
def correlation:
  length as $n
  | if $n < 10 then null else
      (map(.[0]) | add / $n) as $mx | (map(.[1]) | add / $n) as $my
      | reduce .[] as $p ([0, 0, 0]; ($p[0] - $mx) as $x | ($p[1] - $my) as $y
          | [.[0] + $x * $x, .[1] + $y * $y, .[2] + $x * $y])
      | if .[0] < 1e-9 or .[1] < 1e-9 then null else .[2] / (.[0] * .[1] | sqrt) end
    end;

# About ten bins of a round width: {width, bins: [{from, to, count}, ...]}; the last holds the maximum too.
def histogram($full):
  ([$full, 1] | max) as $top
  | (first((1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500) | select(. * 11 >= $top)) // ($top / 10 | ceil)) as $width
  | ($top / $width | ceil) as $n
  | reduce .[] as $p ([range($n) | 0]; .[[$n - 1, ([$p, 0] | max) / $width | floor] | min] += 1)
  | { width: $width, bins: [to_entries[] | { from: (.key * $width), to: ((.key + 1) * $width), count: .value }] };

# One row a test, in the tests' order: of graded results.
def items:
  [ .[] | .points as $total | .tests | to_entries[]
    | { at: .key, name: .value.name, test: .value, rest: ($total - .value.points) } ]
  | group_by(.name)
  | map(length as $n
      | .[0].test as $t
      | { at: (map(.at) | min), name: $t.name, idea: $t.idea, hidden: $t.hidden, max: $t.max, n: $n,
          passing: ((map(select(.test.status == "passed")) | length) / $n),
          open: ((map(select(.test.status | . == "not implemented" or . == "missing")) | length) / $n),
          discrimination: (map([.test.points, .rest]) | correlation) })
  | sort_by(.at);

# What students believed: the text, who, in which tests. The commonest first.
def beliefs:
  [ .[] | .sid as $sid | .tests[] | select(.belief != "") | { belief, sid: $sid, name, hidden } ]
  | group_by(.belief)
  | map({ belief: .[0].belief, students: (map(.sid) | unique | length), tests: (map({ name, hidden }) | unique) })
  | sort_by([-.students, .belief]);

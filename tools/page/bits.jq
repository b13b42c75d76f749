# bits.jq - the codes of a test's message as bit diagrams. Included by tests.jq.
#
# A message shows a code as value, hex and fields (grader/check.c): 0.5 (BF16 0x3F00 0|01111110|0000000).
# No name is FP32's. What stands before a value says what it is: got, expected, w, u.
include "html";

def code_pattern:
  "(?<value>[^ (]+) \\((?<format>[A-Z0-9]+ )?0x(?<hex>[0-9A-F]+) (?<sign>[01])\\|(?<exponent>[01]+)(?:\\|(?<mantissa>[01]+))?";

# "  got      ", "fp_decode(", "element 0: w = ": the name in it; what a function was given is its input.
def whose:
  (capture("(?<name>[A-Za-z_][A-Za-z_0-9 ]*(?:\\[[0-9]+\\])?)? *=? *$").name // "")
  | sub(" +$"; "") | if . == "" then "input" else . end;

# Of a message: [{label, value, format, hex, sign, exponent, mantissa}], in the order of the text.
def codes:
  [ split("\n")[] as $line
    | $line | [match(code_pattern; "g")]
    | foreach .[] as $m ({ from: 0 };
        { from: ($m.offset + $m.length), before: $line[.from:$m.offset], m: $m };
        (.m.captures | map({ key: .name, value: (.string // "") }) | from_entries)
        + { label: (.before | whose) }) ]
  | map(.format |= if . == "" then "FP32" else rtrimstr(" ") end);

# The bits of a field; those that are not as in $want are marked.
def bits($want):
  [explode, ($want // "" | explode)] as [$got, $want]
  | reduce range($got | length) as $i (""; . + ([$got[$i]] | implode
      | if $want != [] and $want[$i] != $got[$i] then "<b>\(.)</b>" else . end));

def field($name; $want):
  if . == "" then empty
  else "<span class=\"field \($name)\"><span class=\"bits\">\(bits($want))</span><small>\($name)</small></span>" end;

# Where a code differs from what was expected, in words.
def differences($want):
  . as $code
  | [("sign", "exponent", "mantissa") | select($code[.] != $want[.])]
  | if length > 0 then "; \(join(" and ")) \(if length == 1 then "differs" else "differ" end)" else "" end;

def diagram($want):
  @html "<div class=\"code\"><p><b>\(.label)</b> \(.value) <span class=\"fine\">\(.format) 0x\(.hex)</span></p>",
  @html "<p class=\"fields\" role=\"img\" aria-label=\"\(.label), \(.format): sign \(.sign), exponent \(.exponent), mantissa \(.mantissa)\(if $want then differences($want) else "" end)\">",
  (.sign | field("sign"; $want.sign)), (.exponent | field("exponent"; $want.exponent)),
  (.mantissa | field("mantissa"; $want.mantissa)),
  "</p></div>";

# The diagrams of a message. What was expected is what `got` of the same format is held against.
def diagrams:
  if contains("|") | not then empty
  else codes as $codes
    | if $codes == [] then empty
      else "<div class=\"codes\">",
        ($codes[] as $code
         | first($codes[] | select($code.label | startswith("got")) | select(.label | startswith("expected"))
             | select(.format == $code.format and (.exponent | length) == ($code.exponent | length))) // null
         | . as $want | $code | diagram($want)),
        (if any($codes[]; .label | startswith("expected")) then "<p class=\"fine\">Underlined: not as expected.</p>" else empty end),
        "</div>"
      end
  end;

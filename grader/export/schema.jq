# schema.jq - holds a JSON value against a JSON Schema. Included by export.sh and tests/check_export.sh.
#
# Understood is what result.schema.json uses of JSON Schema 2020-12 ("Validation", section 6, and
# "Core", sections 10.3.1.2, 10.3.2.1 and 10.3.2.3): type, const, enum, minimum, maximum, maxLength,
# pattern, required, properties, additionalProperties, items. A schema that asks for something else
# is an error: a check that silently is not made would be worse than none.

# Makes a schema ready for `violations`, once. In jq's patterns $ may be followed by a line end; \z not.
def prepared:
    (keys_unsorted - ["$schema", "$id", "title", "description", "type", "const", "enum", "minimum",
        "maximum", "maxLength", "pattern", "required", "properties", "additionalProperties", "items"]
     | .[] | error("schema.jq does not know \(.)")), .
    | if .pattern then .pattern |= sub("\\$$"; "\\z") else . end
    | if .properties then .properties |= map_values(prepared) else . end
    | if .items then .items |= prepared else . end
    | if .additionalProperties | type == "object" then .additionalProperties |= prepared else . end;

# violations($schema; $at): a line for everything in . that $schema forbids; $at is where . is.
def violations($schema; $at):
    . as $value | type as $type
    | def shown: $value | tojson | .[:60];
      def when(wrong; text): if wrong then "\($at) \(text)" else empty end;
      if $schema.type != null and $schema.type != $type
      then "\($at) is of type \($type), not \($schema.type)"
      else
        when(($schema | has("const")) and $schema.const != $value; "is \(shown), not \($schema.const | tojson)"),
        when($schema.enum != null and ($schema.enum | index([$value])) == null; "is \(shown), none of \($schema.enum | tojson)"),
        if $type == "number" then
            # NaN compares below every number.
            when($schema.minimum != null and ($value >= $schema.minimum | not); "is \(shown), below \($schema.minimum)"),
            when($schema.maximum != null and ($value <= $schema.maximum | not); "is \(shown), above \($schema.maximum)")
        elif $type == "string" then
            when($schema.maxLength != null and ($value | length) > $schema.maxLength; "has more than \($schema.maxLength) characters"),
            when($schema.pattern != null and ($value | test($schema.pattern) | not); "is \(shown), which does not match \($schema.pattern)")
        elif $type == "object" then
            ($schema.required // [] | .[] | . as $key | when($value | has($key) | not; "lacks \($key)")),
            ($value | keys_unsorted[] | . as $key | "\($at).\($key | .[:60])" as $there
             | if $schema.properties | . != null and has($key) then $value[$key] | violations($schema.properties[$key]; $there)
               elif $schema.additionalProperties == false then "\($there) should not be there"
               elif $schema.additionalProperties | type == "object" then $value[$key] | violations($schema.additionalProperties; $there)
               else empty end)
        elif $type == "array" and $schema.items != null then
            range($value | length) as $i | $value[$i] | violations($schema.items; "\($at)[\($i)]")
        else empty end
      end;

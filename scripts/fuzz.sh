#!/bin/sh
# Fuzzes HTMLSanitizer with libFuzzer, which comes with the Swift toolchain: for 60 seconds, or as long as the first argument
# says. Other arguments are libFuzzer's. Inputs that reached something new are kept in .build/fuzz/corpus; one that breaks a
# promise is left in .build/fuzz, and the exit code is not 0.
set -eu

cd "$(dirname "$0")/.."
seconds=${1:-60}
[ "$#" -eq 0 ] || shift
directory=.build/fuzz
mkdir -p "$directory/corpus"

# The dictionary: what HTML is made of.
dictionary=$directory/html.dict
{
    for word in table tr td th caption colgroup col tbody thead tfoot a b p li dd dt button ruby rt rb h1 h2 div span pre script \
        style svg math title textarea img href= src= style= class= id= data-x= aria-label= onclick= javascript: http: url\( \
        calc\( '&#x3a;' '&colon;' '&amp;' '&#58;' '<!--' '-->' '--!>' '<![CDATA[' '</' '/>' '<' '>' "'" ' '; do
        printf '"%s"\n' "$word"
    done
    printf '"\\""\n"</td></tr></table>"\n"<table><tr><td>"\n'
} > "$dictionary"

"${SWIFTC:-swiftc}" -O -swift-version 6 -parse-as-library -sanitize=fuzzer,address -module-name Fuzz \
    Sources/HTMLSanitizer/*.swift Fuzz/HTMLSanitizerFuzz.swift -o "$directory/html-sanitizer"
# A finding is libFuzzer's to report: Swift's own report of a crash reads memory that the address sanitizer guards.
SWIFT_BACKTRACE=enable=no exec "$directory/html-sanitizer" -max_total_time="$seconds" -max_len=4096 -timeout=10 -dict="$dictionary" \
    -artifact_prefix="$directory/" "$@" "$directory/corpus"

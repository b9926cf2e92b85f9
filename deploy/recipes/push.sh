#!/usr/bin/env bash
# Pushes a JSON document into a table:  ./push.sh body.json   or   echo '{"append": [["a", 1]]}' | ./push.sh
# Needs curl and openssl, and the table's secret in the environment as MARTLET_TABLE_SECRET. While openssl runs, other
# users of this machine can see the secret in the list of processes.
set -euo pipefail

url='https://gateway.example/v1/tables/1/webhook'

# A file, because a variable would lose the last line break, and what is signed must be what is sent.
body=$(mktemp)
trap 'rm -f "$body"' EXIT
cat -- "${@:--}" > "$body"

signature=$(openssl dgst -sha256 -hmac "$MARTLET_TABLE_SECRET" -r < "$body" | cut -d ' ' -f 1)
curl --silent --show-error --fail-with-body \
    --header 'Content-Type: application/json' \
    --header "X-MMT-Signature: sha256=$signature" \
    --data-binary "@$body" \
    "$url"

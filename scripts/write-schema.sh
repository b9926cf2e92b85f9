#!/bin/sh
# Writes sql/schema.sql anew: what the migrations and functions add up to. The test that holds a database to the file
# writes it, so that it is made exactly as it is compared.
set -eu

cd "$(dirname "$0")/.."
swift=${SWIFT:-swift}

"$swift" build --build-tests
MARTLET_WRITE_SCHEMA=1 "$swift" test --skip-build --disable-xctest --filter WebhookStoreTests.SchemaTests

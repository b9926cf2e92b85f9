#!/bin/sh
# Measures what `make build` has built. Flags: see --help, e.g. --only drain --quick.
set -eu

cd "$(dirname "$0")/.."
commit=$(git describe --always --dirty 2>/dev/null || echo unknown)
exec "${MARTLET_BENCH:-.build/release/martlet-bench}" run --commit "$commit" "$@"

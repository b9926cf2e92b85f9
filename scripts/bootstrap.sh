#!/bin/sh
# Installs the Debian packages that are missing, if any. Changes nothing, and needs no rights, when all are there.
# --tests: also what only the tests need.
set -eu

postgres_version_min=15
for_tests=${1:-}

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

# Prints the newest major version among the PostgreSQL servers installed, or nothing.
postgres_version() {
    configured=$(pg_config --bindir 2>/dev/null || :)
    for directory in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin "$configured"; do
        if [ -x "$directory/initdb" ]; then "$directory/initdb" --version; fi
    done | sed -n 's/.*(PostgreSQL) \([0-9]*\).*/\1/p' | sort -n | tail -n 1
}

has_postgres() {
    version=$(postgres_version)
    [ -n "$version" ] && [ "$version" -ge "$postgres_version_min" ]
}

has_library() {
    pkg-config --exists "$1" 2>/dev/null
}

has_command() {
    command -v "$1" >/dev/null
}

has_python_venv() {
    "${PYTHON:-python3}" -c 'import ensurepip, venv' 2>/dev/null
}

# Where Playwright puts its own counts, too: the tests look in the same places.
has_browser() {
    has_command chromium || has_command chromium-browser || has_command google-chrome \
        || has_command google-chrome-stable || ls -d "${HOME:-}"/.cache/ms-playwright/chromium-* >/dev/null 2>&1
}

# Ubuntu calls it otherwise, and installs a snap.
browser_package() {
    if apt-cache show chromium >/dev/null 2>&1; then echo chromium; else echo chromium-browser; fi
}

# Prints the packages to install, one a line.
missing_packages() {
    if ! has_postgres || ! has_command psql; then echo postgresql; fi
    has_command pkg-config || echo pkg-config
    has_library libpq || echo libpq-dev
    has_library libcurl || echo libcurl4-openssl-dev
    has_library libcrypto || echo libssl-dev
    has_command "${PYTHON:-python3}" || echo python3
    has_python_venv || echo python3-venv
    has_command curl || echo curl
    has_command openssl || echo openssl
    [ -e /etc/ssl/certs/ca-certificates.crt ] || echo ca-certificates
    [ "$for_tests" = --tests ] || return 0
    has_command valgrind || echo valgrind
    has_browser || browser_package
    has_command php || echo php-cli
}

# Runs a command as root.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif has_command sudo; then
        sudo "$@"
    else
        fail "These packages are missing, and without root or sudo they cannot be installed here:" \
            "  $packages" \
            "Ask an administrator to run: apt-get install $packages"
    fi
}

has_command "${SWIFT:-swift}" || fail \
    "The Swift toolchain (6.2 or newer) is missing: install it from https://www.swift.org/install/linux/" \
    "and put its bin directory on PATH."

packages=$(missing_packages | tr '\n' ' ')
packages=${packages% }
[ -n "$packages" ] || exit 0

has_command apt-get || fail \
    "Missing: $packages" \
    "These are the Debian names. Install your system's equivalents, then try again."

echo "Installing: $packages" >&2
as_root apt-get update -q
# The list is words, not one name.
# shellcheck disable=SC2086
as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 $packages

still_missing=$(missing_packages | tr '\n' ' ')
[ -z "$still_missing" ] || fail \
    "Still missing after the installation: $still_missing" \
    "PostgreSQL must be $postgres_version_min or newer; https://apt.postgresql.org has it for older systems."

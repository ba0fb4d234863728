#!/bin/sh
# Writes the hash-locked requirements of each client.
set -eu
cd "$(dirname "$0")/../.."
for wanted in tests/conformance/*/requirements.in; do
  alone=""
  if grep -q "^# without dependencies" "$wanted"; then alone="--no-deps"; fi
  # shellcheck disable=SC2086 # nothing when it is empty
  "${UV:-uv}" pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url \
    --no-emit-find-links --no-header --no-annotate $alone "$@" "$wanted" -o "${wanted%.in}.txt"
done

#!/bin/sh
# Writes the hash-locked requirements of each client.
set -eu
cd "$(dirname "$0")/../.."
for wanted in tests/conformance/*/requirements.in; do
  "${UV:-uv}" pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url \
    --no-emit-find-links --no-header --no-annotate "$@" "$wanted" -o "${wanted%.in}.txt"
done

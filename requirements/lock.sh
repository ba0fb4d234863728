#!/bin/sh
# Writes the hash-locked requirements of each extra, for every platform, from pyproject.toml.
# All extras are resolved together first, so that a package has one version in all of them.
set -eu
cd "$(dirname "$0")/.."
together=$(mktemp)
trap 'rm -f "$together"' EXIT
compile="${UV:-uv} pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url --no-emit-find-links --no-header"
extras="function export boosting infra local console dev"
echo uv > "$together.in"
$compile pyproject.toml $(for extra in $extras; do printf -- '--extra %s ' "$extra"; done) "$@" -o "$together"
for extra in $extras; do
  $compile pyproject.toml --extra "$extra" --constraint "$together" --no-annotate -o "requirements/$extra.txt"
done
$compile "$together.in" --constraint "$together" --no-annotate -o requirements/bootstrap.txt
echo checkov > "$together.in"
$compile "$together.in" --no-annotate "$@" -o requirements/checkov.txt
# In an environment of its own too: its botocore is another one.
$compile pyproject.toml --extra versioning --no-annotate "$@" -o requirements/versioning.txt
rm -f "$together.in"

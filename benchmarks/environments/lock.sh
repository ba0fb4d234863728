#!/bin/sh
# Writes the hash-locked requirements of each way, with the project's own versions where both have a package:
# the example's model is read by the scikit-learn and pandas that wrote it.
set -eu
cd "$(dirname "$0")/../.."
for wanted in $(git ls-files 'benchmarks/*requirements.in'); do
  "${UV:-uv}" pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url \
    --no-emit-find-links --no-header --no-annotate --constraint requirements/export.txt \
    --constraint requirements/function.txt "$@" "$wanted" -o "${wanted%.in}.txt"
done

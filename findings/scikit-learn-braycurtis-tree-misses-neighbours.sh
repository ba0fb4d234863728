#!/usr/bin/env bash
# NearestNeighbors takes a ball tree for braycurtis by default, and misses neighbours; its distance is not SciPy's either.
#
# Versions: scikit-learn 1.8.0, numpy 2.3.5, Python 3.11.
#
# Guess: algorithm="auto" takes a tree only where it finds what brute force finds, and one name of a metric is one formula
# within scikit-learn: pairwise_distances and NearestNeighbors agree.
#
# Seen: auto takes the ball tree. Bray-Curtis obeys no triangle inequality, so that the tree leaves out branches with nearer
# rows: some of 500 rows get another fifth neighbour than by algorithm="brute", without a warning, with positive numbers too.
# And where numbers have both signs, neighbours divide by the sum of the sizes, pairwise_distances (SciPy) by the size of
# the sums: 0.7143 and 1.0 for one pair.
#
# Output:
#   scikit-learn 1.8.0
#   pairwise_distances: 1.0
#   DistanceMetric: 0.7143
#   NearestNeighbors: 0.7143
#   auto is: ball_tree
#   both signs: auto misses a nearer neighbour of some rows
#   positive: auto misses a nearer neighbour of some rows
#   as stated
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check scikit-learn==1.8.0 numpy==2.3.5
cat >"$folder/neighbours.py" <<'PYTHON'
import numpy as np
import sklearn
from sklearn.metrics import DistanceMetric, pairwise_distances
from sklearn.neighbors import NearestNeighbors

print("scikit-learn", sklearn.__version__)
pair = np.array([[1.0, -2.0], [3.0, 1.0]])
print("pairwise_distances:", pairwise_distances(pair, metric="braycurtis")[0, 1].round(4))
print("DistanceMetric:", DistanceMetric.get_metric("braycurtis").pairwise(pair)[0, 1].round(4))
print("NearestNeighbors:", NearestNeighbors(metric="braycurtis").fit(pair).kneighbors(n_neighbors=1)[0][0, 0].round(4))
generator = np.random.default_rng(0)
signed, asked = generator.normal(size=(2000, 3)), generator.normal(size=(500, 3))
by_default = NearestNeighbors(metric="braycurtis").fit(signed)
print("auto is:", by_default._fit_method)
for name, rows, some in (("both signs", signed, asked), ("positive", np.abs(signed), np.abs(asked))):
    tree, brute = (
        NearestNeighbors(n_neighbors=5, metric="braycurtis", algorithm=algorithm).fit(rows).kneighbors(some)[0]
        for algorithm in ("auto", "brute")
    )
    missed = (tree[:, -1] > brute[:, -1] + 1e-12).sum()
    print(f"{name}: auto misses a nearer neighbour of {'some rows' if missed else 'no row'}")
PYTHON
seen=$("$folder/env/bin/python" -W ignore "$folder/neighbours.py")
echo "$seen"
expected="scikit-learn 1.8.0
pairwise_distances: 1.0
DistanceMetric: 0.7143
NearestNeighbors: 0.7143
auto is: ball_tree
both signs: auto misses a nearer neighbour of some rows
positive: auto misses a nearer neighbour of some rows"
if [ "$seen" != "$expected" ]; then
  echo "Changed: neighbours by braycurtis are searched or measured otherwise."
  exit 1
fi
echo "as stated"

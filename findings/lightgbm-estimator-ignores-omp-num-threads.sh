#!/usr/bin/env bash
# LightGBM's scikit-learn estimators start a thread for each physical core although OMP_NUM_THREADS is 1; its own train
# function and XGBoost's estimators keep to it.
#
# Versions: lightgbm 4.7.0, xgboost-cpu 3.2.0, scikit-learn 1.9.1, numpy 2.4.6, psutil 7.2.2, Python 3.11; a machine of two
# physical cores or more.
#
# Guess: OMP_NUM_THREADS=1 is enough for each library that computes with OpenMP, as it is for scikit-learn, whichever of
# its interfaces is used.
#
# Seen: where n_jobs is None, the estimator asks joblib for the number of physical cores and passes it to the booster as
# an explicit number of threads, which counts more than the variable. Where several processes share the cores, as test
# workers do, these threads wait for one another in a loop. OMP_THREAD_LIMIT=1 holds for the estimator too.
#
# Output, on two cores:
#   lightgbm 4.7.0, OMP_NUM_THREADS=1: train starts 0 threads, LGBMClassifier more than 0, XGBClassifier 0
#   lightgbm 4.7.0, OMP_THREAD_LIMIT=1 as well: train starts 0 threads, LGBMClassifier 0, XGBClassifier 0
#   as stated
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
  lightgbm==4.7.0 xgboost-cpu==3.2.0 scikit-learn==1.9.1 numpy==2.4.6 scipy==1.17.1 joblib==1.6.0 psutil==7.2.2
cat >"$folder/threads.py" <<'PYTHON'
import sys

import lightgbm
import numpy as np
import psutil
import xgboost

random = np.random.default_rng(0)
X = random.normal(size=(5000, 20))
y = (X[:, 0] > 0).astype(int)
fits = {
    "train": lambda: lightgbm.train({"objective": "binary", "verbose": -1}, lightgbm.Dataset(X, y), 5),
    "LGBMClassifier": lambda: lightgbm.LGBMClassifier(n_estimators=5, verbose=-1).fit(X, y),
    "XGBClassifier": lambda: xgboost.XGBClassifier(n_estimators=5).fit(X, y),
}
before = psutil.Process().num_threads()
fits[sys.argv[1]]()
print(psutil.Process().num_threads() - before)
PYTHON
if [ "$("$folder/env/bin/python" -c 'import psutil; print(psutil.cpu_count(logical=False) or 1)')" -lt 2 ]; then
  echo "This machine has one physical core, on which the two cannot be told apart."
  exit 2
fi
started() { OMP_NUM_THREADS=1 "$folder/env/bin/python" -W ignore "$folder/threads.py" "$1"; }
train=$(started train) estimator=$(started LGBMClassifier) other=$(started XGBClassifier)
some=$([ "$estimator" -gt 0 ] && echo "more than 0" || echo 0)
echo "lightgbm 4.7.0, OMP_NUM_THREADS=1: train starts $train threads, LGBMClassifier $some, XGBClassifier $other"
export OMP_THREAD_LIMIT=1
limited="$(started train) $(started LGBMClassifier) $(started XGBClassifier)"
echo "lightgbm 4.7.0, OMP_THREAD_LIMIT=1 as well: train starts ${limited%% *} threads, LGBMClassifier $(cut -d' ' -f2 <<<"$limited"), XGBClassifier ${limited##* }"
if [ "$train $some $other" != "0 more than 0 0" ]; then
  echo "Changed: with OMP_NUM_THREADS=1 the three start other threads."
  exit 1
fi
if [ "$limited" != "0 0 0" ]; then
  echo "Changed: with OMP_THREAD_LIMIT=1 threads are started."
  exit 1
fi
echo "as stated"

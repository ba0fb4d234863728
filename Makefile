# Each target runs one documented Python command; `make` without a target lists them.
PYTHON ?= python3
STACK  ?= dev
PORT   ?= 8080
ROUNDS ?= 7
MEMORY ?= 512 1769 3538
USERS  ?= 10
SECONDS ?= 30
MINUTES ?= 10
SEED ?= 1
SAMPLE ?= 200
EXAMPLES ?= 500
VENV   := .venv
PY     := $(VENV)/bin/python
# The locked files, which `pulumi install` takes too.
LOCKS  := requirements.txt $(shell sed -n 's/^-r //p' requirements.txt)
READY  := $(VENV)/.ready
EXAMPLE := sleep_advice
CHECKOV := .checkov/bin/checkov
# DVC runs in a separate environment, which is created on first use.
DVC = "$$(dirname "$$($(PY) -m benchmarks.environments requirements/versioning.txt)")/dvc"

# uv bundles its own certificates; behind a proxy with its own authority only the system's certificates work, as for pip.
export UV_SYSTEM_CERTS ?= true
# Where Python must not write bytecode, as in many containers, each process would compile scikit-learn again.
ifneq ($(PYTHONDONTWRITEBYTECODE),)
export UV_COMPILE_BYTECODE ?= true
endif

.DEFAULT_GOAL := help
.PHONY: help setup run console test test-all check style bench load capacity format example export repro pull push comment dvc estimators sweep fuzz mutants image consoleimage smoke upload storage rollback preview doctor up destroy live cost diagram lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## create .venv and install the locked dependencies

$(READY): requirements/bootstrap.txt $(LOCKS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Name one: make PYTHON=python3.12")'
	@test ! -L $(VENV) || { echo "$(VENV) is a link, and its environment is older than the locks. Update it where it lives, then: touch $(READY)"; exit 1; }
	@echo "Installing the locked dependencies into $(VENV) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@$(VENV)/bin/uv pip sync --quiet --python $(PY) --require-hashes requirements.txt || { \
	  echo "The packages were not installed; uv prints the reason above. Behind a proxy with its own certificate authority, add that" \
	    "to the system's certificates, or name its file: SSL_CERT_FILE=/path/to/authority.pem make setup"; exit 1; }
	@touch $@

bundles/%/latest: | $(READY)
	@$(PY) -m examples.$*.train

example: | $(READY) ## train an example and export its bundle (EXAMPLE=sleep_advice or breast_cancer)
	@$(PY) -m examples.$(EXAMPLE).train

run: bundles/$(EXAMPLE)/latest | $(READY) ## serve the example on this machine and print a curl line
	@exec $(PY) -m local_stack --stack $(STACK) --port $(PORT) --bundle bundles/$(EXAMPLE)

console: $(READY) ## open the console in the browser, for the stack of make run
	@exec $(PY) -m streamlit run console/connection/server.py

check: style $(READY) ## check format, lint, types and import rules
	@$(VENV)/bin/mypy

style: $(READY) ## check format, lint and import rules
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/lint-imports

# In a separate environment: it pins other versions of the packages that the tests need.
$(CHECKOV): requirements/checkov.txt | $(READY)
	@echo "Installing checkov into .checkov ..."
	@$(VENV)/bin/uv venv --quiet --clear --python $(PY) .checkov
	@$(VENV)/bin/uv pip sync --quiet --python .checkov/bin/python --require-hashes requirements/checkov.txt
	@touch $@

# Tests for tools that a machine may lack run only in CI, which has all of them.
EVERYTHING := $(filter-out false 0,$(CI))

# The types are checked while the tests run, which wait for processes now and then. A worker takes whole files, so that
# what the tests of a file share is made once. Threads of OpenMP spin where several workers share the cores, and some
# libraries set their number themselves. The tests of test-all wait for Terraform, Pulumi and Docker much of their time,
# so that one worker more finds a core free.
WORKERS := $(if $(EVERYTHING),$$(($$(getconf _NPROCESSORS_ONLN) + 1)),auto)
test: style $(if $(EVERYTHING),$(CHECKOV)) ## run the checks of every commit; with CI=true every check, as test-all
	@mkdir -p build
	@$(VENV)/bin/mypy >build/types.txt 2>&1 & types=$$!; \
	  OMP_NUM_THREADS=1 OMP_THREAD_LIMIT=1 $(PY) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --durations=10 \
	    $(if $(EVERYTHING),,-m "not (docker or engine or environment or provider or slow)"); tests=$$?; \
	  wait $$types; types=$$?; cat build/types.txt; test $$types -eq 0 && exit $$tests

test-all: ## run every check that needs no AWS account, also those with Docker, Pulumi, Terraform, a browser or other environments
	@$(MAKE) --no-print-directory test CI=true

bench: bundles/$(EXAMPLE)/latest | $(READY) ## run the benchmarks against common alternatives (ROUNDS=7 REQUESTS=300 MEMORY="512 1769 3538")
	@$(PY) -m benchmarks --rounds $(ROUNDS) --memory $(MEMORY) $(if $(REQUESTS),--requests $(REQUESTS)) $(if $(TREES),--trees $(TREES))

load: bundles/$(EXAMPLE)/latest | $(READY) ## load-test an API with golden requests (URL=… USERS=10 SECONDS=30)
	@$(PY) -m benchmarks.load --bundle bundles/$(EXAMPLE) --url $(or $(URL),http://127.0.0.1:$(PORT)/$(STACK)) --users $(USERS) --seconds $(SECONDS)

capacity: $(READY) ## write docs/capacity.md and its picture
	@mkdir -p build
	@$(PY) -m operate.capacity.page --json build/capacity.json > docs/capacity.md
	@$$($(PY) -m benchmarks.environments benchmarks/publish/plot/requirements.txt) -m benchmarks.publish.plot.capacity build/capacity.json docs/capacity.svg

format: $(READY) ## format the code and fix what the linter can
	@$(VENV)/bin/ruff format .
	@$(VENV)/bin/ruff check --fix .

export: $(READY) ## export a model file to a bundle: MODEL=model.joblib DATA=data.csv NAME=my_model
	@$(PY) -m model_export $(MODEL) --data $(DATA) --name $(NAME)

repro: $(READY) ## train and export what has changed, with DVC (docs/versioning.md)
	@$(DVC) repro

# Downloads the models that the store has and makes the others here; without a store it makes all of them.
pull: $(READY) ## get the bundle of this commit from the model store (MODEL_STORE=s3://…), or make it
	@$(if $(MODEL_STORE),$(DVC) remote add --quiet --local --default --force models $(MODEL_STORE))
	@$(DVC) repro $(if $(MODEL_STORE),--pull)

push: $(READY) ## upload the bundle of this commit to the model store (MODEL_STORE=s3://…)
	@test -n "$(MODEL_STORE)" || { echo "MODEL_STORE is missing: the output of pulumi stack output model_store, or a folder"; exit 2; }
	@$(DVC) remote add --quiet --local --default --force models $(MODEL_STORE)
	@$(DVC) push --run-cache

comment: ## post a file as a comment on a pull request: TITLE=… FILE=… PULL_REQUEST=12 (needs gh)
	@{ echo "### $(TITLE)"; echo; case "$(FILE)" in *.md) head -c 60000 "$(FILE)";; *) echo '```'; head -c 60000 "$(FILE)"; echo '```';; esac; } | gh pr comment "$(PULL_REQUEST)" --body-file -

dvc: $(READY) ## run any DVC command: make dvc ARGS="metrics diff"
	@$(DVC) $(ARGS)

estimators: $(READY) ## write docs/estimators.md: the outcome of each estimator of scikit-learn
	@$(PY) -m tests.model_export.estimators

sweep: $(READY) ## parameters of every estimator, drawn, exported and called (MINUTES=10 SEED=1)
	@$(PY) -m tests.model_export.sweep --minutes $(MINUTES) --seed $(SEED)

fuzz: $(READY) ## send drawn requests to a local stack, as its OpenAPI document describes them (EXAMPLES=500)
	@CI=true SCHEMATHESIS_EXAMPLES=$(EXAMPLES) $(PY) -m pytest -n0 tests/conformance/test_clients.py -k schemathesis

mutants: $(READY) ## change tokens of the code one at a time, and list what no test notices (SAMPLE=200 SEED=1)
	@$(PY) -m tests.mutants --sample $(SAMPLE) --seed $(SEED)

image: bundles/$(EXAMPLE)/latest | $(READY) ## build the container image with the local Docker engine
	@$(PY) -m operate.build.image bundles/$(EXAMPLE)

consoleimage: $(READY) ## build the image of the console with the local Docker engine
	@$(PY) -m operate.build.console

PULUMI_CLI := command -v pulumi >/dev/null || { echo "The Pulumi CLI is not on PATH. Install it: https://www.pulumi.com/docs/install/"; exit 1; }

smoke: $(READY) ## send golden requests to a deployed stack (STACK=dev), or to URL=…
	@$(PY) -m operate.smoke --stack $(STACK) $(if $(URL),--url $(URL)) $(if $(BUNDLE),--bundle $(BUNDLE))

upload: $(READY) ## upload a bundle to the shared storage of a stack (STACK=dev BUNDLE=bundles/my_model)
	@$(PY) -m operate.upload --stack $(STACK) $(BUNDLE)

storage: $(READY) ## upload the stack's bundle to its shared storage, if it serves from there (STACK=dev)
	@$(PY) -m operate.upload.stored --stack $(STACK)

rollback: $(READY) ## return the API to an earlier version of the function: VERSION=7
	@test -n "$(VERSION)" || { echo "VERSION is missing: an earlier live version of the function, such as VERSION=7"; exit 2; }
	@$(PULUMI_CLI)
	@pulumi up --yes --skip-preview --stack $(STACK) --config inference:stableVersion=$(VERSION)
	@echo "Pulumi.$(STACK).yaml now has inference:stableVersion $(VERSION): each make up keeps the API on that version."
	@echo "When a newer version is fixed: pulumi config rm inference:stableVersion --stack $(STACK) && make up STACK=$(STACK)"

preview: $(READY) ## run pulumi preview and summarise it for reviewers (STACK=dev, REPORT=preview.txt)
	@$(PULUMI_CLI)
	@$(PY) -m operate.preview --stack $(STACK) $(if $(REPORT),--report $(REPORT)) $(PULUMI_OPTIONS)

doctor: $(READY) ## check what a deployment needs, before the first one (STACK=dev)
	@$(PY) -m operate.doctor --stack $(STACK)

# The stack is deployed by the time the links are printed: nothing that they lack is a failure.
up: $(READY) ## run pulumi up, and print where to find the stack (STACK=dev)
	@$(PULUMI_CLI)
	@pulumi up --stack $(STACK) $(PULUMI_OPTIONS)
	@$(PY) -m operate.smoke.links --stack $(STACK) || true

# The preview of its own refuses a protected stack before anything is deleted, whatever PULUMI_OPTIONS skip.
# The file of the stack stays: `pulumi stack rm` and --remove would delete it.
destroy: $(READY) ## delete a stack with everything in it, but not Pulumi.STACK.yaml (STACK=dev)
	@$(PULUMI_CLI)
	@pulumi destroy --preview-only --non-interactive --stack $(STACK) || { \
	  echo "Nothing was deleted. A protected stack is first unprotected: docs/deploy.md, Remove an environment."; exit 1; }
	@pulumi destroy --stack $(STACK) $(filter-out --remove,$(PULUMI_OPTIONS))
	@pulumi stack rm --yes --preserve-config $(STACK)

# Not the latest published version: after a rollback that is the one that failed.
live: $(READY) ## print the version of the function that the API calls, for make rollback
	@pulumi stack output live_version --stack $(STACK)

cost: bundles/$(EXAMPLE)/latest | $(READY) ## estimate the monthly bill of a stack (STACK=dev BUDGET=25)
	@$(PY) -m operate.cost --stack $(STACK) $(if $(BUDGET),--budget $(BUDGET))

diagram: ## draw docs/architecture.svg again (needs graphviz)
	@dot -Tsvg docs/architecture.dot -o docs/architecture.svg

lock: $(READY) ## resolve the dependencies again and write requirements/
	@UV=$(VENV)/bin/uv requirements/lock.sh --upgrade

clean: ## remove everything that the targets made, except the bundles
	@rm -rf $(VENV) .venv-newest .checkov build dist .local_stack .mypy_cache .ruff_cache .pytest_cache .hypothesis

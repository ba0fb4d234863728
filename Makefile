# Every target is one documented Python command; `make` alone lists them.
PYTHON ?= python3
STACK  ?= dev
PORT   ?= 8080
ROUNDS ?= 7
USERS  ?= 10
SECONDS ?= 30
VENV   := .venv
PY     := $(VENV)/bin/python
LOCKS  := $(addprefix requirements/,function.txt export.txt boosting.txt infra.txt local.txt console.txt dev.txt)
READY  := $(VENV)/.ready
EXAMPLE := sleep_advice
CHECKOV := .checkov/bin/checkov
# DVC in an environment of its own; it is made when it is not there yet.
DVC = "$$(dirname "$$($(PY) -m benchmarks.environments requirements/versioning.txt)")/dvc"

# uv brings certificates of its own; the system's are those that work behind a proxy with its own authority, as for pip.
export UV_SYSTEM_CERTS ?= true

.DEFAULT_GOAL := help
.PHONY: help setup run console test test-all check bench load capacity format example export repro pull push comment dvc estimators image consoleimage smoke upload storage rollback preview up live cost diagram lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## create .venv and install the locked dependencies

$(READY): requirements/bootstrap.txt $(LOCKS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Name one: make PYTHON=python3.12")'
	@test ! -L $(VENV) || { echo "$(VENV) is a link, and its environment is older than the locks. Update it where it lives, then: touch $(READY)"; exit 1; }
	@echo "Installing the locked dependencies into $(VENV) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@$(VENV)/bin/uv pip sync --quiet --python $(PY) --require-hashes $(LOCKS) || { \
	  echo "The packages were not installed; uv says above why. Behind a proxy with its own certificate authority, add that" \
	    "to the system's certificates, or name its file: SSL_CERT_FILE=/path/to/authority.pem make setup"; exit 1; }
	@touch $@

bundles/%/latest: | $(READY)
	@$(PY) -m examples.$*.train

example: | $(READY) ## train an example and export its bundle (EXAMPLE=sleep_advice or breast_cancer)
	@$(PY) -m examples.$(EXAMPLE).train

run: bundles/$(EXAMPLE)/latest | $(READY) ## serve the example on this machine and print a curl line
	@exec $(PY) -m local_stack --stack $(STACK) --port $(PORT) --bundle bundles/$(EXAMPLE)

console: $(READY) ## the console in the browser, for the stack of make run
	@exec $(PY) -m streamlit run console/app.py

check: $(READY) ## format, lint, types, import rules
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/lint-imports
	@$(VENV)/bin/mypy

# In an environment of its own: it pins what the tests need in other versions.
$(CHECKOV): requirements/checkov.txt | $(READY)
	@echo "Installing checkov into .checkov ..."
	@$(VENV)/bin/uv venv --quiet --clear --python $(PY) .checkov
	@$(VENV)/bin/uv pip sync --quiet --python .checkov/bin/python --require-hashes requirements/checkov.txt
	@touch $@

# What a machine may lack is left out, but in CI, which lacks nothing.
EVERYTHING := $(filter-out false 0,$(CI))

test: check $(if $(EVERYTHING),$(CHECKOV)) ## the checks of every commit; with CI=true every check, as test-all
	@$(PY) -m pytest -n auto --durations=10 $(if $(EVERYTHING),,-m "not (docker or environment or provider or slow)")

test-all: ## every check that needs no AWS account: Docker, Terraform, a browser and other environments too
	@$(MAKE) --no-print-directory test CI=true

bench: bundles/$(EXAMPLE)/latest | $(READY) ## measure against the ways that people use today
	@$(PY) -m benchmarks --rounds $(ROUNDS)

load: bundles/$(EXAMPLE)/latest | $(READY) ## load an API with golden requests (URL=… USERS=10 SECONDS=30)
	@$(PY) -m benchmarks.load --bundle bundles/$(EXAMPLE) --url $(or $(URL),http://127.0.0.1:$(PORT)/$(STACK)) --users $(USERS) --seconds $(SECONDS)

capacity: $(READY) ## write docs/capacity.md and its picture
	@mkdir -p build
	@$(PY) -m operate.capacity.page --json build/capacity.json > docs/capacity.md
	@$$($(PY) -m benchmarks.environments benchmarks/publish/plot/requirements.txt) -m benchmarks.publish.plot.capacity build/capacity.json docs/capacity.svg

format: $(READY) ## format the code and mend what the linter can
	@$(VENV)/bin/ruff format .
	@$(VENV)/bin/ruff check --fix .

export: $(READY) ## a model file to a bundle: MODEL=model.joblib DATA=data.csv NAME=my_model
	@$(PY) -m model_export $(MODEL) --data $(DATA) --name $(NAME)

repro: $(READY) ## train and export what has changed, by DVC (docs/versioning.md)
	@$(DVC) repro

# Models that the store has are taken from it; what it lacks, or all when there is no store, is made here.
pull: $(READY) ## the bundle of this commit, from the store of models (MODEL_STORE=s3://…) or made here
	@$(if $(MODEL_STORE),$(DVC) remote add --quiet --local --default --force models $(MODEL_STORE))
	@$(DVC) repro $(if $(MODEL_STORE),--pull)

push: $(READY) ## the bundle of this commit to the store of models (MODEL_STORE=s3://…)
	@test -n "$(MODEL_STORE)" || { echo "MODEL_STORE is missing: what pulumi stack output model_store says, or a folder"; exit 2; }
	@$(DVC) remote add --quiet --local --default --force models $(MODEL_STORE)
	@$(DVC) push --run-cache

comment: ## a file as a comment on a pull request: TITLE=… FILE=… PULL_REQUEST=12 (needs gh)
	@{ echo "### $(TITLE)"; echo; case "$(FILE)" in *.md) head -c 60000 "$(FILE)";; *) echo '```'; head -c 60000 "$(FILE)"; echo '```';; esac; } | gh pr comment "$(PULL_REQUEST)" --body-file -

dvc: $(READY) ## any command of DVC: make dvc ARGS="metrics diff"
	@$(DVC) $(ARGS)

estimators: $(READY) ## write docs/estimators.md: what becomes of each estimator of scikit-learn
	@$(PY) -m tests.model_export.estimators

image: bundles/$(EXAMPLE)/latest | $(READY) ## build the container image with the local Docker engine
	@$(PY) -m operate.build.image bundles/$(EXAMPLE)

consoleimage: $(READY) ## build the image of the console with the local Docker engine
	@$(PY) -m operate.build.console

PULUMI_CLI := command -v pulumi >/dev/null || { echo "The Pulumi CLI is not on PATH. Install it: https://www.pulumi.com/docs/install/"; exit 1; }

smoke: $(READY) ## golden requests to a deployed stack (STACK=dev), or to URL=…
	@$(PY) -m operate.smoke --stack $(STACK) $(if $(URL),--url $(URL)) $(if $(BUNDLE),--bundle $(BUNDLE))

upload: $(READY) ## a bundle to the shared storage of a stack (STACK=dev BUNDLE=bundles/my_model)
	@$(PY) -m operate.upload --stack $(STACK) $(BUNDLE)

storage: $(READY) ## the stack's bundle to its shared storage, when it is served from there (STACK=dev)
	@$(PY) -m operate.upload.stored --stack $(STACK)

rollback: $(READY) ## let the API call an earlier version of the function: VERSION=7
	@test -n "$(VERSION)" || { echo "VERSION is missing: a version of the function that was live, such as VERSION=7"; exit 2; }
	@$(PULUMI_CLI)
	@pulumi up --yes --skip-preview --stack $(STACK) --config inference:stableVersion=$(VERSION)
	@echo "Pulumi.$(STACK).yaml now has inference:stableVersion $(VERSION), and each make up with it stays there."
	@echo "When what comes next is mended: pulumi config rm inference:stableVersion --stack $(STACK) && make up STACK=$(STACK)"

preview: $(READY) ## pulumi preview (STACK=dev)
	@$(PULUMI_CLI)
	@pulumi preview --stack $(STACK) $(PULUMI_OPTIONS)

up: $(READY) ## pulumi up (STACK=dev)
	@$(PULUMI_CLI)
	@pulumi up --stack $(STACK) $(PULUMI_OPTIONS)

# Not the version that was published last: after a roll-back that is the one which failed.
live: $(READY) ## the version of the function that the API calls, for make rollback
	@pulumi stack output live_version --stack $(STACK)

cost: bundles/$(EXAMPLE)/latest | $(READY) ## the monthly bill of a stack (STACK=dev BUDGET=25)
	@$(PY) -m operate.cost --stack $(STACK) $(if $(BUDGET),--budget $(BUDGET))

diagram: ## draw docs/architecture.svg again (needs graphviz)
	@dot -Tsvg docs/architecture.dot -o docs/architecture.svg

lock: $(READY) ## resolve the dependencies again and write requirements/
	@UV=$(VENV)/bin/uv requirements/lock.sh --upgrade

clean: ## remove what the targets made, the bundles excepted
	@rm -rf $(VENV) .venv-newest .checkov build dist .local_stack .mypy_cache .ruff_cache .pytest_cache .hypothesis

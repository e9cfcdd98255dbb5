# `make` alone lists the commands. Settings: docs/configuration.md.
# PYTHON=python3.12 picks the interpreter; HOST and PORT say where `make run` listens;
# TORCH_INDEX=<url> takes torch from another package index, such as one of CPU builds.

SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help setup run test quality trust check demo clients contract sbom manifests lock bench screenshots clean

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
INSTALL := $(BIN)/python requirements/installing.py
# Tools that the project's packages shall not mix with: an environment each, by the lock of that name.
TOOL = test -x $(VENV)/$(1)/bin/python || $(BIN)/python -m venv $(VENV)/$(1); $(VENV)/$(1)/bin/python \
	-m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/$(1).txt
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null \
	&& { echo $$p; break; }; done)

help: ## list these commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

setup: $(STAMP) ## make .venv and install the project in it; done once, again when a pin changes

run: $(STAMP) ## load the catalogue where that is needed, then serve on http://127.0.0.1:8000
	$(BIN)/counterpart serve --prepare $(if $(HOST),--host $(HOST)) $(if $(PORT),--port $(PORT))

test: $(STAMP) ## run the tests
	$(BIN)/python -m pytest -n 2

quality: $(STAMP) ## measure the matches: make quality TRUTH=<folder of truth files>
	$(INSTALL) eval
	$(BIN)/python -m benchmarks.quality $(or $(TRUTH),truth)

trust: $(STAMP) ## try to break it, at full counts, and write docs/trust.md (an hour)
	TRUST=full $(BIN)/python -m pytest tests/trust -q -p no:cacheprovider

check: $(STAMP) ## all that a change must pass: format, lint, types, imports, Dockerfile, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy models services tests requirements
	$(BIN)/lint-imports
	$(BIN)/hadolint Dockerfile
	$(BIN)/python -m pytest -n 2

demo: $(STAMP) ## a tenant with made-up places, a key, and a short tour
	$(BIN)/counterpart demo

clients: $(STAMP) ## build the clients for Python and, where there is npm, for TypeScript
	test -x clients/python/.venv/bin/python || $(BIN)/python -m venv clients/python/.venv
	clients/python/.venv/bin/python -m pip install --quiet --disable-pip-version-check --force-reinstall ./clients/python
	@command -v npm >/dev/null || { echo "There is no npm here: the TypeScript client is left out." >&2; exit 0; } \
	&& npm --prefix clients/typescript ci --silent --no-audit --no-fund

contract: $(STAMP) ## record the examples of the API document anew, and release the document
	$(BIN)/python -m pytest -q tests/contract/record.py

sbom: $(STAMP) ## list what is installed as a CycloneDX document in sbom.json, with licences; none may be unheard of
	@$(call TOOL,sbom)
	$(VENV)/sbom/bin/cyclonedx-py environment --output-format JSON --output-file sbom.json $(BIN)/python
	$(BIN)/python requirements/licences.py sbom.json

manifests: $(STAMP) ## check deploy/kubernetes against the schemas of Kubernetes
	@$(call TOOL,manifests)
	$(VENV)/manifests/bin/kubernetes-validate --strict --kubernetes-version 1.34 \
	$(filter-out %/kustomization.yaml,$(wildcard deploy/kubernetes/*.yaml))

lock: $(STAMP) ## write requirements/ anew after a change of pyproject.toml (newer versions: make lock LOCK=--upgrade)
	@$(call TOOL,lock)
	$(VENV)/lock/bin/python requirements/locking.py $(if $(TORCH_INDEX),--torch-index $(TORCH_INDEX)) $(LOCK)

bench: $(STAMP) ## measure speed beside other systems, and write docs/speed.md (25 minutes on two idle cores; part of it: make bench BENCH='--sizes 40000 --only search')
	$(INSTALL) bench
	$(BIN)/python -m benchmarks.speed $(BENCH)

screenshots: $(STAMP) ## take the pictures of the pages in docs/screenshots
	PYTHONPATH=. $(BIN)/python docs/screenshots/take.py

clean: ## remove .venv and caches; the data in var/ stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
	find models services migrations tests -name __pycache__ -type d -prune -exec rm -rf {} +

PAGES := services/matcher/pages/third_party
$(STAMP): pyproject.toml $(wildcard requirements/*.txt) $(PAGES)/package-lock.json
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed; name one with make PYTHON=…" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	echo "$(PYTHON) cannot make virtual environments; on Debian and Ubuntu install python3-venv." >&2; exit 1; }
	@echo "Installing into $(VENV); this takes a few minutes the first time."
	@$(INSTALL) $(if $(TORCH_INDEX),--torch-index $(TORCH_INDEX)) english scale dev --try multilingual \
	$(if $(shell command -v npm),,--try node)
	@$(BIN)/python -m services.matcher.pages.install || true
	@touch $@

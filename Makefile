# Two commands matter: `make demo` and `make test`. `make help` lists the rest.
PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv

.DEFAULT_GOAL := help
.PHONY: help demo test check format lock environment spark postgres pictures benchmark clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/.product ## synthetic service -> model -> flags -> audit, with pages to open
	$(BIN)/bsw demo --out demo

test: .venv/.test ## every test
	$(BIN)/pytest -n 2 --dist loadgroup

check: .venv/.test ## format, lint, types, imports, generated files current
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bsw catalogue --check
	$(BIN)/bsw mechanism --check

format: .venv/.test ## rewrite to the house format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

environment: .venv/.test ## the whole environment, product and tests

spark: .venv/.spark ## PySpark beside the product, for `bsw build --engine spark` (needs Java 17 or newer)

postgres: .venv/.postgres ## PostgreSQL's driver beside the product, for runs and models on a PostgreSQL server

benchmark: .venv/.product ## real patients: make benchmark GICBT=path/to/G-ICBT_AnonymizedInteractionDataset.csv
	$(BIN)/bsw benchmark gicbt --data "$(GICBT)" --out work-gicbt

lock: .venv/.uv ## resolve the locks anew (hashes, no index address)
	$(UV) pip compile --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
	    pyproject.toml --group build --quiet --upgrade -o locks/product.txt
	$(UV) pip compile --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
	    pyproject.toml --group build --group test -c locks/product.txt --quiet --upgrade -o locks/test.txt
	$(UV) pip compile --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
	    pyproject.toml --extra spark -c locks/test.txt --quiet --upgrade -o locks/spark.txt
	$(UV) pip compile --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
	    pyproject.toml --extra postgres -c locks/test.txt --quiet --upgrade -o locks/postgres.txt

pictures: demo ## the README's pictures, from the demo's pages (needs chromium)
	@mkdir -p docs/pictures
	@for page in quality/quality work/evaluation flags/patient flags/flags audit/audit; do \
	    chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --force-device-scale-factor=1 \
	        --user-data-dir="$$(mktemp -d)" --disable-background-networking --window-size=1000,1150 \
	        --screenshot="$(CURDIR)/docs/pictures/$$(basename $$page).png" "file://$(CURDIR)/demo/$$page.html" 2>/dev/null; \
	done
	@caseload=$$(for page in demo/flags/practitioners/*/caseload.html; do \
	    echo "$$(grep -o 'class="card"' $$page | wc -l) $$page"; done | sort -rn | head -n 1 | cut -d ' ' -f 2); \
	chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$$(mktemp -d)" \
	    --disable-background-networking --window-size=1000,1150 \
	    --screenshot="$(CURDIR)/docs/pictures/caseload.png" "file://$(CURDIR)/$$caseload" 2>/dev/null

clean: ## remove the environment and the demo
	rm -rf .venv demo

.venv/.uv: locks/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "BSW Engagement needs Python 3.11 or newer; $(PYTHON) is `$(PYTHON) -V`. Try: make PYTHON=python3.12"; exit 2; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r locks/uv.txt
	touch $@

.venv/.product: .venv/.uv locks/product.txt pyproject.toml
	$(UV) pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r locks/product.txt
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@$(BIN)/python -c 'import lightgbm' 2>/dev/null || \
	    { echo "LightGBM could not start. It needs the system's OpenMP library: install libgomp1 (Debian, Ubuntu), libgomp (Fedora) or libomp (macOS), then run make again."; exit 2; }
	touch $@

.venv/.test: .venv/.product locks/test.txt
	$(UV) pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r locks/test.txt
	touch $@

.venv/.spark: .venv/.product locks/spark.txt
	$(UV) pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r locks/spark.txt
	touch $@

.venv/.postgres: .venv/.product locks/postgres.txt
	$(UV) pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r locks/postgres.txt
	touch $@

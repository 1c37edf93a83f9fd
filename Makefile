# One command per intent; CI runs the same ones.
PYTHON ?= python3
BIN := .venv/bin
RUN_STAMP := .venv/.run-installed
DEV_STAMP := .venv/.dev-installed

.PHONY: demo test check lint types unit bench rasa soak models serve docs lock clean

# Engines decide their own threads; the numeric libraries beneath them must not add more.
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1
# Compiled once, not by each of a house's processes and each run of the tests anew.
unexport PYTHONDONTWRITEBYTECODE

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Centralino needs Python 3.11 or newer, this is " + sys.version.split()[0] + ": set PYTHON=/path/to/python3.11" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv || { echo "python3 -m venv failed: on Debian, apt-get install python3-venv"; exit 1; }

$(RUN_STAMP): requirements/run.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(DEV_STAMP): requirements/dev.txt $(RUN_STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

models: $(RUN_STAMP)
	$(BIN)/centralino models fetch

demo: models
	$(BIN)/centralino demo $(DEMO)

serve: models
	$(BIN)/centralino serve

# A file of tests stays in one of two processes, whole houses first and units last: nobody is left
# with a long file alone. Then calls in real time, without the rest beside them; at last, one after
# the other, those in which sound is listened to or many calls are up.
TESTS = $(BIN)/python -m pytest
BOTH = $(TESTS) -n 2 --dist loadfile --no-loadscope-reorder
test: $(DEV_STAMP) models lint types
	@$(BOTH) -m "not call and not alone"; rest=$$?; \
	$(BOTH) tests/acceptance tests/integration/telephony -m "call and not alone"; calls=$$?; \
	$(TESTS) tests/integration/telephony tests/acceptance -m alone; alone=$$?; \
	test $$rest -eq 0 && test $$calls -eq 0 && test $$alone -eq 0

check: $(DEV_STAMP) lint types unit

lint: $(DEV_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(DEV_STAMP)
	$(BIN)/mypy

unit: $(DEV_STAMP)
	$(BOTH) tests/unit tests/architecture

# Hours on a quiet machine; each line may be run alone. Pages and plots go to docs/benchmarks.
BENCH = $(BIN)/centralino bench
PAGES = --page docs/benchmarks --json var/bench

bench: models $(DEV_STAMP)
	$(BENCH) vad $(PAGES)/vad.json
	$(BENCH) speech $(PAGES)/speech.json
	$(BENCH) rehearsal $(PAGES)/rehearsal.json
	$(BENCH) turns $(PAGES)/turns.json
	$(BENCH) calls $(PAGES)/calls.json
	$(BENCH) answers --json var/bench/answers.json
	$(BENCH) dialer --message-seconds 30 --json var/bench/dialer_30s.json
	$(BENCH) dialer --stops 20 --recipients 2000 --json var/bench/dialer_stops.json
	$(BENCH) dialer --deaths 24 --recipients 3000 --json var/bench/dialer_deaths.json
	$(BIN)/python bench/bridge_click.py --clicks 30
	$(BIN)/python bench/browsers.py --json var/bench/browsers.json
	$(BIN)/centralino bench acd --page docs/benchmarks
	$(BIN)/python bench/speech_engines.py

# A real Rasa in var/rasa (Python 3.10 by uv or python3.10, 2.7 GB), the tests against it, and both
# engines on the same sentences: RASA_SETS="nlu_models/utility /path/to/BANKING77 /path/to/CLINC150".
RASA_SETS ?= nlu_models/utility
rasa: models $(DEV_STAMP)
	$(BENCH) rasa --setup
	$(BIN)/python -m pytest tests/integration/voicebot/nlu/test_real_rasa.py tests/integration/voicebot/test_real_action_server.py
	$(BENCH) rasa $(RASA_SETS) --page docs/benchmarks

soak: models $(DEV_STAMP)
	$(BIN)/python bench/soak.py

# The pages that follow from the code.
docs: $(DEV_STAMP)
	$(BIN)/python docs/make.py

# Needs uv (https is not written into a lock: hashes only, no addresses).
lock:
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --python-version 3.11 requirements/run.in -o requirements/run.txt
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --python-version 3.11 -c requirements/run.txt requirements/dev.in -o requirements/dev.txt

clean:
	rm -rf .venv var models .mypy_cache .ruff_cache .pytest_cache

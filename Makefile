# HipLandmarks: `make demo` shows what it does, `make test` checks it. Both use their own .venv.
#
#   make demo                run the main job on two samples, an MRI and a radiograph
#   make demo IMAGE=path     the same on your own file or DICOM folder
#   make app                 the viewer in your browser, with a sample MRI
#   make app IMAGE=path      the same with your own file or DICOM folder
#   make test                ruff, mypy, pytest
#   make lint | bench | clean

SHELL   := /bin/bash
PYTHON  ?= python3
VENV    ?= .venv
OUT     ?= demo-output
IMAGE   ?=

BIN         := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --progress-bar off -q
SAMPLE      := $(OUT)/sample/hip_phantom.nii.gz
FILM        := $(OUT)/sample/hip_film.dcm

.DEFAULT_GOAL := help
.PHONY: help demo app test lint bench clean

help:
	@sed -n 's/^#   //p' Makefile

demo: $(VENV)/.installed-app
ifeq ($(strip $(IMAGE)),)
	$(BIN)/hiplandmarks sample --out "$(OUT)/sample"
	$(BIN)/hiplandmarks detect "$(SAMPLE)" --out "$(OUT)"
	$(BIN)/hiplandmarks sample --kind xray --out "$(OUT)/sample"
	$(BIN)/hiplandmarks detect "$(FILM)" --out "$(OUT)"
else
	$(BIN)/hiplandmarks detect "$(IMAGE)" --out "$(OUT)"
endif

app: $(VENV)/.installed-app
	$(BIN)/hiplandmarks app $(if $(strip $(IMAGE)),"$(IMAGE)",--sample mri)

# Test processes run side by side, each on one thread.
test: lint
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(VENV)/.installed-test
	@for script in Testing/benchmarks/bench_*.py; do echo "== $$script"; OMP_WAIT_POLICY=PASSIVE $(BIN)/python "$$script" || exit 1; done

clean:
	rm -rf "$(VENV)" "$(OUT)" build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

# The stamps hold one shared environment; they are redone only when pyproject.toml changes.
$(VENV)/.installed-app: pyproject.toml | $(VENV)/bin/python
	@echo "Installing HipLandmarks into $(VENV) (a few minutes the first time) ..."
	$(PIP_INSTALL) -e ".[app]"
	@touch $@

$(VENV)/.installed-test: pyproject.toml | $(VENV)/bin/python
	@echo "Installing HipLandmarks and its test tools into $(VENV) (a few minutes the first time) ..."
	$(PIP_INSTALL) -e ".[test]"
	@touch $@ $(VENV)/.installed-app

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "error: $(PYTHON) was not found. Install Python 3.10 or newer, or run: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
	  echo "error: $(PYTHON) is $$($(PYTHON) -V 2>&1); HipLandmarks needs 3.10 or newer. Run: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "error: this Python cannot make virtual environments. On Debian or Ubuntu run: sudo apt install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv "$(VENV)"

# Everything that is built goes here, out of the checkout, so that a second clone or run builds little.
cache := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/theriac
export CARGO_TARGET_DIR ?= $(cache)/target

# What the shell runs: found by its first line.
scripts := $(shell grep -lE '^\#!.*(bash|/sh)' scripts/* .ci/* */build* 2>/dev/null)

# The features of a dependency follow from the packages that are built together. So every target builds the whole
# workspace, and the node's hundreds of crates are built once, not once for each target.
journeys := $(patsubst e2e-tests/tests/%.rs,--test %,$(wildcard e2e-tests/tests/*.rs))

.DEFAULT_GOAL := help

.PHONY: help
help: ## Show this
	@awk -F ':.*## ' '/^##@/ { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z0-9-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

##@ To try it

.PHONY: setup demo devnet
setup: ## Install what is missing on this machine (the other targets do it by themselves)
	@scripts/setup

demo: setup ## Start a chain, deploy, and play the whole story on it
	cargo build --workspace --bins
	$(CARGO_TARGET_DIR)/debug/demo

devnet: setup ## Start a chain of your own, and keep it running until Ctrl-C
	cargo build --workspace --bins
	$(CARGO_TARGET_DIR)/debug/theriac devnet

##@ To run it

.PHONY: build
build: setup ## Build the program `theriac` for use (it says where)
	cargo build --release --package theriac
	@echo "built $(CARGO_TARGET_DIR)/release/theriac"

##@ To change it

.PHONY: test e2e lint fmt conformance s3-test bench bench-models
test: setup ## Run all tests, and check that the committed artifacts belong to the sources
	scripts/contracts digest
	devnet/build-runtime --check-digest
	cargo build --workspace --all-targets
	cargo test --workspace

e2e: setup ## Run only the journeys on a real node
	cargo build --workspace --all-targets
	cargo test --workspace $(journeys)

lint: setup ## Check the format and the lints
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	@if command -v shellcheck >/dev/null; then shellcheck --external-sources --severity=warning $(scripts); else echo "shellcheck is not installed: scripts not checked"; fi

fmt: ## Format the sources
	cargo fmt --all

conformance: setup ## Run the suites of the standards: make conformance CONFORMANCE_DIR=folder
	@test -d "$(CONFORMANCE_DIR)" || { echo "say where the suites are: make conformance CONFORMANCE_DIR=folder"; exit 2; }
	CONFORMANCE_DIR="$(abspath $(CONFORMANCE_DIR))" cargo test --package gs1 --package epcis --test conformance \
		--no-fail-fast -- --nocapture --test-threads=1
	CONFORMANCE_DIR="$(abspath $(CONFORMANCE_DIR))" cargo test --manifest-path crates/epcis/fuzz/Cargo.toml --release \
		--test schema -- --nocapture

s3-test: setup ## Test the store of confidential terms against a real S3 server over HTTP
	cargo test --locked --manifest-path crates/sealed/s3-tests/Cargo.toml

bench: setup ## Measure sizes, costs and latencies (in the profile of the tests, whose build it shares)
	cargo build --workspace --bins
	$(CARGO_TARGET_DIR)/debug/weights
	$(CARGO_TARGET_DIR)/debug/bench

bench-models: setup ## Time all models against onnxruntime from Python and from Rust (in a release build)
	@scripts/setup models
	cargo build --release --package inference --example bench
	cargo build --release --locked --manifest-path crates/inference/bench/Cargo.toml
	python=$$(models/build --python) && $(CARGO_TARGET_DIR)/release/examples/bench models/* \
		--python "$$python" --rust $(CARGO_TARGET_DIR)/release/inference-bench \
		--library "$$(ls "$${python%/bin/python}"/lib/python3*/site-packages/onnxruntime/capi/libonnxruntime.so.*)"

##@ To change what goes on chain, and the models

.PHONY: contracts contracts-check runtime runtime-check models models-check
contracts: ## Build the contracts whose sources changed into contracts/artifacts
	@scripts/setup contracts
	scripts/contracts build

contracts-check: ## Build all contracts again and compare their code hashes
	@scripts/setup contracts
	scripts/contracts check

runtime: ## Build the devnet's runtime into devnet/artifacts
	@scripts/setup contracts
	WASM_BUILD_TOOLCHAIN="$$(scripts/wasm-toolchain)" devnet/build-runtime

runtime-check: ## Build the devnet's runtime again and compare it with the committed one
	@scripts/setup contracts
	WASM_BUILD_TOOLCHAIN="$$(scripts/wasm-toolchain)" devnet/build-runtime --check

models: ## Train the models again
	@scripts/setup models
	models/build

models-check: ## Train one small model again, and compare its bytes with the shipped ones
	@scripts/setup models
	models/build --check breast-cancer

##@ To tidy up

.PHONY: clean
clean: ## Delete everything that was built
	cargo clean
	rm -rf $(cache)/contracts-target

# Everything that is built goes here, out of the checkout, so that a second clone or run builds little.
cache := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/theriac
export CARGO_TARGET_DIR ?= $(cache)/target
debug := $(abspath $(CARGO_TARGET_DIR))/debug
release := $(abspath $(CARGO_TARGET_DIR))/release

# `theriac devnet` looks for theriac-node beside itself and then in PATH. Where setup has just installed Rust, no shell
# has cargo in its PATH yet.
export PATH := $(PATH):$(or $(CARGO_HOME),$(HOME)/.cargo)/bin:$(debug)

# Two workspaces, see docs/decisions/0024-two-workspaces.md: the product, and what goes on chain with the node that tests
# it. They share the target folder, so that theriac and theriac-node lie beside each other.
#
# The features of a dependency follow from the packages that are built together. So every target builds a whole
# workspace, and the node's hundreds of crates are built once, not once for each target.
on_chain := --manifest-path contracts/Cargo.toml

# Workspaces of one package each, whose dependencies would change the features of everything else.
small := $(wildcard crates/*/*/Cargo.toml)

# The product's test programs by name, at most two to a crate. `node` starts nodes, all others are unit tests.
tests := $(basename $(notdir $(wildcard */tests/*.rs crates/*/tests/*.rs))) \
	$(notdir $(patsubst %/main.rs,%,$(wildcard */tests/*/main.rs crates/*/tests/*/main.rs)))
on_a_node := node
named = $(addprefix --test ,$(sort $(1)))

# What the shell runs: found by its first line.
scripts := $(shell grep -lE '^\#!.*(bash|/sh)' scripts/* .ci/* */build* */api/python 2>/dev/null)

# make TARGET RELEASE=1: plays with the program that users build.
ifdef RELEASE
program := build
export THERIAC_PROGRAM := $(release)/theriac
endif

.DEFAULT_GOAL := help
.NOTPARALLEL:

.PHONY: help
help: ## Show this
	@awk -F ':.*## ' '/^##@/ { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z0-9-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@printf '\nSHORT=1 gives the short form that .ci/run uses. It is named in parentheses.\n'

##@ To try it

.PHONY: setup demo devnet
setup: ## Install what is missing on this machine (the other targets do it by themselves)
	@scripts/setup

demo: setup $(program) ## Start a chain, deploy, and play the whole story on it (RELEASE=1: with the release program)
	cargo build --workspace --bins
	cargo build $(on_chain) --workspace --bins
	$(debug)/demo

devnet: setup ## Start a chain of your own, and keep it running until Ctrl-C (for ten seconds)
	cargo build --workspace --bins
	cargo build $(on_chain) --workspace --bins
	$(if $(SHORT),timeout --preserve-status 10) $(debug)/theriac devnet

##@ To run it

.PHONY: build
build: setup ## Build the program `theriac` for use (it says where)
	cargo build --release --package theriac
	@echo "built $(release)/theriac"

##@ To change it

.PHONY: test unit test-chain e2e lint fmt fuzz conformance gateway-api scanners s3-test bench bench-gateway bench-models zoo soak nightly
test: unit test-chain e2e ## Run all tests, and check that the committed artifacts belong to the sources

unit: setup ## Run only the product's tests that need no node
	cargo test --workspace --lib --bins $(call named,$(filter-out $(on_a_node),$(tests)))
	cargo test --workspace --doc

test-chain: setup ## Run only the tests of the contracts and the node, and the check of the committed artifacts
	scripts/contracts digest
	devnet/build-runtime --check-digest
	cargo test $(on_chain) --workspace

e2e: setup $(program) ## Run only the product's tests on a real node (RELEASE=1: with the release program)
	cargo build $(on_chain) --workspace --bins
	cargo test --workspace $(call named,$(on_a_node))

lint: ## Check the formats, the lints, and licences and sources of what ships
	@scripts/setup lint
	cargo fmt --all --check
	cargo fmt $(on_chain) --all --check
	@for manifest in $(small); do cargo fmt --manifest-path $$manifest --check || exit; done
	shellcheck --external-sources --severity=warning $(scripts)
	scripts/units
	cargo deny --locked --config deny.toml --manifest-path cli/Cargo.toml check licenses bans sources
	cargo clippy --workspace --all-targets -- -D warnings
	cargo clippy $(on_chain) --workspace --all-targets -- -D warnings

fmt: ## Format the sources
	cargo fmt --all
	cargo fmt $(on_chain) --all
	@for manifest in $(small); do cargo fmt --manifest-path $$manifest || exit; done

fuzz: ## Run every fuzzer for a minute, or for FOR=seconds (check that they compile)
	@scripts/setup $(if $(SHORT),,fuzz)
	$(if $(SHORT),$(foreach fuzz,$(wildcard crates/*/fuzz),cargo check --locked --manifest-path $(fuzz)/Cargo.toml &&) true,scripts/fuzz $(or $(FOR),60))

conformance: setup ## Run the suites of the standards: make conformance CONFORMANCE_DIR=folder (without the JSON Schema)
	@test -d "$(CONFORMANCE_DIR)" || { echo "say where the suites are: make conformance CONFORMANCE_DIR=folder"; exit 2; }
	CONFORMANCE_DIR="$(abspath $(CONFORMANCE_DIR))" cargo test --workspace --test conformance \
		--no-fail-fast -- --nocapture --test-threads=1
	$(if $(SHORT),,CONFORMANCE_DIR="$(abspath $(CONFORMANCE_DIR))" cargo test --manifest-path crates/epcis/fuzz/Cargo.toml \
		--release --test schema -- --nocapture)

scanners: setup ## Scan ten thousand packs with every fault of scanners (`make unit` scans two hundred)
	cargo test --workspace --test corpus -- --ignored --nocapture

gateway-api: setup ## Hold the gateway against its OpenAPI and against other readers of codes (few requests)
	@scripts/setup models
	cargo build $(on_chain) --workspace --bins
	THERIAC_API_PYTHON="$$(gateway/api/python)" THERIAC_API_EXAMPLES=$(if $(SHORT),3,100) THERIAC_API_READINGS=$(if $(SHORT),20,500) \
		cargo test --workspace --test node -- --ignored --nocapture --test-threads=1 hostile::api

s3-test: setup ## Test the store of confidential terms against a real S3 server over HTTP (check that the test compiles)
	cargo $(if $(SHORT),check --tests,test) --locked --manifest-path crates/sealed/s3-tests/Cargo.toml

bench: setup ## Measure sizes, costs and latencies, in the profile of the tests (a few of each, which say nothing of speed)
	cargo build --workspace --bins
	cargo build $(on_chain) --workspace --bins
	$(debug)/weights
	$(debug)/bench $(if $(SHORT),--short)

bench-gateway: setup ## Measure verdicts over HTTP, with release programs and the node of the tests (a few of each, none of them released)
	cargo build $(on_chain) --workspace --bins
	cargo build $(if $(SHORT),--workspace --bins,--release --package theriac)
	$(if $(SHORT),,cargo build --release --package e2e-tests --bin bench-gateway)
	$(if $(SHORT),,THERIAC_NODE=$${THERIAC_NODE:-$(debug)/theriac-node}) \
		$(if $(SHORT),$(debug)/bench-gateway --short,$(release)/bench-gateway --plot docs/benchmarks/gateway-batches.svg)

bench-models: setup ## Time all models against onnxruntime from Python and from Rust (one model, three times)
	@scripts/setup models
	cargo build --release --package inference --example bench
	cargo build --release --locked --manifest-path crates/inference/bench/Cargo.toml
	python=$$(models/build --python) && $(release)/examples/bench \
		$(if $(SHORT),models/heart-disease --repetitions 3,models/*) \
		--python "$$python" --rust $(release)/inference-bench \
		--library "$$(ls "$${python%/bin/python}"/lib/python3*/site-packages/onnxruntime/capi/libonnxruntime.so.*)"

zoo: setup ## Hold operators against ONNX's own tests, and models as libraries export them against onnxruntime (the operators)
	@scripts/setup $(if $(SHORT),models,zoo)
	models/zoo/build --node-tests $(cache)/node-tests
	THERIAC_NODE_TESTS=$(cache)/node-tests cargo test --workspace --lib node_tests
	$(if $(SHORT),,models/zoo/build $(cache)/zoo && cargo build --workspace --example zoo && $(debug)/examples/zoo $(cache)/zoo)

soak: setup ## Push, request, restart and prune for two hours, and see that nothing is lost, doubled or stuck (THERIAC_SOAK=SECONDS)
	cargo build $(on_chain) --workspace --bins
	cargo test --workspace --test node -- --ignored --nocapture soak many_senders ten_thousand

nightly: ## Run the long form of everything: an hour or more
	.ci/run nightly

##@ To change what goes on chain, and the models

.PHONY: contracts contracts-check runtime runtime-check models models-check
contracts: ## Build the contracts whose sources changed into contracts/artifacts
	@scripts/setup contracts
	scripts/contracts build

contracts-check: ## Build all contracts again and compare their code hashes (compare digests of the sources)
	@scripts/setup $(if $(SHORT),,contracts)
	scripts/contracts $(if $(SHORT),digest,check)

runtime: ## Build the devnet's runtime into devnet/artifacts
	@scripts/setup contracts
	devnet/build-runtime

runtime-check: ## Build the devnet's runtime again and compare it with the committed one (compare digests of the sources)
	@scripts/setup $(if $(SHORT),,contracts)
	devnet/build-runtime $(if $(SHORT),--check-digest,--check)

models: ## Train the models again
	@scripts/setup models
	models/build

models-check: ## Train all models again, and compare their bytes with the shipped ones (one small model)
	@scripts/setup models
	models/build --check $(if $(SHORT),breast-cancer)

##@ To tidy up

.PHONY: clean
clean: ## Delete everything that was built
	cargo clean
	rm -rf $(cache)/contracts-target $(cache)/compiled-runtimes

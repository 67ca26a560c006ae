# Everything is built into dist/: the compiled program, and a stamp for each step that need not run twice.

# Asked before anything else: an older Node would fail at the syntax of what it is given to run.
OLDEST_NODE := $(shell sed -n 's/.*"node": ">=\([0-9.]*\)".*/\1/p' package.json)
THIS_NODE := $(shell node --version 2>/dev/null)
ifneq ($(OLDEST_NODE),$(firstword $(shell printf '%s\n' $(OLDEST_NODE) $(or $(THIS_NODE:v%=%),0) | sort -V)))
  $(error handoff needs Node $(OLDEST_NODE) or newer; this is $(or $(THIS_NODE),none))
endif

SOURCES := $(shell find src workers bench test -name '*.ts' -o -name '*.tsx' -o -name '*.css')
BIN := node_modules/.bin
# TypeScript 7 compiles four times as fast. The package of that name is 6, whose API knip and dependency-cruiser need.
TSC := node_modules/typescript-7/bin/tsc
INSTALLED := node_modules/.package-lock.json
BUILT := dist/.built
HANDOFF := node dist/src/cli.js

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: $(BUILT) ## install what is missing and compile what has changed

demo: $(BUILT) ## four clients at once under each model, in two acts, and a picture of it (20 seconds)
	$(HANDOFF) demo -o dist/demo

lab: $(BUILT) ## play with all models side by side, live in a browser
	$(HANDOFF) lab

bench: $(BUILT) ## compare the models under load: a quick set, in about two minutes
	$(HANDOFF) bench

bench-full: $(BUILT) ## all experiments with the models (about twenty minutes)
	$(HANDOFF) bench --full

bench-peers: $(BUILT) ## beside servers in C, Python and bare Node
	$(HANDOFF) bench --peers

bench-node: $(BUILT) dist/node-$(NODE)/bin/node ## all ways to hand over a client, under another Node: make bench-node NODE=26
	-dist/node-$(NODE)/bin/node dist/src/cli.js bench --scenario hand-off --full -o bench/results/nodes/$(NODE)
	@$(HANDOFF) bench nodes $(NEWEST)

document-tables: $(BUILT) ## make the tables of docs/hand-off.md from the newest run of each make bench-node
	@node dist/bench/run/document.js docs/hand-off.md $(NEWEST)

document-recording: $(BUILT) ## make docs/lab.svg: record the lab, on a machine that does nothing else (20 seconds)
	@node dist/src/lab/film/record.js docs/lab.svg $(if $(FORCE),--force)

# The newest run under each version of Node. The shell finds them, when a run has just ended.
NEWEST = $$(for folder in bench/results/nodes/*/; do ls "$$folder"*.json 2>/dev/null | tail -n 1; done)

bench-udp: $(BUILT) ## datagrams, paced and in a burst: how many are answered, who dropped the others
	node dist/bench/run/datagrams.js

test: $(BUILT) ## lint, check formats and run every test, with coverage of src and workers
	$(MAKE) --no-print-directory -j2 types lint format knip rooms
	@$(BIN)/c8 node $(NODE_TEST) $(TESTS)

test-node: $(BUILT) dist/node-$(NODE)/bin/node ## run every test under another Node: make test-node NODE=26
	@PATH=$(CURDIR)/dist/node-$(NODE)/bin:$$PATH && echo "Node $$(node --version)" && node $(NODE_TEST) $(TESTS)

test-faults: $(BUILT) ## attack the server, prove every check of exercises (half an hour, with LAB_MINUTES=1 ten minutes; as root, all of it)
	@node $(NODE_TEST) $(FAULTS)

NODE ?= 24

# The npm package `node` has no binary in it: its install script fetches the package of the platform, which is asked for
# directly here, so that no install script is run.
dist/node-%/bin/node:
	@npm install --prefix dist/node-$* --ignore-scripts --no-audit --no-fund --loglevel=error $(NODE_PACKAGE)@$*
	@mkdir -p $(@D)
	@ln -sf ../node_modules/$(NODE_PACKAGE)/bin/node $@

# As the package `node` names them.
NODE_PACKAGE = $(shell node -p '"node" + (process.platform + process.arch === "darwinarm64" ? "-bin" : "") + \
  "-" + process.platform + "-" + process.arch')

# Many tests wait for clocks more than they compute.
NODE_TEST := --enable-source-maps --test --test-reporter=spec --test-concurrency=$$(($$(nproc) + 1))
# What takes longest comes first, so that no core waits for it at the end.
LONGEST := $(patsubst %,dist/test/%.test.js,documents cli/timeline bench/run/servers threads/deaths \
  log/log cli/check contracts/times threads/hand-off server/server)
FAULTS = $(shell find dist/test/faults -name '*.test.js' | sort)
TESTS = $(LONGEST) $(filter-out $(LONGEST) $(FAULTS),$(shell find dist/test -name '*.test.js' | sort))

types: $(BUILT)
	$(TSC) -p examples
	$(TSC) -p src/lab/page

lint: $(BUILT)
	$(BIN)/oxlint .

format: $(BUILT)
	$(BIN)/oxfmt --check '**/*.{ts,tsx}'

knip: $(BUILT)
	$(BIN)/knip

rooms: $(BUILT)
	$(BIN)/depcruise --config rooms.config.cjs --output-type err src workers bench

clean: ## remove what was built
	rm -rf dist

# No install script is run: koffi's binary arrives inside its npm package, and nothing else needs one.
$(INSTALLED): package.json package-lock.json
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# What was compiled is deleted first, or the tests of a deleted file would still run. The rest of dist/ is kept.
$(BUILT): $(INSTALLED) $(SOURCES) tsconfig.json
	rm -rf $(addprefix dist/,src workers bench test)
	$(TSC)
	$(BIN)/esbuild src/lab/page/main.tsx $(PAGE_OPTIONS)
	@for program in $(THREAD_PROGRAMS); do $(BIN)/esbuild $$program $(THREAD_OPTIONS) || exit; done
	@chmod +x dist/src/cli.js
	@touch $@

# The page of the lab: one script and one style sheet, without network access.
PAGE_OPTIONS := --bundle --minify --target=es2023 --tsconfig=src/lab/page/tsconfig.json \
  --outdir=dist/src/lab/bundle --log-level=warning

# What threads load, each of them anew: see src/base/programs.ts.
THREAD_PROGRAMS := $(patsubst %,workers/%.ts,serve-client serve-clients serve-connection answer-datagram watchdog) \
  $(shell grep -l '^export const service' src/services/*.ts)
THREAD_OPTIONS := --bundle --splitting --format=esm --platform=node --target=node20 --packages=external --sourcemap \
  --outdir=dist/workers/bundle --log-level=warning

.PHONY: help build demo lab bench bench-full bench-peers bench-node document-tables document-recording bench-udp test test-node test-faults types lint format knip rooms clean

# What people and CI run. `make` alone lists it. Needs Go, a C compiler (for H3) and make; tools go into .bin.

GO ?= go
BIN := $(CURDIR)/.bin
GOLANGCI_VERSION := v2.15.0
GOVULNCHECK_VERSION := v1.9.0
GOLANGCI := $(BIN)/golangci-lint-$(GOLANGCI_VERSION)
GOVULNCHECK := $(BIN)/govulncheck-$(GOVULNCHECK_VERSION)

ARGS ?=
PKG ?= ./...
BENCH ?= .
FUZZTIME ?= 10s

.DEFAULT_GOAL := help
.PHONY: help demo run test guardrails race bench lint fmt tidy pure android fuzz sdk vuln web ci clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## a small city, one working day, played fast; Ctrl-C ends it (ARGS="--once --json")
	@$(GO) run ./cmd/flaneur demo $(ARGS)

run: ## a server on this machine (ARGS="--data DIR --listen HOST:PORT")
	@$(GO) run ./cmd/flaneur serve $(ARGS)

test: ## go vet and all tests
	$(GO) vet $(PKG)
	$(GO) test -timeout 10m $(PKG)
	@echo "make test: passed"

guardrails: ## the proofs of the guard rails at full length: ten million decisions, and every rule loosened once
	FLANEUR_DECISIONS=10000000 $(GO) test -timeout 30m -count 1 -v -run 'Rails|Oracle|Distress|Withheld|Presses|Moves|Distribution' ./offers ./internal/engine

race: ## all tests under the race detector
	$(GO) test -race -timeout 20m $(PKG)

bench: ## all benchmarks (PKG=./geo BENCH=Distance)
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem $(PKG)

lint: $(GOLANGCI) ## golangci-lint, with gofumpt among its checks
	$(GOLANGCI) run $(PKG)

fmt: $(GOLANGCI) ## format with gofumpt
	$(GOLANGCI) fmt

tidy: ## is go.mod tidy?
	$(GO) mod tidy -diff

# Only geo/hex and what imports it may need cgo; what phones and browsers run must build for them.
pure: ## build what must build without cgo, and for phones and browsers
	CGO_ENABLED=0 $(GO) build $$($(GO) list -f '{{.ImportPath}} {{join .Deps " "}}' ./... | grep -v '/geo/hex\>' | cut -d ' ' -f 1)
	@for target in android/arm64 ios/arm64 js/wasm; do \
		echo "CGO_ENABLED=0 $$target: geo mood/... wire sdk-mobile/offerkit"; \
		CGO_ENABLED=0 GOOS=$${target%/*} GOARCH=$${target#*/} $(GO) build ./geo ./mood/... ./wire ./sdk-mobile/offerkit || exit 1; \
	done

android: ## the Android library and its sample: compiled against Android, and run in tests
	@sdk-mobile/android/check

fuzz: ## every fuzz target for FUZZTIME
	@grep -rnoE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' . | sed -E 's/:[0-9]+:func / /' | while read -r file name; do \
		echo "fuzz: $$name in $$(dirname "$$file")"; \
		$(GO) test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) "$$(dirname "$$file")" </dev/null || exit 1; \
	done

sdk: ## the SDK as gomobile binds it: generated, run on a JVM against a real server, compiled for iOS
	@sdk-mobile/bindings/check
	@sdk-mobile/ios/check
	@sdk-mobile/android/check

# An unreachable database is no finding: govulncheck exits 3 for findings, 1 for everything else.
vuln: $(GOVULNCHECK) ## known vulnerabilities that our code reaches
	@out=$$($(GOVULNCHECK) ./... 2>&1); code=$$?; echo "$$out"; \
	case "$$code $$out" in \
	"1 "*"fetching vulnerabilities"*) echo "make vuln: skipped, the vulnerability database can't be reached from here" ;; \
	*) exit $$code ;; \
	esac

web: ## the web SDK and its app: types, tests, real browsers (Node.js 20; skips what can't be had here)
	@sdk-mobile/web/scripts/check.sh

ci: lint tidy race pure sdk vuln web ## what CI runs
	@echo "make ci: passed"

clean: ## remove the tools
	rm -rf $(BIN)

$(GOLANGCI):
	GOBIN=$(BIN) $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	mv $(BIN)/golangci-lint $@

$(GOVULNCHECK):
	GOBIN=$(BIN) $(GO) install golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK_VERSION)
	mv $(BIN)/govulncheck $@

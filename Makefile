# Every recipe is a line or two; longer ones are scripts.

.PHONY: run check test bless bench fuzz

# Builds the page and the program, serves the bundled data and prints the address.
run:
	cargo run --release --locked -- serve

# The quick part of the tests: form, lints, types.
check:
	cargo fmt --check && cargo clippy --locked --all-targets -- -D warnings && npm run --silent check

# Installs what the tests need, then runs all of them.
test:
	scripts/setup-tests.sh
	scripts/test.sh

# Takes today's answers as the snapshots that tests compare with; read the difference before it is committed.
bless:
	INSTA_UPDATE=always cargo test --locked --test http

# Names the machine, then prints a table a bench; BENCH=packed runs those with that in their name.
bench:
	scripts/bench.sh $(BENCH)

fuzz:
	scripts/fuzz.sh

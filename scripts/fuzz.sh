#!/usr/bin/env bash
# Runs every fuzz target for SECONDS_EACH seconds (60 by default), or only those named as arguments.
# A failure leaves its input in fuzz/artifacts; keep it as a named test beside the code it broke.
# Seeds without a name are the few inputs that reach what all that were found reach; to renew them from a corpus:
#   cargo fuzz run TARGET NEW_FOLDER fuzz/seeds/TARGET fuzz/corpus/TARGET -- -set_cover_merge=1 -use_counters=0
set -euo pipefail
cd "$(dirname "$0")/.."

command -v cargo-fuzz >/dev/null || cargo install --locked cargo-fuzz

# libFuzzer's instrumentation is behind a nightly flag; the stable compiler takes it with this.
export RUSTC_BOOTSTRAP=1

targets=("$@")
if [ "${#targets[@]}" -eq 0 ]; then mapfile -t targets < <(cargo fuzz list); fi

for target in "${targets[@]}"; do
    printf '\n== %s\n' "$target"
    # New inputs go to the first folder, which git ignores; the second holds the seeds.
    mkdir -p "fuzz/corpus/$target"
    cargo fuzz run "$target" "fuzz/corpus/$target" "fuzz/seeds/$target" -- \
        -max_total_time="${SECONDS_EACH:-60}" -max_len=4096 -timeout=10 -print_final_stats=1
done

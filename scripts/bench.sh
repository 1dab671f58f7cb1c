#!/usr/bin/env bash
# Names the machine, the compiler and the state of the code, then runs the benches; arguments choose those whose names have them.
# Figures of a machine that does something else beside are not worth keeping: the load is named for that.
set -euo pipefail
cd "$(dirname "$0")/.."

processor=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null | head -n 1)
memory=$(awk '/^MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo 2>/dev/null)
changed=$(git diff --quiet HEAD 2>/dev/null || echo ' with changes')
printf 'machine   %s, %s cores, %s\n' "${processor:-$(uname -m)}" "$(getconf _NPROCESSORS_ONLN)" "${memory:-memory unknown}"
printf 'system    %s, load %s\n' "$(uname -sr)" "$(uptime | sed 's/.*load average[s]*: //')"
printf 'compiler  %s, profile release\n' "$(rustc --version)"
printf 'code      %s%s\n' "$(git rev-parse --short HEAD 2>/dev/null || echo 'no commit')" "$changed"
printf 'data      100,000 and 1,000,000 seeded points over twelve years (benches/seeded), and the bundled regions and incidents\n\n'

cargo bench --locked --bench '*' -- "$@"

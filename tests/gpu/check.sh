#!/usr/bin/env bash
# Everything that only a GPU can prove, in one go: prints a table and writes RESULTS.md beside this script.
#
#   tests/gpu/check.sh [--programs FOLDER] [--python PYTHON] [--quick]
#
# FOLDER holds trainyard-cli, trainyard-bench, the tst_* of tests/gpu and the CUDA module: build/test/bin, or a packed
# runtime, whose `run` script is then used to start them. Needs a driver, CUDA's and cuDNN's libraries (also those of
# Python wheels, through LD_LIBRARY_PATH) and no Qt display. PYTHON with torch adds the benchmark; --quick leaves out
# the benchmark and compute-sanitizer. Ends with 1 when a check failed; a check that could not be made says so and why.
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
programs=$root/build/test/bin python='' quick=0
while [ $# -gt 0 ]; do
    case $1 in
    --programs) programs=$(cd "$2" && pwd); shift 2 ;;
    --python) python=$2; shift 2 ;;
    --quick) quick=1; shift ;;
    *) sed -n '2,10p' "$0"; exit 2 ;;
    esac
done
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export TRAINYARD_REQUIRE_GPU=1 QT_QPA_PLATFORM=offscreen TRAINYARD_HOME=$work/home XDG_CACHE_HOME=$work/cache XDG_RUNTIME_DIR=$work
chmod 700 "$work"

start() {  # start PROGRAM ARGUMENT...: from the build or from the packed runtime
    if [ -x "$programs/run" ]; then "$programs/run" "$@"; else local name=$1; shift; "$programs/$name" "$@"; fi
}

rows=() failed=0
row() {  # row CHECK passed|FAILED|"not made" FIGURES
    rows+=("| $1 | $2 | $3 |")
    printf '%-46s %-9s %s\n' "$1" "$2" "$3"
    [ "$2" = FAILED ] && failed=1
    return 0
}
value() {  # value KEY FILE: one entry of a JSON object on the last line
    python3 -c 'import json, sys; print(json.loads(open(sys.argv[2]).read().strip().splitlines()[-1]).get(sys.argv[1]))' "$1" "$2" 2>/dev/null
}
within() {  # within NUMBER least|most BOUND
    python3 -c 'import sys; number, bound = float(sys.argv[1]), float(sys.argv[3]); sys.exit(0 if (number >= bound if sys.argv[2] == "least" else number <= bound) else 1)' "$@" 2>/dev/null
}

start trainyard-cli doctor > "$work/doctor" 2>&1
cat "$work/doctor"
gpu=$(nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader 2>/dev/null | head -1)
gpu=${gpu:-$(grep -m1 -o 'cuda:0.*' "$work/doctor" || echo 'no GPU')}

# Qt Tests: op parity, layers, whole trainings with resume, memory and failures.
for test in tst_op_parity tst_kernel_paths tst_layer_contract_gpu tst_convolution_gpu tst_executable_gpu tst_training_gpu tst_placement_gpu tst_run_record_gpu; do
    if start "$test" > "$work/$test.log" 2>&1; then result=passed; else result=FAILED; fi
    totals=$(grep -m1 '^Totals' "$work/$test.log" | sed 's/^Totals: //')
    row "$test" "$result" "${totals:-$(tail -1 "$work/$test.log" | cut -c1-120)}"
    if [ "$result" = FAILED ]; then grep -A6 '^FAIL' "$work/$test.log" | head -60; fi
done

# The sample projects to their accuracy, and what was forecast against what was taken.
sample() {  # sample PROJECT PRECISION least|most BOUND: of the test metric
    local copy=$work/$1-$2
    cp -r "$root/projects/$1" "$copy"
    start trainyard-cli forecast "$copy" --device cuda:0 --precision "$2" --json > "$work/forecast" 2> "$work/error"
    local planned; planned=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["arena_bytes"])' "$work/forecast" 2>/dev/null)
    local begin; begin=$(date +%s.%N)
    if ! start trainyard-cli train "$copy" --device cuda:0 --precision "$2" --json > "$work/trained" 2> "$work/error"; then
        row "$1, $2" FAILED "$(tail -1 "$work/error" | cut -c1-160)"
        return
    fi
    local seconds metric name arena result=FAILED
    seconds=$(python3 -c "import time; print(f'{time.time() - $begin:.1f}')")
    metric=$(value test_metric "$work/trained") name=$(value metric "$work/trained") arena=$(value arena_bytes "$work/trained")
    within "$metric" "$3" "$4" && result=passed
    row "$1, $2" $result "test $name $(printf '%.4g' "$metric"), at $3 $4 is asked for; $seconds s"
    result=FAILED
    [ -n "$planned" ] && [ "$planned" = "$arena" ] && result=passed
    row "forecast of $1, $2" $result "forecast ${planned:-nothing}, allocated $arena bytes"
}
for precision in float32 bfloat16; do
    sample digits-cnn $precision least 0.97
    sample digits-mlp $precision least 0.95
    sample breast-cancer $precision least 0.95
    sample iris $precision least 0.9
    sample diabetes $precision most 50
done

# A run that cannot fit is refused with a sentence, and the program lives on.
cp -r "$root/projects/digits-cnn" "$work/small"
if start trainyard-cli train "$work/small" --device cuda:0 --memory-limit 1 > "$work/trained" 2> "$work/error"; then
    row "out of memory" FAILED "a run with a limit of 1 MiB was not refused"
else
    row "out of memory" passed "$(tail -1 "$work/error" | cut -c1-200)"
fi

ratioOf() {  # the rates of a race and the ratio of the last to the first
    python3 -c 'import json, sys
lanes = json.load(open(sys.argv[1]))["contestants"]
rates = [lane["samples_per_second"] for lane in lanes]
print(", ".join(f"{lane['"'"'name'"'"']} {rate:,.0f} samples/s" for lane, rate in zip(lanes, rates)) + f"; ratio {rates[-1] / rates[0]:.2f}")' "$1"
}
start trainyard-cli race "$root/projects/digits-cnn" --seconds 5 --devices cpu,cuda:0 --json > "$work/race" 2> "$work/error" \
    && row "race" passed "$(ratioOf "$work/race")" || row "race" FAILED "$(tail -1 "$work/error" | cut -c1-160)"

if [ $quick = 1 ]; then
    row "compute-sanitizer" "not made" "--quick"
elif ! command -v compute-sanitizer > /dev/null; then
    row "compute-sanitizer" "not made" "it is not installed"
else
    for tool in memcheck racecheck; do
        if [ -x "$programs/run" ]; then parity=("$programs/run" tst_op_parity); else parity=("$programs/tst_op_parity"); fi
        TRAINYARD_PARITY_CASES=small timeout 240 compute-sanitizer --tool $tool --error-exitcode 9 --target-processes all \
            "${parity[@]}" > "$work/$tool.log" 2>&1
        code=$?
        summary=$(grep -m1 'ERROR SUMMARY\|RACECHECK SUMMARY' "$work/$tool.log" | sed 's/=* *//')
        case $code in
        0) row "compute-sanitizer $tool" passed "$summary" ;;
        124) row "compute-sanitizer $tool" "not made" "not done within 240 s" ;;
        *) row "compute-sanitizer $tool" FAILED "${summary:-$(tail -1 "$work/$tool.log" | cut -c1-160)}" ;;
        esac
    done
fi

bench=''
if [ $quick = 1 ] || [ -z "$python" ]; then
    row "benchmark beside PyTorch" "not made" "$([ $quick = 1 ] && echo --quick || echo 'no --python with torch was given')"
else
    printf '#!/bin/sh\nexec "%s" "$@"\n' "$programs/trainyard-bench" > "$work/bench"
    [ -x "$programs/run" ] && printf '#!/bin/sh\nexec "%s" trainyard-bench "$@"\n' "$programs/run" > "$work/bench"
    chmod +x "$work/bench"
    if bench=$("$python" "$root/tests/bench/compare.py" --device cuda:0 --bench "$work/bench" --python "$python" --rounds 3 --seconds 1 2> "$work/error"); then
        row "benchmark beside PyTorch" passed "table below"
        echo "$bench"
    else
        row "benchmark beside PyTorch" FAILED "$(tail -1 "$work/error" | cut -c1-200)"
        bench=''
    fi
fi

{
    echo "# Checked on a GPU"
    echo
    echo "$gpu; $(date -u +%Y-%m-%d); commit $(git -C "$root" rev-parse --short HEAD 2>/dev/null || echo "${TRAINYARD_COMMIT:-unknown}"). Written by tests/gpu/check.sh."
    echo
    echo "| check | result | figures |"
    echo "| --- | --- | --- |"
    printf '%s\n' "${rows[@]}"
    [ -n "$bench" ] && printf '\n## Training throughput\n\n%s\n' "$bench"
} > "${TRAINYARD_RESULTS:-$here/RESULTS.md}"
exit $failed

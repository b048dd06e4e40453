#!/usr/bin/env bash
# Installs what is missing, builds everything and runs all tests. Options are passed on to ctest: ./test.sh -R canvas
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
bash installer/dependencies.sh
build=build/test
[ -f $build/build.ninja ] || cmake --preset test
cmake --build $build
export QT_QPA_PLATFORM=offscreen
# Several tests share the processor: threads that wait spin only briefly, as in the programs.
export GOMP_SPINCOUNT=20000
# Qt wants a private folder for its sockets.
if [ -z "${XDG_RUNTIME_DIR:-}" ]; then
  XDG_RUNTIME_DIR=$(mktemp -d)
  export XDG_RUNTIME_DIR
  trap 'rm -rf "$XDG_RUNTIME_DIR"' EXIT
fi
ctest --test-dir $build --output-on-failure --no-tests=error --parallel 2 "$@"

#!/usr/bin/env bash
# Installs what is missing, builds Trainyard and opens it on the digits sample. Without a display the sample is trained by
# the command-line program instead. Another project or its folder may be given: ./run.sh [PROJECT]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
case ${1:-} in
  -h|--help) sed -n '2,3s/^# \{0,1\}//p' "$0"; exit 0 ;;
  "") project=$here/projects/digits-cnn ;;
  *) project=$(realpath -- "$1") ;;
esac
cd "$here"

screen=0
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then screen=1; fi

bash installer/dependencies.sh --no-tests
build=build/release
[ -f $build/build.ninja ] || cmake --preset release
cmake --build $build

if [ $screen = 1 ]; then
  exec $build/bin/trainyard "$project"
fi
echo "There is no display: the window would open here. Training $(basename "$project") with the command-line program instead."
echo "  In a desktop session, ./run.sh opens it; so does: $here/$build/bin/trainyard $project"
exec $build/bin/trainyard-cli train "$project"

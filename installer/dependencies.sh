#!/usr/bin/env bash
# Installs what Trainyard needs on Debian 12 and Ubuntu 24.04, through apt. Only what is missing; nothing to do is quick.
#   installer/dependencies.sh [--engine-only] [--no-tests] [--list]
#     --engine-only  leaves out Qt and QCustomPlot: engine and command line alone
#     --no-tests     leaves out what only the tests use
#     --list         prints the packages and why, installs nothing
set -euo pipefail

desktop=1 tests=1 list=0
for option in "$@"; do
  case $option in
    --engine-only) desktop=0 ;;
    --no-tests) tests=0 ;;
    --list) list=1 ;;
    -h|--help) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "Unknown option $option; see --help." >&2; exit 2 ;;
  esac
done

# package | why
engine_packages='
g++|the compiler (C++20)
cmake|the build
ninja-build|the build
ccache|quick rebuilds
libdnnl-dev|oneDNN: convolutions and matrix products on the CPU
ocl-icd-opencl-dev|OpenCL: the CMake files of oneDNN ask for it
libsqlite3-dev|SQLite: the history of runs
zlib1g-dev|compressed data files
libfmt-dev|text formatting
nlohmann-json3-dev|project files
libexpected-dev|errors as values
libcli11-dev|the command line
'
desktop_packages='
qt6-base-dev|Qt 6: the window
qt6-svg-dev|icons
libgl-dev|Qt headers ask for it
libqcustomplot-dev|QCustomPlot: charts
libqcustomplot2.1-qt6|QCustomPlot for Qt 6
fonts-dejavu-core|a font for fresh machines
'
test_packages='
python3|the architecture check
git|lists the files to check
qt6-base-dev|Qt Test
xvfb|a display for the test by mouse
openbox|its window manager
xdotool|its mouse and keys
imagemagick|its screenshots
'

packages=$engine_packages
[ $desktop = 1 ] && packages+=$desktop_packages
[ $tests = 1 ] && packages+=$test_packages
[ $tests = 1 ] && [ $desktop = 0 ] && packages=$(grep -vE '^(qt6-base-dev|xvfb|openbox|xdotool|imagemagick)\|' <<<"$packages")
packages=$(printf '%s' "$packages" | awk -F'|' 'NF == 2 && !seen[$1]++')

if [ $list = 1 ]; then
  awk -F'|' '{printf "%-24s %s\n", $1, $2}' <<<"$packages"
  exit 0
fi
if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  echo "This is not Debian or Ubuntu. Install the counterparts of these packages yourself:" >&2
  awk -F'|' '{printf "  %-24s %s\n", $1, $2}' <<<"$packages" >&2
  exit 1
fi

# Ubuntu 24.04 renamed some libraries for 64-bit time: either name will do.
installed() {
  local name
  for name in "$1" "$1t64"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null || true)" = installed ] && return 0
  done
  return 1
}

missing=()
while IFS='|' read -r package why; do
  if ! installed "$package"; then
    missing+=("$package")
    [ ${#missing[@]} = 1 ] && echo "Missing packages, to be installed with apt:"
    printf '  %-24s %s\n' "$package" "$why"
  fi
done <<<"$packages"
[ ${#missing[@]} = 0 ] && exit 0

sudo=()
if [ "$(id -u)" != 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "Installing needs root, and there is no sudo. As root, run: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  echo "apt needs root: sudo may ask for your password."
  sudo=(sudo)
fi
"${sudo[@]}" apt-get update -q
for i in "${!missing[@]}"; do
  apt-cache show "${missing[i]}" >/dev/null 2>&1 || missing[i]+=t64
done
"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"

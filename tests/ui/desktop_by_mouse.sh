#!/usr/bin/env bash
# The main job by a real mouse on a real X display: drag conv2d from the palette onto the canvas, wire it from port to
# port, start, see the chart move, stop, find the run in the history.
#
#   desktop_by_mouse.sh TRAINYARD TRAINYARD_CLI PROJECTS_FOLDER [PICTURES_FOLDER]
#
# Exit codes: 0 passed, 1 failed, 77 skipped (a tool is missing; it says which).
set -u
trainyard=$1 cli=$2 projects=$3 pictures=${4:-}

for tool in Xvfb openbox xdotool import compare; do
    command -v $tool > /dev/null || { echo "skipped: $tool is not installed"; exit 77; }
done

work=$(mktemp -d)
processes=()
finish() {
    for ((i = ${#processes[@]} - 1; i >= 0; --i)); do kill "${processes[i]}" 2> /dev/null; done
    wait 2> /dev/null
    rm -rf "$work"
}
trap finish EXIT
failed() { echo "failed: $*"; picture failed; exit 1; }
picture() {  # NAME: kept where a folder for pictures was given
    import -window root "$work/$1.png"
    if [ -n "$pictures" ]; then mkdir -p "$pictures" && cp "$work/$1.png" "$pictures/"; fi
}
# until COMMAND succeeds, at most SECONDS: await SECONDS COMMAND...
await() {
    local tries=$(($1 * 5)); shift
    for ((i = 0; i < tries; ++i)); do "$@" && return 0; sleep 0.2; done
    return 1
}

# A network with a gap: an input, and a flatten whose input nothing feeds.
project=$work/home/gap
mkdir -p "$project/data"
cp "$projects/digits-cnn/data/digits.csv.gz" "$project/data/"
cat > "$project/project.json" << 'END'
{"format": 1, "name": "Gap",
 "graph": {"layers": [{"id": 1, "type": "input", "name": "image", "parameters": {"shape": [8, 8, 1]}},
                      {"id": 2, "type": "flatten", "name": "flatten1", "parameters": {}},
                      {"id": 3, "type": "dense", "name": "digit", "parameters": {"units": 10}},
                      {"id": 4, "type": "softmax_cross_entropy", "name": "loss", "parameters": {}}],
           "wires": [[2, 3, 0], [3, 4, 0]]},
 "data": {"format": "csv", "file": "data/digits.csv.gz", "header": "yes", "sample_shape": [8, 8, 1], "scaling": "min_max"},
 "training": {"epochs": 100000, "batch_size": 64, "threads": 1},
 "layout": {"1": [0, 0], "2": [0, 240], "3": [0, 320], "4": [0, 400]}}
END

mkdir -p "$work/config" "$work/data" "$work/cache" && mkdir -m 700 "$work/run"
export XDG_CONFIG_HOME=$work/config XDG_DATA_HOME=$work/data XDG_CACHE_HOME=$work/cache XDG_RUNTIME_DIR=$work/run
export TRAINYARD_HOME=$work/home QT_QPA_PLATFORM=xcb QT_SCALE_FACTOR=1 QT_FONT_DPI=96
Xvfb -displayfd 3 -screen 0 1400x900x24 3> "$work/display" > /dev/null 2>&1 &
processes+=($!)
await 10 test -s "$work/display" || failed "the display did not come up"
export DISPLAY=:$(cat "$work/display")
openbox > /dev/null 2>&1 &
processes+=($!)
sleep 0.5
"$trainyard" "$project" --page model > "$work/output" 2>&1 &
program=$!
processes+=($program)
shown() { window=$(xdotool search --onlyvisible --pid $program --name "Gap" 2> /dev/null | tail -1); [ -n "$window" ]; }
await 20 shown || failed "the window with the project did not appear"
xdotool windowsize --sync $window 1280 800 windowmove $window 20 40
sleep 1

# Where things stand in a window of 1280 x 800, in its own coordinates.
search="150 92"             # the palette's search field
found="111 156"             # the first layer it finds
spot="847 276"              # free canvas
conv_in="847 252" conv_out="847 300"  # the ports of a card dropped there
image_out="628 183" flatten_in="628 375"

at() { xdotool mousemove --window $window "$1" "$2" sleep 0.05; }
click() { at "$1" "$2"; xdotool click 1; sleep 0.2; }
drag() {  # FROM_X FROM_Y TO_X TO_Y, as a hand does it: one small move first, then the way, then a last small one
    at "$1" "$2"; xdotool mousedown 1; sleep 0.1
    at $(($1 + 12)) $(($2 + 8)); sleep 0.1
    for step in 1 2 3 4 5 6; do at $(($1 + ($3 - $1) * step / 6)) $(($2 + ($4 - $2) * step / 6)); done
    at $(($3 - 2)) "$4"; at "$3" "$4"; sleep 0.2; xdotool mouseup 1; sleep 0.3
}
saved() { xdotool key ctrl+s; sleep 0.2; grep -q "$1" "$project/project.json"; }

picture 1-open
click $search; xdotool type "conv2d"; sleep 0.5
picture 2-found
drag $found $spot
await 5 saved '"type": "conv2d"' || failed "conv2d did not come onto the canvas"
picture 3-dropped
drag $image_out $conv_in
await 5 saved '\[1,5,0\]' || failed "the wire from the input to conv2d was not drawn"
drag $conv_out $flatten_in
await 5 saved '\[5,2,0\]' || failed "the wire from conv2d to flatten was not drawn"
picture 4-wired
xdotool key F5
running() { "$cli" runs "$project" --json 2> /dev/null | grep -q '"state": *"running"'; }
await 20 running || failed "the run did not start"
sleep 2
picture 5-early
sleep 4
picture 6-later
changed=$(compare -metric AE "$work/5-early.png" "$work/6-later.png" null: 2>&1 | grep -oE '^[0-9]+')
[ "${changed:-0}" -gt 400 ] || failed "the charts did not move: ${changed:-0} pixels changed"
xdotool key shift+F5
stopped() { "$cli" runs "$project" --json 2> /dev/null | grep -q '"state": *"stopped"'; }
await 20 stopped || failed "the run is not in the history as stopped"
xdotool key ctrl+4; sleep 1
picture 7-history
[ -s "$work/output" ] && failed "the program said: $(cat "$work/output")"
echo "passed: $changed pixels of the charts moved in four seconds"

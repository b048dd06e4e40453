#!/usr/bin/env python3
"""Checks the sources against rules.json: who may include whom, banned headers and calls, colours, length, top level.

    check_architecture.py [SOURCE_FOLDER] [RULES]

Prints each violation as file:line: what, why, and leaves with 1 if there is any. Only files that git tracks or would track are
read; without git, all files outside build folders.
"""
import json
import pathlib
import re
import subprocess
import sys

SOURCES = {".h", ".cpp"}
TEXTS = SOURCES | {".py", ".sh", ".cmake", ".md", ".txt", ".json", ".xml", ".in", ".desktop", ".qss", ""}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
RULES = pathlib.Path(__file__).with_name("rules.json")


def listFiles(root):
    listed = subprocess.run(["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            capture_output=True, check=False)
    if listed.returncode == 0:
        names = [name for name in listed.stdout.decode().split("\0") if name]
    else:
        names = [str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()]
        names = [name for name in names if not name.startswith((".git/", "build"))]
    return sorted(name for name in names if (root / name).is_file())


def isUnder(name, folders):
    return any(name == folder or name.startswith(folder + "/") for folder in folders)


def appliesTo(rule, name):
    return isUnder(name, rule["under"]) and not isUnder(name, rule.get("except", []))


def includeRule(rules, name):
    """The row of the longest folder that holds this file; None where the table has none."""
    rows = [row for row in rules["includes"] if name.startswith(row["folder"] + "/")]
    return max(rows, key=lambda row: len(row["folder"]), default=None)


def allowed(rules, row, target):
    for entry in row["may"]:
        names = rules["groups"].get(entry, [entry])
        for one in names:
            if target == one:
                return True
            # A folder's row speaks for its subfolders, but engine/backends never opens engine/backends/cpu.
            if target.startswith(one + "/") and (one != "engine/backends"):
                return True
    return target.startswith(row["folder"] + "/") and includeRule(rules, target) is row


def checkSource(rules, name, lines):
    row = includeRule(rules, name)
    if row is None and isUnder(name, ["engine", "ui", "app"]):
        yield 1, "this folder has no row in rules.json"
    for number, line in enumerate(lines, 1):
        found = INCLUDE.match(line)
        if not found:
            continue
        quoted, target = found.group(1) == '"', found.group(2)
        if target.startswith(("engine/", "ui/", "app/")):
            if row is not None and not allowed(rules, row, target):
                yield number, f"{row['folder']} may not include {target}"
        elif quoted and "/" in target and row is not None:
            yield number, f"{target}: includes start at the top folder"
        for rule in rules["system_includes"]:
            if appliesTo(rule, name) and re.search(rule["banned"], target):
                yield number, f"{target}: {rule['why']}"


def checkWords(rules, name, lines):
    for rule in rules["words"]:
        if not appliesTo(rule, name) or name.startswith("tests/architecture/"):
            continue
        for number, line in enumerate(lines, 1):
            found = re.search(rule["banned"], line)
            if found:
                yield number, f"{found.group(0).strip()}: {rule['why']}"


def check(root, rules):
    """Yields (file, line, text) for each violation."""
    for name in listFiles(root):
        top = name.split("/")[0]
        if top not in rules["top_level"]:
            yield name, 1, f"{top} does not belong to the top level"
        suffix = pathlib.PurePosixPath(name).suffix
        if suffix not in TEXTS or name.startswith("projects/") and suffix != ".md" or name == "LICENSE":
            continue
        try:
            lines = (root / name).read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            yield name, 1, "is not UTF-8 text"
            continue
        if suffix in SOURCES and len(lines) > rules["longest_file"]:
            yield name, len(lines), f"has {len(lines)} lines; {rules['longest_file']} are the limit"
        if suffix in SOURCES:
            for number, text in checkSource(rules, name, lines):
                yield name, number, text
        for number, text in checkWords(rules, name, lines):
            yield name, number, text


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2]).resolve()
    rules = json.loads((pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else RULES).read_text())
    violations = list(check(root, rules))
    for name, number, text in violations:
        print(f"{name}:{number}: {text}")
    print(f"{len(listFiles(root))} files checked, {len(violations)} violations")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())

"""Look up every installed package in the public list of known vulnerabilities, by pip-audit.

    python -m pip install pip-audit && python tools/audit.py

Prints a line for each package: clean, known vulnerabilities, or not checked and why. Ends with 0
only if all were checked and are clean; 1 if one is vulnerable, 2 if one was not checked.
"""

import json
import subprocess
import sys
from importlib.metadata import distributions

COMMAND = [sys.executable, "-m", "pip_audit", "--local", "--format=json", "--progress-spinner=off"]


def installed():
    """Name and version of all that is installed here."""
    found = {canonical(each.metadata["Name"]): each.version for each in distributions()}
    return dict(sorted(found.items()))


def canonical(name):
    """One spelling of a package's name (PEP 503)."""
    return name.lower().replace("_", "-").replace(".", "-")


def asked():
    """(report of pip-audit or None, what it complained about)."""
    done = subprocess.run(COMMAND, capture_output=True, text=True, timeout=1800)
    try:
        return json.loads(done.stdout), done.stderr.strip()
    except json.JSONDecodeError:
        return None, (done.stderr.strip().splitlines() or ["it printed nothing"])[-1]


def verdicts(packages, report, complaint=""):
    """By package: "clean", "vulnerable: …" or "not checked: …"; never clean without an answer.

    packages: {name: version};  report: of pip-audit as JSON, or None
    """
    answers = {}
    for row in (report or {}).get("dependencies", []):
        answers[canonical(row["name"])] = row
    return {name: _verdict(version, answers.get(name), complaint)
            for name, version in packages.items()}  # fmt: skip


def _verdict(version, row, complaint):
    if row is None:
        return f"not checked: {complaint or 'pip-audit does not mention it'}"
    if "vulns" not in row:
        return f"not checked: {row.get('skip_reason', 'no answer')}"
    if row.get("version") != version:
        return f"not checked: pip-audit looked at {row.get('version')}, installed is {version}"
    if row["vulns"]:
        return "vulnerable: " + ", ".join(each["id"] for each in row["vulns"])
    return "clean"


def main():
    """Print all verdicts, and how many there are of each kind."""
    packages = installed()
    found = verdicts(packages, *asked())
    for name, words in found.items():
        print(f"{name} {packages[name]}: {words}")
    kinds = [words.split(":")[0] for words in found.values()]
    counts = {kind: kinds.count(kind) for kind in ("clean", "vulnerable", "not checked")}
    print(", ".join(f"{count} {kind}" for kind, count in counts.items()))
    return 1 if counts["vulnerable"] else 2 if counts["not checked"] else 0


if __name__ == "__main__":
    sys.exit(main())

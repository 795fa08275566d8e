"""What a check-up found, as text and as a small table."""

import html
from dataclasses import dataclass

import numpy as np

from gan_lessons.checkup.readings import Readings

NOT_READ = "not read"


@dataclass
class Report:
    """The readings and what they betray; print it, or let the notebook show it."""

    readings: Readings
    findings: list

    @property
    def faults(self):
        """The short names of the faults."""
        return [finding.fault for finding in self.findings]

    def rows(self):
        """(instrument, reading) of each instrument, as text."""
        r = self.readings
        heard = sorted(f"{a} to {b}" for (a, b), yes in r.listens.items() if yes)
        found = {
            "who is moved, update by update": ["+".join(sorted(moved)) for moved in r.moves],
            "gradient norm": _pairs(r.gradient),
            "weight change": _pairs(r.change),
            "who listens to whom": heard,
            "G alone: D's verdict on fakes": _pairs({"": r.rise}, "+.2g"),
            "D alone: gap real − fake": _pairs({"": r.gap}, "+.2g"),
            "D's mean output": _pairs(r.verdicts, ".2f"),
            "range": [f"{who} [{a:.2g}, {b:.2g}]" for who, (a, b) in r.ranges.items()],
            "spread of fakes over that of real": _pairs({"": r.spread}),
        }
        return [(name, ", ".join(texts) or NOT_READ) for name, texts in found.items()]

    @property
    def _all_clear(self):
        blind = any(text == NOT_READ for _, text in self.rows())
        return f"No fault found{' by the instruments that could be read' if blind else ''}."

    def __str__(self):
        lines = [f"{name:<34}{text}" for name, text in self.rows()]
        for fault, seen, cure in self.findings:
            lines += ["", f"Fault: {fault}", f"  seen: {seen}", f"  cure: {cure}"]
        return "\n".join(lines if self.findings else [*lines, "", self._all_clear])

    def _repr_html_(self):
        left = "<td style='text-align:left'>"
        rows = (
            f"<tr>{left}{html.escape(a)}</td>{left}{html.escape(b)}</td>" for a, b in self.rows()
        )
        said = (map(html.escape, finding) for finding in self.findings)
        words = "".join(
            f"<p><b>{f}</b>: {seen}<br><i>Cure:</i> {cure}</p>" for f, seen, cure in said
        )
        return f"<table>{''.join(rows)}</table>{words or f'<p><b>{self._all_clear}</b></p>'}"


def _pairs(values, style=".2g"):
    """Each number that was read, behind its name."""
    return [f"{name} {v:{style}}".strip() for name, v in values.items() if not np.isnan(v)]

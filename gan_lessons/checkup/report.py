"""What a check-up found, as text and as a small table."""

import html
from dataclasses import dataclass

import numpy as np

from gan_lessons.checkup.rules import Readings


@dataclass
class Report:
    """The readings and what they betray; print it, or let the notebook show it."""

    readings: Readings
    findings: list

    @property
    def healthy(self):
        """Whether no rule found anything."""
        return not self.findings

    @property
    def faults(self):
        """The short names of the faults."""
        return [finding.fault for finding in self.findings]

    def rows(self):
        """(instrument, reading) for everything that was read, as text."""
        r = self.readings
        found = [
            ("who is moved, update by update", ", ".join("+".join(sorted(m)) for m in r.moves))
        ]
        for name, values in (("gradient norm", r.gradient), ("weight change", r.change)):
            found.append((name, ", ".join(f"{p} {v:.2g}" for p, v in sorted(values.items()))))
        heard = sorted(pair for pair, yes in r.listens.items() if yes)
        found.append(("who listens to whom", ", ".join(f"{a} to {b}" for a, b in heard)))
        if np.isfinite(r.rise):
            found.append(("G alone: D's verdict on fakes", f"{r.rise:+.2g}"))
        if np.isfinite(r.gap):
            found.append(("D alone: gap real − fake", f"{r.gap:+.2g}"))
        if r.verdicts:
            pair = (f"{who} {r.verdicts[who]:.2f}" for who in ("real", "fake"))
            found.append(("D's mean output", ", ".join(pair)))
        spans = (f"{name} [{low:.2g}, {high:.2g}]" for name, (low, high) in r.ranges.items())
        found.append(("range", ", ".join(spans)))
        if np.isfinite(r.spread):
            found.append(("spread of fakes over that of real", f"{r.spread:.2g}"))
        return [(name, text) for name, text in found if text]

    def __str__(self):
        lines = [f"{name:<34}{text}" for name, text in self.rows()]
        for fault, seen, cure in self.findings:
            lines += ["", f"Fault: {fault}", f"  seen: {seen}", f"  cure: {cure}"]
        return "\n".join(lines if self.findings else [*lines, "", "No fault found."])

    def _repr_html_(self):
        cells = "".join(
            f"<tr><td style='text-align:left'>{html.escape(name)}</td>"
            f"<td style='text-align:left'>{html.escape(text)}</td></tr>"
            for name, text in self.rows()
        )
        words = "".join(
            f"<p><b>{html.escape(fault)}</b>: {html.escape(seen)}<br><i>Cure:</i> "
            f"{html.escape(cure)}</p>"
            for fault, seen, cure in self.findings
        )
        return f"<table>{cells}</table>{words or '<p><b>No fault found.</b></p>'}"

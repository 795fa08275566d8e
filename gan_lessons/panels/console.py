"""What a cockpit's learner sees and touches: buttons, sliders, lines of text. No game in here."""

import ipywidgets as widgets

from gan_lessons import arguments
from gan_lessons.panels.access import PANEL
from gan_lessons.panels.parts import (
    WRAP,
    button,
    clock,
    folded,
    knob_control,
    labelled,
    line,
    rounded,
    say,
    show_value,
)

PRIMARY = ("d_rate", "g_rate", "d_steps")  # the knobs that are always in sight

# Marks of the timeline, always so many: when a page is told a new range and a value together, it
# sends back the value cut to the old range, as if a person had moved the handle.
MARKS = 20


class Console:
    """The controls of a cockpit.

    presets: names of runs to choose from; without any there is no menu
    on:      what to call for "play", "step", "step D", "step G", "reset", "preset", "turn", "scrub"
             and, for a button more, "check-up"
    """

    def __init__(self, title, knobs, seed, stop_at, presets, pictures, on):
        self.play = button("Play", "Play or pause the training", on["play"], "play", "primary")
        self.step = button("Step", "Train D and G for one step", on["step"], "step-forward")
        self.alone = [
            button(f"Step {who}", f"One step of {who} alone", on[f"step {who}"], width="72px")
            for who in ("D", "G") if "moves" in knobs
        ]  # fmt: skip
        self.slow = widgets.ToggleButton(
            description="Slow", icon="hourglass-half", layout=widgets.Layout(width="84px"),
            tooltip="Slow motion: about five steps a second, one at a time",
        )  # fmt: skip
        self.reset = button("Reset", "Start anew at step 0 with this seed", on["reset"], "undo")
        self.buttons = [self.play, self.step, *self.alone, self.reset, self.slow]
        self.report, below = widgets.HTML(layout=widgets.Layout(max_width="100%")), []
        if "check-up" in on:
            tip = "Play a step on trial and name what is wrong"
            self.buttons.append(button("Check-up", tip, on["check-up"]))
            below = [self.report]
        short = widgets.Layout(width="90px")
        self.seed = widgets.BoundedIntText(
            seed, min=0, max=arguments.SEEDS, layout=short, tooltip="Seed; Reset starts with it"
        )
        self.stop_at = widgets.BoundedIntText(
            stop_at, min=1, max=arguments.STEPS, layout=short, tooltip="Play pauses at this step"
        )
        self.preset = widgets.Dropdown(
            options=("choose …", *presets),
            layout=widgets.Layout(width="120px"),
            tooltip="Set all knobs at once and start anew",
        )
        self.preset.observe(on["preset"], "value")
        self.knobs = {name: knob_control(name, knob) for name, knob in knobs.items()}
        self.values = {name: knob.value for name, knob in knobs.items()}  # the game's
        self.seen = {name: control.value for name, control in self.knobs.items()}  # the sliders'
        for control in self.knobs.values():
            control.observe(on["turn"], "value")
        tip = "Go back to an earlier step"
        self.timeline = widgets.IntSlider(0, 0, MARKS, readout=False, tooltip=tip)
        self.place = 0  # where the code last put the timeline; anywhere else, a person did
        self.timeline.observe(on["scrub"], "value")
        wide = widgets.Layout(width="240px", min_width="100px", flex="0 1 auto")
        self.progress = widgets.IntProgress(
            0, 0, max(1, stop_at), tooltip="Steps played", layout=wide
        )
        self.numbers, self.status, self.doctor = line(), line(live=True), line()
        self.view = self._laid_out(title, knobs, pictures, below)

    def _laid_out(self, title, knobs, pictures, below):
        heading = line()
        say(heading, title, strong=True)
        fields = []
        for text, field in (("seed", self.seed), ("stop at step", self.stop_at)):
            label = widgets.Label(text, layout=widgets.Layout(margin="0 4px 0 12px"))
            fields.append(widgets.HBox([label, field]))
        if len(self.preset.options) > 1:
            label = widgets.Label("preset", layout=widgets.Layout(margin="0 4px 0 12px"))
            fields.append(widgets.HBox([label, self.preset]))
        rows = {n: labelled(knobs[n].label or n, control) for n, control in self.knobs.items()}
        first = [n for n in PRIMARY if n in rows] or list(rows)[:3]
        more = [row for n, row in rows.items() if n not in first]
        parts = [
            heading,
            widgets.HBox([widgets.HBox(self.buttons, layout=WRAP), *fields], layout=WRAP),
            widgets.HBox([rows[n] for n in first], layout=WRAP),
            pictures,
            labelled("timeline", self.timeline, label_width="70px", width="790px"),
            widgets.HBox([self.progress, self.numbers], layout=WRAP),
            self.status,
            self.doctor,
            *below,
        ]
        if more:
            parts += folded("More knobs", widgets.HBox(more, layout=WRAP))
        view = widgets.VBox(parts, layout=widgets.Layout(max_width="850px", overflow="hidden"))
        view.add_class(PANEL)
        return view

    def show_playing(self, playing):
        """Let the first button offer what can be done now; the timeline rests while it plays."""
        self.timeline.disabled = playing
        self.play.description = "Pause" if playing else "Play"
        self.play.icon = "pause" if playing else "play"

    def show_knobs(self, knobs):
        """Set the sliders to the game's values, but for those that a person is just turning."""
        for name, control in self.knobs.items():
            value = knobs[name].value
            if control.value == self.seen[name] and value != self.values[name]:
                self.seen[name] = self.values[name] = value
                show_value(control, value)

    def turned(self):
        """Return the knobs that a person turned since the last call, with their new values.

        A page moves a slider to the nearest of its marks when it first draws it; that is no turn.
        """
        changed = {}
        for name, control in self.knobs.items():
            old, new = self.seen[name], control.value
            if new != old:
                self.seen[name] = new
                if not (old == self.values[name] and rounded(control, old, new)):
                    changed[name] = self.values[name] = new
        return changed

    def show_place(self, share):
        """Show that the game stands at ``share`` (0 … 1) of the steps kept on the timeline.

        A handle that a person is just moving stays where it is.
        """
        if self.timeline.value == self.place:
            self.place = self.timeline.value = round(share * MARKS)

    def scrubbed(self):
        """Return the share that a person moved the timeline to since the last call, or None."""
        if self.timeline.value == self.place:
            return None
        self.place = self.timeline.value
        return self.place / MARKS

    def show_numbers(self, step, speed, playing):
        """Show steps, steps per second and the time left at the speed that was measured."""
        goal = self.stop_at.value
        self.progress.max, self.progress.value = max(1, goal), min(step, goal)
        text = f"step {step:,} of {goal:,}"
        if speed:
            text += f" · {speed:,.0f} steps/s" if speed >= 10 else f" · {speed:.1f} steps/s"
            if playing and step < goal:
                text += f" · about {clock((goal - step) / speed)} left"
        say(self.numbers, text)

    def disable(self):
        """Make every control dead, for a panel whose game was taken over by another."""
        fields = (*self.buttons, self.seed)
        for control in (*fields, self.stop_at, self.timeline, self.preset, *self.knobs.values()):
            control.disabled = True

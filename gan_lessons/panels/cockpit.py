"""The cockpit: play, pause, turn, rewind and fork any Game while its pictures follow.

Training is one task on the kernel's event loop. It trains a slice of 10 to 40 ms, draws if that is
due, and then lets the kernel read its messages; so buttons and sliders stay alive.
"""

import asyncio
import time
import weakref
from collections.abc import Mapping

from gan_lessons import arguments
from gan_lessons.game import MOVES, Diverged, allowed
from gan_lessons.panels.console import Console
from gan_lessons.panels.doctor import diagnose
from gan_lessons.panels.kernel import Home, Latest, listen_for_interrupt, stop_listening
from gan_lessons.panels.pace import Pace
from gan_lessons.panels.parts import close, say, shown_as
from gan_lessons.panels.screens import Screens
from gan_lessons.panels.stages import SAMPLES, Tiles
from gan_lessons.panels.timeline import Timeline
from gan_lessons.pictures import Still, tile

SLICES = (0.010, 0.040)  # seconds of training between two looks at the kernel's messages
BREATH = 0.002  # seconds given to the kernel for them
DRAWING_SHARE = 0.4  # of the time between two frames at most; messages take their part too
FRAMES = 26  # a second at most: more would look the same and leave fewer steps
SLOW = 0.2  # seconds a step takes in slow motion
NUMBERS_EVERY = 0.25  # seconds between two updates of the lines of text
DOCTOR_EVERY = 1.0
SAVE_EVERY = 10.0
GAME = (
    "step", "seed", "knobs", "record", "turn", "advance",
    "sample", "verdicts", "references", "snapshot", "restore", "reset",
)  # fmt: skip
IDLE = "Press Play. (If Play does nothing, a cell is still running.)"

_open = weakref.WeakSet()


class Cockpit:
    """The panel that ``cockpit`` and ``compare`` return. Its methods do what its buttons do."""

    def __init__(self, game, screens, title, stop_at, autosave=None, presets=None, slices=SLICES,
                 check_up=None):  # fmt: skip
        self.check_up = check_up
        presets, self.slices = presets or {}, slices
        self.game, self.autosave, self.presets = game, autosave, presets
        self.home, self.timeline, self.pace = Home(), Timeline(), Pace()
        self.interrupted = False
        self._task, self._retired, self._was_seen = None, False, False
        self._whole = None  # the history with its future, while the game stands at an earlier step
        self._since_frame, self._save_problem = 0.0, ""
        self._claim(game)
        self.screens = screens
        self.console = Console(
            title, game.knobs, game.seed, stop_at, presets, self.screens.view, self._actions()
        )
        redraw = Latest(self.home, lambda: self._guarded(self.screens.draw_all))
        for switch in screens.switches.values():
            switch.observe(redraw, "value")
        screens.seen._view_count = 0  # from now on the page counts the views
        screens.seen.observe(self._on_views, "_view_count")
        self._refresh(f"Paused at step {game.step:,}. {IDLE}")
        _open.add(self)

    # What the buttons do

    @property
    def playing(self):
        """Whether the training runs."""
        return self._task is not None

    @property
    def status(self):
        """What the status line says."""
        return self._status

    def play(self, seconds=None):
        """Start the training; it goes on until it is paused, or for ``seconds``."""
        if seconds is not None:
            arguments.number("seconds", seconds, above=0)
        self._guarded(lambda: self._start(seconds))

    async def watch(self, seconds):
        """Play for ``seconds`` while a cell waits for it: ``await panel.watch(5)``.

        So the pictures move at once, also when more cells are waiting behind this one. The time
        counts from the end of the first step, which may have to compile the game.
        """
        arguments.number("seconds", seconds, above=0)
        self._say("Preparing the game.")
        await asyncio.sleep(0.05)  # let the page show it
        self.step()
        self.play(seconds)
        try:
            while self.playing:
                await asyncio.sleep(0.05)
        finally:
            self.pause()  # the cell was interrupted

    def pause(self):
        """Stop after the step that is being played."""
        if self.playing:
            self._stop(f"Paused at step {self.game.step:,}. {IDLE}")

    def step(self, moves=None):
        """Play one step; ``moves``, one of gan_lessons.game.MOVES, says who moves in it."""
        if moves is not None and not self._retired:  # a closed panel has no game
            allowed(self.game.knobs, "moves", moves)
        self._guarded(lambda: self._one_step(moves))

    def reset(self, seed=None):
        """Start anew at step 0, with a new seed if one is given."""
        if seed is not None:
            arguments.seed(seed)
        self._guarded(lambda: self._reset(self.game.seed if seed is None else seed))

    def go_to(self, step):
        """Go to the kept step nearest to ``step``; playing from there makes a new future."""
        arguments.number("step", step)
        self._guarded(lambda: self._go_to(step))

    def still(self):
        """Return both pictures as they are now as one, for readers without a kernel."""
        return Still(self.screens.still(), " ".join(self.screens.access.words))

    def retire(self, words="A newer panel plays this game; use that one, or run this cell again."):
        """Stop for good: another panel has taken the game, or nobody sees this one any more.

        The pictures stay as they are, for the game may have gone on without this panel. Gives the
        memory back; the controls' too, once no page shows them.
        """
        self._retired = True
        self._stop("", save=False)
        self._say(words)
        self.timeline.clear()
        self._whole = None
        self.console.disable()
        for switch in self.screens.switches.values():
            switch.disabled = True
        self.screens.let_go()
        if self._unseen():
            self._close()

    def _unseen(self):
        """Whether a page showed this panel, and none does now."""
        return self._was_seen and not self.screens.seen._view_count

    def _close(self):
        self.game = self.check_up = None
        for part in (self.console.view, self.console.preset, self.console.report):
            close(part)  # the view may lack the last two

    # The task

    def _start(self, seconds=None):
        if self.playing or self._retired:
            return
        loop = self.home.find_loop()
        if loop is None:
            self._say("Play needs JupyterLab; in plain Python call game.advance(steps) instead.")
            return
        if self.game.step >= self.console.stop_at.value:
            self._say(f'Already at step {self.game.step:,}. Raise "stop at step" to play on.')
            return
        self._leave_the_past()
        self.interrupted = False
        self.pace.start(seconds)
        self._task = loop.create_task(self._run())
        self.console.show_playing(True)
        self._say(f"Playing for {seconds:g} seconds." if seconds else "Playing.")

    async def _run(self):
        me = self._task
        try:
            while self._task is me:
                listen_for_interrupt(self)
                start = time.perf_counter()
                self._slice()
                rest = SLOW - (time.perf_counter() - start) if self.console.slow.value else 0
                await asyncio.sleep(max(BREATH, rest))
                self.pace.tick()
        except (Exception, KeyboardInterrupt) as error:
            self._fail(error)
        finally:
            if self._task is me or self._task is None:
                self._task = None
                stop_listening(self)

    def _slice(self):
        """Train and draw as is due; then write what is due, and stop where that was asked for."""
        goal = self.console.stop_at.value
        self.screens.look_at(until=goal)
        if self.console.slow.value:
            self._advance(goal, 0)
            self.screens.draw_all()
        else:
            self._train_and_draw(goal)
        if self.pace.due("numbers", NUMBERS_EVERY):
            self.pace.passed(self.game.step)
            self._show_numbers()
        if self.pace.due("doctor", DOCTOR_EVERY):
            self._consult()
        if self.autosave and self.pace.due("save", SAVE_EVERY):
            self._save()
        if self.interrupted:
            self._stop(f"Stopped by ■ at step {self.game.step:,}. {IDLE}")
        elif self.game.step >= goal:
            self._stop(f'Reached step {self.game.step:,}. Raise "stop at step" to play on.')
        elif self.pace.over():
            self._stop(f"Played its time, to step {self.game.step:,}. {IDLE}")

    def _train_and_draw(self, goal):
        """Train until a frame is due, as far as ``slices`` allow, and draw it if it is."""
        start = time.perf_counter()
        cost = self.screens.last_cost
        between_frames = max(cost * (1 - DRAWING_SHARE) / DRAWING_SHARE, 1 / FRAMES - cost)
        between_frames -= self.pace.step_time / 2  # steps are whole: overshoot as often as not
        length = min(max(between_frames - self._since_frame, self.slices[0]), self.slices[1])
        left = length
        while left > 0.3 * length and self.game.step < goal and not self.interrupted:
            self._advance(min(goal, self.timeline.next_due(self.game.step)), left)
            left = start + length - time.perf_counter()
        self._since_frame += time.perf_counter() - start
        # A little early or a little late: waiting for another slice would always be late.
        if self._since_frame >= between_frames - self.slices[0] / 2:
            self._since_frame = 0.0
            self.screens.draw_frame()

    def _advance(self, goal, seconds):
        """Play towards ``goal``, about ``seconds`` or one step; take a snapshot where it is due."""
        start, before = time.perf_counter(), self.game.step
        steps = min(goal - before, self.pace.steps_in(seconds))
        self.game.advance(steps)
        self.pace.timed(steps, time.perf_counter() - start)
        if self.game.step == self.timeline.next_due(before):
            self.timeline.keep(self.game.step, self.game.snapshot())

    def _stop(self, words, save=True):
        """Stop the task if it runs, save, and show where the game stands."""
        was_playing, self._task = self.playing, None
        stop_listening(self)
        self.console.show_playing(False)
        if was_playing and save and self.autosave:
            self._save()
        if not self._retired:
            self._refresh(words)

    def _fail(self, error):
        """Stop and say in words what went wrong."""
        if isinstance(error, Diverged):
            words = str(error)
        elif isinstance(error, KeyboardInterrupt):
            words = f"Stopped by ■ at step {self.game.step:,}. {IDLE}"
        else:
            words = f"Stopped: {type(error).__name__}: {error}"
        self._task = None
        stop_listening(self)
        self.console.show_playing(False)
        try:
            self._refresh(words)
        except Exception:  # the pictures may be what failed
            self._say(words)

    def _save(self):
        """Save the game; a failure is told and playing goes on."""
        try:
            self.game.save(self.autosave)
            self._save_problem = ""
        except Exception as error:
            self._save_problem = (
                f" Could not save to {self.autosave}: {type(error).__name__}: {error}"
            )
        self._say(self._words)

    # The other actions

    def _one_step(self, moves=None):
        self.pause()
        self._leave_the_past()
        if moves:
            before = self.game.knobs["moves"].value
            self.game.turn(moves=moves)
        try:
            self.game.advance(1)
        finally:
            if moves:
                self.game.turn(moves=before)
        who = f", {moves}" if moves else ""
        self._refresh(f"Played one step{who}. Paused at step {self.game.step:,}. {IDLE}")

    def _reset(self, seed):
        self.pause()
        self.game.reset(seed)
        self.console.seed.value = seed
        self._whole = None
        self.timeline.clear()
        self.screens.forget(-1)
        self._refresh(f"Back at step {self.game.step:,} with seed {self.game.seed}. {IDLE}")

    def _go_to(self, step, move_handle=True):
        self.pause()
        if self._whole is None:
            self._whole = {name: rows.copy() for name, rows in self.game.record.items()}
        step, snapshot = self.timeline.nearest(step)
        self.game.restore(snapshot)
        last = self.timeline.steps[-1]
        words = f"Paused at step {step:,}. {IDLE}"
        if step < last:
            words = f"Back at step {step:,} of {last:,}. Play or Step from here for a new future."
        else:
            self._whole = None
        self._refresh(words, move_handle)

    def _leave_the_past(self):
        """Forget the future when the game goes on from an earlier step."""
        self._whole = None
        self.timeline.cut(self.game.step + 1)
        self.screens.forget(self.game.step)

    def _take_preset(self):
        """Set the knobs of the chosen preset and start anew."""
        chosen = self.console.preset.value
        if chosen in self.presets:
            self.pause()
            self.game.turn(**self.presets[chosen])
            self._reset(self.game.seed)
            self._say(f"Set to “{chosen}”, back at step 0. {IDLE}")

    def _turn(self):
        turned = self.console.turned()
        if turned:
            self.game.turn(**turned)
            if not self.playing:
                self._refresh(f"Turned. Paused at step {self.game.step:,}. {IDLE}")

    def _scrub(self):
        share = self.console.scrubbed()
        if share is not None and not self.playing:
            first, last = self.timeline.steps[0], self.timeline.steps[-1]
            self._go_to(first + share * (last - first), move_handle=False)

    def _check_up(self):
        self.pause()
        self.console.report.value = self.check_up(self.game)._repr_html_()
        self._say(f"Checked. Paused at step {self.game.step:,}. {IDLE}")

    # What is shown

    def _say(self, words):
        self._words = words
        self._status = words + self._save_problem
        say(self.console.status, self._status, strong=True)

    def _refresh(self, words, move_handle=True):
        """Draw and write everything anew; the timeline's handle stays if a person holds it."""
        self._say(words)
        self.console.show_knobs(self.game.knobs)
        self.screens.look_at(self._whole, self.game.step, self.console.stop_at.value)
        self.screens.draw_all()
        if self._whole is None:
            self.timeline.keep(self.game.step, self.game.snapshot())
        if move_handle:
            first, last = self.timeline.steps[0], self.timeline.steps[-1]
            self.console.show_place(
                (self.game.step - first) / (last - first) if last > first else 1
            )
        self._show_numbers()
        self._consult()

    def _show_numbers(self):
        self.console.show_numbers(self.game.step, self.pace.speed(), self.playing)

    def _consult(self):
        if not self.screens.curves:
            return
        objective = self.game.knobs["objective"].value if "objective" in self.game.knobs else ""
        found = diagnose(self.game.record, objective, self.game.references(), self.screens.verdicts)
        say(self.console.doctor, f"Loss doctor: {found.sentence}")

    # Messages from the page

    def _actions(self):
        """Return what each control calls; all of it is done at home, mistakes go to the status."""
        console = {
            "play": lambda: self.pause() if self.playing else self._start(),
            "step": self._one_step,
            "step D": lambda: self._one_step(MOVES[1]),
            "step G": lambda: self._one_step(MOVES[2]),
            "reset": lambda: self._reset(self.console.seed.value),
            "preset": self._take_preset,
            "turn": self._turn,
            "scrub": self._scrub,
        }
        if self.check_up:
            console["check-up"] = self._check_up
        return {
            name: Latest(self.home, lambda work=work: self._guarded(work))
            for name, work in console.items()
        }

    def _guarded(self, work):
        try:
            if not self._retired:
                work()
        except (Exception, KeyboardInterrupt) as error:
            self._fail(error)

    def _on_views(self, change):
        """Stop when the last view of the picture has gone: nobody watches."""
        self._was_seen = True
        if not change["new"]:
            self.home.call(self._close if self._retired else lambda: self._guarded(self.pause))

    def _claim(self, game):
        """Take the game from older panels; those that nobody sees give their memory back."""
        for other in list(_open):
            if _played(other.game) is _played(game):
                other.retire()
                _open.discard(other)
            elif other._unseen():
                other.retire("No page shows this panel any more; run its cell again.")
                _open.discard(other)
            elif not other.screens.seen._view_count:
                other.timeline.keep_ends()

    def _repr_mimebundle_(self, **_):
        if self.console.view.comm is None:  # closed: a newer panel plays the game
            return {"text/plain": self.status}
        return shown_as(self.console.view)


def _played(game):
    """The game itself, where ``game`` is a pair that plays it twice."""
    return getattr(game, "game", game)


def cockpit(game, *, autosave=None, title="Cockpit", stop_at=2000, show=tile, stage=None,
            samples=SAMPLES, presets=None, check_up=None):  # fmt: skip
    """Return a panel that plays ``game``; it opens paused.

    game:     any object with the members of gan_lessons.game.Game
    autosave: a path; the game is saved there every ten seconds of play and at each pause
    title:    what stands above the panel
    stop_at:  the step at which Play pauses; the learner can change it
    show:     turns game.sample(samples) into one uint8 picture (H, W) or (H, W, 3); by default
              pictures (n, height, width, channels) in a grid
    samples:  how many ``show`` gets
    stage:    in place of ``show``, a PlaneStage for a game of points
    presets:  by name, knobs that a menu sets at once, starting anew
    check_up: gan_lessons.checkup.check_up, for a button that shows its report below
    """
    arguments.has("game", game, *GAME)
    arguments.text("title", title)
    stop_at = arguments.whole("stop_at", stop_at, 1, arguments.STEPS)
    if autosave is not None:
        arguments.path("autosave", autosave)
        arguments.has("game", game, "save")
    if stage is not None:
        arguments.has("stage", stage, "open")
    presets = (
        {} if presets is None else arguments.kind("presets", presets, Mapping, "dicts by name")
    )
    for name, knobs in presets.items():
        arguments.kind("presets", knobs, Mapping, f"dicts of knobs by name, also for {name!r}")
        for knob, value in knobs.items():
            allowed(game.knobs, knob, value)
    if check_up is not None:
        arguments.function("check_up", check_up)
    screens = Screens(game, [(stage or Tiles(show, samples)).open(game)])
    return Cockpit(game, screens, title, stop_at, autosave, presets, check_up=check_up)

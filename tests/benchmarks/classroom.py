"""A class on one machine: N learners play lesson 04's cockpit through a JupyterHub.

    PATH=~/class/node_modules/.bin:$PATH .venv/bin/python tests/benchmarks/classroom.py 1 2 4 8

The class grows to each of these sizes.

Linux only; it needs what docs/hub.md installs, and starts the hub with the configuration of that
page, on a port of its own that only this machine reaches. Each learner is real but for the
browser: a server and a kernel of their own, all messages by HTTP and websocket through the hub's
proxy. A learner runs the cells up to the first cockpit, tells the kernel that its picture has a
view (as a page does), presses Play and turns a slider every few seconds. Printed for each size,
first with everybody playing at once, then with one in four; the others press Step instead, also
every few seconds:

    ready     seconds from the last learners' coming until all new panels stand
    frames/s  the panel's own count: the slowest learner's and the median
    seen/s    pictures of digits that came through to a learner (median)
    steps/s   of training, the median of those who play
    answer    seconds from a slider's or Step's message to the picture after it: median, and what
              9 of 10 stay below
    MB        of a learner's server and kernel; pages that processes share are divided among them
    free GB   what the machine has left
    Mbit/s    that one learner who plays is sent
    script    cores that this script used, which plays the browsers' part
    others    cores that programs used which have nothing to do with the class

Useful is a size at which the slowest frames/s is at least 2 and 9 of 10 answers take less than 1 s.
"""

import argparse
import asyncio
import contextlib
import json
import math
import os
import random
import re
import secrets
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

import nbformat
import psutil
from jupyter_server.services.kernels.connection.base import deserialize_binary_message
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

ROOT = Path(__file__).resolve().parents[2]
LESSON = ROOT / "notebooks" / "04_training_loop.ipynb"
FRAMES, ANSWER = 2.0, 1.0  # the useful size: frames a second at least, seconds at most
ROOM = 1e9  # bytes that must be free for one more learner
TOUCH_EVERY = 4.0  # seconds between two touches of a learner
WARM_UP = 3.0  # seconds of play before anything is counted

OURS = """
load_subconfig("from_docs.py")
c.JupyterHub.bind_url = "http://127.0.0.1:{0}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{1}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{2}"
c.JupyterHub.services.append({{"name": "teacher", "api_token": "{token}"}})
scopes = ["admin:users", "admin:servers", "access:servers"]
c.JupyterHub.load_roles.append({{"name": "teacher", "services": ["teacher"], "scopes": scopes}})
c.Spawner.args += {args}
"""

# What a page knows of the panel: the widgets that it shows, by the names that messages use.
FIND_WIDGETS = """
import json as _json, time as _time
panel.console.stop_at.value = 10**9
_ids = {
    "seen": panel.screens.seen.model_id,
    "play": panel.console.play.model_id,
    "step": panel.console.step.model_id,
    "rate": panel.console.knobs["d_rate"].model_id,
    "value": panel.console.knobs["d_rate"].value,
}
"""
COUNTERS = "[_time.time(), panel.screens.frames, live.step, panel.playing]"


def documented_config():
    """The configuration of the hub that docs/hub.md shows."""
    text = (ROOT / "docs" / "hub.md").read_text(encoding="utf-8")
    (found,) = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    return found


def free_ports(count):
    """Numbers of ports that nobody listens on."""
    with contextlib.ExitStack() as stack:
        found = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in found:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in found]


class Hub:
    """A running JupyterHub and its proxy; ``folder`` holds all that it writes."""

    def __init__(self, folder):
        ports = free_ports(3)
        self.token, self.address = secrets.token_hex(16), f"127.0.0.1:{ports[0]}"
        args = ["--allow-root"] if os.geteuid() == 0 else []
        (folder / "from_docs.py").write_text(documented_config(), encoding="utf-8")
        config = folder / "config.py"
        config.write_text(OURS.format(*ports, token=self.token, args=args), encoding="utf-8")
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        env = {**os.environ, "PATH": path, "CLASS_PASSWORD": secrets.token_hex(16)}
        if not shutil.which("configurable-http-proxy", path=path):
            sys.exit("no configurable-http-proxy on the PATH: see docs/hub.md")
        command = [sys.executable, "-m", "jupyterhub", "-f", str(config)]
        self.log = folder / "hub.log"
        with open(self.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log)

    async def ask(self, method, path, body=None, seconds=120):
        """Return what the address ``path`` behind the proxy answers."""
        content = json.dumps(body) if body is not None else "" if method == "POST" else None
        request = HTTPRequest(
            f"http://{self.address}/{path}", method, self.headers(), content,
            request_timeout=seconds, connect_timeout=seconds,
        )  # fmt: skip
        answer = await AsyncHTTPClient().fetch(request)
        return json.loads(answer.body or "null")

    def headers(self):
        return {"Authorization": f"token {self.token}"}

    async def wait(self):
        """Wait until it answers."""
        for _ in range(240):
            with contextlib.suppress(OSError, HTTPClientError):
                return await self.ask("GET", "hub/api/")
            if self.process.poll() is not None:
                break
            await asyncio.sleep(0.25)
        sys.exit(f"the hub did not start:\n{self.log.read_text()[-3000:]}")

    def servers(self):
        """By learner's server, the processes of it and of its kernels."""
        found = []
        for child in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.NoSuchProcess):
                if any("jupyterhub-singleuser" in word for word in child.cmdline()):
                    found.append([child, *child.children(recursive=True)])
        return found

    def stop(self):
        """End the hub, the proxy and every learner's server."""
        family = psutil.Process(self.process.pid).children(recursive=True)
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(30)
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()


class Learner:
    """Somebody with a server, a kernel and a panel of their own."""

    def __init__(self, hub, name):
        self.hub, self.name, self.session = hub, name, uuid.uuid4().hex
        self.replies, self.ids = {}, {}
        self.pictures = self.bytes = 0
        self.touched, self.heard, self.answers = None, False, []

    async def come(self, sources):
        """Start the server and a kernel, and run these cells."""
        await self.hub.ask("POST", f"hub/api/users/{self.name}")
        with contextlib.suppress(HTTPClientError):  # 202, or still pending: asked for below
            await self.hub.ask("POST", f"hub/api/users/{self.name}/server", seconds=600)
        while not (await self.hub.ask("GET", f"hub/api/users/{self.name}"))["server"]:
            await asyncio.sleep(0.5)
        kernel = await self.hub.ask("POST", f"user/{self.name}/api/kernels", {"name": "python3"})
        path = f"user/{self.name}/api/kernels/{kernel['id']}/channels"
        address = HTTPRequest(f"ws://{self.hub.address}/{path}", headers=self.hub.headers())
        self.socket = await websocket_connect(address, max_message_size=2**26)
        self.reader = asyncio.create_task(self._read())
        for source in sources:
            await self.run(source)
        found = await self.run(FIND_WIDGETS, "_json.dumps(_ids)")
        self.ids = json.loads(found)
        self._to_widget("seen", {"method": "update", "state": {"_view_count": 1}})

    async def run(self, source, expression="None"):
        """Run a cell; return the value of an expression of plain values after it."""
        wanted = {"it": expression}
        sent = self._send("execute_request", {
            "code": source, "silent": False, "store_history": True, "allow_stdin": False,
            "stop_on_error": True, "user_expressions": wanted,
        })  # fmt: skip
        self.replies[sent] = asyncio.get_running_loop().create_future()
        content = await asyncio.wait_for(self.replies[sent], 900)
        if content["status"] != "ok":
            raise RuntimeError(f"{self.name}: {content.get('evalue')}\nin the cell:\n{source}")
        text = content["user_expressions"]["it"]["data"]["text/plain"]
        return text[1:-1] if text.startswith("'") else text

    async def counters(self):
        """(the kernel's clock in seconds, frames drawn, step, whether it plays)."""
        return json.loads(await self.run("", f"_json.dumps({COUNTERS})"))

    def press(self, button):
        """Press "play", which also pauses, or "step"."""
        self._to_widget(button, {"method": "custom", "content": {"event": "click"}})

    async def touch(self, until, plays):
        """Turn a slider now and then, or press Step if nothing plays; time the next picture.

        Only such a picture counts as is sent after the kernel's word that it has the new value.
        """
        await asyncio.sleep(random.uniform(0, TOUCH_EVERY))
        factor = 1.0
        while time.monotonic() < until:
            if self.touched:  # no picture since the last time: as slow as that at least
                self.answers.append(time.monotonic() - self.touched)
            factor = 1.122 / factor  # one mark to the right, and back
            self.touched, self.heard = time.monotonic(), not plays
            if plays:
                state = {"value": self.ids["value"] * factor}
                self._to_widget("rate", {"method": "update", "state": state, "buffer_paths": []})
            else:
                self.press("step")
            await asyncio.sleep(TOUCH_EVERY)

    async def leave(self):
        """Close the page; the server ends with the hub."""
        self.reader.cancel()
        self.socket.close()

    def _to_widget(self, which, data):
        self._send("comm_msg", {"comm_id": self.ids[which], "data": data})

    def _send(self, kind, content):
        number = uuid.uuid4().hex
        header = {
            "msg_id": number, "msg_type": kind, "session": self.session, "username": self.name,
            "version": "5.3", "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        }  # fmt: skip
        message = {
            "header": header, "parent_header": {}, "metadata": {}, "content": content,
            "channel": "shell", "buffers": [],
        }  # fmt: skip
        self.socket.write_message(json.dumps(message))
        return number

    async def _read(self):
        while (raw := await self.socket.read_message()) is not None:
            self.bytes += len(raw)
            binary = isinstance(raw, bytes)
            message = deserialize_binary_message(raw) if binary else json.loads(raw)
            kind, content = message["header"]["msg_type"], message["content"]
            if kind == "execute_reply":
                waiting = self.replies.pop(message["parent_header"].get("msg_id"), None)
                if waiting and not waiting.done():
                    waiting.set_result(content)
            elif kind == "comm_msg":
                self._hear(content["comm_id"], content["data"])
        for waiting in self.replies.values():
            waiting.done() or waiting.set_exception(ConnectionError(f"{self.name} lost the kernel"))

    def _hear(self, widget, data):
        """Take note of a picture, and of the kernel's word that it has the slider's new value."""
        if widget == self.ids.get("rate") and data.get("method") == "echo_update":
            self.heard = True
        elif widget == self.ids.get("seen") and data.get("buffer_paths"):
            self.pictures += 1
            if self.touched and self.heard:
                self.answers.append(time.monotonic() - self.touched)
                self.touched = None


def shared_memory(processes):
    """Bytes of these processes, pages that others use too divided among all (PSS)."""
    total = 0
    for process in processes:
        with contextlib.suppress(OSError):
            text = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
            total += 1024 * int(re.search(r"^Pss:\s+(\d+)", text, re.M)[1])
    return total


def cpu_seconds(hub):
    """(of the hub, all learners and this script; of the whole machine), since they started."""
    ours = time.process_time()
    for process in [hub, *hub.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            ours += sum(process.cpu_times()[:2])
    machine = psutil.cpu_times()
    return ours, sum(machine) - machine.idle - machine.iowait


async def play(learners, players, seconds):
    """Let ``players`` play and all ``learners`` turn sliders; return what was measured."""
    for learner in players:
        learner.press("play")
    await asyncio.sleep(WARM_UP)
    before = await asyncio.gather(*(learner.counters() for learner in learners))
    for learner in learners:
        learner.answers, learner.touched = [], None
        learner.pictures = learner.bytes = 0
    hub = psutil.Process(learners[0].hub.process.pid)
    start, script, (ours, machine) = time.monotonic(), time.process_time(), cpu_seconds(hub)
    until = start + seconds
    await asyncio.gather(*(learner.touch(until, learner in players) for learner in learners))
    late = [time.monotonic() - one.touched for one in learners if one.touched]  # not answered yet
    answers = [answer for one in learners for answer in one.answers] + late
    passed, now = time.monotonic() - start, cpu_seconds(hub)
    script = (time.process_time() - script) / passed
    others = (now[1] - machine - (now[0] - ours)) / passed
    seen = [one.pictures / passed for one in players]
    sent = [8e-6 * one.bytes / passed for one in players]
    after = await asyncio.gather(*(learner.counters() for learner in learners))
    rates = []
    for learner, old, new in zip(learners, before, after, strict=True):
        assert new[3] == (learner in players), f"{learner.name} plays: {new[3]}"
        if learner in players:
            rates.append(
                [(b - a) / (new[0] - old[0]) for a, b in zip(old[1:3], new[1:3], strict=True)]
            )
    for learner in players:
        learner.press("play")
    await asyncio.gather(*(learner.run("") for learner in learners))  # all have paused
    frames, steps = zip(*rates, strict=True)
    return {
        "slowest": min(frames), "frames": statistics.median(frames), "script": script,
        "others": others,
        "seen": statistics.median(seen), "steps": statistics.median(steps),
        "answer": statistics.median(answers), "sent": statistics.median(sent),
        "answer9": statistics.quantiles(answers, n=10)[-1] if len(answers) > 1 else answers[0],
    }  # fmt: skip


def print_row(hub, learners, playing, ready, found):
    """Print one line of the table."""
    servers = hub.servers()
    each = statistics.median(map(shared_memory, servers)) / 1e6
    useful = found["slowest"] >= FRAMES and found["answer9"] < ANSWER
    print(
        f"| {len(learners)} | {playing} | {ready} | {found['slowest']:.1f} / "
        f"{found['frames']:.1f} | {found['seen']:.1f} | {found['steps']:.0f} | "
        f"{found['answer']:.2f} / {found['answer9']:.2f} | {each:.0f} | "
        f"{psutil.virtual_memory().available / 1e9:.1f} | {found['sent']:.1f} | "
        f"{'yes' if useful else 'no'} | {found['script']:.2f} | "
        f"{found['others']:.2f} |",
        flush=True,
    )


async def teach(hub, sizes, seconds, leave):
    """Let the class grow to each of these sizes and measure it."""
    cells = [c.source for c in nbformat.read(LESSON, 4).cells if c.cell_type == "code"]
    until = next(n for n, source in enumerate(cells) if "cockpit(" in source)
    await hub.wait()
    print("| N | play | ready | frames/s | seen/s | steps/s | answer | MB | free GB | Mbit/s |"
          " useful | script | others |")  # fmt: skip
    print("|" + " --- |" * 13, flush=True)
    learners = []
    for size in sizes:
        new = [Learner(hub, f"learner{n}") for n in range(len(learners), size)]
        if psutil.virtual_memory().available < leave * 1e9 + ROOM * len(new):
            print(f"{size} learners would not leave {leave:g} GB free: stopped before them")
            break
        start = time.monotonic()
        await asyncio.gather(*(learner.come(cells[: until + 1]) for learner in new))
        ready = f"{time.monotonic() - start:.0f} ({len(new)} new)"
        learners += new
        for playing in sorted({size, math.ceil(size / 4)}, reverse=True):
            found = await play(learners, learners[:playing], seconds)
            print_row(hub, learners, playing, ready, found)
    for learner in learners:
        await learner.leave()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sizes", nargs="+", type=int, help="how many learners, rising")
    parser.add_argument("--seconds", type=float, default=60.0, help="of play at each size")
    parser.add_argument("--leave", type=float, default=3.0, help="GB that must stay free")
    options = parser.parse_args()
    if options.sizes != sorted(set(options.sizes)) or options.sizes[0] < 1:
        parser.error(f"sizes must rise from 1 at least, got {options.sizes}")
    AsyncHTTPClient.configure(None, max_clients=200)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("told to stop"))  # and still clean up
    with tempfile.TemporaryDirectory() as folder:
        hub = Hub(Path(folder))
        try:
            asyncio.run(teach(hub, options.sizes, options.seconds, options.leave))
        except BaseException:
            print(hub.log.read_text()[-3000:], file=sys.stderr)
            raise
        finally:
            hub.stop()


if __name__ == "__main__":
    main()

"""The digit game in TensorFlow and in PyTorch: steps a second, and CPU against GPU.

    python tests/benchmarks/frameworks.py                both frameworks, ratios of one run
    python tests/benchmarks/frameworks.py --torch-only   PyTorch alone, on the CPU and on a GPU

The second needs PyTorch, NumPy, matplotlib and ipywidgets, but no TensorFlow. It plays some hundred
steps on the CPU and, where there is one, on CUDA or MPS, from the same seed, and prints by how much
the losses of the first 20 steps differ.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # where the course is not installed

from gan_lessons.data import digits
from gan_lessons.torch_game import TorchGame, best_device, device_line

STEPS = 300
FIRST = 20


def rate(game, steps, rounds=3):
    """Steps a second, the best of some rounds, after a few steps to warm up."""
    game.advance(10)
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        game.advance(steps)
        times.append(time.perf_counter() - start)
    return steps / min(times)


def speeds(steps=100):
    """Steps a second of TensorFlow's fused game and of PyTorch's with one thread and with two."""
    from gan_lessons.runtime import device_line as tensorflow_line
    from gan_lessons.training import digit_game

    real = digits().x_train
    found = {f"{tensorflow_line()}, fused": rate(digit_game(), steps)}
    game = TorchGame(real)
    for threads in (1, 2) if game.device.type == "cpu" else (1,):
        torch.set_num_threads(threads)
        label = f"{device_line(game.device)}, {threads} thread{'s' * (threads > 1)}"
        found[label] = rate(game, steps)
    torch.set_num_threads(1)
    return {name: round(value, 1) for name, value in found.items()}


def devices():
    """Play the same game on the CPU and on the best device; print speeds and differences."""
    real, best = digits().x_train, best_device()
    records = {}
    for device in dict.fromkeys([torch.device("cpu"), best]):
        game = TorchGame(real, seed=0, device=device)
        game.advance(FIRST)
        start = time.perf_counter()
        game.advance(STEPS)
        speed = STEPS / (time.perf_counter() - start)
        losses = {name: game.record[name] for name in ("d_loss", "g_loss")}
        records[device.type] = losses
        last = ", ".join(f"{name} {values[-50:].mean():.3f}" for name, values in losses.items())
        print(f"{device_line(device)}: {speed:.0f} steps/s; mean of the last 50 steps: {last}")
    if len(records) == 1:
        print("no GPU here: nothing to compare with")
        return
    on_cpu, on_gpu = records.values()
    print(f"losses, {' against '.join(records)}: largest difference up to step")
    for steps in (1, 2, 5, 10, FIRST):
        apart = [np.abs(on_cpu[name][:steps] - on_gpu[name][:steps]).max() for name in on_cpu]
        print("  {:3d}:  D {:.1e}  G {:.1e}".format(steps, *apart))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--torch-only", action="store_true", help="no TensorFlow; CPU and GPU")
    options = parser.parse_args()
    if options.torch_only:
        devices()
        return
    found = speeds()
    fused = next(iter(found.values()))
    for name, value in found.items():
        print(f"{name:44} {value:6.1f} steps/s   {value / fused:.2f} of the first")


if __name__ == "__main__":
    main()

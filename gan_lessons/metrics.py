"""How good are the fakes? Figures from features, probabilities, labels, pictures, densities."""

from typing import NamedTuple

import numpy as np

from gan_lessons import arguments


def _table(name: str, values: np.ndarray, rows: int = 1) -> np.ndarray:
    """The values as float64, or ValueError unless they are finite and (n >= rows, d >= 1)."""
    values = arguments.array(name, values, "n", "d")
    if len(values) < rows:
        raise ValueError(f"{name} must have at least {rows} rows, got {len(values)}")
    return values.astype(np.float64)


def frechet_distance(a: np.ndarray, b: np.ndarray) -> float:
    """Squared Fréchet distance between Gaussians fitted to the rows of a (n, d) and b (m, d).

    |m₁ − m₂|² + Tr(S₁ + S₂ − 2 (S₁^½ S₂ S₁^½)^½), never below 0 (Heusel et al. 2017, the
    section on experiments, under "Performance Measure"). With n rows it is biased upwards, the
    more the smaller n: compare equal n only.
    """
    a, b = _table("a", a, rows=2), _table("b", b, rows=2)
    if a.shape[1] != b.shape[1]:
        raise ValueError(f"a and b must be equally wide, got {a.shape[1]} and {b.shape[1]}")
    cov_a, cov_b = (np.atleast_2d(np.cov(x, rowvar=False)) for x in (a, b))
    # The symmetric form has the eigenvalues of S₁S₂ but none of the complex roundings.
    values, vectors = np.linalg.eigh(cov_a)
    root_a = (vectors * np.sqrt(values.clip(min=0))) @ vectors.T
    overlap = np.sqrt(np.linalg.eigvalsh(root_a @ cov_b @ root_a).clip(min=0)).sum()
    gap = ((a.mean(axis=0) - b.mean(axis=0)) ** 2).sum()
    return float(max(0.0, gap + np.trace(cov_a) + np.trace(cov_b) - 2 * overlap))


def classifier_score(probabilities: np.ndarray) -> float:
    """exp(mean KL(p(y|x) ‖ p(y))) of class probabilities (n, classes), rows summing to 1.

    From 1 (every picture gets the same answer) to the number of classes (each answer is sure
    and all classes are equally frequent). The Inception score of Salimans et al. 2016, §4,
    with whichever classifier made the probabilities.
    """
    p = _table("probabilities", probabilities)
    if (p < 0).any() or not np.allclose(p.sum(axis=1), 1, atol=1e-3):
        raise ValueError("probabilities must be at least 0 and sum to 1 in each row (no logits)")
    marginal = np.broadcast_to(p.mean(axis=0), p.shape)
    ratio = np.divide(p, marginal, out=np.ones_like(p), where=p > 0)  # 0 log 0 = 0
    return float(np.exp((p * np.log(ratio)).sum(axis=1).mean()))


def coverage(labels: np.ndarray, classes: int = 10, share: float = 0.01) -> int:
    """How many of the classes hold at least this share of the labels (n,), integers from 0.

    The default share is a tenth of what each of ten equally frequent classes would hold.
    """
    labels = arguments.plain("labels", labels)
    if labels.ndim != 1 or not len(labels) or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(
            f"labels must be integers of shape (n,), got {labels.dtype} {labels.shape}"
        )
    classes = arguments.whole("classes", classes, 1)
    arguments.number("share", share, high=1, above=0)
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(f"labels must lie in 0..{classes - 1}, got {labels.min()}..{labels.max()}")
    counts = np.bincount(labels, minlength=classes)
    return int((counts >= share * len(labels)).sum())


def nearest(
    queries: np.ndarray, references: np.ndarray, chunk: int = 1000
) -> tuple[np.ndarray, np.ndarray]:
    """For each query the index (n,) of its nearest reference and the Euclidean distance (n,).

    Both are (n, ...) arrays of numbers with equal shapes per row, flattened here. At most
    chunk × chunk distances are in memory at a time; the one returned is exact in float64.
    """
    queries = arguments.array("queries", queries)
    references = arguments.array("references", references)
    for name, rows in (("queries", queries), ("references", references)):
        if rows.ndim < 2 or not rows.size:
            raise ValueError(f"{name} must have shape (n, ...) and hold numbers, got {rows.shape}")
    if queries.shape[1:] != references.shape[1:]:
        raise ValueError(
            f"queries {queries.shape[1:]} and references {references.shape[1:]} differ in shape"
        )
    chunk = arguments.whole("chunk", chunk, 1)
    starts = range(0, len(queries), chunk)
    parts = [_nearest_of_chunk(queries[i : i + chunk], references, chunk) for i in starts]
    index, distance = (np.concatenate(part) for part in zip(*parts, strict=True))
    return index, distance


def _flat(rows: np.ndarray) -> np.ndarray:
    return rows.reshape(len(rows), -1).astype(np.float64)


def _nearest_of_chunk(queries, references, chunk) -> tuple[np.ndarray, np.ndarray]:
    """The same for few queries, walking through the references chunk by chunk."""
    queries = _flat(queries)
    index, best = np.zeros(len(queries), dtype=int), np.full(len(queries), np.inf)
    for start in range(0, len(references), chunk):
        some = _flat(references[start : start + chunk])
        # |q − r|² without |q|², which is the same for every reference
        squares = (some**2).sum(axis=1) - 2 * queries @ some.T
        winner = squares.argmin(axis=1)
        least = squares[np.arange(len(queries)), winner]
        closer = least < best
        index[closer], best[closer] = start + winner[closer], least[closer]
    return index, np.linalg.norm(queries - _flat(references[index]), axis=1)


# --- Modes and coverage of points -----------------------------------------------------------------


ALIVE = 0.1  # of its fair share of all samples: what a mode must hold to count as alive


class Modes(NamedTuple):
    """What ``mode_report`` found.

    captured: how many modes have a high-quality sample nearest to them, as published
    alive:    how many modes hold a tenth of their fair share or more, in high-quality samples
    quality:  the share of high-quality samples; a perfect sampler in the plane has .9889
    reverse_kl: KL of the shares from equal shares, in nats: 0 to log(number of modes)
    shares:   (modes,), the share of samples nearest to each mode, of whatever quality
    masses:   (modes,), the share of samples of high quality at each mode
    """

    captured: int
    alive: int
    quality: float
    reverse_kl: float
    shares: np.ndarray
    masses: np.ndarray


def mode_report(points: np.ndarray, centres: np.ndarray, spread: float) -> Modes:
    """Which modes do the points (n, d) reach? A sample belongs to the centre nearest to it.

    It is of high quality if it lies within 3 × spread of that centre. As in VEEGAN (Srivastava et
    al. 2017, §4.1) and PacGAN (Lin et al. 2018, §4.1), which draw 2,500 samples.
    """
    points = arguments.array("points", points, "n", "d")
    centres = arguments.array("centres", centres, "k", points.shape[1])
    arguments.number("spread", spread, above=0)
    mode, distance = nearest(points, centres)
    good = distance < 3 * spread
    masses = np.bincount(mode[good], minlength=len(centres)) / len(mode)
    shares = np.bincount(mode, minlength=len(centres)) / len(mode)
    held = shares[shares > 0]
    return Modes(
        captured=int((masses > 0).sum()),
        alive=alive(masses),
        quality=float(good.mean()),
        reverse_kl=float((held * np.log(held * len(centres))).sum()),
        shares=shares,
        masses=masses,
    )


def alive(masses: np.ndarray) -> int:
    """How many modes hold at least a tenth of their fair share, 1/k, in masses (k,) of samples."""
    masses = arguments.array("masses", masses, "k")
    return int((masses >= ALIVE / len(masses)).sum())


def precision_recall(real: np.ndarray, fake: np.ndarray, k: int = 3) -> tuple[float, float]:
    """(precision, recall) of fakes (m, d) against real examples (n, d), each from 0 to 1.

    Precision is the share of fakes inside the real manifold, recall the share of real examples
    inside that of the fakes; a manifold is all that lies within the distance of some example to
    its k-th nearest neighbour among its own kind. Kynkäänniemi et al. 2019, eq. 1 and 2. Depends
    on n, m and k: compare equal ones only. Holds n × m distances in memory.
    """
    k = arguments.whole("k", k, 1)
    real = arguments.array("real", real, "n", "d")
    fake = arguments.array("fake", fake, "n", "d")
    if real.shape[1] != fake.shape[1]:
        raise ValueError(f"real and fake must be equally wide, got {real.shape} and {fake.shape}")
    if min(len(real), len(fake)) <= k:
        raise ValueError(
            f"real and fake need more than k = {k} rows, got {len(real)} and {len(fake)}"
        )
    apart = distances(real, fake)
    real_reach, fake_reach = (np.partition(distances(x, x), k, axis=1)[:, k] for x in (real, fake))
    precision = (apart <= real_reach[:, np.newaxis]).any(axis=0).mean()
    recall = (apart <= fake_reach).any(axis=1).mean()
    return float(precision), float(recall)


def distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Euclidean distances (n, m) of all rows of a (n, d) to all rows of b (m, d)."""
    a, b = _table("a", a), _table("b", b)
    if a.shape[1] != b.shape[1]:
        raise ValueError(f"a and b must be equally wide, got {a.shape} and {b.shape}")
    squares = (a**2).sum(axis=1)[:, np.newaxis] + (b**2).sum(axis=1) - 2 * a @ b.T
    return np.sqrt(squares.clip(min=0))


# --- Divergences of two densities on a grid, in one dimension -------------------------------------


def kl_divergence(p: np.ndarray, q: np.ndarray, dx: float) -> float:
    """KL(p ‖ q) = ∫ p log(p/q) dx in nats, for densities (n,) on a grid of this spacing.

    0 log 0 = 0 (below 1e-300 a density counts as 0); inf where p is above 0 and q is 0.
    """
    p, q = arguments.densities(p, q, dx)
    inside = p > 1e-300
    if np.any(q[inside] == 0):
        return np.inf
    return float(np.sum(p[inside] * np.log(p[inside] / q[inside])) * dx)


def js_divergence(p: np.ndarray, q: np.ndarray, dx: float) -> float:
    """JSD(p, q), the mean KL divergence of both from their average: 0 to log 2, in nats.

    p, q and dx as in ``kl_divergence``. Goodfellow et al. 2014, §4.1.
    """
    p, q = arguments.densities(p, q, dx)
    middle = (p + q) / 2
    return (kl_divergence(p, middle, dx) + kl_divergence(q, middle, dx)) / 2


def wasserstein_1d(p: np.ndarray, q: np.ndarray, dx: float) -> float:
    """W₁(p, q) = ∫ |F_p − F_q| dx, F being the share below x: how far mass must move on average.

    p, q and dx as in ``kl_divergence``, both of the same area. In the units of x.
    """
    p, q = arguments.densities(p, q, dx)
    if not np.isclose(p.sum(), q.sum(), rtol=1e-2):
        raise ValueError(f"p and q must have one area, got {p.sum() * dx:.3g}, {q.sum() * dx:.3g}")
    return float(np.sum(np.abs(np.cumsum(p - q) * dx)) * dx)

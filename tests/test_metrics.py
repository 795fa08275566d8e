"""Each figure computed a second way, at its limits, and with input it must refuse."""

import numpy as np
import pytest
import scipy.linalg
import scipy.special
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gan_lessons.metrics import classifier_score, coverage, frechet_distance, nearest


def whitened(n, d, seed):
    """Rows (n, d) whose mean is exactly 0 and whose covariance is exactly the identity."""
    x = np.random.default_rng(seed).normal(size=(n, d))
    x -= x.mean(axis=0)
    return x @ np.linalg.inv(np.linalg.cholesky(np.cov(x, rowvar=False))).T


def textbook_frechet(a, b):
    """The formula of the paper, with SciPy's matrix square root of S₁S₂."""
    cov_a, cov_b = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    root = scipy.linalg.sqrtm(cov_a @ cov_b).real
    return ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(cov_a + cov_b - 2 * root)


def test_frechet_of_gaussians_with_known_parameters():
    scale_a, scale_b = np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 0.5])
    shift = np.array([1.0, -2.0, 0.0])
    a, b = whitened(50, 3, 0) * scale_a, whitened(60, 3, 1) * scale_b + shift
    # diagonal covariances commute: |m|² + Σ (σ_a − σ_b)²
    expected = (shift**2).sum() + ((scale_a - scale_b) ** 2).sum()
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-9)


def test_frechet_in_one_dimension():
    a, b = np.array([[0.0], [2.0]]), np.array([[5.0], [9.0]])
    assert frechet_distance(a, b) == pytest.approx(6**2 + (2**0.5 - 8**0.5) ** 2)


@given(st.integers(1, 12), st.integers(0, 2**31 - 1))
@settings(max_examples=30, deadline=None)
def test_frechet_agrees_with_the_matrix_square_root(d, seed):
    random = np.random.default_rng(seed)
    a = random.normal(size=(80, d)) @ random.normal(size=(d, d))
    b = random.normal(size=(70, d)) @ random.normal(size=(d, d)) + random.normal(size=d)
    if d == 1:
        expected = (a.mean() - b.mean()) ** 2 + (a.std(ddof=1) - b.std(ddof=1)) ** 2
    else:
        expected = textbook_frechet(a, b)
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-6, abs=1e-6)
    assert frechet_distance(b, a) == pytest.approx(frechet_distance(a, b), rel=1e-6, abs=1e-6)


@given(
    hnp.arrays(
        np.float32,
        hnp.array_shapes(min_dims=2, max_dims=2, min_side=2, max_side=12),
        elements=st.floats(-1000, 1000, width=32),
    )
)
@settings(deadline=None)
def test_frechet_of_a_set_with_itself_is_nothing_and_never_negative(a):
    # more columns than rows and constant columns included: covariances may be singular
    assert 0 <= frechet_distance(a, a) <= 1e-5 * (1 + a.astype(float).var(axis=0).sum())


@pytest.mark.parametrize(
    ("a", "b", "why"),
    [
        (np.ones(5), np.ones((5, 1)), r"a must have shape \(n, d\)"),
        (np.ones((5, 2)), np.ones((1, 2)), "b must have at least 2 rows, got 1"),
        (np.ones((5, 2)), np.ones((5, 3)), "equally wide, got 2 and 3"),
        (np.full((5, 2), np.nan), np.ones((5, 2)), "a must be finite"),
        (np.ones((5, 2)), np.full((5, 2), np.inf), "b must be finite"),
    ],
)
def test_frechet_refuses(a, b, why):
    with pytest.raises(ValueError, match=why):
        frechet_distance(a, b)


@pytest.mark.parametrize("classes", [2, 10])
def test_score_is_one_when_nothing_is_told_apart_and_the_classes_when_all_is(classes):
    assert classifier_score(np.full((30, classes), 1 / classes)) == pytest.approx(1)
    assert classifier_score(np.eye(classes)) == pytest.approx(classes)
    assert classifier_score(np.eye(classes)[[0] * 5]) == pytest.approx(1)  # sure, but collapsed
    assert classifier_score(np.eye(classes)[[0, 1]]) == pytest.approx(2)


@given(st.integers(1, 40), st.integers(2, 12), st.integers(0, 2**31 - 1))
def test_score_agrees_with_entropies_and_keeps_its_bounds(n, classes, seed):
    p = np.random.default_rng(seed).dirichlet(np.full(classes, 0.3), size=n)
    entropy = scipy.special.entr
    # the mean divergence from the marginal is H(marginal) − mean H(rows)
    expected = np.exp(entropy(p.mean(axis=0)).sum() - entropy(p).sum(axis=1).mean())
    assert classifier_score(p) == pytest.approx(expected)
    assert 1 - 1e-9 <= classifier_score(p) <= classes + 1e-9


@pytest.mark.parametrize(
    ("p", "why"),
    [
        (np.ones(10) / 10, "must have shape"),
        (np.empty((0, 10)), "at least 1"),
        (np.full((3, 10), np.nan), "must be finite"),
        (np.ones((3, 10)), "sum to 1"),
        (np.array([[1.5, -0.5]]), "at least 0"),
    ],
)
def test_score_refuses(p, why):
    with pytest.raises(ValueError, match=why):
        classifier_score(p)


def test_coverage_counts_classes_with_their_share():
    labels = np.repeat([0, 1, 2], [980, 10, 10])
    assert coverage(labels) == 3
    assert coverage(np.append(labels, 0)) == 1  # 10 of 1,001 is below 1 %
    assert coverage(np.append(labels, 0), share=0.005) == 3
    assert coverage(np.arange(25), classes=25) == 25
    assert coverage(np.zeros(7, np.uint8)) == 1


@pytest.mark.parametrize(
    ("labels", "options", "why"),
    [
        ([0.0, 1.0], {}, "must be integers"),
        ([], {}, "must be integers of shape"),
        ([[0, 1]], {}, "must be integers of shape"),
        ([0, 10], {}, r"must lie in 0\.\.9, got 0\.\.10"),
        ([-1, 2], {}, r"got -1\.\.2"),
        ([0], {"classes": 0}, "classes must be at least 1, got 0"),
        ([0], {"share": 0}, "share must be above 0"),
    ],
)
def test_coverage_refuses(labels, options, why):
    with pytest.raises(ValueError, match=why):
        coverage(np.array(labels), **options)


@given(st.integers(1, 20), st.integers(1, 20), st.integers(1, 25), st.integers(0, 2**31 - 1))
def test_nearest_agrees_with_brute_force_whatever_the_chunk(n, m, chunk, seed):
    random = np.random.default_rng(seed)
    queries = random.integers(0, 256, size=(n, 3, 2), dtype=np.uint8)
    references = random.integers(0, 256, size=(m, 3, 2), dtype=np.uint8)
    differences = queries[:, None].astype(float) - references[None]
    every = np.sqrt((differences**2).sum(axis=(2, 3)))
    index, distance = nearest(queries, references, chunk)
    np.testing.assert_allclose(distance, every.min(axis=1))
    np.testing.assert_allclose(every[np.arange(n), index], every.min(axis=1))


def test_nearest_finds_copies_at_distance_zero():
    pictures = np.random.default_rng(0).uniform(-1, 1, (50, 28, 28, 1)).astype(np.float32)
    index, distance = nearest(pictures[::-1], pictures, chunk=7)
    assert index.tolist() == list(range(49, -1, -1)) and (distance == 0).all()


@pytest.mark.parametrize(
    ("queries", "references", "chunk", "why"),
    [
        (np.ones(3), np.ones((3, 1)), 5, "queries must have shape"),
        (np.ones((3, 1)), np.ones((0, 1)), 5, "references must have shape"),
        (np.ones((3, 2)), np.ones((3, 1)), 5, "differ in shape"),
        (np.full((3, 1), np.nan), np.ones((3, 1)), 5, "queries must be finite"),
        (np.ones((3, 1)), np.ones((3, 1)), 0, "chunk must be at least 1, got 0"),
    ],
)
def test_nearest_refuses(queries, references, chunk, why):
    with pytest.raises(ValueError, match=why):
        nearest(queries, references, chunk)

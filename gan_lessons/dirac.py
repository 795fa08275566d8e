"""The Dirac-GAN, the smallest game there is, in closed form: its field, its paths, its matrices.

The data is the point 0, G is the point θ, D's logit at x is ψx, and in this module a positive
logit means *fake*, as in Mescheder, Geiger and Nowozin 2018, §2. The one good end is θ = ψ = 0.
With f(t) = −log(1 + e^−t), D raises f(ψθ) + f(0) and G lowers it (minimax).
"""

import numpy as np

from gan_lessons import arguments

OBJECTIVES = ("minimax", "non-saturating", "Wasserstein", "WGAN-GP")
ORDERS = ("simultaneous", "G first", "D first")
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(41)
WEIGHTS = WEIGHTS / WEIGHTS.sum()  # means over a standard normal: mean of g(ε) = g(NODES) @ WEIGHTS


def push(t):
    """f′(t) = 1/(1 + eᵗ), of any shape; ½ at 0. Written with tanh, which does not overflow."""
    return 0.5 - 0.5 * np.tanh(t / 2)


def dirac_field(theta, psi, objective="minimax", gamma=0.0, sigma=0.0):
    """The two velocities (θ̇, ψ̇) at θ and ψ, numbers or arrays of one shape.

    objective: one of OBJECTIVES; Wasserstein and WGAN-GP have f(t) = t
    gamma:     weight of the penalty γ/2 ψ² (R1), or γ/2 (|ψ| − 1)² for WGAN-GP; at least 0
    sigma:     standard deviation of the instance noise on all that D sees; at least 0

    Mescheder et al. 2018, §2 and §3. The mean over the noise is a Gauss-Hermite sum.
    """
    arguments.choice("objective", objective, OBJECTIVES)
    arguments.number("gamma", gamma, 0, 1e6)
    arguments.number("sigma", sigma, 0, 1e6)
    arguments.numbers(theta=theta, psi=psi)
    theta, psi = np.asarray(theta)[..., None], np.asarray(psi)[..., None]
    real, fake = sigma * NODES, theta + sigma * NODES
    slope = np.ones_like if objective in ("Wasserstein", "WGAN-GP") else push
    side = -1 if objective == "non-saturating" else 1
    g_moves = -psi * slope(side * psi * fake)
    d_moves = fake * slope(psi * fake) - real * slope(-psi * real)
    wanted = np.sign(psi) if objective == "WGAN-GP" else 0 * psi
    return g_moves @ WEIGHTS, (d_moves - gamma * (psi - wanted)) @ WEIGHTS


def trajectory(field, step_size, order="simultaneous", steps=500, start=(1.0, 1.0)):
    """Positions (steps + 1, 2) of (θ, ψ) that follow ``field(theta, psi)`` in Euler steps.

    order: "simultaneous", or one player answers the other's new position: "G first", "D first"
    """
    arguments.function("field", field)
    arguments.number("step_size", step_size, above=0)
    arguments.choice("order", order, ORDERS)
    steps = arguments.whole("steps", steps, 0, 100_000)
    arguments.array("start", start, 2)
    theta, psi = start
    path = [start]
    for _ in range(steps):
        if order == "G first":
            theta = theta + step_size * field(theta, psi)[0]
            psi = psi + step_size * field(theta, psi)[1]
        elif order == "D first":
            psi = psi + step_size * field(theta, psi)[1]
            theta = theta + step_size * field(theta, psi)[0]
        else:
            g_moves, d_moves = field(theta, psi)
            theta, psi = theta + step_size * g_moves, psi + step_size * d_moves
        path.append((theta, psi))
    return np.array(path)


def equilibrium_jacobian(objective="minimax", gamma=0.0, sigma=0.0):
    """The exact Jacobian (2, 2) of ``dirac_field`` at θ = ψ = 0; rows θ̇, ψ̇, columns θ, ψ.

    WGAN-GP has none (its penalty has a kink at ψ = 0): ValueError. Mescheder et al. 2018, §3.
    """
    arguments.choice("objective", objective, OBJECTIVES[:3])
    arguments.number("gamma", gamma, 0, 1e6)
    arguments.number("sigma", sigma, 0, 1e6)
    linear = objective == "Wasserstein"
    turn, damping = (1.0, 0.0) if linear else (0.5, sigma**2 / 2)
    return np.array([[0.0, -turn], [turn, -gamma - damping]])


def step_matrix(jacobian, step_size, order="simultaneous"):
    """What one step near the equilibrium multiplies (θ, ψ) by: a matrix (2, 2)."""
    jacobian = arguments.array("jacobian", jacobian, 2, 2)
    arguments.number("step_size", step_size)
    arguments.choice("order", order, ORDERS)
    g_moves = np.eye(2) + step_size * jacobian * [[1], [0]]
    d_moves = np.eye(2) + step_size * jacobian * [[0], [1]]
    if order == "simultaneous":
        return g_moves + d_moves - np.eye(2)
    return d_moves @ g_moves if order == "G first" else g_moves @ d_moves

"""Functions of one number, float32, out of sums and products alone.

A loop over memory that calls one of these is turned into vector instructions by the compiler, which
it could not do with a call of the C library. All are exact to a few units in the last place. The
polynomials are our own fits, the worst relative error made small by Lawson's reweighting: the
comment at each says of what, and where.

``exp`` is the root of all: x = n log(2) + r with a whole n, and e**x = 2**n e**r.
"""

import numpy as np

from tensorlite.kernels.compiled import jit
from tensorlite.kernels.compiled.simd import madd, scaled

F = np.float32
HALF, ONE, TWO = F(0.5), F(1), F(2)
LOG2E, LN2_HIGH, LN2_LOW = F(1.44269504), F(0.693359375), F(-2.12194440e-4)
WHOLE = F(12582912)  # 1.5 * 2**23: added to a number it leaves no room for a fraction
LOWEST, HIGHEST = F(-104), F(89)  # where e**x is 0 and infinity
ROOT_HALF, DENSITY = F(0.70710678), F(0.39894228)
TANH_SCALE, TANH_CUBIC = F(0.79788456), F(0.044715)


@jit
def reduced(x):
    """``r`` and ``n + WHOLE`` of x = n log(2) + r."""
    t = madd(x, LOG2E, WHOLE)
    n = t - WHOLE
    return madd(n, -LN2_LOW, madd(n, -LN2_HIGH, x)), t


@jit
def bounded(x):
    """``x`` where e**x is neither 0 nor infinity; what is not a number stays so."""
    x = LOWEST if x < LOWEST else x
    return HIGHEST if x > HIGHEST else x


@jit
def beyond(r):
    """``e**r - 1`` for ``r`` within log(2) / 2 of 0."""
    p = madd(F(0.00138888726), r, F(0.00836906856))
    p = madd(madd(p, r, F(0.0416671362)), r, F(0.166665062))
    return r * madd(madd(p, r, F(0.499999981)), r, F(1.00000001))


@jit
def exp(x):
    """``e**x``."""
    r, t = reduced(bounded(x))
    return scaled(beyond(r) + ONE, t)


@jit
def expm1(x):
    """``e**x - 1``, exact near 0."""
    r, t = reduced(bounded(x))
    p, power = beyond(r), scaled(ONE, t)
    large = scaled(p + ONE, t)  # where 1 no longer counts; power may be infinite there
    return large if x > F(20) else madd(power, p, power - ONE)


@jit
def sigmoid(x):
    """``1 / (1 + e**-x)``."""
    return ONE / (ONE + exp(-x))


@jit
def tanh(x):
    """The hyperbolic tangent."""
    s = x * x
    p = madd(madd(F(-0.00585216831), s, F(0.0207536286)), s, F(-0.0537687046))
    p = madd(madd(p, s, F(0.13331689)), s, F(-0.333332833))  # tanh(x) / x in x**2, up to 0.6
    near = madd(x * s, p, x)
    size = abs(x)
    far = ONE - TWO / (exp(size + size) + ONE)
    return near if size < F(0.6) else (-far if x < 0 else far)


@jit
def log1p(u):
    """``log(1 + u)`` for ``u`` from 0 to 1."""
    s = u / (TWO + u)  # log(1 + u) = 2 atanh(s)
    q = s * s
    p = madd(madd(F(0.140891672), q, F(0.139803014)), q, F(0.200124551))
    return TWO * madd(s * q, madd(p, q, F(0.333331573)), s)


@jit
def softplus(x):
    """``log(1 + e**x)``."""
    return (F(0) if x < 0 else x) + log1p(exp(-abs(x)))


@jit
def tail(size, density):
    """The share of the normal distribution beyond ``size``; ``density`` is e**(-size**2 / 2)."""
    t = ONE / madd(F(0.3), size, ONE)
    p = madd(madd(F(0.0354237208), t, F(-0.156158393)), t, F(0.2045567))
    p = madd(madd(p, t, F(-0.0520339475)), t, F(0.12769174))
    p = madd(madd(madd(p, t, F(0.100175956)), t, F(0.120712135)), t, F(0.119632007))
    return density * t * p


@jit
def erf(x):
    """The error function."""
    s, size = x * x, abs(x)
    p = madd(madd(F(7.85386104e-05), s, F(-0.000801019353)), s, F(0.00518832767))
    p = madd(madd(p, s, F(-0.0268538119)), s, F(0.112835851))
    p = madd(madd(p, s, F(-0.376126258)), s, F(0.128379167))  # erf(x) / x - 1 in x**2, up to 1
    far = ONE - TWO * tail(size / ROOT_HALF, exp(-s))
    return madd(x, p, x) if size < ONE else (-far if x < 0 else far)


# --- activations with their slopes ----------------------------------------------------------------


@jit
def gelu(x):
    """``x`` times the share of the normal distribution below it, and the slope."""
    density = exp(-HALF * x * x)
    beyond_it = tail(abs(x), density)
    below = beyond_it if x < 0 else ONE - beyond_it
    return x * below, madd(x * DENSITY, density, below)


@jit
def gelu_tanh(x):
    """The same with the hyperbolic tangent; (1 + tanh(u)) / 2 is the sigmoid of 2 u."""
    s = x * x
    share = sigmoid(TWO * TANH_SCALE * x * madd(TANH_CUBIC, s, ONE))
    steep = TWO * TANH_SCALE * madd(F(3) * TANH_CUBIC, s, ONE)
    y = x * share
    return y, madd(y * (ONE - share), steep, share)


@jit
def silu(x):
    """``x`` times its sigmoid, and the slope."""
    share = sigmoid(x)
    y = x * share
    return y, madd(y, ONE - share, share)


@jit
def mish(x):
    """``x * tanh(softplus(x))``, and the slope."""
    e = exp(F(20) if x > F(20) else x)
    square = e * (e + TWO)
    bent = square / (square + TWO)
    return x * bent, madd(x * (ONE - bent * bent), e / (ONE + e), bent)

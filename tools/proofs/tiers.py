"""Tier continuity: R(N) = ⌈Σ m_t × (part of N in tier t) / 10^4⌉ has no jump, rises with N and never exceeds N."""

import z3

from laws import BPS, U64, control, least, most, prove

LAW = "TIERS"
REQUIREMENT, TIERED = "perp/tiers.rs Tiers::requirement", "perp/tiers.rs Tiers::tiered"
U64_NOTIONAL = 2**58  # perp/mark.rs MAX_NOTIONAL


def market(f, highest=BPS):
    """Four tiers in bounds of spec §10.10: edges rise, the last is 2^64 − 1, no rate above 10^4."""
    edges = f.ints("edge_1 edge_2 edge_3") + [z3.IntVal(U64)]
    rates = f.ints("rate_1 rate_2 rate_3 rate_4", 0, highest)
    f.given(edges[0] < edges[1], edges[1] < edges[2], edges[2] < edges[3])
    return edges, rates


def scaled(edges, rates, notional):
    """Tiers::tiered before its last division, in the order of its loop."""
    start, total = z3.IntVal(0), z3.IntVal(0)
    for edge, rate in zip(edges, rates):
        to = least(notional, edge)
        total = total + most(to - start, 0) * rate
        start = most(start, to)
    return total


def requirement(f, tiers, notional):
    return f.ceil(scaled(*tiers, notional), BPS)


@prove(LAW, "one more unit of notional adds the rate of exactly one tier to the sum, wherever it lies, also at an edge",
       TIERED, "u64")
def a_unit_has_one_rate(f):
    tiers, n = market(f), f.int("notional", 0, U64 - 1)
    step = scaled(*tiers, n + 1) - scaled(*tiers, n)
    return z3.Or(*[step == rate for rate in tiers[1]])


@prove(LAW, "R is monotone and has no jump: 0 ≤ R(N + 1) − R(N) ≤ 1", TIERED, "u64")
def no_jump(f):
    tiers, n = market(f), f.int("notional", 0, U64 - 1)
    step = requirement(f, tiers, n + 1) - requirement(f, tiers, n)
    return z3.And(step >= 0, step <= 1)


@prove(LAW, "R(0) = 0 and R(N) ≤ N", TIERED, "u64")
def bounded(f):
    tiers, n = market(f), f.int("notional", 0, U64)
    return z3.And(scaled(*tiers, z3.IntVal(0)) == 0, requirement(f, tiers, n) <= n)


def within(tier):
    """A piece of a notional within one tier counts by its rate alone, up to both edges."""

    def a_piece(f):
        tiers, a, b = market(f), f.int("a", 0, U64), f.int("b", 0, U64)
        start = tiers[0][tier - 1] if tier else 0
        f.given(start <= a, a <= b, b <= tiers[0][tier])
        return scaled(*tiers, b) - scaled(*tiers, a) == tiers[1][tier] * (b - a)

    a_piece.__name__ = f"a_piece_of_tier_{tier + 1}"
    return prove(LAW, f"R's sum over a piece of tier {tier + 1} is its rate times the piece, edges included, so R comes to the same "
                 "from both sides of an edge", TIERED, "u64")(a_piece)


for number in range(4):
    within(number)


@prove(LAW, "the short way of the first tier is the long way, and its product does not wrap 64 bits below 2^49 at rates up to "
       "10^4", REQUIREMENT, "u64")
def the_short_way(f):
    tiers, n = market(f), f.int("notional", 0, 2**49 - 1)
    f.given(n <= tiers[0][0])
    raw = n * tiers[1][0] + BPS - 1
    return z3.And(raw <= U64, f.floor(raw, BPS) == requirement(f, tiers, n))


@prove(LAW, "the parts from the top are all of the notional, and weighed by their rates they are R's sum",
       "perp/tiers.rs Tiers::parts_from_top", "u64")
def parts_from_the_top(f):
    tiers, n = market(f), f.int("notional", 0, U64)
    edges, rates = tiers
    starts = [z3.IntVal(0), *edges[:3]]
    parts = [most(least(n, edge) - start, 0) for start, edge in zip(starts, edges)]
    weighed = sum(part * rate for part, rate in zip(parts, rates))
    return z3.And(sum(parts) == n, weighed == scaled(edges, rates, n))


@prove(LAW, "what the end level asks for is at least what the maintenance level asks for, and 25 bps of the notional more, "
       "but for one unit", TIERED, "u64")
def end_above_maintenance(f):
    tiers, n = market(f), f.int("notional", 0, U64)
    edges, maintenance = tiers
    end = f.ints("end_1 end_2 end_3 end_4", 0, BPS)
    f.given(*[z3.And(e >= m + 25, e <= m + 100) for e, m in zip(end, maintenance)])
    gap = requirement(f, (edges, end), n) - requirement(f, tiers, n)
    return z3.And(gap >= f.floor(25 * n, BPS), gap <= f.ceil(100 * n, BPS))


@control(LAW, "the margin has no jump where all of a notional has its highest tier's rate", width="u64")
def brackets_of_the_whole(f):
    edges, rates = market(f)
    n = f.int("notional", 0, U64 - 1)

    def whole(n):
        rate = z3.If(n <= edges[0], rates[0], z3.If(n <= edges[1], rates[1], z3.If(n <= edges[2], rates[2], rates[3])))
        return f.ceil(n * rate, BPS)

    step = whole(n + 1) - whole(n)
    return z3.And(step >= 0, step <= 1)


@control(LAW, "R does not jump where each tier's part is rounded up by itself", width="u64")
def parts_rounded_apart(f):
    edges, rates = market(f)
    n = f.int("notional", 0, U64 - 1)

    def apart(n):
        starts = [z3.IntVal(0), *edges[:3]]
        return sum(f.ceil(most(least(n, edge) - start, 0) * rate, BPS) for start, edge, rate in zip(starts, edges, rates))

    return apart(n) == f.ceil(scaled(edges, rates, n), BPS)


@control(LAW, "the short way does not wrap up to 2^51", width="u64")
def the_short_way_too_far(f):
    tiers, n = market(f), f.int("notional", 0, 2**51 - 1)
    return n * tiers[1][0] + BPS - 1 <= U64

"""ADL-1: deleveraging takes the deficit and no more, from winners alone: from each at most 1 − h of the profit that is not
secured, and at most what the account has beyond what it owes."""

import z3

from laws import MARK, WAD, control, least, most, prove
from rnd_1 import amount_down, shares_up

LAW = "ADL-1"
ADL, ESCROW, MARKET = "perp/adl.rs Market::deleverage", "perp/escrow.rs Market::secure", "perp/market.rs "


class Step:
    """Market::deleverage in its order: before the close, the close, after it."""

    def __init__(self, f, kept_up=False, settled_down=False):
        self.owed, self.assets = f.int("owed", 1), f.int("assets")
        self.free, self.spare = f.int("free", 1), f.int("spare", 1)
        f.given(self.owed > self.assets)
        # deficit = max(0, owed − assets); payable = assets / owed; both from the same two numbers.
        self.missing = self.owed - self.assets
        product = self.free * self.assets
        self.kept = f.ceil(product, self.owed) if kept_up else f.floor(product, self.owed)
        self.first = least(self.missing, self.free - self.kept, self.spare)
        share = self.first * self.owed
        planned = f.floor(share, self.missing) if settled_down else f.ceil(share, self.missing)
        self.planned = least(planned, self.free)
        # "A partial close may have cost the position a unit of rounding."
        self.cost = f.int("rounding_of_the_close", 0, 1)
        left = self.free - self.cost
        self.settled = least(self.planned, left)
        self.taken = least(self.first, self.settled)
        self.secured = self.settled - self.taken
        self.left = left


@prove(LAW, "taken ≤ deficit, taken ≤ ⌈free·(1 − h)⌉, taken ≤ spare, 0 ≤ taken ≤ settled ≤ free", ADL)
def the_limits(f):
    step = Step(f)
    fair = f.ceil(step.free * step.missing, step.owed)
    return z3.And(step.taken >= 0, step.taken <= step.missing, step.taken <= fair, step.taken <= step.spare,
                  step.secured >= 0, step.settled <= step.free)


@prove(LAW, "a winner stays one, and what is left covers what is secured: profit after ≥ old secured + new secured", ADL)
def a_winner_keeps_what_is_secured(f):
    step, before = Step(f), f.int("secured_before")
    profit = before + step.left  # free_profit = profit − secured, which is above 0 here
    return profit - step.taken >= before + step.secured


@prove(LAW, "what is secured is at most what the pool has, so its shares are there: secured ≤ assets", ADL + "; " + ESCROW)
def the_pool_has_it(f):
    step = Step(f)
    return step.secured <= step.assets


@prove(LAW, "and the pool's shares suffice: ⌈x·2^48 / index⌉ ≤ pool for x ≤ ⌊pool·index / 2^48⌋", MARKET + "Market::draw")
def the_shares_are_there(f):
    pool, index, amount = f.int("pool"), f.int("index", 1), f.int("amount")
    f.given(amount <= amount_down(f, pool, index))
    return shares_up(f, amount, index) <= pool


@prove(LAW, "in amounts the deficit falls by exactly what is taken: (owed − taken − secured) − (assets − secured)",
       ADL + "; " + ESCROW)
def the_deficit_falls_by_what_is_taken(f):
    step = Step(f)
    after = (step.owed - step.taken - step.secured) - (step.assets - step.secured)
    return z3.And(after == step.missing - step.taken, after >= 0)


@prove(LAW, "in shares the pool gives up less than a share beyond what it secures: the deficit falls by more than taken − 1 − index / "
       "2^48", MARKET + "Market::draw, worth")
def shares_cost_less_than_one(f):
    pool, index, secured = f.int("pool"), f.int("index", 1), f.int("secured")
    assets = amount_down(f, pool, index)
    f.given(secured <= assets)
    after = amount_down(f, pool - shares_up(f, secured, index), index)
    return z3.And(after <= assets - secured + 1, (assets - secured - after) * WAD < WAD + index)


@prove(LAW, "closing at the mark never raises what the market owes: base towards 0 at N↓ for a long, N↑ for a short, less than a "
       "unit of it lost", MARKET + "Market::close_at_mark; perp/position.rs Position::closing")
def closing_never_raises_owed(f):
    exact, size, mark = f.int("exact", None), f.int("size"), f.int("mark", 1)
    owed = f.ceil(exact, MARK)
    long = f.ceil(exact - size * mark + f.floor(size * mark, MARK) * MARK, MARK)
    short = f.ceil(exact + size * mark - f.ceil(size * mark, MARK) * MARK, MARK)
    return z3.And(long <= owed, long >= owed - 1, short <= owed, short >= owed - 1)


@prove(LAW, "h does not rise by a call: what the winner keeps of x is at most ⌈x·h⌉: secured·owed < settled·assets + owed",
       ADL)
def nobody_gains_by_coming_first(f):
    owed, missing, taken = f.int("owed", 1), f.int("missing", 1), f.int("taken")
    f.given(missing <= owed)
    settled = f.ceil(taken * owed, missing)
    assets = owed - missing
    # Times `missing`, so that the quotient enters once: settled·missing lies in [taken·owed, taken·owed + missing).
    kept = settled - taken
    return z3.And(kept * missing >= taken * assets, kept * missing < taken * assets + missing)


@prove(LAW, "two calls one after the other take at most the deficit together", ADL)
def twice(f):
    first = Step(f)
    missing = first.missing - first.taken
    free, spare = f.int("free_2", 1), f.int("spare_2", 1)
    kept = f.int("kept_2")
    f.given(missing >= 0)
    second = least(missing, free - kept, spare)
    return first.taken + second <= first.missing


@control(LAW, "taken ≤ ⌊free·(1 − h)⌋")
def a_unit_more_than_the_part(f):
    step = Step(f)
    return step.taken <= f.floor(step.free * step.missing, step.owed)


@control(LAW, "secured ≤ assets where `settled` is one more")
def one_more_settled(f):
    step = Step(f)
    f.given(step.planned + 1 <= step.left)
    return step.planned + 1 - step.first <= step.assets


@control(LAW, "profit covers what is secured where the unit of the close is not counted")
def the_close_forgotten(f):
    step, before = Step(f), f.int("secured_before")
    taken = least(step.first, step.planned)
    return before + step.left - taken >= before + (step.planned - taken)


@control(LAW, "the deficit falls by what is taken where it is taken without a limit by the deficit")
def no_limit_by_the_deficit(f):
    step = Step(f)
    return least(step.free - step.kept, step.spare) <= step.missing


@control(LAW, "closing never raises what the market owes where a long gets N↑")
def a_long_gets_the_ceiling(f):
    exact, size, mark = f.int("exact", None), f.int("size"), f.int("mark", 1)
    return f.ceil(exact - size * mark + f.ceil(size * mark, MARK) * MARK, MARK) <= f.ceil(exact, MARK)

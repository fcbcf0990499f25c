"""LIQ-2: a liquidation never lowers the account's health: H_maint and H_end at mid, in the plan's amounts."""

import z3

from laws import BPS, PPM, VALUE_SHIFT, control, finding, least, prove

LAW = "LIQ-2"
SPOT, HEALTH, PERP = "liquidation/spot.rs ", "health.rs ", "liquidation/perp.rs "


def value_down(f, amount, price):
    """price.rs Price::value_down."""
    return f.floor(amount * price, VALUE_SHIFT)


def value_up(f, amount, price):
    """price.rs Price::value_up."""
    return f.ceil(amount * price, VALUE_SHIFT)


def with_bonus(f, value, bonus):
    """position.rs with_bonus."""
    return f.floor(value * (PPM + bonus), PPM)


def without_bonus(f, value, bonus):
    """position.rs without_bonus."""
    return f.floor(value * PPM, PPM + bonus)


class Pair:
    """A debt and a deposit with fresh prices, and what a plan of size R does to them."""

    def __init__(self, f, up=False):
        self.f = f
        self.debt, self.collateral = f.int("debt"), f.int("collateral")
        self.p_debt, self.p_collateral = f.int("p_debt", 1), f.int("p_collateral", 1)
        self.bonus, self.repay = f.int("bonus"), f.int("repay")
        # Terms::size: R ≤ most ≤ debt; rooms and request only lower it.
        f.given(self.repay <= self.debt)
        self.up = up

    def repaid(self):
        """What of the debt's value goes: ceil before less ceil after (health.rs After::token)."""
        before = value_up(self.f, self.debt, self.p_debt)
        return before - value_up(self.f, self.debt - self.repay, self.p_debt)

    def whole(self, steps=1):
        """Terms::repay_for_whole_collateral."""
        value = value_up(self.f, self.collateral, self.p_collateral)
        return self.f.ceil((without_bonus(self.f, value, self.bonus) + steps) * VALUE_SHIFT, self.p_debt)

    def seize_part(self, towards_keeper=0):
        """SizedTerms::seize below `whole`."""
        value = with_bonus(self.f, value_down(self.f, self.repay, self.p_debt), self.bonus)
        amount = self.f.floor(value * VALUE_SHIFT, self.p_collateral)
        return least(amount + towards_keeper, self.collateral)

    def seized(self, amount):
        """What of the collateral's value goes: floor before less floor after."""
        before = value_down(self.f, self.collateral, self.p_collateral)
        return before - value_down(self.f, self.collateral - amount, self.p_collateral)

    def worth(self):
        """VR, by which everything is measured: the repayment's value, floor."""
        return value_down(self.f, self.repay, self.p_debt)


def capped(f, bonus):
    """Measure::terms: β' ≤ θ·(v − w)/w in maintenance weights, and k = v_end·10^6 − w_end·(10^6 + β') > 0."""
    v, w = f.int("v_maint", BPS, 2 * BPS), f.int("w_maint", 0, BPS)
    v_end, w_end = f.int("v_end", BPS, 2 * BPS), f.int("w_end", 0, BPS)
    f.given(v >= w, v_end >= v, w_end <= w)
    f.given(w * 10 * bonus <= (v - w) * 9 * PPM)
    f.given(v_end * PPM - w_end * (PPM + bonus) > 0)
    return (v, w), (v_end, w_end)


@prove(LAW, "a debt's value falls by at least ⌊R·p⌋: ⌈D·p⌉ − ⌈(D − R)·p⌉ ≥ ⌊R·p⌋", HEALTH + "After::token")
def the_debt_falls_enough(f):
    pair = Pair(f)
    return pair.repaid() >= pair.worth()


@prove(LAW, "where R does not pay for all, the deposit's value falls by at most ⌊⌊R·p⌋·(1 + β')⌋", SPOT + "SizedTerms::seize")
def the_deposit_falls_no_further(f):
    pair = Pair(f)
    return pair.seized(pair.seize_part()) <= with_bonus(f, pair.worth(), pair.bonus)


@prove(LAW, "where R pays for all, the whole deposit is worth at most ⌊R·p⌋·(1 + β'), exactly",
       SPOT + "Terms::repay_for_whole_collateral")
def the_whole_deposit_is_paid_for(f):
    pair = Pair(f)
    f.given(pair.repay >= pair.whole())
    return pair.seized(pair.collateral) * PPM <= pair.worth() * (PPM + pair.bonus)


def health_rises(f, repaid, seized, bonus):
    """ΔH = v·ΔV_debt − w·ΔV_deposit at both levels."""
    return z3.And(*[v * repaid - w * seized >= 0 for v, w in capped(f, bonus)])


@prove(LAW, "H_maint and H_end do not fall where ΔV_debt ≥ VR and ΔV_deposit ≤ VR·(1 + β'), for every β' ≤ θ·(v − w)/w and k > 0; "
       "with the three statements before: no repayment for collateral lowers them, without any allowance for rounding",
       SPOT + "Measure::terms")
def health_does_not_fall(f):
    worth, repaid, seized, bonus = f.ints("worth repaid seized bonus")
    f.given(repaid >= worth, seized * PPM <= worth * (PPM + bonus))
    return health_rises(f, repaid, seized, bonus)


@control(LAW, "health does not fall where one more unit is seized than the floor")
def seized_one_more(f):
    pair = Pair(f)
    return health_rises(f, pair.repaid(), pair.seized(pair.seize_part(towards_keeper=1)), pair.bonus)


@control(LAW, "health does not fall where R = ⌊C / (1 + β')⌋ pays for the whole deposit")
def whole_rounded_down(f):
    pair = Pair(f)
    value = without_bonus(f, value_down(f, pair.collateral, pair.p_collateral), pair.bonus)
    f.given(pair.repay >= f.floor(value * VALUE_SHIFT, pair.p_debt))
    return health_rises(f, pair.repaid(), pair.seized(pair.collateral), pair.bonus)


@control(LAW, "health does not fall whatever the bonus of a pair is (θ = 1.1)")
def a_bonus_beyond_the_gap(f):
    worth, bonus = f.int("worth"), f.int("bonus")
    v, w = f.int("v_maint", BPS, 2 * BPS), f.int("w_maint", 1, BPS)
    f.given(v >= w, w * 10 * bonus <= (v - w) * 11 * PPM)
    return v * worth * PPM - w * worth * (PPM + bonus) >= 0


# --- claims on markets: the same amounts, in the sum over all perp legs ------------------------------------------------


def dollars(f, total, price):
    """health.rs dollars, of a quote token whose price is fresh."""
    size = z3.If(total < 0, -total, total)
    return z3.If(total < 0, -value_up(f, size, price), value_down(f, size, price))


@prove(LAW, "paying R of what is owed to a market raises P_q·Σ g by at least ⌊R·P_q⌋, and taking S of matured profit lowers it by "
       "at most ⌈S·P_q⌉, whatever else is in the sum", HEALTH + "dollars, After::perp")
def claims_count_like_legs(f):
    total, amount, price = f.int("total", None), f.int("amount"), f.int("p_quote", 1)
    before = dollars(f, total, price)
    return z3.And(
        dollars(f, total + amount, price) - before >= value_down(f, amount, price),
        before - dollars(f, total - amount, price) <= value_up(f, amount, price),
    )


# --- settlement, which costs no bonus and so has nothing that would pay for a rounding ----------------------------------

USDC = 2**64 // 10**6  # a dollar for 10^6 units


def settled_loss(f, price):
    """perp.rs apply of Settled::Loss: value gained in the sum, value lost in the deposit."""
    deposit, loss, others = f.int("deposit", 0), f.int("loss", 1), f.int("others", None)
    paid = least(loss, deposit)
    gained = dollars(f, others - loss + paid, price) - dollars(f, others - loss, price)
    lost = value_down(f, deposit, price) - value_down(f, deposit - paid, price)
    return gained, lost


@finding(LAW, "settling a loss out of the quote deposit never lowers H_maint where w_maint of the quote token is 1",
         PERP + "apply, Settled::Loss")
def settling_a_loss_at_weight_one(f):
    gained, lost = settled_loss(f, USDC)
    return gained - lost >= 0


@prove(LAW, "settling a loss out of the quote deposit gains at least ⌊x·P_q⌋ and costs at most ⌈x·P_q⌉ of value",
       PERP + "apply, Settled::Loss")
def settling_a_loss(f):
    deposit, paid, others, price = f.int("deposit"), f.int("paid"), f.int("others", None), f.int("p_quote", 1)
    f.given(paid <= deposit)
    gained = dollars(f, others + paid, price) - dollars(f, others, price)
    lost = value_down(f, deposit, price) - value_down(f, deposit - paid, price)
    return z3.And(gained >= value_down(f, paid, price), lost <= value_up(f, paid, price))


@prove(LAW, "where the other legs of the quote token sum to 0, settling a whole loss, or with a whole deposit, never lowers H_maint, "
       "whatever the weight", PERP + "apply, Settled::Loss")
def settling_alone(f):
    deposit, loss, price = f.int("deposit"), f.int("loss", 1), f.int("p_quote", 1)
    paid = least(loss, deposit)
    gained = dollars(f, paid - loss, price) - dollars(f, -loss, price)
    return gained - (value_down(f, deposit, price) - value_down(f, deposit - paid, price)) >= 0


@prove(LAW, "so a settlement lowers a level by at most 2^−32 dollars × 10^4 bps, and not at all where x·P_q is at least "
       "w / (1 − w) × 2^−32 dollars", PERP + "apply, Settled::Loss")
def settling_costs_a_rounding(f):
    down, up, gained, lost = f.ints("down up gained lost")
    w = f.int("w", 0, BPS)
    f.given(down <= up, up <= down + 1, gained >= down, lost <= up)
    change = BPS * gained - w * lost
    return z3.And(change >= -BPS, z3.Implies(down * (BPS - w) >= w, change >= 0))


# --- closing a position, within one tier -------------------------------------------------------------------------------


def closing(f, rounding):
    """Closing::size and plan within one tier: what R and PnL change by, in quote units. `before` and `after`: R's sum × 10^4."""
    need, fee_rate = f.int("need", 1), f.int("fee_rate")
    end, maintenance = f.int("m_end", 1, BPS), f.int("m_maint", 1, BPS)
    f.given(maintenance <= end, fee_rate < maintenance * (PPM // BPS))
    margin = end * (PPM // BPS) - fee_rate
    wanted = f.ceil((need + rounding) * PPM, margin)
    # Mark::size_up and notional: N↓(size) is at least what was wanted; N↑ of what is left falls by at least N↓(size) (LIQ-4).
    down, fallen, rest = f.int("notional_down"), f.int("fallen"), f.int("rest")
    f.given(down >= wanted, fallen >= down)
    paid = f.floor(down * fee_rate, PPM) + 1  # the fee, and the unit that closing a part may cost
    freed = lambda rate: f.ceil(rate * (rest + fallen), BPS) - f.ceil(rate * rest, BPS)
    return need, paid, freed(end), freed(maintenance)


@prove(LAW, "closing what the plan wants within one tier raises PnL − R_end by at least the need: the two units pay for both roundings",
       PERP + "Closing::size, plan")
def a_closing_brings_the_need(f):
    need, paid, freed, _ = closing(f, rounding=2)
    return freed - paid >= need


@control(LAW, "it does so without the two units", PERP + "Closing::size")
def without_the_two_units(f):
    need, paid, freed, _ = closing(f, rounding=0)
    return freed - paid >= need


@prove(LAW, "it lowers PnL − R_maint by at most one unit", PERP + "Closing::size, plan")
def a_closing_at_maintenance(f):
    _, paid, _, freed = closing(f, rounding=2)
    return freed - paid >= -1


@finding(LAW, "it never lowers PnL − R_maint, however small the need", PERP + "Closing::size, plan")
def a_small_closing_at_maintenance(f):
    _, paid, _, freed = closing(f, rounding=2)
    return freed - paid >= 0

"""LIQ-5: splitting a liquidation into several gains a keeper nothing, but for the rounding of β to a millionth. The fee of a
closing is one rate of the notional, floor, so parts earn no more than the whole."""

import z3

from laws import BPS, PPM, VALUE_SHIFT, control, finding, least, prove
from liq_2 import value_down, with_bonus

LAW = "LIQ-5"
SPOT, PERP = "liquidation/spot.rs ", "liquidation/perp.rs "


@prove(LAW, "a floor of a product is superadditive and monotone, so the chain of the three floors of S is: at one β two repayments seize "
       "at most what one of their sum seizes; so are the two floors of a closing's fee", SPOT + "SizedTerms::seize; " + PERP + "cost")
def a_floor_is_superadditive(f):
    one, other, more, factor, divisor = f.int("one"), f.int("other"), f.int("more"), f.int("factor"), f.int("divisor", 1)
    f.given(more >= one + other)
    down = lambda x: f.floor(x * factor, divisor)
    return z3.And(down(one) + down(other) <= down(one + other), down(one + other) <= down(more))


@prove(LAW, "at one β two repayments pay insurance at least what one of their sum pays", SPOT + "SizedTerms::plan")
def parts_insure_no_less(f):
    one, other, rate = f.int("one"), f.int("other"), f.int("bonus_times_share")
    insurance = lambda repay: f.ceil(repay * rate, BPS * PPM)
    return insurance(one) + insurance(other) >= insurance(one + other)


@prove(LAW, "in value, and with a last part that takes the deposit whole: parts at one β get at most ⌊⌊(R₁ + R₂)·p⌋·(1 + β)⌋ steps of "
       "2^−32 dollars, what one repayment is worth before its floor to units", SPOT + "SizedTerms::seize")
def parts_are_worth_no_more(f):
    one, other, bonus, p_debt = f.int("one"), f.int("other"), f.int("bonus"), f.int("p_debt", 1)
    first, second = f.ints("seized_1 seized_2")
    # LIQ-2: ΔV_deposit·10^6 ≤ VR·(10^6 + β) in both branches.
    f.given(first * PPM <= value_down(f, one, p_debt) * (PPM + bonus))
    f.given(second * PPM <= value_down(f, other, p_debt) * (PPM + bonus))
    return first + second <= with_bonus(f, value_down(f, one + other, p_debt), bonus)


@control(LAW, "two repayments seize at most what one of their sum seizes where S is rounded up")
def parts_rounded_up(f):
    one, other, bonus = f.int("one"), f.int("other"), f.int("bonus", 0, 150_000)
    up = lambda repay: f.ceil(repay * (PPM + bonus), PPM)
    return up(one) + up(other) <= up(one + other)


@control(LAW, "two repayments pay insurance at least what one of their sum pays where it is rounded down")
def insurance_rounded_down(f):
    one, other, rate = f.int("one"), f.int("other"), f.int("bonus_times_share")
    insurance = lambda repay: f.floor(repay * rate, BPS * PPM)
    return insurance(one) + insurance(other) >= insurance(one + other)


# --- β between two parts ------------------------------------------------------------------------------------------------


@prove(LAW, "where equity caps β before its rounding, it caps it at the same after a repayment: (E − β·R) / (D − R) = E / D; and with β "
       "below the cap the cap rises", SPOT + "account_bonus")
def the_cap_stays(f):
    equity, debts, repay, rate = f.int("equity"), f.int("debts", 1), f.int("repay"), f.int("rate")
    # Rates over one common denominator: rate / scale ≤ equity / debts.
    scale = f.int("scale", 1)
    f.given(repay < debts, rate * debts <= equity * scale)
    # (E − rate/scale·R) / (D − R) ≥ E / D, cross-multiplied.
    return (equity * scale - rate * repay) * debts >= equity * scale * (debts - repay)


@prove(LAW, "depth |H| / Req does not grow by a repayment whose pair is at least as far apart as the account is deep: "
       "(v − w·(1 + β)) / v ≥ |H| / Req; so β does not rise with it, as a rational number", SPOT + "account_bonus")
def a_pair_that_mends(f):
    depth, required, value = f.ints("depth required value")
    v, k = f.int("v", 1), f.int("k")  # k = v − w·(1 + β), in the unit of v
    f.given(required > 0, v * value < required, k * value <= depth, k <= v)
    f.given(k * required >= depth * v)
    # (|H| − k·VR) / (Req − v·VR) ≤ |H| / Req, cross-multiplied.
    return (depth - k * value) * required <= depth * (required - v * value)


@prove(LAW, "an account of one debt and one deposit always fulfils that: its pair is as far apart as it is deep exactly where "
       "β ≤ equity / debts, which the cap of β says", SPOT + "account_bonus, Measure::terms")
def one_pair_mends(f):
    debt, deposit, bonus = f.int("debt", 1), f.int("deposit"), f.int("bonus")
    v, w = f.int("v", BPS, 2 * BPS), f.int("w", 0, BPS)
    f.given(bonus * debt <= (deposit - debt) * PPM)  # equity = deposit − debt
    required, depth = v * debt, v * debt - w * deposit
    # k·Req ≥ depth·v with k = v − w·(1 + β); all times 10^6.
    return (v * PPM - w * (PPM + bonus)) * required >= depth * v * PPM


@finding(LAW, "depth |H| / Req never grows by a repayment, whatever other legs the account has (so β never rises)",
         SPOT + "account_bonus")
def any_pair_mends(f):
    debt, deposit, other, repay = f.ints("debt deposit other repay", 1, 10**6)
    v, w, w_other = BPS, 9_500, 5_000
    bonus = 32_500
    equity, depth = deposit + other - debt, v * debt - w * deposit - w_other * other
    f.given(depth > 0, bonus * debt <= equity * PPM, repay < debt, repay * (PPM + bonus) <= deposit * PPM)
    k = v * PPM - w * (PPM + bonus)
    f.given(k * repay <= depth * PPM)
    return (depth * PPM - k * repay) * (v * debt) <= depth * PPM * v * (debt - repay)


# --- closings ------------------------------------------------------------------------------------------------------------


@prove(LAW, "the keeper's part of a fee, fee − ⌈fee·f_i / (f_l + f_i)⌉, is superadditive too", PERP + "Closing::plan")
def the_keepers_part(f):
    one, other, keeper, insurance = f.int("one"), f.int("other"), f.int("f_l"), f.int("f_i")
    f.given(keeper + insurance > 0)
    part = lambda fee: fee - f.ceil(fee * insurance, keeper + insurance)
    return part(one) + part(other) <= part(one + other)


@control(LAW, "parts of a closing earn no more than the whole where the fee is rounded up")
def fees_rounded_up(f):
    one, other, rate = f.int("one"), f.int("other"), f.int("rate", 0, PPM)
    fee = lambda notional: f.ceil(notional * rate, PPM)
    return fee(one) + fee(other) <= fee(one + other)

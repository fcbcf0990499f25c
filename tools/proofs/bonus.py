"""Bounds of the bonus: β between its bounds or the equity's, seize ≤ collateral, repay ≤ debt, and what insurance takes."""

import z3

from laws import BPS, PPM, VALUE_SHIFT, control, finding, least, most, prove
from liq_2 import value_down, value_up, with_bonus, without_bonus

LAW = "BONUS"
SPOT = "liquidation/spot.rs "
U32 = 2**32
PER_BPS = PPM // BPS


def quotient_up_to(f, n, d, limit):
    """spot.rs quotient_up_to: (n / d) where n < d·limit, else the limit; a product beyond u128 is beyond n as well."""
    divisor = z3.If(d > 0, d, 1)
    return z3.If(n < d * limit, f.floor(n, divisor), limit)


def account_bonus(f, equity_cap=True):
    """spot.rs account_bonus; magnitudes of H_maint (0 where it is not negative) and Req as values."""
    low, high = f.int("beta_min", 1, 1_500), f.int("beta_max", 1, 1_500)
    growth, share = f.int("growth", 0, PPM), f.int("full_bonus_depth", 100, 5_000)
    equity, debts = f.int("equity", 1), f.int("debts")
    depth, required = f.int("minus_h_maint"), f.int("requirement")
    f.given(low <= high)
    span = (high - low) * PER_BPS
    grown = f.floor(span * growth, PPM)
    by_depth = quotient_up_to(f, depth * span * BPS, required * share, span)
    grown = z3.If(depth > 0, most(grown, by_depth), grown)
    bonus = low * PER_BPS + grown
    return (low, high, equity, debts, bonus), quotient_up_to(f, equity * PPM, debts, bonus) if equity_cap else bonus


@prove(LAW, "quotient_up_to is min(limit, ⌊n / d⌋), and the limit for d = 0", SPOT + "quotient_up_to")
def the_quotient(f):
    n, d, limit = f.int("n"), f.int("d"), f.int("limit")
    return quotient_up_to(f, n, d, limit) == z3.If(d > 0, least(limit, f.floor(n, z3.If(d > 0, d, 1))), limit)


@prove(LAW, "β before the equity cap lies between β_min and β_max", SPOT + "account_bonus")
def between_its_bounds(f):
    (low, high, _, _, bonus), _ = account_bonus(f)
    return z3.And(bonus >= low * PER_BPS, bonus <= high * PER_BPS)


@prove(LAW, "0 ≤ β ≤ β_max, β ≥ β_min unless equity caps it, and β·Σ debts ≤ equity × 10^6 always", SPOT + "account_bonus")
def capped_by_equity(f):
    low, high, bonus = f.int("beta_min", 1, 1_500), f.int("beta_max", 1, 1_500), f.int("bonus")
    equity, debts = f.int("equity", 1), f.int("debts")
    f.given(bonus >= low * PER_BPS, bonus <= high * PER_BPS)
    beta = quotient_up_to(f, equity * PPM, debts, bonus)
    return z3.And(
        beta >= 0,
        beta <= high * PER_BPS,
        beta * debts <= equity * PPM,
        z3.Or(beta >= low * PER_BPS, (beta + 1) * debts > equity * PPM),
    )


@control(LAW, "β·Σ debts ≤ equity × 10^6 where the cap is rounded up")
def cap_rounded_up(f):
    equity, debts, bonus = f.int("equity", 1), f.int("debts", 1), f.int("bonus")
    return least(bonus, f.ceil(equity * PPM, debts)) * debts <= equity * PPM


@control(LAW, "β never exceeds β_max where growth may exceed a million")
def growth_without_bound(f):
    low, high, growth = f.int("beta_min", 1, 1_500), f.int("beta_max", 1, 1_500), f.int("growth", 0, 2 * PPM)
    f.given(low <= high)
    return low * PER_BPS + f.floor((high - low) * PER_BPS * growth, PPM) <= high * PER_BPS


def pair_cap(f, lowest_weight):
    """spot.rs Measure::terms: cap = (v − w)·θ·10^6 / 10w, and its cast to 32 bits."""
    v, w = f.int("v_maint", BPS, 2 * BPS), f.int("w_maint", lowest_weight, BPS)
    cap = f.floor((v - w) * 9 * PPM, w * 10)
    return v, w, cap


@prove(LAW, "the cap of a pair fits 32 bits for every maintenance weight of spec §7, which is 0 or at least 25 bps (w_end ≥ 0 lies "
       "25 bps below)", SPOT + "Measure::terms")
def the_cap_fits(f):
    _, _, cap = pair_cap(f, lowest_weight=25)
    return cap < U32


@control(LAW, "it also fits for a weight of one or two bps", SPOT + "Measure::terms")
def the_cap_of_a_tiny_weight(f):
    _, _, cap = pair_cap(f, lowest_weight=1)
    return cap < U32


@prove(LAW, "a bonus up to the cap leaves at least a tenth of the gap between the weights: v − w·(1 + β') ≥ (v − w) / 10",
       SPOT + "Measure::terms")
def a_tenth_of_the_gap_is_left(f):
    v, w, cap = pair_cap(f, lowest_weight=1)
    bonus = f.int("bonus")
    f.given(v >= w, bonus <= cap)
    return 10 * (v * PPM - w * (PPM + bonus)) >= (v - w) * PPM


def sized(f):
    """Terms::size and SizedTerms::seize, from `enough` on."""
    debt, collateral = f.int("debt"), f.int("collateral")
    enough, fits, request = f.int("enough"), f.int("fits"), f.int("request")
    whole, leaves_dust = f.int("whole"), z3.Bool("leaves_dust")
    f.watched["leaves_dust"] = leaves_dust
    limit = least(debt, whole)
    repay = z3.If(leaves_dust, limit, least(enough, limit))
    repay = least(repay, fits, request)
    part = f.int("part")  # what amount_down gives, whatever it is
    return debt, collateral, repay, whole, z3.If(repay >= whole, collateral, least(part, collateral))


@prove(LAW, "R ≤ debt, R ≤ whole and S ≤ collateral for all requests, rooms, dust and prices; S is the whole deposit only for "
       "R = whole", SPOT + "Terms::size, SizedTerms::seize")
def within_the_legs(f):
    debt, collateral, repay, whole, seize = sized(f)
    return z3.And(repay >= 0, repay <= debt, repay <= whole, seize >= 0, seize <= collateral)


@control(LAW, "S ≤ collateral without the minimum of SizedTerms::seize, from R ≤ whole alone")
def without_the_minimum(f):
    collateral, p_collateral, p_debt = f.int("collateral"), f.int("p_collateral", 1), f.int("p_debt", 1)
    repay, bonus = f.int("repay"), f.int("bonus", 0, 150_000)
    value = without_bonus(f, value_up(f, collateral, p_collateral), bonus) + 1
    f.given(repay <= f.ceil(value * VALUE_SHIFT, p_debt))
    value = with_bonus(f, value_down(f, repay, p_debt), bonus)
    return f.floor(value * VALUE_SHIFT, p_collateral) <= collateral


@prove(LAW, "insurance = ⌈R·β'·share⌉ takes at most the bonus, rounded up to a unit: ⌊R·β'·share⌋ ≤ insurance ≤ ⌈R·β'⌉; a share of 0 "
       "takes nothing", SPOT + "SizedTerms::plan")
def what_insurance_takes(f):
    repay, bonus, share = f.int("repay"), f.int("bonus"), f.int("share", 0, BPS)
    insurance = f.ceil(repay * (bonus * share), BPS * PPM)
    all_of_it = f.ceil(repay * bonus, PPM)
    return z3.And(insurance >= 0, insurance <= all_of_it, z3.Implies(share == 0, insurance == 0))


@control(LAW, "insurance never exceeds ⌊R·β'⌋")
def insurance_rounded_up(f):
    repay, bonus, share = f.int("repay"), f.int("bonus"), f.int("share", 0, BPS)
    return f.ceil(repay * (bonus * share), BPS * PPM) <= f.floor(repay * bonus, PPM)


@finding(LAW, "a deposit goes whole only where R·(1 + β') pays for it, also where `whole` stops at 2^64 − 1",
         SPOT + "Terms::repay_for_whole_collateral, amount_up_to", "u64")
def whole_that_stops(f):
    top = 2**64 - 1
    repay, collateral = f.int("repay", 0, top), f.int("collateral", 0, top)
    p_debt, p_collateral = 2**20, 2**41
    bonus = 60_000
    value = without_bonus(f, value_up(f, collateral, p_collateral), bonus) + 1
    whole = least(f.ceil(value * VALUE_SHIFT, p_debt), top)
    f.given(repay >= whole)
    return value_down(f, collateral, p_collateral) * PPM <= value_down(f, repay, p_debt) * (PPM + bonus)

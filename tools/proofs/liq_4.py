"""LIQ-4: a solvent account stays solvent, in the plan's amounts: neither bonus nor closing fee nor deleveraging takes more than
its equity."""

import z3

from laws import BPS, PPM, VALUE_SHIFT, control, least, prove
from liq_2 import Pair, dollars, value_down, value_up, with_bonus

LAW = "LIQ-4"
SPOT, LEG, PERP, HEALTH = "liquidation/spot.rs ", "perp/leg.rs ", "liquidation/perp.rs ", "health.rs "


def solvent_pair(f):
    """β·Σ debts ≤ equity × 10^6 (proven in BONUS), of which this debt is a part."""
    pair, equity, debts = Pair(f), f.int("equity"), f.int("debts")
    f.given(debts >= value_up(f, pair.debt, pair.p_debt), pair.bonus * debts <= equity * PPM)
    return pair, equity


@prove(LAW, "the value of what is repaid is at most the value of the debt: ⌊R·p⌋ ≤ ⌈D·p⌉", SPOT + "account_bonus")
def the_repayment_is_part_of_the_debts(f):
    pair = Pair(f)
    return pair.worth() <= value_up(f, pair.debt, pair.p_debt)


@prove(LAW, "equity − loss ≥ 0 where the account loses ΔV_deposit − ΔV_debt with ΔV_debt ≥ VR, ΔV_deposit ≤ VR·(1 + β') (proven in "
       "LIQ-2) and VR ≤ Σ debts: no allowance for rounding", SPOT + "account_bonus; " + HEALTH + "After::token")
def the_bonus_leaves_equity(f):
    worth, repaid, seized, bonus, equity, debts = f.ints("worth repaid seized bonus equity debts")
    f.given(repaid >= worth, seized * PPM <= worth * (PPM + bonus), worth <= debts, bonus * debts <= equity * PPM)
    return equity - (seized - repaid) >= 0


@prove(LAW, "the same in one question, from amounts and prices on", SPOT + "account_bonus, SizedTerms::seize")
def a_part_is_seized(f):
    pair, equity = solvent_pair(f)
    seize = f.int("seize")
    f.given(seize * pair.p_collateral <= with_bonus(f, pair.worth(), pair.bonus) * VALUE_SHIFT, seize <= pair.collateral)
    return equity - pair.seized(seize) + pair.repaid() >= 0


@control(LAW, "equity stays where the cap of β is one millionth higher")
def a_millionth_more(f):
    worth, bonus, equity, debts = f.int("worth"), f.int("bonus"), f.int("equity"), f.int("debts")
    f.given(worth <= debts, bonus * debts <= equity * PPM)
    return equity - (f.floor(worth * (PPM + bonus + 1), PPM) - worth) >= 0


@control(LAW, "equity stays where the debts that cap β leave out this one")
def a_cap_by_other_debts(f):
    worth, bonus, equity, debts = f.int("worth"), f.int("bonus"), f.int("equity"), f.int("debts", 1)
    f.given(bonus * debts <= equity * PPM)
    return equity - (f.floor(worth * (PPM + bonus), PPM) - worth) >= 0


# --- closing a position ------------------------------------------------------------------------------------------------


def fee_rate(f, equity, notional, full):
    """leg.rs PerpLeg::fee_rate, branch by branch; equity below 2^95."""
    sixty_fourth = f.floor(notional, 64)
    at_least_one = z3.If(notional > 1, notional, 1)
    return z3.If(
        equity <= 0,
        0,
        z3.If(
            z3.And(full <= PPM // 64, equity > sixty_fourth),
            full,
            z3.If(equity * PPM >= notional * full, full, f.floor(equity * PPM, at_least_one)),
        ),
    )


@prove(LAW, "f·notional ≤ equity × 10^6 and f ≤ f_l + f_i, in every branch", LEG + "PerpLeg::fee_rate")
def the_fee_rate(f):
    equity, notional, full = f.int("equity", 0), f.int("notional", 0), f.int("full", 0, PPM)
    rate = fee_rate(f, equity, notional, full)
    return z3.And(rate >= 0, rate <= full, rate * notional <= equity * PPM)


@control(LAW, "f·notional ≤ equity × 10^6 where the short way takes an equity of a 65th of the notional")
def the_short_way_too_far(f):
    equity, notional, full = f.int("equity", 0), f.int("notional", 0), f.int("full", 0, PPM // 64)
    f.given(equity > f.floor(notional, 65))
    return full * notional <= equity * PPM


@prove(LAW, "the fee of a closing is worth at most the equity: ⌊⌊N↓(size)·f⌋·P_q⌋ ≤ equity", PERP + "Closing::plan")
def the_fee_is_within_equity(f):
    equity, up, part, price, rate = f.int("equity"), f.int("notional_up"), f.int("part"), f.int("p_quote", 1), f.int("rate")
    f.given(part <= up, rate * value_up(f, up, price) <= equity * PPM)
    return value_down(f, f.floor(part * rate, PPM), price) <= equity


@prove(LAW, "closing a part costs at most a quote unit beside the fee: N↓(s − x) + N↓(x) ≥ N↓(s) − 1 for a long, N↑(s − x) + N↑(x) ≤ "
       "N↑(s) + 1 for a short; closing all costs nothing", "perp/position.rs Position::closing; perp/leg.rs PerpLeg::revalue")
def closing_a_part(f):
    held, size, mark = f.int("held"), f.int("size"), f.int("mark", 1)
    f.given(size <= held)
    down = lambda x: f.floor(x * mark, 2**44)
    up = lambda x: f.ceil(x * mark, 2**44)
    long_lost = down(held) - down(held - size) - down(size)
    short_lost = up(held - size) + up(size) - up(held)
    return z3.And(long_lost >= 0, long_lost <= 1, short_lost >= 0, short_lost <= 1)


@prove(LAW, "so a closing leaves equity ≥ −(⌈P_q⌉ + 1) steps of 2^−32 dollars: what two roundings cost, one quote unit and one step of "
       "value", PERP + "Closing::plan, apply")
def closing_leaves_equity(f):
    equity, fee, price, total = f.int("equity"), f.int("fee"), f.int("p_quote", 1), f.int("total", None)
    f.given(value_down(f, fee, price) <= equity)
    after = equity - (dollars(f, total, price) - dollars(f, total - (fee + 1), price))
    return after >= -(f.ceil(price, VALUE_SHIFT) + 1)


@control(LAW, "a closing leaves equity ≥ 0, without an allowance for rounding")
def closing_without_allowance(f):
    equity, fee, price, total = f.int("equity"), f.int("fee"), f.int("p_quote", 1), f.int("total", None)
    f.given(value_down(f, fee, price) <= equity)
    return equity - (dollars(f, total, price) - dollars(f, total - (fee + 1), price)) >= 0


@control(LAW, "closing a part never costs anything but the fee")
def closing_a_part_for_nothing(f):
    held, size, mark = f.int("held"), f.int("size"), f.int("mark", 1)
    f.given(size <= held)
    down = lambda x: f.floor(x * mark, 2**44)
    return down(held - size) + down(size) >= down(held)


# --- deleveraging ------------------------------------------------------------------------------------------------------


@prove(LAW, "what deleveraging takes is worth at most the equity: taken ≤ spare = ⌊equity / P_q⌋, so ⌈taken·P_q⌉ ≤ equity",
       HEALTH + "Valuation::spare")
def spare_is_within_equity(f):
    equity, price, taken = f.int("equity"), f.int("p_quote", 1), f.int("taken")
    f.given(taken <= f.floor(equity * VALUE_SHIFT, price))
    return value_up(f, taken, price) <= equity


@control(LAW, "it is worth at most the equity where spare is rounded up")
def spare_rounded_up(f):
    equity, price = f.int("equity"), f.int("p_quote", 1)
    return value_up(f, f.ceil(equity * VALUE_SHIFT, price), price) <= equity

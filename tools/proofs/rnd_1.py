"""RND-1: deposit then withdraw, and borrow then repay, never pay."""

import z3

from laws import U64, WAD, control, finding, least, most, prove  # noqa: F401

LAW = "RND-1"
FIXED, UNITS, LENDING = "fixed.rs", "units.rs Index::", "lending.rs Books::"


def amount_down(f, shares, index):
    """units.rs Index::amount_down: mul(shares, index) >> 48."""
    return f.floor(shares * index, WAD)


def amount_up(f, shares, index):
    """units.rs Index::amount_up: (mul(shares, index) + WAD - 1) >> 48."""
    return f.floor(shares * index + WAD - 1, WAD)


def shares_down(f, amount, index):
    """units.rs Index::shares_down: mul_div_down(amount, WAD, index)."""
    return f.floor(amount * WAD, index)


def shares_up(f, amount, index):
    """units.rs Index::shares_up: mul_div_up(amount, WAD, index)."""
    return f.ceil(amount * WAD, index)


# --- fixed.rs as bit vectors, in the widths of the code ---------------------------------------------------------------


def division(f, bits):
    """n = q·d + r of a number of 2·bits and a divisor of `bits`, as the processor divides."""
    wide = 2 * bits
    n, d = z3.BitVec("n", wide), z3.BitVec("d", bits)
    f.watched.update(n=n, d=d)
    q, r = z3.BitVec("q", wide), z3.BitVec("r", bits)
    to = lambda x: z3.ZeroExt(wide - bits, x)
    f.given(d != 0, z3.ULT(r, d), n == q * to(d) + to(r), z3.BVMulNoOverflow(q, to(d), False), z3.ULE(to(r), n))
    return n, d, q, r


def div_up_is_exact(f, bits, step=1):
    """fixed.rs div_up: `(down as u64).wrapping_mul(d) == n as u64` stands for "the remainder is 0"."""
    n, d, q, r = division(f, bits)
    low = lambda x: z3.Extract(bits - 1, 0, x)
    exact = low(q) * d == low(n)
    up = z3.If(exact, q, q + step)
    ceiling = z3.If(r == 0, q, q + 1)
    return up == ceiling


@prove(LAW, "div_up is the ceiling: comparing the low halves of n and ⌊n/d⌋·d tells whether the division is exact",
       FIXED + " div_up", "u32 / u16")
def div_up_16(f):
    return div_up_is_exact(f, 16)


@prove(LAW, "div_up is the ceiling, in the widths of the code", FIXED + " div_up", "u128 / u64")
def div_up_64(f):
    return div_up_is_exact(f, 64)


@control(LAW, "div_up without its last step is still the ceiling", FIXED + " div_up", "u32 / u16")
def div_up_rounds_down(f):
    return div_up_is_exact(f, 16, step=0)


@prove(LAW, "amount_up is the ceiling of shares·index / 2^48, and adding 2^48 − 1 to a product of two u64 does not wrap",
       UNITS + "amount_up", "u64, u128")
def amount_up_is_the_ceiling(f):
    product = z3.BitVec("product", 128)
    f.watched["product"] = product
    f.given(z3.ULE(product, U64 * U64))
    up = z3.LShR(product + (WAD - 1), 48)
    down = z3.LShR(product, 48)
    is_whole = z3.Extract(47, 0, product) == 0
    return z3.And(z3.BVAddNoOverflow(product, z3.BitVecVal(WAD - 1, 128), False), up == z3.If(is_whole, down, down + 1))


# --- compositions, over all integers ----------------------------------------------------------------------------------


@prove(LAW, "amount_down(shares_down(x)) ≤ x at one index", UNITS + "shares_down, amount_down")
def deposit_then_withdraw_all(f):
    amount, index = f.int("amount"), f.int("index", 1)
    return amount_down(f, shares_down(f, amount, index), index) <= amount


@prove(LAW, "amount_up(shares_up(x)) ≥ x, also at a later index that is not lower", UNITS + "shares_up, amount_up")
def borrow_then_repay_all(f):
    amount, index, later = f.int("amount"), f.int("index", 1), f.int("later", 1)
    f.given(later >= index)
    return amount_up(f, shares_up(f, amount, index), later) >= amount


@control(LAW, "a deposit whose shares are rounded up is still never worth more than it cost")
def shares_minted_up(f):
    amount, index = f.int("amount"), f.int("index", 1)
    return amount_down(f, shares_up(f, amount, index), index) <= amount


@control(LAW, "a debt whose shares are rounded down is still never below what was paid out")
def debt_issued_down(f):
    amount, index = f.int("amount"), f.int("index", 1)
    return amount_up(f, shares_down(f, amount, index), index) >= amount


def burnt(f, held, amount, index):
    """lending.rs Books::burn_deposit."""
    owned = amount_down(f, held, index)
    f.given(amount <= owned)
    return z3.If(amount == owned, held, least(shares_up(f, amount, index), held))


def retired(f, owed, amount, index):
    """lending.rs Books::retire_debt."""
    return z3.If(amount >= amount_up(f, owed, index), owed, least(shares_down(f, amount, index), owed))


@prove(LAW, "a part of a deposit and what is left of it are worth at most what it was, exactly: (held − burnt)·index + x·2^48 "
       "≤ held·index; so any number of withdrawals pays at most the deposit", LENDING + "burn_deposit")
def withdraw_a_part(f):
    held, amount, index = f.int("held"), f.int("amount"), f.int("index", 1)
    gone = burnt(f, held, amount, index)
    return z3.And(gone >= 0, gone <= held, (held - gone) * index + amount * WAD <= held * index)


@prove(LAW, "a deposit adds at most what it cost, exactly: shares·index ≤ x·2^48", LENDING + "mint_deposit")
def deposit_a_part(f):
    amount, index = f.int("amount"), f.int("index", 1)
    return shares_down(f, amount, index) * index <= amount * WAD


@prove(LAW, "a loan adds at least what was paid out to the debt, exactly: shares·index ≥ x·2^48", LENDING + "issue_debt")
def borrow_a_part(f):
    amount, index = f.int("amount"), f.int("index", 1)
    return shares_up(f, amount, index) * index >= amount * WAD


@prove(LAW, "a repayment takes at most what was paid off the debt, or all of it where it covers all; the rest that is asked for "
       "falls by no more than was paid", LENDING + "retire_debt")
def repay_a_part(f):
    owed, amount, index = f.int("owed"), f.int("amount"), f.int("index", 1)
    gone = retired(f, owed, amount, index)
    left = amount_up(f, owed - gone, index)
    return z3.And(gone >= 0, gone <= owed, gone * index <= amount * WAD, left + amount >= amount_up(f, owed, index))


@control(LAW, "a withdrawal that burns ⌊x·2^48 / index⌋ shares never pays")
def shares_burnt_down(f):
    held, amount, index = f.int("held"), f.int("amount"), f.int("index", 1)
    f.given(amount <= amount_down(f, held, index))
    gone = shares_down(f, amount, index)
    return (held - gone) * index + amount * WAD <= held * index


@control(LAW, "a repayment that retires ⌈x·2^48 / index⌉ shares never pays")
def debt_retired_up(f):
    owed, amount, index = f.int("owed"), f.int("amount"), f.int("index", 1)
    gone = shares_up(f, amount, index)
    f.given(gone <= owed)
    return gone * index <= amount * WAD


# --- the bank: vault + debts ≥ deposits keeps, whoever else holds shares (SOL-1) ----------------------------------------


@prove(LAW, "no verb lowers vault + debts − deposits of a bank with other depositors and borrowers",
       LENDING + "mint_deposit, burn_deposit, issue_debt, retire_debt, deposits, debts")
def a_bank_never_loses(f):
    total, held, amount, index = f.int("total"), f.int("held"), f.int("amount"), f.int("index", 1)
    f.given(held <= total)
    minted, issued = shares_down(f, amount, index), shares_up(f, amount, index)
    burn, retire = burnt(f, held, amount, index), retired(f, held, amount, index)
    worth = amount_down(f, total, index)
    return z3.And(
        amount_down(f, total + minted, index) <= worth + amount,  # deposit: the vault gains the amount
        amount_down(f, total - burn, index) + amount <= worth,  # withdrawal: the vault loses it
        amount_down(f, total + issued, index) >= worth + amount,  # loan: the vault loses it, debts gain as much
        amount_down(f, total - retire, index) + amount >= worth,  # repayment
    )


@prove(LAW, "what two holders can claim is at most what the bank counts, and what two debtors owe is at least that",
       LENDING + "deposits, debts")
def parts_and_sum(f):
    one, other, index = f.int("one"), f.int("other"), f.int("index", 1)
    return z3.And(
        amount_down(f, one, index) + amount_down(f, other, index) <= amount_down(f, one + other, index),
        amount_up(f, one, index) + amount_up(f, other, index) >= amount_down(f, one + other, index),
    )


@control(LAW, "what two holders could claim with amounts rounded up is at most what the bank counts")
def claims_rounded_up(f):
    one, other, index = f.int("one"), f.int("other"), f.int("index", 1)
    return amount_up(f, one, index) + amount_up(f, other, index) <= amount_down(f, one + other, index)


@prove(LAW, "an amount bought with a value is worth at most the value, and one that is owed for it at least: "
       "⌊·⌋ of amount_down, ⌈·⌉ of amount_up, on both ways", "price.rs Price::")
def values_and_amounts(f):
    value, amount, price = f.int("value"), f.int("amount"), f.int("price", 1)
    scale = 2**32
    down, up = f.floor(value * scale, price), f.ceil(value * scale, price)
    return z3.And(
        f.floor(down * price, scale) <= value,
        f.ceil(up * price, scale) >= value,
        f.floor(f.floor(amount * price, scale) * scale, price) <= amount,
        f.ceil(f.ceil(amount * price, scale) * scale, price) >= amount,
    )

//! The sums themselves.

use breakwater_interface::accounts::{MAX_TOKENS, SIDE_DEBT};
use breakwater_interface::perp::PerpPosition;
use breakwater_interface::{Bank, InsuranceFund, InsuranceStake, LiquidityPosition, MarginAccount, PerpMarket};
use breakwater_margin::MathError;
use breakwater_margin::perp::MARK_BITS;

use super::{Comparison, Relation};

/// Shares of a bank that have an owner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Owned {
    /// Deposit shares.
    pub deposits: u128,
    /// Debt shares.
    pub debts: u128,
}

/// The shares of every bank that have an owner, by token.
///
/// Formula:  Σ over margin accounts; in the quote token also pool, escrow, tranche and fees of every market, and the shared
///           fund       (docs/invariants.md SOL-2)
/// Units:    shares
/// Rounding: none
pub fn owned<'a>(
    accounts: &[MarginAccount],
    markets: impl Iterator<Item = &'a PerpMarket>,
    fund: Option<&InsuranceFund>,
    quote: Option<u8>,
) -> [Owned; MAX_TOKENS] {
    let mut all = [Owned::default(); MAX_TOKENS];
    for position in accounts.iter().flat_map(|account| &account.tokens).filter(|position| !position.is_free()) {
        // The program writes no other numbers; a byte that was tampered with shows as shares of another bank.
        let sum = &mut all[usize::from(position.token) % MAX_TOKENS];
        let side = if position.side == SIDE_DEBT { &mut sum.debts } else { &mut sum.deposits };
        *side += u128::from(position.shares);
    }
    if let Some(quote) = quote {
        let held = |market: &PerpMarket| {
            [market.pool, market.escrow, market.tranche, market.fees].map(u128::from).iter().sum::<u128>()
        };
        let fund = fund.map_or(0, |fund| u128::from(fund.shares));
        all[usize::from(quote) % MAX_TOKENS].deposits += fund + markets.map(held).sum::<u128>();
    }
    all
}

fn comparison(law: &'static str, what: &'static str, counted: i128, summed: i128) -> Comparison {
    Comparison { law, what, counted, summed, relation: Relation::Equal }
}

/// Compares a bank with its vault and with those who own its shares.
///
/// Formula:  vault ≥ the bank's count;  count + debts ≥ deposits + tranche + fees;  Σ shares = totals       (SOL-1, SOL-2)
/// Units:    native units, shares
/// Rounding: deposits and debts floor, as in the program
///
/// # Errors
/// Overflow.
pub fn of_bank(bank: &Bank, vault: u64, owned: Owned) -> Result<impl Iterator<Item = Comparison>, MathError> {
    let books = bank.books();
    let has = i128::from(bank.vault_amount) + i128::from(books.debts()?);
    let owes = i128::from(books.deposits()?) + i128::from(bank.tranche) + i128::from(bank.fees);
    let covered = |what, counted, summed| Comparison {
        relation: Relation::Covered,
        ..comparison("SOL-1", what, counted, summed)
    };
    let whole = |shares: u128| i128::try_from(shares).unwrap_or(i128::MAX);
    let all = [
        covered("tokens in the vault", bank.vault_amount.into(), vault.into()),
        covered("claims, and vault and debts", owes, has),
        comparison("SOL-2", "deposit shares", bank.deposit_shares.into(), whole(owned.deposits)),
        comparison("SOL-2", "debt shares", bank.borrow_shares.into(), whole(owned.debts)),
    ];
    Ok(all.into_iter())
}

/// Compares a market with the positions in it and with those who own its pool.
///
/// Formula:  Σ over positions of base, claims, secured profit and its escrow; Σ of liquidity shares       (CON-1, SOL-2)
/// Units:    base units, quote units × 2^44 for claims, quote units, shares
/// Rounding: none
pub fn of_market<'a>(
    market: &PerpMarket,
    accounts: &[MarginAccount],
    liquidity: impl Iterator<Item = &'a LiquidityPosition>,
) -> impl Iterator<Item = Comparison> {
    let mine = |position: &&PerpPosition| !position.is_free() && position.market == market.market;
    let positions = || accounts.iter().flat_map(|account| &account.perps).filter(mine);
    let sum = |of: fn(&PerpPosition) -> u64| positions().map(|position| i128::from(of(position))).sum::<i128>();
    let long = sum(|position| position.base.max(0).unsigned_abs());
    let short = sum(|position| position.base.min(0).unsigned_abs());
    let claims = (i128::from(market.claims_quote) << MARK_BITS) + i128::from(market.claims_fraction);
    let owed = positions().map(|position| claim(position, market.funding_index)).sum::<i128>();
    let shares = liquidity.map(|position| i128::from(position.shares)).sum::<i128>();
    [
        comparison("CON-1", "base of longs", market.long.into(), long),
        comparison("CON-1", "base of shorts", market.short.into(), short),
        comparison("CON-1", "claims × 2^44", claims, owed - (i128::from(market.secured) << MARK_BITS)),
        comparison("CON-1", "secured profit", market.secured.into(), sum(|position| position.secured)),
        comparison("SOL-2", "deposit shares in escrow", market.escrow.into(), sum(|position| position.escrow)),
        comparison("SOL-2", "liquidity shares", market.liquidity.into(), shares),
    ]
    .into_iter()
}

/// Compares the shared fund with the stakes in it and with what is reported of accounts.
///
/// Formula:  Σ active units;  Σ young and leaving units;  passive shares ≤ shares;  Σ shortfalls       (SOL-2, INS-1)
/// Units:    units, deposit shares of the quote bank, quote units
/// Rounding: none
pub fn of_fund<'a>(
    fund: &InsuranceFund,
    stakes: impl Iterator<Item = &'a InsuranceStake>,
    accounts: &[MarginAccount],
) -> impl Iterator<Item = Comparison> {
    // Units of a generation that lost everything are worth nothing and count as none.
    let (mut active, mut passive) = (0, 0);
    for stake in stakes.map(|stake| stake.stake(fund)) {
        active += i128::from(stake.active);
        passive += i128::from(stake.young.units) + i128::from(stake.leaving.units);
    }
    let shortfall = accounts.iter().map(|account| i128::from(account.shortfall)).sum();
    let within = Comparison {
        relation: Relation::Covered,
        ..comparison("INS-1", "shares of the passive pool", fund.passive.into(), fund.shares.into())
    };
    [
        comparison("SOL-2", "active units", fund.active_units.into(), active),
        comparison("SOL-2", "passive units", fund.passive_units.into(), passive),
        within,
        comparison("INS-1", "known shortfall", fund.known_shortfall.into(), shortfall),
    ]
    .into_iter()
}

/// A position's quote with the funding that is due, quote units × 2^44.
fn claim(position: &PerpPosition, funding_index: i64) -> i128 {
    let due = i128::from(position.base) * (i128::from(position.funding_index) - i128::from(funding_index));
    (i128::from(position.quote) << MARK_BITS) + due
}

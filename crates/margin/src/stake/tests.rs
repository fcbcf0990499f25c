#![allow(non_snake_case)]
use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::units::WAD;
use crate::waterfall::Fund;

const ONE: Index = Index::ONE;
/// A quote token of six decimals.
const TOKEN: u64 = 1_000_000;

fn paid(amount: u64) -> Moved {
    Moved { amount, shares: amount }
}

/// Somebody's stake of an amount, matured.
fn matured(fund: &mut Ownership, amount: u64) -> Stake {
    let mut stake = Stake::default();
    fund.stake(&mut stake, paid(amount), 0).unwrap();
    fund.mature(&mut stake, ONE, MATURITY).unwrap();
    stake
}

/// What a stake would be paid if all of it left now.
fn claim(fund: &Ownership, stake: &Stake) -> u64 {
    let of = |pool: Pool, units| if units == 0 { 0 } else { pool.redeemed(units).unwrap() };
    of(fund.active().unwrap(), stake.active)
        + of(fund.passive(), stake.young.units).min(stake.young.cap)
        + of(fund.passive(), stake.leaving.units).min(stake.leaving.cap)
}

fn lose(fund: &mut Ownership, amount: u64) {
    let mut purse = Fund { shares: fund.shares, passive: fund.passive, epoch_cap: 10_000, ..Fund::default() };
    purse.pay(amount, ONE, 1 << 40).unwrap();
    (fund.shares, fund.passive) = (purse.shares, purse.passive);
}

/// A fund of 1,000 had no stakers. Who stakes 1,000 then owns half of it: of an income of 100 half is his.
#[test]
fn what_was_there_before_the_first_staker_stays_the_protocols() {
    let mut fund = Ownership { shares: 1_000 * TOKEN, ..Ownership::default() };
    let stake = matured(&mut fund, 1_000 * TOKEN);
    assert_eq!(claim(&fund, &stake), 1_000 * TOKEN);
    fund.shares += 100 * TOKEN;
    // 50 less what falls to the virtual units: 50 × 10^6 / (2,000 × 10^6 + 10^6).
    assert_eq!(claim(&fund, &stake), 1_050 * TOKEN - 24_988);
}

/// What the fund earns while nobody has an active stake is the protocol's too.
#[test]
fn income_without_stakers_is_the_protocols() {
    let mut fund = Ownership { shares: 1_000 * TOKEN, ..Ownership::default() };
    let mut first = matured(&mut fund, 1_000 * TOKEN);
    fund.request(&mut first, u64::MAX, ONE, MATURITY).unwrap();
    fund.shares += 500 * TOKEN;
    assert_eq!(claim(&fund, &first), 1_000 * TOKEN);
    let second = matured(&mut fund, 1_000 * TOKEN);
    assert_eq!(claim(&fund, &second), 1_000 * TOKEN);
    assert_eq!(fund.own_units, 1_500 * TOKEN);
}

/// The first staker of an empty fund holds one unit, then gives the fund a million (a donation, or income that he forces). The
/// price is (10^12 + 1 + 10^6) / (1 + 10^6) shares. A victim stakes a share less than two million and gets 1,999,999.99 units,
/// floor. The attacker's unit is worth a token of his million; the victim loses a third of a token, and virtual units and
/// protocol have the rest.
#[test]
fn attack_first_share_and_donation_does_not_pay() {
    let mut fund = Ownership::default();
    let attacker = matured(&mut fund, 1);
    let donation = 1_000_000 * TOKEN;
    fund.shares += donation;
    let brought = 2 * donation - 1;
    let victim = matured(&mut fund, brought);
    assert_eq!(victim.active, 1_999_999);
    assert_eq!(claim(&fund, &attacker), TOKEN, "NPR-1 of a million the attacker has a token left");
    assert_eq!(brought - claim(&fund, &victim), TOKEN / 3, "NPR-1 the victim loses less than the price of a unit");
}

/// JIT: staked a second before an income, it is young, and all of the income is that of who was there.
#[test]
fn stake_that_comes_for_an_income_earns_nothing() {
    let mut fund = Ownership::default();
    let honest = matured(&mut fund, 1_000 * TOKEN);
    let mut late = Stake::default();
    fund.stake(&mut late, paid(9_000 * TOKEN), MATURITY).unwrap();
    let before = claim(&fund, &honest);
    fund.shares += 100 * TOKEN;
    assert_eq!(claim(&fund, &late), 9_000 * TOKEN);
    assert!(claim(&fund, &honest) - before > 99 * TOKEN, "all but what falls to the virtual units");
    fund.request(&mut late, 0, ONE, MATURITY + 1).unwrap();
    let out = fund.unstake(&mut late, &Freeze::default(), ONE, MATURITY + 1 + COOLDOWN).unwrap();
    assert_eq!(out.amount, 9_000 * TOKEN);
}

/// Young, active and leaving stake of 100 each; half of the fund is lost: everybody has 50.
#[test]
fn leaving_and_young_stake_bear_losses() {
    let mut fund = Ownership::default();
    let (mut leaving, active) = (matured(&mut fund, 100 * TOKEN), matured(&mut fund, 100 * TOKEN));
    let mut young = Stake::default();
    fund.stake(&mut young, paid(100 * TOKEN), 0).unwrap();
    fund.request(&mut leaving, u64::MAX, ONE, MATURITY).unwrap();
    lose(&mut fund, 150 * TOKEN);
    for stake in [&leaving, &young, &active] {
        assert_eq!(claim(&fund, stake), 50 * TOKEN);
    }
    let out = fund.unstake(&mut leaving, &Freeze::default(), ONE, MATURITY + COOLDOWN).unwrap();
    assert_eq!(out, paid(50 * TOKEN));
    assert_eq!(claim(&fund, &active), 50 * TOKEN);
}

/// The bank's interest doubles what passive shares are worth: a hundred come out, and the rest is the active pool's.
#[test]
fn passive_stake_earns_no_interest() {
    let (mut fund, twice) = (Ownership::default(), Index(2 * WAD));
    let mut honest = matured(&mut fund, 100 * TOKEN);
    let mut stake = Stake::default();
    fund.stake(&mut stake, paid(100 * TOKEN), 0).unwrap();
    let mut young = stake;
    let mut copy = fund;
    let kept = copy.mature(&mut young, twice, MATURITY).unwrap();
    assert_eq!(kept, Moved { amount: 100 * TOKEN, shares: 50 * TOKEN });
    fund.request(&mut stake, 0, ONE, MATURITY).unwrap();
    let out = fund.unstake(&mut stake, &Freeze::default(), twice, MATURITY + COOLDOWN).unwrap();
    assert_eq!(out, Moved { amount: 100 * TOKEN, shares: 50 * TOKEN });
    assert_eq!((fund.shares, fund.passive), (150 * TOKEN, 0));
    // 150 shares, less the virtual units' part of the 50 that came as income.
    assert!(claim(&fund, &honest) > 149 * TOKEN);
    fund.request(&mut honest, u64::MAX, twice, 0).unwrap();
    assert_eq!(fund.active_units, 0);
}

#[test]
fn stake_matures_after_seven_days_and_leaves_in_its_window() {
    let mut fund = Ownership { shares: TOKEN, ..Ownership::default() };
    let (mut stake, free) = (Stake::default(), Freeze::default());
    assert_eq!(fund.mature(&mut stake, ONE, 0), Err(Refusal::NoYoungStake));
    assert_eq!(fund.request(&mut stake, 0, ONE, 0), Err(Refusal::NoYoungStake));
    fund.stake(&mut stake, paid(TOKEN), 10).unwrap();
    assert_eq!(fund.mature(&mut stake, ONE, 9 + MATURITY), Err(Refusal::StakeNotMature));
    fund.mature(&mut stake, ONE, 10 + MATURITY).unwrap();
    assert_eq!(fund.request(&mut stake, TOKEN + 1, ONE, 0), Err(Refusal::NotEnoughUnits));
    assert_eq!(fund.unstake(&mut stake, &free, ONE, 0), Err(Refusal::NoUnstakeRequest));
    assert_eq!(stake.restake(0), Err(Refusal::NoUnstakeRequest));
    fund.request(&mut stake, TOKEN, ONE, 0).unwrap();
    assert_eq!(fund.unstake(&mut stake, &free, ONE, COOLDOWN - 1), Err(Refusal::UnstakeTooEarly));
    assert_eq!(fund.unstake(&mut stake, &free, ONE, COOLDOWN + EXIT_WINDOW + 1), Err(Refusal::RequestLapsed));
    let (mut other, mut copy) = (stake, fund);
    other.restake(5).unwrap();
    assert_eq!((other.young, other.since, other.leaving), (stake.leaving, 5, Capped::default()));
    assert_eq!(copy.unstake(&mut stake, &free, ONE, COOLDOWN + EXIT_WINDOW), Ok(paid(TOKEN)));
    assert!(stake.is_empty() && !other.is_empty());
}

/// A window from day 7 to day 9. A freeze from day 8 to day 20 leaves two days after it; one from day 10 on leaves nothing,
/// and one that begins again within two days is the same.
#[test]
fn a_freeze_does_not_use_up_a_window() {
    let day = 86_400;
    let mut freeze = Freeze::default();
    freeze.note(true, 8 * day);
    assert_eq!(freeze.exit(0, 15 * day), Exit::Open);
    freeze.note(false, 20 * day);
    assert_eq!((freeze.exit(0, 22 * day), freeze.exit(0, 22 * day + 1)), (Exit::Open, Exit::Lapsed));
    freeze.note(true, 21 * day);
    freeze.note(true, 22 * day);
    freeze.note(false, 23 * day);
    assert_eq!((freeze.since, freeze.exit(0, 25 * day)), (8 * day, Exit::Open));
    freeze.note(true, 30 * day);
    assert_eq!((freeze.since, freeze.exit(0, 30 * day)), (30 * day, Exit::Lapsed));
}

/// A thousandth of 10,000 is 10: what is known to be missing stops exits from the next unit on.
#[test]
fn a_dust_bankruptcy_stops_nobody() {
    let fund = Ownership { shares: 10_000 * TOKEN, ..Ownership::default() };
    assert_eq!(fund.is_endangered(10 * TOKEN, ONE), Ok(false));
    assert_eq!(fund.is_endangered(10 * TOKEN + 1, ONE), Ok(true));
    assert_eq!(Ownership::default().is_endangered(0, ONE), Ok(false));
}

#[test]
fn income_fills_the_own_compartment_before_the_fund() {
    let of = |tranche, fees, target| divide_income(tranche, fees, target).unwrap();
    assert_eq!(of(60, 30, Some(100)), Income { tranche: 90, overflow: 0 });
    assert_eq!(of(60, 50, Some(100)), Income { tranche: 100, overflow: 10 });
    assert_eq!(of(130, 5, Some(100)), Income { tranche: 100, overflow: 35 });
    assert_eq!(of(130, 5, None), Income { tranche: 135, overflow: 0 });
}

#[derive(Clone, Copy, Debug)]
enum Act {
    Stake(u64),
    Mature,
    Request(u64),
    Restake,
    Unstake,
    Lose(u64),
    Earn(u64),
}

fn acts() -> impl Strategy<Value = Vec<(bool, Act)>> {
    let amount = || prop_oneof![0u64..3 * TOKEN, 0u64..10_000 * TOKEN];
    let act = prop_oneof![
        3 => amount().prop_map(Act::Stake),
        3 => Just(Act::Mature),
        3 => prop_oneof![Just(0), Just(u64::MAX), 1u64..5_000 * TOKEN].prop_map(Act::Request),
        1 => Just(Act::Restake),
        2 => Just(Act::Unstake),
        1 => (0u64..=1_000).prop_map(Act::Lose),
        2 => amount().prop_map(Act::Earn),
    ];
    prop::collection::vec((any::<bool>(), act), 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    /// Two people act, the fund loses and earns. Nobody ever has more than was put in and the part of each income that the
    /// own active units were of all, but for what others give up by rounding: each time a share and what a unit is worth, because
    /// units that are minted are a floor; and what the virtual units are worth where the other enters a pool that has lost all
    /// but a dollar.
    #[test]
    fn INS_1_nobody_is_paid_more_than_put_in_and_earned(before in 0u64..2_000 * TOKEN, acts in acts()) {
        let mut fund = Ownership { shares: before, ..Ownership::default() };
        let mut people = [(Stake::default(), 0u64, 0u64, 0u64, 0u64); 2];
        let mut now = 0i64;
        for (who, act) in acts {
            now += COOLDOWN;
            let (old_fund, old) = (fund, people);
            let (stake, put, out, _, _) = &mut people[usize::from(who)];
            let done = match act {
                Act::Stake(amount) => fund.stake(stake, paid(amount), now).map(|()| *put += amount),
                Act::Mature => fund.mature(stake, ONE, now).map(|_| ()),
                Act::Request(units) => fund.request(stake, units, ONE, now).map(|_| ()),
                Act::Restake => stake.restake(now),
                Act::Unstake => fund.unstake(stake, &Freeze::default(), ONE, now).map(|moved| *out += moved.amount),
                Act::Lose(part) => {
                    let amount = u128::from(fund.shares) * u128::from(part) / 1_000;
                    lose(&mut fund, amount as u64);
                    Ok(())
                }
                Act::Earn(amount) => {
                    let all = fund.active().unwrap().units.max(1);
                    for (stake, _, _, earned, _) in &mut people {
                        *earned += (u128::from(amount) * u128::from(stake.active)).div_ceil(u128::from(all)) as u64;
                    }
                    fund.shares += amount;
                    Ok(())
                }
            };
            if done.is_err() {
                (fund, people) = (old_fund, old);
                continue;
            }
            // What one enters a pool with that has lost all but a dollar the other gains, up to the virtual units' worth.
            let enters = matches!(act, Act::Stake(_) | Act::Mature | Act::Request(_));
            let tiny = |pool: Pool| pool.shares < pool.units && pool.shares < VIRTUAL;
            let lost = enters && (tiny(old_fund.active().unwrap()) || tiny(old_fund.passive()));
            people[usize::from(!who)].4 += if lost { VIRTUAL } else { 0 };
            let unit = |pool: Pool| pool.shares.div_ceil(pool.units.max(1));
            let rounded = 1 + unit(old_fund.active().unwrap()).max(unit(old_fund.passive())).max(1);
            people.iter_mut().for_each(|person| person.4 += rounded);
            let claims = people.map(|(stake, ..)| claim(&fund, &stake));
            prop_assert!(claims[0] + claims[1] <= fund.shares, "SOL-2 claims {claims:?} of {fund:?}");
            prop_assert!(fund.passive <= fund.shares, "SOL-2 {fund:?}");
            for ((_, put, out, earned, given), claim) in people.iter().zip(claims) {
                prop_assert!(out + claim <= put + earned + given, "INS-1 {people:?} {fund:?}");
            }
        }
    }
}

/// A unit may be worth more than two shares; what its floor leaves to the other is then more than two, and no leak.
#[test]
fn INS_1_a_unit_of_thirty_shares_rounds_by_thirty() {
    let mut fund = Ownership { shares: 2_692_128, ..Ownership::default() };
    let (mut one, mut other) = (Stake::default(), Stake::default());
    let staked = |fund: &mut Ownership, stake: &mut Stake, amount, now| {
        fund.stake(stake, paid(amount), now).unwrap();
        fund.mature(stake, ONE, now + COOLDOWN).unwrap();
    };
    staked(&mut fund, &mut one, 85_778, 0);
    lose(&mut fund, 1_069_465);
    fund.shares += 111_017_590;
    staked(&mut fund, &mut other, 262_578_291, 2 * COOLDOWN);
    let before = claim(&fund, &other);
    let unit = fund.active().unwrap().shares.div_ceil(fund.active().unwrap().units);
    staked(&mut fund, &mut one, 2_117_976, 4 * COOLDOWN);
    let gained = claim(&fund, &other).saturating_sub(before);
    assert!(unit > 2 && gained <= 1 + unit, "{gained} shares at {unit} a unit");
}

//! Every builder once, and once more for each form of its accounts. The names are those of the builders; a test finds the one
//! that is missing.

use breakwater_client::instruction::*;
use breakwater_client::interface::QueuedChange;
use breakwater_client::{Address, TOKEN_2022_PROGRAM, TOKEN_PROGRAM, address};
use serde_json::{Value, json};
use solana_instruction::Instruction;

use super::{hex, key, pattern};

const AMOUNT: u64 = 1 << 40;

/// Group 1, board 2, owner 3, margin account 4, wallet 5, other margin account 6, guardian or keeper 7.
fn places() -> [Address; 7] {
    [1, 2, 3, 4, 5, 6, 7].map(key)
}

fn bank(mint: u8) -> BankKeys {
    let program = if mint.is_multiple_of(2) { TOKEN_PROGRAM } else { TOKEN_2022_PROGRAM };
    BankKeys::new(&key(1), key(mint), program)
}

/// The mints of tokens 0, 1 and 2; the last one is the quote token's.
const MINTS: [u8; 3] = [20, 21, 22];

fn market() -> Address {
    address::perp_market(&key(1), 3)
}

fn quote() -> Address {
    bank(MINTS[2]).bank
}

type Built = Vec<(&'static str, &'static str, Instruction)>;

fn accounts() -> Built {
    let [group, board, owner, account, wallet, ..] = places();
    let (first, second) = (bank(MINTS[0]), bank(MINTS[1]));
    vec![
        ("open_account", "", open_account(&group, &owner, 513)),
        ("close_account", "", close_account(&owner, &account)),
        ("set_delegate", "", set_delegate(&owner, &account, &key(9))),
        ("upgrade_account", "", upgrade_account(&owner, &account)),
        ("deposit", "", deposit(&owner, &account, &first, &wallet, AMOUNT)),
        ("with_board", "deposit", with_board(deposit(&owner, &account, &second, &wallet, AMOUNT), &board)),
        ("repay", "", repay(&owner, &account, &first, &wallet, ALL)),
        ("with_board", "repay", with_board(repay(&owner, &account, &second, &wallet, ALL), &board)),
        ("withdraw", "", withdraw(&owner, &account, &board, &first, &wallet, AMOUNT)),
        ("borrow", "", borrow(&owner, &account, &board, &second, &wallet, AMOUNT)),
        ("refresh", "none", refresh(&board, &[])),
        ("refresh", "", refresh(&board, &[(1, key(30)), (TOKEN_ITEM + 1, second.bank), (MARKET_ITEM + 3, market())])),
    ]
}

fn perps() -> Built {
    let [_, board, owner, account, _, other, keeper] = places();
    let market = market();
    let liquidity = LiquidityKeys { owner, account, board, quote_bank: quote(), market };
    let executed =
        ExecuteKeys { executor: keeper, executor_account: other, account, board, market, quote_bank: quote() };
    vec![
        ("trade", "", trade(&owner, &account, &board, &market, -(AMOUNT as i64), 7)),
        ("reduce", "", reduce(&owner, &account, &board, &market, ALL, 9)),
        ("settle", "", settle(&owner, &account, &board, &market, &quote(), AMOUNT)),
        ("place_order", "", place_order(&owner, &account, &board, &market, 2, &order())),
        ("cancel_order", "", cancel_order(&owner, &account, 2)),
        ("execute_order", "", execute_order(&executed, 2)),
        ("open_liquidity", "", open_liquidity(&owner, &market)),
        ("add_liquidity", "", add_liquidity(&liquidity, AMOUNT)),
        ("request_liquidity", "", request_liquidity(&liquidity, AMOUNT)),
        ("remove_liquidity", "", remove_liquidity(&liquidity)),
    ]
}

fn order() -> breakwater_client::interface::TriggerOrder {
    breakwater_client::interface::TriggerOrder { market: 3, kind: 1, side: 1, reserved: 0, ..pattern(3) }
}

fn insurance() -> Built {
    let [group, board, owner, account, ..] = places();
    let (market, fund) = (market(), address::fund(&group));
    let keys = StakeKeys { owner, account, board, quote_bank: quote(), fund };
    let insured = |insured| insure(&owner, &account, &board, &quote(), &insured, AMOUNT);
    vec![
        ("open_stake", "", open_stake(&owner, &fund)),
        ("close_stake", "", close_stake(&owner, &fund)),
        ("stake", "", stake(&keys, AMOUNT)),
        ("unstake", "", unstake(&keys)),
        ("mature_stake", "", mature_stake(&owner, &quote(), &fund)),
        ("request_unstake", "", request_unstake(&owner, &quote(), &fund, ALL)),
        ("restake", "", restake(&owner, &fund)),
        ("insure", "fund", insured(Insured::Fund(fund))),
        ("insure", "market", insured(Insured::Market(market))),
        ("collect", "bank", collect(&fund, &Earner::Bank(bank(MINTS[0]).bank))),
        ("collect", "market", collect(&fund, &Earner::Market(market))),
        ("report_shortfall", "", report_shortfall(&account, &board, &quote(), &fund)),
    ]
}

fn liquidations() -> Built {
    let [group, board, _, liquidatee, _, keeper_account, keeper] = places();
    let (market, fund, quote_bank) = (market(), address::fund(&group), quote());
    let (debt_bank, collateral_bank) = (bank(MINTS[0]).bank, bank(MINTS[1]).bank);
    let targets = [
        ("spot", TargetKeys::Spot { debt_bank, collateral_bank }),
        ("marketDebt", TargetKeys::MarketDebt { market, quote_bank, collateral_bank }),
        ("marketProfit", TargetKeys::MarketProfit { debt_bank, market, quote_bank }),
        ("perp", TargetKeys::Perp { market, quote_bank }),
    ];
    let mut built = vec![
        ("touch", "", touch(&liquidatee, &board)),
        ("deleverage", "", deleverage(&liquidatee, &board, &quote_bank, &market)),
        ("quote_liquidation", "best", quote_liquidation(&liquidatee, &board, None, ALL)),
    ];
    for (name, target) in targets {
        let keys = LiquidateKeys { keeper, keeper_account, liquidatee, board, target };
        built.push(("liquidate", name, liquidate(&keys, AMOUNT)));
        built.push(("quote_liquidation", name, quote_liquidation(&liquidatee, &board, Some(&target), AMOUNT)));
    }
    let creditors = [
        ("token", Creditor::Bank(debt_bank)),
        ("quote", Creditor::QuoteBank { quote_bank, fund }),
        ("market", Creditor::Market { market, quote_bank, fund }),
    ];
    for (name, creditor) in creditors {
        built.push(("resolve_bankruptcy", name, resolve_bankruptcy(&liquidatee, &board, &creditor)));
    }
    let log = address::receipt_log(&group);
    let deleveraged = with_receipt_log(deleverage(&liquidatee, &board, &quote_bank, &market), &log);
    built.push(("with_receipt_log", "deleverage", deleveraged));
    built
}

fn administration() -> Built {
    let [group, board, admin, _, _, _, guardian] = places();
    let (market, keys) = (market(), bank(MINTS[0]));
    let (lending, weights, oracle) = (pattern(1), pattern(2), pattern(3));
    let scope = |scope| pause(&guardian, &group, &board, &scope, (3, 3_600));
    vec![
        ("create_group", "", create_group(&admin, &board, 513, pattern(4))),
        ("list_token", "", list_token(&admin, &group, &board, &keys, (lending, weights, oracle))),
        ("set_lending", "", set_lending(&admin, &group, &keys.bank, lending)),
        ("set_reduce_only", "", set_reduce_only(&admin, &group, &keys.bank, true)),
        ("set_weights", "", set_weights(&admin, &group, &board, &keys.bank, weights)),
        ("set_oracle", "", set_oracle(&admin, &group, &board, 3, oracle)),
        ("set_liquidation", "", set_liquidation(&admin, &group, &board, pattern(4))),
        ("create_market", "", create_market(&admin, &group, &board, 3, (pattern(5), oracle))),
        ("set_market", "", set_market(&admin, &group, &board, &market, pattern(5))),
        ("set_market_status", "", set_market_status(&admin, &group, &board, &market, (2, -5))),
        ("create_fund", "", create_fund(&admin, &group, &board, &quote(), 513)),
        ("create_log", "", create_log(&admin, &group, &board)),
        ("pause", "group", scope(Scope::Group)),
        ("pause", "bank", scope(Scope::Bank(keys.bank))),
        ("pause", "market", scope(Scope::Market(market))),
        ("unpause", "", unpause(&guardian, &group, &board, &Scope::Group)),
    ]
}

fn governance() -> Built {
    let [group, board, admin, _, _, other, guardian] = places();
    let set_lending = set_lending(&admin, &group, &bank(MINTS[0]).bank, pattern(1));
    let queued = queue_change(&admin, &group, AMOUNT, &set_lending).expect("a change that may wait");
    let change = address::change(&group, AMOUNT);
    let mut waiting: QueuedChange = bytemuck::Zeroable::zeroed();
    (waiting.group, waiting.target) = (group.to_bytes(), bank(MINTS[0]).bank.to_bytes());
    waiting.data[..set_lending.data.len()].copy_from_slice(&set_lending.data);
    waiting.length = set_lending.data.len() as u16;
    vec![
        ("set_role", "", set_role(&admin, &group, &other, 2)),
        ("launch_group", "", launch_group(&admin, &group)),
        ("queue_change", "", queued),
        ("veto_change", "", veto_change(&guardian, &group, AMOUNT)),
        ("close_change", "", close_change(&admin, &change)),
        ("execute_change", "", execute_change(set_lending, &other, &change)),
        ("execution", "", execution((&change, &waiting), &other, &board).expect("a change that can be carried out")),
    ]
}

fn built() -> Built {
    [accounts(), perps(), insurance(), liquidations(), administration(), governance()].concat()
}

/// Every instruction: builder, form, data, and accounts with what they are passed as.
pub fn all() -> Vec<Value> {
    let told = |(builder, form, instruction): &(&str, &str, Instruction)| {
        let account = |meta: &solana_instruction::AccountMeta| {
            let role = match (meta.is_signer, meta.is_writable) {
                (true, true) => "sw",
                (true, false) => "s",
                (false, true) => "w",
                (false, false) => "",
            };
            json!([meta.pubkey.to_string(), role])
        };
        let accounts: Vec<Value> = instruction.accounts.iter().map(account).collect();
        json!([builder, form, hex(&instruction.data), accounts])
    };
    built().iter().map(told).collect()
}

#[test]
fn every_builder_has_a_vector() {
    let sources = [
        include_str!("../../src/instruction/mod.rs"),
        include_str!("../../src/instruction/governance.rs"),
        include_str!("../../src/instruction/insurance.rs"),
        include_str!("../../src/instruction/liquidation.rs"),
        include_str!("../../src/instruction/orders.rs"),
        include_str!("../../src/instruction/perp.rs"),
        include_str!("../../src/instruction/stake.rs"),
    ];
    let modules = include_str!("../../src/instruction/mod.rs").lines().filter(|line| line.starts_with("mod ")).count();
    assert_eq!(sources.len(), modules + 1, "a module of builders is not read here");
    let named: Vec<&str> = built().iter().map(|(builder, ..)| *builder).collect();
    let functions = sources.iter().flat_map(|source| source.split("\npub fn ").skip(1));
    let builders = functions.filter(|rest| {
        let signature = rest.split(" {\n").next().unwrap_or_default();
        signature.ends_with("-> Instruction") || signature.ends_with("-> Option<Instruction>")
    });
    let mut count = 0;
    for builder in builders {
        let name = builder.split('(').next().unwrap_or_default();
        assert!(named.contains(&name), "builder {name} has no vector");
        count += 1;
    }
    assert!(count > 50, "{count} builders found");
}

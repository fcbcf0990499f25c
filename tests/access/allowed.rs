//! What legitimately succeeds though an account was replaced, and why. Nothing else may; a reason that nothing needs fails the
//! test too.

use crate::calls::Call;
use crate::idl::Entry;

/// A substitution that is harmless.
#[derive(Debug)]
pub struct Allowed {
    /// Titles of calls: an instruction with all its variants, or one variant.
    pub calls: &'static [&'static str],
    /// The slot.
    pub slot: &'static str,
    /// The kinds of substitution.
    pub classes: &'static [&'static str],
    /// Why it may pass.
    pub why: &'static str,
}

const fn allow(
    calls: &'static [&'static str],
    slot: &'static str,
    classes: &'static [&'static str],
    why: &'static str,
) -> Allowed {
    Allowed { calls, slot, classes, why }
}

/// Whoever signs: the matrix lets any address sign, so that an account of the program does too.
const ANY_SIGNER: &[&str] = &["stranger", "type", "program", "duplicate", "zero", "absent", "nothing"];

/// All of them.
pub const ALL: &[Allowed] = &[
    // Instructions that anybody may send.
    allow(
        &[
            "list_token (waited)",
            "create_fund (waited)",
            "create_log (waited)",
            "create_market (waited)",
            "set_lending (waited)",
            "set_reduce_only (waited)",
            "set_weights (waited)",
            "set_oracle (waited)",
            "set_liquidation (waited)",
            "set_market (waited)",
            "set_market_status (waited)",
            "set_role (waited)",
        ],
        "authority",
        ANY_SIGNER,
        "spec 12.2: a change that has waited is sent by anybody",
    ),
    allow(&["settle (a loss)"], "authority", ANY_SIGNER, "spec 10.6: anybody may let a deposit pay a loss"),
    allow(&["upgrade_account"], "payer", ANY_SIGNER, "spec 13.7: anybody upgrades an account"),
    allow(
        &["deposit"],
        "margin_account",
        &["other"],
        "anybody may add to a deposit that exists (StrangerMayOnlyTopUp)",
    ),
    allow(&["repay"], "margin_account", &["other"], "anybody repays anybody's debt (docs/accounts.md, repay)"),
    allow(&["settle (a loss)"], "margin_account", &["other"], "spec 10.6: anybody may let any deposit pay a loss"),
    allow(&["execute_order"], "margin_account", &["other"], "spec 11.6: anybody executes any order that is triggered"),
    allow(&["deleverage"], "margin_account", &["other"], "spec 10.8: anybody deleverages any winner"),
    allow(&["upgrade_account"], "margin_account", &["other", "group"], "spec 13.7: any account of version 1"),
    allow(&["mature_stake"], "stake", &["other"], "spec 13.3: anybody matures any stake"),
    allow(&["report_shortfall"], "margin_account", &["other"], "spec 13.5: anybody reports any account of the group"),
    allow(&["quote_liquidation"], "margin_account", &["other"], "spec 11.7: anybody asks about any account"),
    allow(
        &["quote_liquidation"],
        "bank",
        &["other", "duplicate"],
        "spec 11.7: a quote writes nothing and answers with what the liquidation would end with",
    ),
    allow(
        &["quote_liquidation"],
        "collateral_bank",
        &["other", "duplicate"],
        "spec 11.7: a quote writes nothing and answers with what the liquidation would end with",
    ),
    allow(
        &["refresh (feed)"],
        "board",
        &["group"],
        "spec 2.2: anybody brings a print to any board that lists its feed",
    ),
    allow(
        &["refresh (feed)"],
        "oracle",
        &["group", "twin"],
        "spec 2.2: any account of Pyth's receiver with the board's feed is a source",
    ),
    // The zero address as the delegate that means nobody. No key and no program signs for it: `verify_strict` refuses points of
    // small order, and it is on the curve, so that it is no derived address.
    allow(
        &["trade", "reduce", "cancel_order", "settle (a profit)"],
        "authority",
        &["zero"],
        "zero is the delegate that means nobody; nobody can sign for it outside of this test",
    ),
    allow(
        &["execute_order"],
        "executor",
        &["zero"],
        "zero is the delegate that means nobody; nobody can sign for it outside of this test",
    ),
    allow(
        &["liquidate"],
        "keeper",
        &["zero"],
        "zero is the delegate that means nobody; nobody can sign for it outside of this test",
    ),
    // What the signer may choose.
    allow(&["set_delegate"], "margin_account", &["group"], "the owner's own account, in the other group"),
    allow(&["trade"], "market", &["other"], "the owner trades in the market that it names"),
    allow(&["insure (market)"], "market", &["other"], "the owner insures the market that it names"),
    allow(&["deposit", "repay"], "source", &["twin"], "another token account of the signer's with the same mint"),
    allow(
        &["withdraw", "borrow"],
        "destination",
        &["other", "group", "twin"],
        "the owner sends to any token account of the mint that it names",
    ),
    allow(&["create_group"], "board", &["blank"], "any zeroed account of the board's size that the program owns"),
    // Officers.
    allow(&["set_lending", "set_reduce_only", "set_weights"], "bank", &["other"], "the bank is what the officer sets"),
    allow(&["set_market", "set_market_status"], "market", &["other"], "the market is what the officer sets"),
    allow(&["launch_group", "set_role"], "group", &["group"], "the second group has the same admin"),
    allow(&["set_role"], "holder", ANY_SIGNER, "spec 12.1: before the launch the admin names any holder who signs too"),
    allow(&["unpause"], "authority", &["stranger"], "spec 12.4: the admin ends pauses too"),
    allow(&["veto_change"], "authority", &["stranger"], "spec 12.2: the admin takes a change back"),
    allow(&["veto_change"], "change", &["other"], "the guardian vetoes the change that it names"),
    allow(
        &["pause", "unpause"],
        "bank",
        &["other", "absent"],
        "spec 12.4: the accounts are the scope, and none is the whole group",
    ),
    allow(
        &["pause", "unpause"],
        "market",
        &["other", "absent"],
        "spec 12.4: the accounts are the scope, and none is the whole group",
    ),
    // Optional accounts that nothing is done with.
    allow(
        &["deposit", "repay"],
        "board",
        &["other"],
        "the board is read only where the bank wants it (spec 3.5), and this bank does not",
    ),
    allow(
        &["repay (with board)"],
        "board",
        &["absent"],
        "spec 11.5: where the bank wants it, only a repayment that leaves a deposit does",
    ),
    allow(
        &["resolve_bankruptcy (bank)"],
        "fund",
        &["other"],
        "the fund pays for the quote bank alone (spec 6); beside another bank it is not touched",
    ),
];

/// The number of the reason for which a substitution may pass.
pub fn reason(entry: &Entry, call: &Call, slot: &str, class: &str, what: &str) -> Option<usize> {
    // Of those who are not named as officers the admin alone ends pauses and takes changes back.
    let is_officers = ["unpause", "veto_change"].contains(&call.name) && slot == "authority";
    if is_officers && what != "admin" {
        return None;
    }
    ALL.iter().position(|allowed| {
        let fits = allowed.calls.iter().any(|name| *name == entry.name || *name == call.title());
        fits && allowed.slot == slot && allowed.classes.contains(&class)
    })
}

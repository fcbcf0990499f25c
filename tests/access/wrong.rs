//! The wrong accounts for a slot, found by looking at what the right one is.

use breakwater_client::{Address, CLOCK, PROGRAM_ID, SYSTEM_PROGRAM, TOKEN_PROGRAM};
use breakwater_sim::oracle::RECEIVER;
use solana_account::{Account, AccountSharedData, ReadableAccount};
use solana_instruction::Instruction;

use crate::attempt::Bytes;
use crate::idl::Slot;
use crate::place::{Place, TYPES, type_of};

/// A program that is none of those that matter.
const STRANGE: Address = Address::new_from_array([77; 32]);
const MINT: usize = 82;
const TOKEN_ACCOUNT: usize = 165;
/// Where a group keeps its admin, risk manager and guardian (docs/accounts.md).
const OFFICERS: std::ops::Range<usize> = 40..136;

/// One substitution.
pub struct Wrong {
    /// What kind of substitution it is.
    pub class: &'static str,
    /// What is put in place.
    pub what: String,
    /// The call with it.
    pub instruction: Instruction,
    /// An account that must exist for it.
    pub planted: Option<(Address, Account)>,
}

/// What an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One of the program's accounts, by its type.
    Own(&'static str),
    Wallet,
    Mint,
    Tokens,
    Oracle,
    Sysvar,
    Program,
}

/// What a slot that holds no account yet, or none at all, is for.
fn meant(slot: &str) -> Kind {
    Kind::Own(match slot {
        "group" => "Group",
        "board" => "RiskBoard",
        "bank" | "collateral_bank" => "Bank",
        "margin_account" => "MarginAccount",
        "market" => "PerpMarket",
        "fund" => "InsuranceFund",
        "stake" => "InsuranceStake",
        "liquidity" => "LiquidityPosition",
        "receipt_log" => "ReceiptLog",
        "change" => "QueuedChange",
        "vault" => return Kind::Tokens,
        other => panic!("what is {other} for?"),
    })
}

fn kind(address: &Address, account: Option<&AccountSharedData>, slot: &str) -> Kind {
    let Some(account) = account.filter(|_| *address != PROGRAM_ID) else {
        return if slot == "instructions" { Kind::Sysvar } else { meant(slot) };
    };
    match (*account.owner(), account.data().len()) {
        (PROGRAM_ID, _) => type_of(account.data()).map_or_else(|| meant(slot), Kind::Own),
        _ if account.executable() => Kind::Program,
        (_, MINT) => Kind::Mint,
        (_, TOKEN_ACCOUNT) => Kind::Tokens,
        (RECEIVER, _) => Kind::Oracle,
        (SYSTEM_PROGRAM, 0) => Kind::Wallet,
        (owner, length) => panic!("{slot} is of {owner} and has {length} bytes"),
    }
}

/// Makes the substitutions of one slot.
pub struct Forge<'a> {
    place: &'a Place,
    bytes: &'a Bytes,
    call: &'a Instruction,
    slots: &'a [Slot],
    at: usize,
    made: Vec<Wrong>,
}

impl<'a> Forge<'a> {
    /// Every substitution of a call's slot.
    pub fn all(place: &'a Place, bytes: &'a Bytes, call: &'a Instruction, slots: &'a [Slot], at: usize) -> Vec<Wrong> {
        let mut forge = Forge { place, bytes, call, slots, at, made: Vec::new() };
        forge.bits();
        forge.elsewhere();
        forge.known();
        forge.forged();
        forge.made
    }

    fn right(&self) -> Address {
        self.call.accounts[self.at].pubkey
    }

    fn is_none(&self) -> bool {
        self.right() == PROGRAM_ID
    }

    fn put(&mut self, class: &'static str, what: &str, address: Address, planted: Option<Account>) {
        if address == self.right() {
            return;
        }
        let mut instruction = self.call.clone();
        let slot = &self.slots[self.at];
        let meta = &mut instruction.accounts[self.at];
        meta.pubkey = address;
        // An account that was left out comes as the program would want it.
        meta.is_writable |= slot.is_writable;
        let planted = planted.map(|account| (address, account));
        self.made.push(Wrong { class, what: what.to_owned(), instruction, planted });
    }

    /// The right account without its bits, and the call without the account.
    fn bits(&mut self) {
        let meta = &self.call.accounts[self.at];
        let mut changed = |class, change: &dyn Fn(&mut Instruction)| {
            let mut instruction = self.call.clone();
            change(&mut instruction);
            self.made.push(Wrong { class, what: String::new(), instruction, planted: None });
        };
        let at = self.at;
        if meta.is_signer {
            changed("unsigned", &|call| call.accounts[at].is_signer = false);
        }
        if meta.is_writable {
            changed("readonly", &|call| call.accounts[at].is_writable = false);
        }
        changed("missing", &|call| call.accounts.truncate(at));
    }

    /// Another slot's account, and the addresses that stand for nothing.
    fn elsewhere(&mut self) {
        for (other, meta) in self.call.accounts.iter().enumerate() {
            if other != self.at && meta.pubkey != PROGRAM_ID && meta.pubkey != SYSTEM_PROGRAM {
                let what = self.slots[other].name.clone();
                self.put("duplicate", &what, meta.pubkey, None);
            }
        }
        self.put("zero", "", SYSTEM_PROGRAM, None);
        self.put("absent", "", PROGRAM_ID, None);
        self.put("nothing", "", self.address(1), None);
    }

    fn address(&self, tag: u8) -> Address {
        let mut bytes = [tag; 32];
        bytes[0] = self.at as u8;
        Address::new_from_array(bytes)
    }

    /// Accounts that exist: of another type, of another group, and others of the same kind.
    fn known(&mut self) {
        let slot = &self.slots[self.at];
        let right = kind(&self.right(), self.bytes.get(&self.right()), &slot.name);
        let place = self.place;
        let mut types: Vec<Kind> = Vec::new();
        let mut all: Vec<_> = place.names.iter().collect();
        // Of each type one that the call does not name already, where there is one.
        let is_named = |address: &Address| self.call.accounts.iter().any(|meta| meta.pubkey == *address);
        all.sort_by_key(|(address, name)| (is_named(address), name.as_str()));
        for (address, name) in all {
            let Some(account) = self.bytes.get(address) else { continue };
            let kind = kind(address, Some(account), &slot.name);
            let is_second = place.second.contains(address);
            if kind == right {
                let class = match (kind, is_second) {
                    (Kind::Wallet, _) => "stranger",
                    (_, true) => "group",
                    (_, false) => "other",
                };
                self.put(class, name, *address, None);
            } else if !is_second && !types.contains(&kind) {
                types.push(kind);
                self.put("type", name, *address, None);
            }
        }
        if right == Kind::Sysvar {
            self.put("other", "clock", CLOCK, None);
        }
        if right == Kind::Program {
            self.put("other", "token program", TOKEN_PROGRAM, None);
        }
    }

    /// Accounts that somebody made: the right bytes elsewhere, or zeroes.
    fn forged(&mut self) {
        let slot = self.slots[self.at].name.clone();
        let right = self.bytes.get(&self.right()).filter(|_| !self.is_none()).cloned();
        let right = right.or_else(|| self.example(meant_or_none(&slot)?));
        let Some(right) = right else { return };
        let mut account = Account::from(right.clone());
        account.executable = false;
        for (tag, owner) in [(2, STRANGE), (3, TOKEN_PROGRAM), (4, SYSTEM_PROGRAM)] {
            if account.owner != owner && (owner != SYSTEM_PROGRAM || !account.data.is_empty()) {
                let copy = Account { owner, ..account.clone() };
                self.put("program", "", self.address(tag), Some(copy));
            }
        }
        if account.owner != PROGRAM_ID && account.owner != SYSTEM_PROGRAM {
            self.put("twin", "", self.address(5), Some(account.clone()));
        }
        if account.owner == PROGRAM_ID && type_of(&account.data) == Some("Group") {
            let mut rival = account.clone();
            rival.data[OFFICERS].fill(9);
            self.put("rival", "", self.address(7), Some(rival));
        }
        if !account.data.is_empty() {
            let data = vec![0; account.data.len()];
            self.put("blank", "", self.address(6), Some(Account { data, ..account }));
        }
    }

    /// An account of a kind that exists.
    fn example(&self, kind: Kind) -> Option<AccountSharedData> {
        let Kind::Own(wanted) = kind else { return None };
        debug_assert!(TYPES.contains(&wanted));
        let of_first = self.place.names.keys().filter(|address| !self.place.second.contains(address));
        let found = of_first.filter_map(|address| self.bytes.get(address));
        found.filter(|account| *account.owner() == PROGRAM_ID).find(|a| type_of(a.data()) == Some(wanted)).cloned()
    }
}

fn meant_or_none(slot: &str) -> Option<Kind> {
    (slot != "instructions").then(|| meant(slot))
}

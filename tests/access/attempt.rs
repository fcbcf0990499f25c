//! One attempt: a transaction whose signatures nobody checks, so that any account may be made to sign, and what it came to.

use std::collections::HashMap;

use breakwater_client::interface::MarginError;
use breakwater_client::{Address, PROGRAM_ID, SYSTEM_PROGRAM, TOKEN_PROGRAM};
use litesvm::LiteSVM;
use solana_account::{AccountSharedData, ReadableAccount};
use solana_compute_budget_interface::ComputeBudgetInstruction;
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use solana_message::Message;
use solana_signature::Signature;
use solana_transaction::Transaction;
use solana_transaction::TransactionError;

/// Owner of what the runtime itself writes.
const SYSVARS: Address = Address::from_str_const("Sysvar1111111111111111111111111111111111111");
/// Anchor's errors that have a number instead of a name of the runtime's.
const FRAMEWORK: [(u32, &str); 11] = [
    (2_000, "ConstraintMut"),
    (2_001, "ConstraintHasOne"),
    (2_003, "ConstraintRaw"),
    (2_005, "ConstraintRentExempt"),
    (2_007, "ConstraintExecutable"),
    (2_011, "ConstraintClose"),
    (2_012, "ConstraintAddress"),
    (2_013, "ConstraintZero"),
    (2_019, "ConstraintSpace"),
    (2_020, "ConstraintAccountIsNone"),
    (2_040, "ConstraintDuplicateMutableAccount"),
];
/// SPL Token's.
const TOKEN: [(u32, &str); 6] = [
    (1, "InsufficientFunds"),
    (2, "InvalidMint"),
    (3, "MintMismatch"),
    (4, "OwnerMismatch"),
    (14, "NonNativeHasBalance"),
    (18, "MintDecimalsMismatch"),
];
/// The system program's.
const SYSTEM: [(u32, &str); 3] =
    [(0, "AccountAlreadyInUse"), (1, "ResultWithNegativeLamports"), (3, "InvalidAccountDataLength")];

/// Every account of the chain.
pub type Bytes = HashMap<Address, AccountSharedData>;

/// All accounts but what the runtime writes with every transaction: sysvars and the fee payer.
pub fn bytes(svm: &LiteSVM, payer: &Address) -> Bytes {
    let all = svm.accounts_db().inner.iter();
    let kept = all.filter(|(address, account)| *address != payer && *account.owner() != SYSVARS);
    kept.map(|(address, account)| (*address, account.clone())).collect()
}

/// Whether an account differs between two moments. Accounts without lamports are none.
pub fn difference(before: &Bytes, after: &Bytes) -> Option<Address> {
    let exists = |account: &&AccountSharedData| account.lamports() > 0;
    let get = |bytes: &Bytes, address: &Address| bytes.get(address).filter(exists).cloned();
    before.keys().chain(after.keys()).find(|address| get(before, address) != get(after, address)).copied()
}

/// Sends an instruction. The error's name, if it fails.
///
/// # Errors
/// The name.
pub fn send(svm: &mut LiteSVM, payer: &Address, instruction: &Instruction) -> Result<(), String> {
    svm.expire_blockhash();
    let limit = ComputeBudgetInstruction::set_compute_unit_limit(1_400_000);
    let mut message = Message::new(&[limit, instruction.clone()], Some(payer));
    message.recent_blockhash = svm.latest_blockhash();
    let signatures = vec![Signature::default(); message.header.num_required_signatures.into()];
    match svm.send_transaction(Transaction { signatures, message }) {
        Ok(_) => Ok(()),
        Err(failed) => Err(name(&failed.err, &failed.meta.logs)),
    }
}

/// What an error is called; that of another program after the program's name.
fn name(error: &TransactionError, logs: &[String]) -> String {
    let TransactionError::InstructionError(_, error) = error else { return format!("{error:?}") };
    let failed = logs.iter().find_map(|line| line.strip_prefix("Program ")?.split_once(" failed: "));
    let program = failed.and_then(|(program, _)| program.parse::<Address>().ok()).unwrap_or(PROGRAM_ID);
    let (whose, names): (_, &[(u32, &str)]) = match program {
        PROGRAM_ID => ("", &FRAMEWORK),
        TOKEN_PROGRAM => ("token program: ", &TOKEN),
        SYSTEM_PROGRAM => ("system program: ", &SYSTEM),
        _ => ("another program: ", &[]),
    };
    let InstructionError::Custom(code) = error else { return format!("{whose}{error:?}") };
    if let Some(error) = MarginError::from_code(*code).filter(|_| program == PROGRAM_ID) {
        return error.name().to_owned();
    }
    let known = names.iter().find(|(known, _)| known == code).map(|(_, name)| (*name).to_owned());
    let name = known.unwrap_or_else(|| panic!("{whose}error {code} has no name: {logs:#?}"));
    format!("{whose}{name}")
}

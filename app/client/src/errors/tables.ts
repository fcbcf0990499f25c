/** Errors of everything that may refuse a transaction of Breakwater besides the program itself, in words. */
import {
  SOLANA_ERROR__BLOCK_HEIGHT_EXCEEDED,
  SOLANA_ERROR__INSTRUCTION_ERROR__COMPUTATIONAL_BUDGET_EXCEEDED,
  SOLANA_ERROR__INSTRUCTION_ERROR__ILLEGAL_OWNER,
  SOLANA_ERROR__INSTRUCTION_ERROR__INVALID_ACCOUNT_DATA,
  SOLANA_ERROR__INSTRUCTION_ERROR__INVALID_ACCOUNT_OWNER,
  SOLANA_ERROR__INSTRUCTION_ERROR__INVALID_INSTRUCTION_DATA,
  SOLANA_ERROR__INSTRUCTION_ERROR__INVALID_SEEDS,
  SOLANA_ERROR__INSTRUCTION_ERROR__MISSING_REQUIRED_SIGNATURE,
  SOLANA_ERROR__INSTRUCTION_ERROR__NOT_ENOUGH_ACCOUNT_KEYS,
  SOLANA_ERROR__INSTRUCTION_ERROR__PROGRAM_FAILED_TO_COMPLETE,
  SOLANA_ERROR__INSTRUCTION_ERROR__UNINITIALIZED_ACCOUNT,
  SOLANA_ERROR__INSTRUCTION_ERROR__UNSUPPORTED_PROGRAM_ID,
  SOLANA_ERROR__TRANSACTION_ERROR__ACCOUNT_IN_USE,
  SOLANA_ERROR__TRANSACTION_ERROR__ACCOUNT_NOT_FOUND,
  SOLANA_ERROR__TRANSACTION_ERROR__ALREADY_PROCESSED,
  SOLANA_ERROR__TRANSACTION_ERROR__BLOCKHASH_NOT_FOUND,
  SOLANA_ERROR__TRANSACTION_ERROR__INSUFFICIENT_FUNDS_FOR_FEE,
  SOLANA_ERROR__TRANSACTION_ERROR__INSUFFICIENT_FUNDS_FOR_RENT,
  SOLANA_ERROR__TRANSACTION_ERROR__INVALID_ACCOUNT_FOR_FEE,
  SOLANA_ERROR__TRANSACTION_ERROR__PROGRAM_ACCOUNT_NOT_FOUND,
  SOLANA_ERROR__TRANSACTION_ERROR__SIGNATURE_FAILURE,
  SOLANA_ERROR__TRANSACTION_ERROR__TOO_MANY_ACCOUNT_LOCKS,
  SOLANA_ERROR__TRANSACTION__EXCEEDS_SIZE_LIMIT,
  SOLANA_ERROR__TRANSACTION__SIGNATURES_MISSING,
} from '@solana/kit';

/** Name and message by code. */
export type ErrorTable = ReadonlyMap<number, readonly [name: string, message: string]>;

/** What the framework checks before the program does anything. */
export const FRAMEWORK: ErrorTable = new Map([
  [2000, ['ConstraintMut', 'an account that the program changes is passed as read-only']],
  [2001, ['ConstraintHasOne', 'an account does not belong to another one that was passed']],
  [2003, ['ConstraintRaw', 'an account does not hold what the instruction asks for']],
  [2005, ['ConstraintRentExempt', 'an account does not hold its rent']],
  [2007, ['ConstraintExecutable', 'an account that must be a program is none']],
  [2011, ['ConstraintClose', 'an account cannot be closed into itself']],
  [2012, ['ConstraintAddress', 'an account is not the one that belongs in its place']],
  [2013, ['ConstraintZero', 'an account that must be new is in use']],
  [2019, ['ConstraintSpace', 'an account has another size than it must have']],
  [2020, ['ConstraintAccountIsNone', 'an account that the instruction needs was left out']],
  [2040, ['ConstraintDuplicateMutableAccount', 'one account was passed twice to be changed']],
  [2500, ['RequireViolated', 'a requirement of the framework is not met']],
  [2501, ['RequireEqViolated', 'two values that must be equal are not']],
  [2502, ['RequireKeysEqViolated', 'two addresses that must be equal are not']],
  [2503, ['RequireNeqViolated', 'two values that must differ are equal']],
  [2504, ['RequireKeysNeqViolated', 'two addresses that must differ are equal']],
  [2505, ['RequireGtViolated', 'a value is not greater than it must be']],
  [2506, ['RequireGteViolated', 'a value is less than it must be']],
]);

/** SPL Token and Token-2022: the first twenty codes are those of both. */
export const TOKEN: ErrorTable = new Map([
  [0, ['NotRentExempt', 'the token account does not hold its rent']],
  [1, ['InsufficientFunds', 'the wallet holds less of the token than the amount']],
  [2, ['InvalidMint', 'the mint is not valid']],
  [3, ['MintMismatch', 'the token account is of another mint']],
  [4, ['OwnerMismatch', 'the token account belongs to somebody else']],
  [5, ['FixedSupply', 'the supply of the token is fixed']],
  [6, ['AlreadyInUse', 'the token account is in use already']],
  [9, ['UninitializedState', 'the token account does not exist']],
  [10, ['NativeNotSupported', 'the instruction does not take wrapped SOL']],
  [11, ['NonNativeHasBalance', 'the token account is not empty']],
  [12, ['InvalidInstruction', 'the token program does not know the instruction']],
  [13, ['InvalidState', 'the token account is in another state than the instruction needs']],
  [14, ['Overflow', 'an amount of tokens does not fit its integer type']],
  [17, ['AccountFrozen', 'the token account is frozen']],
  [18, ['MintDecimalsMismatch', 'the mint has other decimals']],
  [30, ['FeeMismatch', 'the transfer fee is another than was expected']],
  [36, ['NoMemo', 'the receiving token account wants a memo']],
  [37, ['NonTransferable', 'the token cannot be transferred']],
]);

/** The system program. */
export const SYSTEM: ErrorTable = new Map([
  [0, ['AccountAlreadyInUse', 'the account exists already']],
  [1, ['ResultWithNegativeLamports', 'the wallet holds too little SOL']],
  [2, ['InvalidProgramId', 'the account cannot be given to this program']],
  [3, ['InvalidAccountDataLength', 'the account cannot have this size']],
  [4, ['MaxSeedLengthExceeded', 'a seed of the address is too long']],
  [5, ['AddressWithSeedMismatch', 'the address does not follow from its seed']],
]);

/** What the runtime says of a transaction, or of an instruction without a code: name and message by the code of kit. */
export const RUNTIME: ErrorTable = new Map([
  [SOLANA_ERROR__BLOCK_HEIGHT_EXCEEDED, ['BlockhashExpired', 'the transaction came too late; sign it again']],
  [
    SOLANA_ERROR__TRANSACTION_ERROR__BLOCKHASH_NOT_FOUND,
    ['BlockhashNotFound', 'the transaction is too old, or made for another network; sign it again'],
  ],
  [
    SOLANA_ERROR__TRANSACTION_ERROR__ALREADY_PROCESSED,
    ['AlreadyProcessed', 'the transaction has been carried out already'],
  ],
  [
    SOLANA_ERROR__TRANSACTION_ERROR__ACCOUNT_IN_USE,
    ['AccountInUse', 'another transaction is changing the same accounts; send it again'],
  ],
  [
    SOLANA_ERROR__TRANSACTION_ERROR__ACCOUNT_NOT_FOUND,
    ['AccountNotFound', 'the wallet has no SOL to pay the fee with'],
  ],
  [
    SOLANA_ERROR__TRANSACTION_ERROR__INSUFFICIENT_FUNDS_FOR_FEE,
    ['InsufficientFundsForFee', 'the wallet holds too little SOL to pay the fee'],
  ],
  [
    SOLANA_ERROR__TRANSACTION_ERROR__INSUFFICIENT_FUNDS_FOR_RENT,
    ['InsufficientFundsForRent', 'the wallet holds too little SOL to pay the rent of an account'],
  ],
  [SOLANA_ERROR__TRANSACTION_ERROR__INVALID_ACCOUNT_FOR_FEE, ['InvalidAccountForFee', 'this account cannot pay fees']],
  [
    SOLANA_ERROR__TRANSACTION_ERROR__PROGRAM_ACCOUNT_NOT_FOUND,
    ['ProgramAccountNotFound', 'the program is not on this network'],
  ],
  [
    SOLANA_ERROR__TRANSACTION_ERROR__SIGNATURE_FAILURE,
    ['SignatureFailure', 'a signature does not match the transaction'],
  ],
  [
    SOLANA_ERROR__TRANSACTION_ERROR__TOO_MANY_ACCOUNT_LOCKS,
    ['TooManyAccountLocks', 'the transaction names too many accounts'],
  ],
  [SOLANA_ERROR__TRANSACTION__EXCEEDS_SIZE_LIMIT, ['TransactionTooLarge', 'the transaction has too many bytes']],
  [SOLANA_ERROR__TRANSACTION__SIGNATURES_MISSING, ['SignaturesMissing', 'a signature is missing']],
  [
    SOLANA_ERROR__INSTRUCTION_ERROR__COMPUTATIONAL_BUDGET_EXCEEDED,
    ['ComputationalBudgetExceeded', 'the transaction used up its compute units'],
  ],
  [
    SOLANA_ERROR__INSTRUCTION_ERROR__PROGRAM_FAILED_TO_COMPLETE,
    ['ProgramFailedToComplete', 'the program was stopped before it ended'],
  ],
  [SOLANA_ERROR__INSTRUCTION_ERROR__MISSING_REQUIRED_SIGNATURE, ['MissingRequiredSignature', 'a signature is missing']],
  [SOLANA_ERROR__INSTRUCTION_ERROR__NOT_ENOUGH_ACCOUNT_KEYS, ['NotEnoughAccountKeys', 'an account is missing']],
  [SOLANA_ERROR__INSTRUCTION_ERROR__INVALID_SEEDS, ['InvalidSeeds', 'an address does not follow from its seeds']],
  [SOLANA_ERROR__INSTRUCTION_ERROR__ILLEGAL_OWNER, ['IllegalOwner', 'an account belongs to another program']],
  [
    SOLANA_ERROR__INSTRUCTION_ERROR__INVALID_ACCOUNT_OWNER,
    ['InvalidAccountOwner', 'an account belongs to another program'],
  ],
  [
    SOLANA_ERROR__INSTRUCTION_ERROR__INVALID_ACCOUNT_DATA,
    ['InvalidAccountData', 'an account holds something else than it must'],
  ],
  [
    SOLANA_ERROR__INSTRUCTION_ERROR__INVALID_INSTRUCTION_DATA,
    ['InvalidInstructionData', 'the program does not know the instruction'],
  ],
  [SOLANA_ERROR__INSTRUCTION_ERROR__UNINITIALIZED_ACCOUNT, ['UninitializedAccount', 'an account does not exist']],
  [
    SOLANA_ERROR__INSTRUCTION_ERROR__UNSUPPORTED_PROGRAM_ID,
    ['UnsupportedProgramId', 'the program is not on this network'],
  ],
]);

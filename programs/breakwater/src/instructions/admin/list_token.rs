//! Lists a token: its bank, vault, feed and weights. Admin or risk manager. The mint may be SPL Token or Token-2022 with
//! allow-listed extensions; a refusal names the extension in the log. Errors: NotRiskManager, TokensFull, MintExtension,
//! TransferFeeTooHigh, MintDecimals, NotAMint, TokenProgramMismatch ConfigQuarantine, ChangeMustWait and every
//! Config error.

use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use breakwater_interface::accounts::{Feed, GROUP_VERSION, MAX_TOKENS, TokenRisk};
use breakwater_interface::config::{LendingConfig, OracleConfig, WeightConfig};
use breakwater_interface::events::TokenListed;
use breakwater_interface::token_2022::{MintFacts, extension_name, judge_mint};
use breakwater_interface::{Bank, Group, MarginError, RiskBoard, seeds};
use breakwater_margin::config::verify_lending;
use breakwater_margin::lending::Books;
use breakwater_margin::price::MAX_DECIMALS;
use pinocchio_token_2022::instructions::InitializeAccount3;

use super::control::*;
use crate::state::verify_extremes;

/// Bytes of a token account, and of one whose mint may charge a transfer fee (account type and the fee's extension).
const TOKEN_ACCOUNT: usize = 165;
const TOKEN_ACCOUNT_WITH_FEE: usize = TOKEN_ACCOUNT + 1 + 4 + 8;

#[derive(Accounts)]
pub struct ListToken {
    #[account(mut)]
    pub authority: Signer,
    pub group: Account<Group>,
    #[account(mut, address = group.board @ MarginError::BoardOfOtherGroup)]
    pub board: Account<RiskBoard>,
    #[account(
        init,
        payer = authority,
        space = 8 + core::mem::size_of::<Bank>(),
        seeds = [seeds::BANK, group.address().as_ref(), mint.address().as_ref()],
        bump
    )]
    pub bank: Account<Bank>,
    /// Created here.
    #[account(mut, seeds = [seeds::VAULT, bank.address().as_ref()], bump)]
    pub vault: UncheckedAccount,
    pub mint: UncheckedAccount,
    #[account(constraint = mint.account().owned_by(token_program.address()) @ MarginError::TokenProgramMismatch)]
    pub token_program: Interface<'static, TokenInterface>,
    pub system_program: Program<System>,
    pub control: Nested<Control>,
}

pub fn handle(
    ctx: &mut Context<ListToken>,
    lending: LendingConfig,
    weights: WeightConfig,
    mut oracle: OracleConfig,
) -> Result<()> {
    let ListToken { authority, group, mint, control, .. } = &mut ctx.accounts;
    control.warrant(group, authority.address(), mint.address())?.verify_waited(true)?;
    if group.launched == 1 {
        weights.verify_quarantine()?;
    }
    let facts = mint_facts(ctx.accounts.mint.account())?;
    oracle.decimals = facts.decimals;
    verify(&lending, &weights, &oracle)?;
    let now = Clock::get()?.unix_timestamp;
    let bumps = (ctx.bumps.bank, ctx.bumps.vault);
    create_vault(&ctx.accounts, &facts, bumps.1)?;

    let ListToken { group, board, bank, vault, mint, .. } = &mut ctx.accounts;
    let token = free_token(board)?;
    bank.group = *group.address();
    bank.mint = *mint.address();
    bank.vault = *vault.address();
    bank.set_books(&Books::default());
    bank.accrued_at = now;
    bank.lending = lending;
    bank.token = token;
    bank.decimals = facts.decimals;
    bank.capped = (weights.collateral_cap != 0).into();
    bank.transfer_fee = facts.transfer_fee.into();
    bank.bump = bumps.0;
    bank.vault_bump = bumps.1;
    bank.version = GROUP_VERSION;
    enter(board, token, weights, oracle, now);
    verify_extremes(board)?;
    emit!(TokenListed { group: bank.group, bank: *bank.address(), mint: bank.mint, token: token.into() });
    Ok(())
}

/// The bounds that a token must keep on its own.
fn verify(
    lending: &LendingConfig,
    weights: &WeightConfig,
    oracle: &OracleConfig,
) -> core::result::Result<(), MarginError> {
    verify_lending(&lending.pricing(), &lending.limits())?;
    weights.verify()?;
    oracle.verify()
}

fn mint_facts(mint: &AccountView) -> Result<MintFacts> {
    let data = mint.try_borrow()?;
    let facts = judge_mint(&data).map_err(|refusal| {
        if refusal.extension != 0 {
            msg!("refused extension {}: {}", refusal.extension, extension_name(refusal.extension));
        }
        refusal.error
    })?;
    if facts.decimals > MAX_DECIMALS {
        return Err(MarginError::MintDecimals.into());
    }
    Ok(facts)
}

/// A token and its feed share their number, so that a token's price never depends on another listing.
fn free_token(board: &RiskBoard) -> core::result::Result<u8, MarginError> {
    match board.token_count {
        count if usize::from(count) < MAX_TOKENS => Ok(count),
        _ => Err(MarginError::TokensFull),
    }
}

fn enter(board: &mut RiskBoard, token: u8, weights: WeightConfig, oracle: OracleConfig, now: i64) {
    let number = usize::from(token);
    board.feeds[number] = Feed { listed: 1, oracle, ..bytemuck::Zeroable::zeroed() };
    let books = Books::default();
    board.tokens[number] = TokenRisk {
        deposit_index: books.deposit_index.0,
        borrow_index: books.borrow_index.0,
        index_time: now,
        listed_at: now,
        deposits: 0,
        weights,
        feed: token,
        listed: 1,
        reserved: [0; 2],
    };
    board.token_count += 1;
}

fn create_vault(accounts: &ListToken, facts: &MintFacts, bump: u8) -> Result<()> {
    let (vault, token_program) = (accounts.vault.account(), accounts.token_program.address());
    let space = if facts.transfer_fee { TOKEN_ACCOUNT_WITH_FEE } else { TOKEN_ACCOUNT };
    let bank = *accounts.bank.address();
    create_account_signed(
        accounts.authority.account(),
        vault,
        space,
        token_program,
        &[seeds::VAULT, bank.as_ref(), &[bump]],
    )?;
    InitializeAccount3 { account: vault, mint: accounts.mint.account(), owner: vault.address(), token_program }.invoke()
}

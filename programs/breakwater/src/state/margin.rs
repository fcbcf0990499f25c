//! A margin account as an instruction is passed it. It is the framework's account in every respect but one: an account of an
//! older, shorter layout is refused by its name, on a path that nobody else pays for.

#[cfg(feature = "idl-build")]
extern crate alloc;

use core::ops::{Deref, DerefMut};

#[cfg(feature = "idl-build")]
use anchor_lang::IdlAccountType;
use anchor_lang::prelude::*;
use anchor_lang::{AccountClose, Discriminator};
use breakwater_interface::accounts::MARGIN_ACCOUNT_SIZE_1;
use breakwater_interface::{MarginAccount, MarginError};

/// A margin account of the current layout.
pub struct Margin(Account<MarginAccount>);

impl Deref for Margin {
    type Target = MarginAccount;

    #[inline(always)]
    fn deref(&self) -> &MarginAccount {
        &self.0
    }
}

impl DerefMut for Margin {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut MarginAccount {
        &mut self.0
    }
}

impl Margin {
    /// The account's address.
    #[inline(always)]
    pub fn address(&self) -> &Address {
        self.0.address()
    }
}

impl AnchorAccount for Margin {
    type Data = MarginAccount;
    const MIN_DATA_LEN: usize = <Account<MarginAccount> as AnchorAccount>::MIN_DATA_LEN;

    #[inline(always)]
    fn load(view: AccountView) -> core::result::Result<Self, ProgramError> {
        match Account::load(view) {
            Ok(account) => Ok(Margin(account)),
            Err(error) => Err(explained(view, error)),
        }
    }

    #[inline(always)]
    #[allow(unsafe_code)]
    unsafe fn load_mut(view: AccountView) -> core::result::Result<Self, ProgramError> {
        // Safe because: the caller has promised what this asks.
        match unsafe { Account::load_mut(view) } {
            Ok(account) => Ok(Margin(account)),
            Err(error) => Err(explained(view, error)),
        }
    }

    #[inline(always)]
    fn account(&self) -> &AccountView {
        self.0.account()
    }
}

impl AccountClose for Margin {
    fn close(&mut self, destination: AccountView) -> core::result::Result<(), ProgramError> {
        self.0.close(destination)
    }
}

#[cfg(feature = "idl-build")]
impl IdlAccountType for Margin {
    const __IDL_ACCOUNT_ENTRY: Option<&'static str> = <Account<MarginAccount>>::__IDL_ACCOUNT_ENTRY;
    const __IDL_TYPE_DEF: Option<&'static str> = <Account<MarginAccount>>::__IDL_TYPE_DEF;

    fn __idl_account_entry() -> Option<&'static str> {
        <Account<MarginAccount>>::__idl_account_entry()
    }

    fn __idl_type_def() -> Option<&'static str> {
        <Account<MarginAccount>>::__idl_type_def()
    }

    fn __register_idl_deps(accounts: &mut alloc::vec::Vec<&'static str>, types: &mut alloc::vec::Vec<&'static str>) {
        <Account<MarginAccount>>::__register_idl_deps(accounts, types);
    }
}

/// The error of an account that could not be loaded.
#[cold]
#[inline(never)]
fn explained(view: AccountView, error: ProgramError) -> ProgramError {
    let is_outdated = view.try_borrow().is_ok_and(|data| is_version_1(&data)) && view.owned_by(&crate::ID);
    if is_outdated { MarginError::AccountOutdated.into() } else { error }
}

/// Whether bytes are a margin account of version 1.
pub fn is_version_1(data: &[u8]) -> bool {
    let version = core::mem::offset_of!(MarginAccount, version) + MarginAccount::DISCRIMINATOR.len();
    data.len() == MARGIN_ACCOUNT_SIZE_1 && data.starts_with(MarginAccount::DISCRIMINATOR) && data[version] == 1
}

//! `breakwater admin`: roles, queued changes and pauses of a group.

mod options;
mod queue;
mod show;

use breakwater_client::instruction::{self, Scope as Paused};
use breakwater_client::interface::QueuedChange;
use breakwater_client::interface::governance::{ADMIN, GUARDIAN, RISK_MANAGER};
use breakwater_client::{Address, address};
use breakwater_migrations::change::carry_out;
use breakwater_migrations::fields::Difference;
use breakwater_migrations::keys::{ROLES, Ring, holder};
use breakwater_migrations::params::Params;
use breakwater_migrations::plan::plan_change;
use breakwater_migrations::rpc::Rpc;
use breakwater_migrations::run::send;
use breakwater_migrations::state::State;
use serde_json::json;
use solana_instruction::Instruction;
use solana_signer::Signer;

pub use options::Options;
use options::{Command, Common, Numbered, Pause, Scope, SetRole, Unpause};

use crate::migrate::{Manner, carry_out as take};
use crate::{Failure, output};

/// A group on a node, with the file that names its tokens.
struct Session {
    params: Params,
    ring: Ring,
    node: Rpc,
    state: State,
}

/// Runs the command.
pub fn run(options: &Options) -> Result<(), Failure> {
    match &options.command {
        Command::Show(common) => show::run(&Session::open(common)?, common.json),
        Command::Queue(options) => queue::run(options),
        Command::Veto(options) => veto(options),
        Command::Execute(options) => execute(options),
        Command::Close(options) => close(options),
        Command::Pause(options) => pause(options),
        Command::Unpause(options) => unpause(options),
        Command::SetRole(options) => set_role(options),
    }
}

impl Session {
    fn open(common: &Common) -> Result<Session, Failure> {
        let (params, ring) = (common.target.load()?, common.keys.ring()?);
        params.group(&ring)?;
        let mut node = common.target.node()?;
        let state = State::read(&mut node, &params, &ring)?;
        state.existing()?;
        Ok(Session { params, ring, node, state })
    }

    /// Who of some roles is at hand; the first of them if nobody is, so that whoever must sign is named.
    fn one_of(&self, roles: &[u8]) -> Result<Address, Failure> {
        let group = self.state.existing()?;
        let holders: Vec<Address> = roles.iter().map(|role| holder(group, *role)).collect();
        Ok(*holders.iter().find(|address| self.ring.find(address).is_some()).unwrap_or(&holders[0]))
    }

    fn change(&self, number: u64) -> Result<(Address, QueuedChange), Failure> {
        let found = self.state.changes.iter().find(|(_, change)| change.number == number);
        found.copied().ok_or_else(|| {
            Failure::Input(format!("there is no change {number} in the queue: `breakwater admin show` lists them"))
        })
    }

    /// Sends one instruction and says what was done.
    fn send(mut self, common: &Common, what: &str, instruction: Instruction) -> Result<(), Failure> {
        let signature = send(&mut self.node, &[instruction], &self.ring)?;
        output::print(&if common.json {
            format!("{}\n", json!({ "done": what, "signature": signature }))
        } else {
            format!("done: {what} {signature}\n")
        })
    }

    /// Carries out the one step of a change, or queues it.
    fn take(
        mut self,
        common: &Common,
        change: (&str, Vec<Difference>, Instruction, bool),
        manner: Manner,
    ) -> Result<(), Failure> {
        let (title, lines, instruction, waits) = change;
        let plan = plan_change(&self.state, &self.params, &self.ring, (title, lines), (instruction, waits));
        let place = (common.target.cluster.text(), common.target.url());
        take(&mut self.node, &plan, &self.ring, place, manner)
    }

    /// The file's token of a symbol or mint.
    fn token(&self, text: &str) -> Result<usize, Failure> {
        let named =
            |token: &breakwater_migrations::params::TokenParams| token.symbol == text || token.mint.to_string() == text;
        self.params.tokens.iter().position(named).ok_or_else(|| {
            Failure::Input(format!("{} has no token {text}: pass a symbol or mint that is in it", self.params.file))
        })
    }

    /// The file's market of a symbol or number.
    fn market(&self, text: &str) -> Result<usize, Failure> {
        let found = self
            .params
            .markets
            .iter()
            .enumerate()
            .position(|(number, market)| market.symbol == text || number.to_string() == text);
        found.ok_or_else(|| {
            Failure::Input(format!("{} has no market {text}: pass a symbol or number that is in it", self.params.file))
        })
    }

    fn scope(&self, scope: &Scope) -> Result<Paused, Failure> {
        Ok(match (&scope.bank, &scope.market) {
            (Some(bank), _) => Paused::Bank(self.params.tokens[self.token(bank)?].keys(&self.state.address).bank),
            (None, Some(market)) => {
                Paused::Market(address::perp_market(&self.state.address, self.market(market)? as u8))
            }
            (None, None) => Paused::Group,
        })
    }
}

fn veto(options: &Numbered) -> Result<(), Failure> {
    let session = Session::open(&options.common)?;
    session.change(options.number)?;
    let authority = session.one_of(&[GUARDIAN, RISK_MANAGER, ADMIN])?;
    let veto = instruction::veto_change(&authority, &session.state.address, options.number);
    session.send(&options.common, &format!("change {} is vetoed", options.number), veto)
}

fn execute(options: &Numbered) -> Result<(), Failure> {
    let session = Session::open(&options.common)?;
    let (at, change) = session.change(options.number)?;
    let executor = session.ring.payer.as_ref().map(Signer::pubkey);
    let executor = executor.ok_or_else(|| Failure::Input("no key is at hand to pay: pass --keypair".to_owned()))?;
    let execute = carry_out((&at, &change), &executor, &session.state, &session.params)?;
    session.send(&options.common, &format!("change {} is executed", options.number), execute)
}

fn close(options: &Numbered) -> Result<(), Failure> {
    let session = Session::open(&options.common)?;
    let (at, change) = session.change(options.number)?;
    let close = instruction::close_change(&Address::from(change.proposer), &at);
    session.send(&options.common, &format!("change {} is closed", options.number), close)
}

fn pause(options: &Pause) -> Result<(), Failure> {
    let session = Session::open(&options.common)?;
    let (guardian, scope) = (session.one_of(&[GUARDIAN])?, session.scope(&options.scope)?);
    let (group, board) = (session.state.address, session.state.board_address);
    let pause = instruction::pause(&guardian, &group, &board, &scope, (options.actions, options.time));
    let time = breakwater_migrations::units::span(options.time.into());
    session.send(&options.common, &format!("{} paused for {time}", show::actions(options.actions)), pause)
}

fn unpause(options: &Unpause) -> Result<(), Failure> {
    let session = Session::open(&options.common)?;
    let (authority, scope) = (session.one_of(&[GUARDIAN, ADMIN])?, session.scope(&options.scope)?);
    let unpause = instruction::unpause(&authority, &session.state.address, &session.state.board_address, &scope);
    session.send(&options.common, "the pause is over", unpause)
}

fn set_role(options: &SetRole) -> Result<(), Failure> {
    let session = Session::open(&options.common)?;
    let group = session.state.existing()?;
    let (name, current) = (ROLES[usize::from(options.role)], holder(group, options.role));
    let admin = holder(group, ADMIN);
    let lines = vec![Difference { name: name.to_owned(), old: current.to_string(), new: options.holder.to_string() }];
    let hand_over = instruction::set_role(&admin, &session.state.address, &options.holder, options.role);
    let manner = Manner { yes: options.yes, json: options.common.json, dry_run: false };
    session.take(&options.common, (&format!("role {name}"), lines, hand_over, true), manner)
}

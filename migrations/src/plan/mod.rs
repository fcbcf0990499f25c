//! The steps between what the chain has and what the file says, in the order in which they are taken: program, mints, group,
//! tokens, fund, receipt log, markets, parameters, roles, launch.

mod listing;
mod parameters;
mod roles;

use breakwater_client::Address;
use breakwater_client::instruction;
use breakwater_client::interface::Group;
use breakwater_client::interface::governance::{QueuedChange, TIMELOCK, VETOED, WAITING};
use solana_instruction::Instruction;
use solana_signer::Signer;

use crate::Failure;
use crate::cluster::Raw;
use crate::fields::Difference;
use crate::keys::Ring;
use crate::params::{Name, Params};
use crate::program::{Deployed, advice, committed};
use crate::state::State;
use crate::units::{date, span};

/// What happens to a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// It takes effect at once.
    AtOnce,
    /// It is queued now, and may be executed from this time on.
    Queued(i64),
    /// It waits in the queue under this number until this time.
    Waits(u64, i64),
    /// It has waited under this number, and is executed now.
    Executed(u64),
    /// It cannot be done by this run: who must sign, or what comes first.
    Left(String),
    /// The program would refuse it.
    Refused(String),
}

impl When {
    /// As a difference shows it.
    pub fn text(&self, now: i64) -> String {
        let due = |at: i64| format!("due {} (in {})", date(at), span(at.saturating_sub(now).max(0).unsigned_abs()));
        match self {
            When::AtOnce => "at once".to_owned(),
            When::Queued(at) => format!("queued, {}", due(*at)),
            When::Waits(number, at) => format!("waits as change {number}, {}", due(*at)),
            When::Executed(number) => format!("change {number} is due: executed now"),
            When::Left(why) => format!("left: {why}"),
            When::Refused(why) => format!("refused: {why}"),
        }
    }

    /// Whether this run does it.
    pub fn is_done_now(&self) -> bool {
        matches!(self, When::AtOnce | When::Queued(_) | When::Executed(_))
    }
}

/// What a step does.
#[derive(Clone, Debug)]
pub enum Action {
    /// Sends a transaction that these must sign.
    Send(Vec<Instruction>),
    /// Writes an account out of nothing, on a local chain.
    Cheat(Address, Raw),
    /// Puts the committed bytecode in its place, on a local chain.
    Deploy,
}

/// One step.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it changes.
    pub title: String,
    /// The parameters that differ.
    pub lines: Vec<Difference>,
    /// What happens to it.
    pub when: When,
    /// What does it; nothing where nothing is done.
    pub action: Option<Action>,
}

/// All steps, and what else there is to say.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// In order.
    pub steps: Vec<Step>,
    /// Remarks.
    pub notes: Vec<String>,
    /// Unix time of the chain.
    pub now: i64,
    /// The group.
    pub group: Address,
}

impl Plan {
    /// Whether this run has anything to do.
    pub fn is_idle(&self) -> bool {
        !self.steps.iter().any(|step| step.when.is_done_now())
    }

    /// Steps that are neither done, nor wait for their time alone.
    pub fn unfinished(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| matches!(step.when, When::Left(_) | When::Refused(_)))
    }
}

/// Makes a plan. `launch`: whether the group is opened for users at its end.
///
/// # Errors
/// The file does not say what is needed.
pub fn plan(state: &State, params: &Params, ring: &Ring, launch: bool) -> Result<Plan, Failure> {
    let mut planner = Planner::new(state, params, ring);
    if planner.program() {
        planner.mints();
        planner.group();
        planner.tokens();
        planner.fund();
        planner.log();
        planner.markets();
        planner.parameters();
        planner.roles()?;
        planner.launch(launch)?;
    }
    Ok(planner.plan)
}

/// The steps that set parameters, and no others.
pub fn plan_parameters(state: &State, params: &Params, ring: &Ring) -> Plan {
    let mut planner = Planner::new(state, params, ring);
    planner.parameters();
    planner.plan
}

/// The one step of a change that the file has no word for. `waits`: whether it must wait once the group is launched.
pub fn plan_change(
    state: &State,
    params: &Params,
    ring: &Ring,
    (title, lines): (&str, Vec<Difference>),
    (change, waits): (Instruction, bool),
) -> Plan {
    let mut planner = Planner::new(state, params, ring);
    if waits {
        planner.governed(title, lines, change, (None, 0));
    } else {
        planner.at_once(title, lines, vec![change]);
    }
    planner.plan
}

struct Planner<'a> {
    state: &'a State,
    params: &'a Params,
    ring: &'a Ring,
    next_change: u64,
    plan: Plan,
}

impl<'a> Planner<'a> {
    fn new(state: &'a State, params: &'a Params, ring: &'a Ring) -> Planner<'a> {
        let plan = Plan { now: state.now, group: state.address, ..Plan::default() };
        Planner { state, params, ring, next_change: state.group.map_or(0, |group| group.changes), plan }
    }

    fn add(&mut self, title: impl Into<String>, lines: Vec<Difference>, when: When, action: Option<Action>) {
        let action = action.filter(|_| when.is_done_now());
        self.plan.steps.push(Step { title: title.into(), lines, when, action });
    }

    /// Who sets parameters.
    fn officer(&self) -> Address {
        self.state.group.map_or(self.state.creator, |group: Group| self.ring.officer(&group))
    }

    /// A step that takes effect at once, if everybody who must sign is at hand.
    fn at_once(&mut self, title: impl Into<String>, lines: Vec<Difference>, instructions: Vec<Instruction>) {
        let when = self.unsigned(&instructions).map_or(When::AtOnce, When::Left);
        self.add(title, lines, when, Some(Action::Send(instructions)));
    }

    /// Who must sign and is not at hand. Without any key to pay, a plan is only looked at: as if everybody signed.
    fn unsigned(&self, instructions: &[Instruction]) -> Option<String> {
        self.ring.payer.as_ref()?;
        let metas = instructions.iter().flat_map(|instruction| &instruction.accounts);
        let missing = metas.filter(|meta| meta.is_signer).find(|meta| self.ring.find(&meta.pubkey).is_none())?;
        Some(format!("{} must sign: pass its key file", missing.pubkey))
    }

    /// A change that must wait: it is queued, waits already, or is executed. `refused`: why it would never pass; `set_at`: when
    /// a queued change of the same parameters last took effect.
    fn governed(
        &mut self,
        title: &str,
        lines: Vec<Difference>,
        change: Instruction,
        (refused, set_at): (Option<String>, i64),
    ) {
        if !self.state.launched() {
            return self.at_once(title, lines, vec![change]);
        }
        if let Some((address, queued)) = self.equal(&change, set_at) {
            let (address, number, due) = (*address, queued.number, queued.due_at);
            if self.state.now < due {
                return self.add(title, lines, When::Waits(number, due), None);
            }
            let executor = self.ring.payer.as_ref().map_or(self.state.creator, Signer::pubkey);
            let execute = instruction::execute_change(change, &executor, &address);
            let left = self.unsigned(std::slice::from_ref(&execute));
            let when = left.or(refused).map_or(When::Executed(number), When::Left);
            return self.add(title, lines, when, Some(Action::Send(vec![execute])));
        }
        if let Some(why) = refused {
            return self.add(title, lines, When::Refused(why), None);
        }
        let authority = change.accounts.first().map_or(self.state.creator, |meta| meta.pubkey);
        let Some(queue) = instruction::queue_change(&authority, &self.state.address, self.next_change, &change) else {
            return self.add(title, lines, When::Refused("it cannot wait in the queue".to_owned()), None);
        };
        let wait = roles::wait_of(&change).unwrap_or(TIMELOCK);
        let when = self.unsigned(std::slice::from_ref(&queue));
        if when.is_none() {
            self.next_change += 1;
        }
        let when = when.map_or(When::Queued(self.state.now.saturating_add(wait)), When::Left);
        self.add(title, lines, when, Some(Action::Send(vec![queue])));
    }

    /// The same change in the queue, if it can still be executed. One that cannot, or that differs, is remarked.
    fn equal(&mut self, change: &Instruction, set_at: i64) -> Option<&(Address, QueuedChange)> {
        let target = instruction::target(change)?;
        let name = instruction::governed_name(&change.data);
        let mut found = None;
        for entry in &self.state.changes {
            let queued = &entry.1;
            if Address::from(queued.target) != target || instruction::governed_name(queued.data()) != name {
                continue;
            }
            let (same, open) = (queued.data() == change.data, !queued.is_over(self.state.now));
            let number = queued.number;
            match (same, open) {
                (true, true) if queued.queued_at < set_at => {
                    let fact = "says the same and was overtaken by another: veto it";
                    self.plan.notes.push(format!("change {number} {fact}"));
                }
                (true, true) => found = found.or(Some(entry)),
                (false, true) if is_about_the_same(queued.data(), &change.data) => {
                    self.plan.notes.push(format!(
                        "change {number} waits and says something else than the file: veto it if it is not wanted"
                    ));
                }
                (true, false) if queued.status == VETOED => {
                    self.plan.notes.push(format!("change {number} said the same and was vetoed"));
                }
                (true, false) if queued.status == WAITING => {
                    self.plan.notes.push(format!("change {number} said the same and expired"));
                }
                _ => {}
            }
        }
        found
    }

    /// Whether the program is there; without it nothing else can be said.
    fn program(&mut self) -> bool {
        let deployed = &self.state.program;
        if *deployed == Deployed::Same {
            return true;
        }
        let lines = vec![listing::line("sha256", deployed.text(), committed())];
        if self.params.cluster != Name::Localnet {
            let advice = advice(deployed, self.params.cluster, &self.state.node);
            self.add("program", lines, When::Refused(advice), None);
            return false;
        }
        self.add("program", lines, When::AtOnce, Some(Action::Deploy));
        true
    }

    fn launch(&mut self, launch: bool) -> Result<(), Failure> {
        if self.state.launched() {
            return Ok(());
        }
        if !launch {
            self.plan.notes.push("the group is not launched: run again with --launch to open it for users".to_owned());
            return Ok(());
        }
        let blocked = self.plan.unfinished().next().is_some();
        let admin = self.final_admin()?;
        let open = instruction::launch_group(&admin, &self.state.address);
        let lines = vec![Difference { name: "launched".to_owned(), old: "no".to_owned(), new: "yes".to_owned() }];
        if blocked {
            self.add("launch", lines, When::Left("the steps above come first".to_owned()), None);
            return Ok(());
        }
        self.at_once("launch", lines, vec![open]);
        Ok(())
    }
}

/// Whether two changes of one target would overwrite each other: a market's or feed's number follows the discriminator where
/// the target is the board.
fn is_about_the_same(one: &[u8], other: &[u8]) -> bool {
    match instruction::governed_name(one) {
        Some("set_oracle" | "create_market" | "set_role") => one.get(8) == other.get(8),
        _ => true,
    }
}

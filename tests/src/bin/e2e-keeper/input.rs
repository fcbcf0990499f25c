//! What a keeper refuses before it sends anything: an exit code and one sentence.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use breakwater_client::Address;
use breakwater_client::decode::discriminator;
use breakwater_client::interface::Group;
use breakwater_tests::local::keeper::Keeper;
use breakwater_tests::local::place::key_file;
use breakwater_tests::local::rpc::{Outcome, Raw};
use bytemuck::bytes_of;
use solana_keypair::Keypair;

use crate::checks::Checks;
use crate::suite::Stage;

/// Exit codes of what is wrong in itself, and of what may be right a minute later.
const BAD_INPUT: i32 = 2;
const FAILED: i32 = 1;

/// A mistake: what it is called, the configuration, and a word that the sentence must hold.
struct Mistake {
    name: &'static str,
    config: String,
    word: &'static str,
}

/// Makes every mistake with the configuration of a keeper that would work.
pub fn check(stage: &Stage, keeper: &Keeper, checks: &mut Checks) -> Outcome<()> {
    let file = stage.folder.join("mistake.toml");
    for Mistake { name, config, word } in mistakes(stage, &std::fs::read_to_string(&keeper.config)?)? {
        std::fs::write(&file, config)?;
        refused(stage, checks, (name, word, BAD_INPUT), file.to_str().unwrap_or_default())?;
    }
    refused(stage, checks, ("no configuration", "keeper init", BAD_INPUT), "nowhere.toml")?;
    let silent = std::fs::read_to_string(&keeper.config)?.replace(&stage_url(keeper)?, "http://127.0.0.1:1");
    std::fs::write(&file, silent)?;
    // It may be there a minute later: whoever starts the keeper should try again.
    refused(stage, checks, ("a node that does not answer", "cluster.url", FAILED), file.to_str().unwrap_or_default())
}

/// The URL in a keeper's configuration.
fn stage_url(keeper: &Keeper) -> Outcome<String> {
    let config = std::fs::read_to_string(&keeper.config)?;
    let line = config.lines().find(|line| line.starts_with("url = \"")).unwrap_or_default();
    Ok(line.split('"').nth(1).unwrap_or_default().to_owned())
}

fn mistakes(stage: &Stage, right: &str) -> Outcome<Vec<Mistake>> {
    let value = |key: &str| {
        let line = right.lines().find(|line| line.starts_with(&format!("{key} = \""))).unwrap_or_default();
        line.split('"').nth(1).unwrap_or_default().to_owned()
    };
    let instead =
        |key: &str, other: &str| right.replace(&format!("{key} = \"{}\"", value(key)), &format!("{key} = \"{other}\""));
    let stranger = key_file(&stage.folder, "stranger", &Keypair::new())?;
    let open = key_file(&stage.folder, "open", &Keypair::new())?;
    std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o644))?;
    let other = other_version(stage)?;
    let path = |path: &std::path::Path| path.display().to_string();
    Ok(vec![
        Mistake { name: "a malformed configuration", config: "cluster = [".to_owned(), word: "line 1" },
        Mistake { name: "an unknown key", config: format!("{right}\n[sendd]\nx = 1\n"), word: "sendd" },
        Mistake {
            name: "an unknown group",
            config: instead("group", &Address::new_unique().to_string()),
            word: "group",
        },
        Mistake { name: "another version of the program", config: instead("group", &other), word: "version" },
        Mistake { name: "an unfunded wallet", config: instead("keypair", &path(&stranger)), word: "lamports" },
        Mistake { name: "a key that others can read", config: instead("keypair", &path(&open)), word: "chmod 600" },
        Mistake { name: "another cluster", config: instead("name", "devnet"), word: "devnet" },
    ])
}

/// A group's account of a later version.
fn other_version(stage: &Stage) -> Outcome<String> {
    let mut group: Group = stage.node.rpc.state(&stage.place.group)?;
    group.version = group.version.wrapping_add(1);
    let data = [&discriminator("account", "Group")[..], bytes_of(&group)].concat();
    let address = Address::new_unique();
    stage.node.rpc.set(&address, &Raw { lamports: 10_000_000, owner: breakwater_client::PROGRAM_ID, data })?;
    Ok(address.to_string())
}

fn refused(stage: &Stage, checks: &mut Checks, (name, word, code): (&str, &str, i32), file: &str) -> Outcome<()> {
    let output = Command::new(&stage.command).args(["keeper", "run", "--once", "--config", file]).output()?;
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    let holds = output.status.code() == Some(code) && said.lines().count() == 1 && said.contains(word);
    let found = format!("exit code {:?}: {said}", output.status.code().unwrap_or(-1));
    checks.hold(&format!("a keeper refuses {name} in one sentence"), holds, found);
    Ok(())
}

//! Where results go: files that appear whole or not at all.

use std::fs;
use std::path::{Path, PathBuf};

use breakwater_sim::record::RunRecord;
use breakwater_sim::report::html;

/// Refuses a folder that could never be written, before anything is run.
pub fn verify(folder: &Path) -> Result<(), String> {
    let mut existing = folder;
    while !existing.exists() {
        match existing.parent() {
            Some(parent) if parent != Path::new("") => existing = parent,
            _ => return Ok(()),
        }
    }
    if existing.is_dir() {
        Ok(())
    } else {
        Err(format!("--out {}: {} is no folder", folder.display(), existing.display()))
    }
}

/// Writes record.json, receipts.bin, accounts.json and report.html; returns the path of the report.
pub fn write(folder: &Path, record: &RunRecord, receipts: &[u8], accounts: &str) -> Result<PathBuf, String> {
    let json = serde_json::to_string_pretty(record).map_err(|error| error.to_string())?;
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    whole(&folder.join("record.json"), format!("{json}\n").as_bytes())?;
    whole(&folder.join("receipts.bin"), receipts)?;
    whole(&folder.join("accounts.json"), accounts.as_bytes())?;
    let report = folder.join("report.html");
    whole(&report, html::render(record).as_bytes())?;
    Ok(report)
}

/// Writes beside the file and renames, so that an interrupted run leaves no half of it.
pub fn whole(path: &Path, content: &[u8]) -> Result<(), String> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.tmp", std::process::id()));
    let beside = PathBuf::from(beside);
    let written = fs::write(&beside, content).and_then(|()| fs::rename(&beside, path));
    written.map_err(|error| {
        let _ = fs::remove_file(&beside);
        format!("{}: {error}", path.display())
    })
}

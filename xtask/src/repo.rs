//! Where the repository's things lie, and how other programs are run from its root.

use crate::{Failure, Outcome};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

/// The repository that this xtask belongs to.
pub struct Repo {
    root: PathBuf,
}

impl Repo {
    /// The folder above the one that holds xtask's manifest.
    pub fn here() -> Self {
        let manifest_dir = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        Repo { root: Path::new(&manifest_dir).join("..").canonicalize().unwrap_or_else(|_| ".".into()) }
    }

    pub fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root.join(relative)
    }

    /// `path` as people know it: from the root where it lies inside.
    pub fn show(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).display().to_string()
    }

    pub fn read(&self, relative: impl AsRef<Path>) -> Outcome<Vec<u8>> {
        let path = self.path(relative);
        fs::read(&path).map_err(|error| Failure::new(format!("{} cannot be read: {error}", self.show(&path))))
    }

    pub fn read_text(&self, relative: impl AsRef<Path>) -> Outcome<String> {
        let name = relative.as_ref().display().to_string();
        String::from_utf8(self.read(relative)?).map_err(|_| Failure::new(format!("{name} is not UTF-8")))
    }

    pub fn write(&self, relative: impl AsRef<Path>, content: impl AsRef<[u8]>) -> Outcome {
        let path = self.path(relative);
        let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
        folder
            .and_then(|()| fs::write(&path, content))
            .map_err(|error| Failure::new(format!("{} cannot be written: {error}", self.show(&path))))
    }

    /// A command that starts in the root.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        command
    }

    /// The cargo that runs this xtask, without what it told this xtask about its own package: build scripts that look at these
    /// variables would run again whenever cargo is called directly, and everything that depends on them be compiled again.
    pub fn cargo(&self) -> Command {
        let mut cargo = self.command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
                cargo.env_remove(&name);
            }
        }
        cargo
    }

    /// Cargo for the program's workspace, compiled natively: its output stays apart from the host workspace's.
    pub fn programs_cargo(&self) -> Command {
        let mut cargo = self.cargo();
        cargo.env("CARGO_TARGET_DIR", self.path("target/programs"));
        cargo
    }
}

fn name(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program()).to_string_lossy();
    let arguments = command.get_args().take(2).map(OsStr::to_string_lossy);
    [program].into_iter().chain(arguments).collect::<Vec<_>>().join(" ")
}

fn started<T>(command: &Command, result: std::io::Result<T>) -> Outcome<T> {
    result.map_err(|error| Failure::new(format!("`{}` cannot be started: {error}", name(command))))
}

fn code_of(status: ExitStatus) -> u8 {
    status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

/// Runs a command that speaks for itself; a failure passes its exit code on.
pub fn run(mut command: Command) -> Outcome {
    let result = command.status();
    let status = started(&command, result)?;
    if status.success() { Ok(()) } else { Err(Failure { message: String::new(), code: code_of(status) }) }
}

/// Runs a command for its standard output; what it says to people still reaches them.
pub fn output(mut command: Command) -> Outcome<String> {
    command.stdin(Stdio::null()).stderr(Stdio::inherit());
    let result = command.output();
    let output = started(&command, result)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stdout);
        return Err(Failure::new(format!("{said}`{}` failed", name(&command))));
    }
    String::from_utf8(output.stdout).map_err(|_| Failure::new(format!("`{}` printed no UTF-8", name(&command))))
}

/// Whether a command can be started and succeeds, in silence.
pub fn succeeds(mut command: Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

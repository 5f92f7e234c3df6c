//! Programs of the machine that tests start: each is found on the `PATH`, or its absence is told with how to get it.
//!
//! The only file that does so. The emulator's tests, which may not name this crate, include it by its path.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A program that no test brings with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tool {
    /// What it is called; the first of these that is on the `PATH` is taken.
    pub names: &'static [&'static str],
    /// What it is for.
    pub purpose: &'static str,
    /// The Debian packages that bring it.
    pub packages: &'static str,
}

/// Runs boto3, moto, DuckDB and the others that check us from outside.
pub const PYTHON: Tool =
    Tool { names: &["python3"], purpose: "third-party clients and engines", packages: "python3 python3-venv" };
/// Runs the SDK for JavaScript and the load test.
pub const NODE: Tool =
    Tool { names: &["node"], purpose: "the SDK for JavaScript, Node 20 or newer", packages: "nodejs" };
/// Brings their packages.
pub const NPM: Tool = Tool { names: &["npm"], purpose: "the packages of the SDK for JavaScript", packages: "npm" };
/// Shows the inbox.
pub const CHROMIUM: Tool =
    Tool { names: &["chromium", "chromium-browser", "google-chrome"], purpose: "the inbox", packages: "chromium" };

/// The oldest Node that the npm packages run on.
const OLDEST_NODE: u32 = 20;

/// A program that a test needs is not there, or not as it has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    what: String,
    tool: Tool,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tool { purpose, packages, .. } = self.tool;
        write!(f, "{}, which this test needs ({purpose}). On Debian: apt-get install {packages}", self.what)
    }
}

impl Tool {
    /// Where it is in `folders`, which are written as in the variable `PATH`.
    ///
    /// # Errors
    /// That none of its names is there.
    pub fn located(self, folders: &OsStr) -> Result<PathBuf, Missing> {
        let at =
            |name: &str| std::env::split_paths(folders).map(|folder| folder.join(name)).find(|path| path.is_file());
        let found = self.names.iter().find_map(|name| at(name));
        found.ok_or_else(|| Missing { what: format!("`{}` is not on the PATH", self.names[0]), tool: self })
    }

    /// Where it is on the `PATH`.
    ///
    /// # Panics
    /// If it is not, with how to get it.
    pub fn path(self) -> PathBuf {
        let folders = std::env::var_os("PATH").unwrap_or_default();
        self.located(&folders).unwrap_or_else(|missing| panic!("{missing}"))
    }

    /// Starts with this program.
    ///
    /// # Panics
    /// If it is not on the `PATH`, with how to get it.
    pub fn command(self) -> Command {
        Command::new(self.path())
    }
}

/// Node, new enough for the npm packages.
///
/// # Panics
/// If it is missing or too old, with how to get it.
pub fn node() -> Command {
    let said = NODE.command().arg("--version").output().map(|output| output.stdout).unwrap_or_default();
    require_new_node(&String::from_utf8_lossy(&said)).unwrap_or_else(|missing| panic!("{missing}"));
    NODE.command()
}

/// Fails unless `said`, `v20.20.2` say, is new enough.
fn require_new_node(said: &str) -> Result<(), Missing> {
    let major = said.trim().strip_prefix('v').and_then(|version| version.split('.').next()?.parse::<u32>().ok());
    if major.is_some_and(|major| major >= OLDEST_NODE) {
        return Ok(());
    }
    Err(Missing { what: format!("`node --version` says `{}`, not v{OLDEST_NODE} or newer", said.trim()), tool: NODE })
}

/// Makes a virtual environment of Python in `folder`.
///
/// # Panics
/// If there is no Python, if it is without `venv` (Debian ships that apart), or if the making fails.
pub fn make_python_environment(folder: &Path) {
    require_venv(&mut PYTHON.command()).unwrap_or_else(|missing| panic!("{missing}"));
    let made = PYTHON.command().args(["-m", "venv"]).arg(folder).output().expect("python3 was found");
    assert!(made.status.success(), "python3 -m venv failed: {}", String::from_utf8_lossy(&made.stderr));
}

/// Fails unless this Python can make environments with pip in them.
fn require_venv(python: &mut Command) -> Result<(), Missing> {
    let tried = python.args(["-c", "import ensurepip, venv"]).output();
    if tried.is_ok_and(|tried| tried.status.success()) {
        return Ok(());
    }
    Err(Missing { what: "`python3` has no `venv` with pip".to_owned(), tool: PYTHON })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a test that cannot go on fails

    use std::os::unix::fs::symlink;

    use super::{CHROMIUM, NODE, NPM, PYTHON, Tool, require_new_node, require_venv};

    const ALL: [Tool; 4] = [PYTHON, NODE, NPM, CHROMIUM];

    #[test]
    fn a_path_that_lacks_a_program_is_told_with_the_debian_package_that_brings_it() {
        for lacking in ALL {
            let folder = tempfile::tempdir().unwrap();
            for other in ALL.into_iter().filter(|tool| *tool != lacking) {
                symlink("/bin/true", folder.path().join(other.names[0])).unwrap();
            }
            for tool in ALL {
                let found = tool.located(folder.path().as_os_str()).map_err(|missing| missing.to_string());
                if tool == lacking {
                    let said = found.unwrap_err();
                    assert!(said.starts_with(&format!("`{}` is not on the PATH", tool.names[0])), "{said}");
                    assert!(said.ends_with(&format!("apt-get install {}", tool.packages)), "{said}");
                } else {
                    assert_eq!(found.unwrap(), folder.path().join(tool.names[0]));
                }
            }
        }
    }

    #[test]
    fn any_of_a_program_s_names_will_do() {
        let folder = tempfile::tempdir().unwrap();
        symlink("/bin/true", folder.path().join("google-chrome")).unwrap();
        assert_eq!(CHROMIUM.located(folder.path().as_os_str()), Ok(folder.path().join("google-chrome")));
    }

    #[test]
    fn an_old_node_is_told_with_its_version() {
        assert_eq!(require_new_node("v20.0.0\n"), Ok(()));
        for old in ["v18.19.1\n", "", "twenty"] {
            let said = require_new_node(old).unwrap_err().to_string();
            assert!(said.contains(old.trim()) && said.contains("apt-get install nodejs"), "{said}");
        }
    }

    #[test]
    fn a_python_without_venv_is_told_with_the_package_that_brings_it() {
        assert_eq!(require_venv(&mut PYTHON.command()), Ok(()));
        let folder = tempfile::tempdir().unwrap();
        // As on Debian without python3-venv: the module that brings pip is not there.
        std::fs::write(folder.path().join("ensurepip.py"), "raise ImportError\n").unwrap();
        let said = require_venv(PYTHON.command().env("PYTHONPATH", folder.path())).unwrap_err().to_string();
        assert!(said.contains("has no `venv`") && said.contains("python3-venv"), "{said}");
    }
}

//! The machines that a release has a binary for, and what each registry calls them.

use anyhow::Context;

/// A kind of machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Target {
    /// What Rust calls it.
    pub(super) triple: &'static str,
    /// The package below `@trave/` that holds its binary.
    pub(super) npm: &'static str,
    /// What VS Code calls it.
    pub(super) vscode: &'static str,
    /// `process.platform` of Node.
    pub(super) os: &'static str,
    /// `process.arch` of Node.
    pub(super) cpu: &'static str,
    /// The C library that npm has to see, where there are several.
    pub(super) libc: Option<&'static str>,
}

/// All of them; `.github/workflows/release.yml` has a job for each.
pub(super) const TARGETS: [Target; 7] = [
    Target {
        triple: "x86_64-unknown-linux-gnu",
        npm: "linux-x64-gnu",
        vscode: "linux-x64",
        os: "linux",
        cpu: "x64",
        libc: Some("glibc"),
    },
    Target {
        triple: "x86_64-unknown-linux-musl",
        npm: "linux-x64-musl",
        vscode: "alpine-x64",
        os: "linux",
        cpu: "x64",
        libc: Some("musl"),
    },
    Target {
        triple: "aarch64-unknown-linux-gnu",
        npm: "linux-arm64-gnu",
        vscode: "linux-arm64",
        os: "linux",
        cpu: "arm64",
        libc: Some("glibc"),
    },
    Target {
        triple: "aarch64-unknown-linux-musl",
        npm: "linux-arm64-musl",
        vscode: "alpine-arm64",
        os: "linux",
        cpu: "arm64",
        libc: Some("musl"),
    },
    Target {
        triple: "x86_64-apple-darwin",
        npm: "darwin-x64",
        vscode: "darwin-x64",
        os: "darwin",
        cpu: "x64",
        libc: None,
    },
    Target {
        triple: "aarch64-apple-darwin",
        npm: "darwin-arm64",
        vscode: "darwin-arm64",
        os: "darwin",
        cpu: "arm64",
        libc: None,
    },
    Target {
        triple: "x86_64-pc-windows-msvc",
        npm: "win32-x64",
        vscode: "win32-x64",
        os: "win32",
        cpu: "x64",
        libc: None,
    },
];

impl Target {
    /// The target of this name.
    pub(super) fn named(triple: &str) -> anyhow::Result<Self> {
        let found = TARGETS.into_iter().find(|target| target.triple == triple);
        found.with_context(|| {
            let known = TARGETS.map(|target| format!("\n  {}", target.triple));
            format!("there are no packages for `{triple}`, only for:{}", known.concat())
        })
    }

    /// The target that this program was built for.
    pub(super) fn of_this_machine() -> anyhow::Result<Self> {
        let vendor_and_system = match std::env::consts::OS {
            "macos" => "apple-darwin",
            "windows" => "pc-windows-msvc",
            _ if cfg!(target_env = "musl") => "unknown-linux-musl",
            _ => "unknown-linux-gnu",
        };
        Self::named(&format!("{}-{vendor_and_system}", std::env::consts::ARCH))
    }

    /// The file name of the program.
    pub(super) fn executable(self) -> &'static str {
        if self.os == "win32" { "trave.exe" } else { "trave" }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{TARGETS, Target};
    use crate::process::repository;

    fn read(path: &str) -> String {
        std::fs::read_to_string(repository().join(path)).unwrap()
    }

    #[test]
    fn the_package_for_npm_may_install_each_of_them_and_no_other() {
        let manifest = read("npm/trave/package.json");
        let named = manifest.lines().filter_map(|line| line.trim().strip_prefix("\"@trave/"));
        let named: BTreeSet<&str> = named.filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(named, TARGETS.iter().map(|target| target.npm).collect());
    }

    #[test]
    fn the_release_builds_each_of_them_and_no_other() {
        let workflow = read(".github/workflows/release.yml");
        let jobs = workflow.lines().filter_map(|line| line.trim().strip_prefix("- target: "));
        let jobs: BTreeSet<&str> = jobs.collect();
        assert_eq!(jobs, TARGETS.iter().map(|target| target.triple).collect());
    }

    #[test]
    fn another_target_is_refused_with_the_list() {
        let error = Target::named("riscv64gc-unknown-linux-gnu").unwrap_err().to_string();
        assert!(error.contains("riscv64gc-unknown-linux-gnu"), "{error}");
        assert!(error.contains("\n  x86_64-unknown-linux-musl\n"), "{error}");
    }
}

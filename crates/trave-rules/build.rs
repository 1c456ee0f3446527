//! A new rule or page is picked up by the next build: the macros read these folders.

fn main() {
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=rules");
}

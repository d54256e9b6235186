//! Migrations are compiled in; cargo would not notice a new one by itself.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations");
}

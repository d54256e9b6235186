use std::fs;
use std::path::{Path, PathBuf};

/// The files and folders in a folder.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn every_behaviour_is_in_its_ports_list() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/store_contract");
    let ports = entries(&root).into_iter().filter(|path| path.is_dir());
    let mut behaviours = 0;
    for port in ports {
        let list = fs::read_to_string(port.join("mod.rs")).unwrap();
        let listed: Vec<&str> = list.lines().map(str::trim).collect();
        for part in entries(&port) {
            let source = fs::read_to_string(&part).unwrap();
            for line in source.lines() {
                if let Some(signature) = line.strip_prefix("pub async fn ") {
                    let name = signature.split('(').next().unwrap_or(signature);
                    assert!(listed.contains(&name), "{name} of {part:?} is not listed");
                    behaviours += 1;
                }
            }
        }
    }
    assert!(behaviours > 0);
}

//! The time zone database is that inside the program unless the user chooses the system's, and says which it is.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A compiled zone that is always so many hours ahead of UTC (RFC 9636, version 2, with a footer).
fn compiled(hours: u8) -> Vec<u8> {
    let mut block = b"TZif2".to_vec();
    block.extend([0; 15]);
    for count in [0_u32, 0, 0, 0, 1, 4] {
        block.extend(count.to_be_bytes());
    }
    block.extend((u32::from(hours) * 3600).to_be_bytes());
    block.extend([0, 0]);
    block.extend(b"XXX\0");
    let mut file = block.repeat(2);
    file.extend(format!("\nXXX-{hours}\n").bytes());
    file
}

/// A home with a configuration, and a folder of a system's zones in which London is nine hours ahead of UTC.
struct Machine {
    folder: PathBuf,
}

impl Machine {
    fn new(name: &str, config: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("cnm-{name}-{}", std::process::id()));
        let write = |file: &str, bytes: &[u8]| {
            let file = folder.join(file);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, bytes).unwrap();
        };
        write("zones/Europe/London", &compiled(9));
        write("zones/Asia/Tokyo", &compiled(9));
        write("zones/tzdata.zi", b"# version 1999z\n");
        write("home/config/config.toml", config.as_bytes());
        Self { folder }
    }

    fn command(&self, args: &[&str], variable: Option<&str>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cnm"));
        command
            .args(args)
            .env("CNM_HOME", self.folder.join("home"))
            .env("TZDIR", self.folder.join("zones"))
            .env_remove("CNM_SERVER")
            .env_remove("CNM_TOKEN")
            .env_remove("CNM_TZDB")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(value) = variable {
            command.env("CNM_TZDB", value);
        }
        command
    }

    /// By how many minutes Tokyo is ahead of London.
    fn ahead(&self, args: &[&str], variable: Option<&str>) -> i64 {
        let request = r#"{ "op": "offsets", "zones": ["Europe/London", "Asia/Tokyo"],
            "range": ["2026-01-05T00:00Z", "2026-01-06T00:00Z"] }"#;
        let all = [args, &["slots", "--request", "-"]].concat();
        let mut child = self.command(&all, variable).spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(request.as_bytes()).unwrap();
        drop(input);
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let run = &answer["runs"][0];
        let minutes = run.as_array().and_then(|run| run.last()).cloned();
        minutes
            .or_else(|| run.get("minutes").cloned())
            .and_then(|minutes| minutes.as_i64())
            .unwrap_or_else(|| panic!("{answer}"))
    }

    fn said(&self, args: &[&str], variable: Option<&str>) -> String {
        let output = self.command(args, variable).output().unwrap();
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(Path::new(&self.folder));
    }
}

const NINE_HOURS: i64 = 540;

#[test]
fn zones_come_from_the_program_unless_flag_variable_or_configuration_say_otherwise() {
    let plain = Machine::new("tzdb-plain", "");
    assert_eq!(
        plain.ahead(&[], None),
        NINE_HOURS,
        "the system is not asked"
    );
    assert_eq!(plain.ahead(&[], Some("system")), 0);
    assert_eq!(plain.ahead(&["--tzdb", "system"], None), 0);
    assert_eq!(
        plain.ahead(&["--tzdb", "bundled"], Some("system")),
        NINE_HOURS,
        "the flag goes before the variable"
    );
    let system = Machine::new("tzdb-system", "[time]\ntzdb = \"system\"\n");
    assert_eq!(system.ahead(&[], None), 0);
    assert_eq!(
        system.ahead(&[], Some("bundled")),
        NINE_HOURS,
        "the variable goes before the configuration"
    );
    let forced = Machine::new("tzdb-forced", "[time]\ntzdb = \"bundled\"\n");
    assert_eq!(forced.ahead(&[], None), NINE_HOURS);
}

#[test]
fn the_doctor_names_the_database_and_what_is_wrong_with_it() {
    let machine = Machine::new("tzdb-doctor", "");
    let bundled = cnm::when::tzdb::Tzdb::bundled();
    let said = machine.said(&["doctor"], None);
    assert!(said.contains(&format!("tzdb {bundled}")), "{said}");
    assert!(said.contains("not used: 1999z (system)"), "{said}");
    let said = machine.said(&["doctor"], Some("system"));
    assert!(said.contains("tzdb 1999z (system)"), "{said}");
    assert!(
        said.contains("1999z is older than the bundled") && said.contains("[time]"),
        "{said}"
    );
    let said = machine.said(&["doctor"], Some("windows"));
    assert!(
        said.contains("CNM_TZDB: `windows` is no time zone database"),
        "{said}"
    );
    // A machine without zones: asked for by the variable it is an error, by the configuration a remark.
    let bare = Machine::new("tzdb-bare", "[time]\ntzdb = \"system\"\n");
    std::fs::remove_dir_all(bare.folder.join("zones")).unwrap();
    let without = |variable| {
        let mut command = bare.command(&["doctor"], variable);
        let output = command
            .env("TZDIR", bare.folder.join("home"))
            .output()
            .unwrap();
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    };
    // Where the usual folders have zones, as on most machines, they stand in for the named one.
    if ["/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/etc/zoneinfo"]
        .iter()
        .all(|folder| !Path::new(folder).exists())
    {
        assert!(without(Some("system")).contains("no time zone database"));
        assert!(without(None).contains("the configuration asks for the system's"));
    } else {
        assert!(without(None).contains("(system)"));
    }
}

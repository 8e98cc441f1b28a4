use super::*;

#[test]
fn every_command_has_one_line_of_help_and_a_name_of_its_own() {
    let entries = reference();
    assert!(entries.len() > 50, "{}", entries.len());
    let mut names = std::collections::BTreeSet::new();
    for entry in &entries {
        assert!(
            names.insert(entry.name.clone()),
            "`{}` is there twice",
            entry.name
        );
        assert!(!entry.help.is_empty(), "`{}` has no help", entry.name);
        assert!(
            !entry.help.contains('\n'),
            "the help of `{}` is longer than a line",
            entry.name
        );
    }
}

#[test]
fn a_word_that_is_no_command_gets_a_suggestion() {
    let error = Command::parse("inbox dnoe").unwrap_err().to_string();
    assert!(
        error.contains("`dnoe` is not a command") && error.contains("done"),
        "{error}"
    );
}

#[test]
fn quoted_words_come_back_as_they_went_in() {
    for word in [
        "plain",
        "two words",
        "quo\"te",
        "back\\slash",
        "",
        "中文 字",
        "it's",
    ] {
        let line = format!("note {}", quote_word(word));
        assert_eq!(split_words(&line).unwrap(), ["note", word]);
    }
}

#[test]
fn an_open_quote_is_an_error_and_not_a_guess() {
    assert!(
        split_words("note \"half")
            .unwrap_err()
            .to_string()
            .contains("not closed")
    );
}

//! Other words for commands, by which the palette finds them.

/// Commands with the words that people bring from other programs, and their Chinese.
const WORDS: &[(&str, &str)] = &[
    ("inbox done", "archive close finish resolve clear 归档 完成"),
    ("inbox reply", "answer respond write message send 回复"),
    (
        "inbox snooze",
        "defer later postpone remind hide sleep 稍后",
    ),
    ("inbox follow-up", "task todo reminder promise chase 跟进"),
    (
        "inbox assign",
        "delegate hand over give owner transfer 指派",
    ),
    ("inbox reopen", "unarchive bring back restore 重开"),
    ("lead advance", "next stage move forward promote 推进"),
    ("lead back", "previous stage move backward demote"),
    ("lead lose", "lost reject drop disqualify 流失"),
    ("lead park", "hold pause freeze nurture"),
    ("network open", "cn partner agency guild card profile 公会"),
    ("network threads", "conversations messages of cn"),
    ("network browse", "dashboard backstage web browser url link"),
    (
        "follow-up done",
        "complete finish tick check close task 完成",
    ),
    (
        "follow-up slip",
        "postpone reschedule move due later defer 改期",
    ),
    ("follow-up drop", "cancel delete remove task 取消"),
    ("follow-up reopen", "uncheck restore task"),
    (
        "slot hold",
        "book reserve schedule meeting appointment 预约",
    ),
    ("slot best", "suggest find time schedule free next"),
    ("slot copy", "propose share times invite availability 时间"),
    ("slot with", "attendees people participants who"),
    ("undo", "revert take back ctrl-z oops 撤销"),
    ("redo", "again repeat undone"),
    ("edit", "change modify set update fields properties 编辑"),
    ("delete", "remove erase trash 删除"),
    ("note", "comment annotate remark log 备注"),
    ("filter edit", "narrow query where only show 筛选"),
    ("filter refresh", "reload new rows update list"),
    ("filter next-split", "tab category folder"),
    ("mark toggle", "select check tick choose 选择"),
    ("mark all", "select all everything 全选"),
    ("mark alike", "same similar group bots duplicates"),
    ("mark clear", "deselect unselect none"),
    ("pane back", "history previous jump return alt-left"),
    ("pane forward", "history next alt-right"),
    ("pane zoom", "maximise fullscreen expand"),
    ("app find", "search everything full text lookup 搜索"),
    (
        "app messages",
        "messages log history errors notices what was said 消息",
    ),
    ("app keys", "help shortcuts bindings cheatsheet 帮助"),
    ("app palette", "commands menu"),
    (
        "app theme",
        "colours colors skin dark light appearance 主题",
    ),
    ("app mouse", "click pointer"),
    ("app sync", "refresh fetch pull push server 同步"),
    ("app reload", "config keymap settings preferences"),
    ("app quit", "exit leave close bye 退出"),
    ("app suspend", "background shell sleep ctrl-z"),
    ("app copy", "clipboard yank 复制"),
    ("app repeat", "again dot last"),
    ("app redraw", "refresh screen garbage clear"),
    ("jump network", "cn of this goto"),
    ("jump lead", "lead of this goto"),
    ("jump message", "thread conversation of this goto origin"),
    ("jump follow-up", "task promise of this goto"),
    ("jump meeting", "appointment call of this goto"),
    ("jump urgent", "next important first priority now today"),
    ("jump related", "links connected belongs references goto"),
    ("conflict mine", "keep local ours"),
    ("conflict theirs", "keep server remote"),
    ("outbox discard", "cancel unsent queue"),
];

/// Commands of the shell that the console does not have: `cnm doctor`.
pub const SHELL_ONLY: &[&str] = &[
    "demo",
    "tutor",
    "serve",
    "token",
    "user",
    "audit",
    "list",
    "run",
    "remote",
    "slots",
    "sync",
    "config",
    "doctor",
    "commands",
    "keys",
    "completions",
    "man",
    "schema",
    "when",
];

/// Returns other words for a command; of a longer line those of the command that it begins with.
pub fn synonyms(name: &str) -> &'static str {
    WORDS
        .iter()
        .filter(|(known, _)| {
            name.strip_prefix(known)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        })
        .max_by_key(|(known, _)| known.len())
        .map_or("", |(_, words)| words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_synonym_is_one_of_a_command_that_exists() {
        let entries = crate::command::reference();
        for (name, _) in WORDS {
            assert!(entries.iter().any(|entry| entry.name == *name), "{name}");
        }
        assert!(synonyms("app theme nord").contains("skin"));
        assert_eq!(synonyms("new lead"), "");
    }
}

//! What a command says of the rows that it took in: the six counts, and what a person should look at.

use anyhow::Result;
use serde_json::{Value as Json, json};
use std::io::Write as _;

use crate::import::{Format, Summary};
use crate::store::Counts;

/// What came of taking rows in.
pub(super) struct Account {
    /// What was read, by its source.
    pub(super) summaries: Vec<(String, Summary)>,
    pub(super) counts: Counts,
    pub(super) rejected: u64,
    pub(super) retracted: u64,
    /// The store's generation after it; `None` when nothing was kept.
    pub(super) generation: Option<u64>,
    pub(super) dry_run: bool,
}

/// Says what came of the import: the six counts, and of each file what a person should look at.
pub(super) fn report(account: &Account, json: bool) -> Result<()> {
    let Account { summaries, counts, rejected, retracted, generation, dry_run } = account;
    let read: u64 = summaries.iter().map(|(_, summary)| summary.rows).sum();
    let mut stdout = std::io::stdout().lock();
    if json {
        let files: Vec<Json> = summaries.iter().map(|(source, summary)| describe(source, summary)).collect();
        let report = json!({
            "read": read,
            "added": counts.added,
            "revised": counts.revised,
            "unchanged": counts.unchanged,
            "rejected": rejected,
            "retracted": retracted,
            "dry_run": dry_run,
            "generation": generation,
            "files": files,
        });
        writeln!(stdout, "{report:#}")?;
        return Ok(());
    }
    let Counts { added, revised, unchanged } = *counts;
    writeln!(
        stdout,
        "read {read}, added {added}, revised {revised}, unchanged {unchanged}, rejected {rejected}, retracted {retracted}"
    )?;
    for (source, summary) in summaries {
        for (doubt, flagged) in &summary.flagged {
            writeln!(stdout, "{source}: {} rows to look at: {}", flagged.count, doubt.as_str())?;
            for example in &flagged.examples {
                writeln!(stdout, "  line {}, {}: {}", example.line, example.id, example.detail)?;
            }
        }
        let unmapped: u64 = summary.unmapped.values().sum();
        if unmapped > 0 {
            let names: Vec<&str> = summary.unmapped.keys().take(8).map(|unmapped| unmapped.value.as_str()).collect();
            let many = summary.unmapped.len();
            writeln!(
                stdout,
                "{source}: {many} names in {unmapped} cells are kept as they are, for want of an alias: {}…",
                names.join("; ")
            )?;
        }
    }
    if *dry_run {
        writeln!(stdout, "nothing was kept: this was a dry run")?;
    }
    Ok(())
}

fn describe(source: &str, summary: &Summary) -> Json {
    let flagged: serde_json::Map<String, Json> = summary
        .flagged
        .iter()
        .map(|(doubt, flagged)| {
            let examples = flagged
                .examples
                .iter()
                .map(|example| json!({ "line": example.line, "id": example.id, "detail": example.detail }));
            (doubt.as_str().to_owned(), json!({ "count": flagged.count, "examples": examples.collect::<Vec<_>>() }))
        })
        .collect();
    let unmapped = summary
        .unmapped
        .iter()
        .map(|(unmapped, count)| json!({ "field": unmapped.field, "value": unmapped.value, "count": count }));
    json!({
        "source": source,
        "format": summary.format.map(Format::as_str),
        "dataset": summary.dataset.as_ref().map(|dataset| dataset.id.clone()),
        "rows": summary.rows,
        "accepted": summary.accepted,
        "rejected": summary.rejected,
        "folded": summary.folded,
        "flagged": flagged,
        "unmapped": unmapped.collect::<Vec<_>>(),
    })
}

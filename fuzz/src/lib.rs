//! What the targets of the importers share: a sink that writes what it takes as JSON, and an import that adds up.

use std::ops::ControlFlow;
use std::sync::LazyLock;

use harmattan::domain::{Incident, Instant, Record};
use harmattan::import::{Aliases, Context, DateOrder, Format, Gazetteer, Rejection, Row, Sink, Summary, import};
use harmattan::tiles::geojson::write_feature;

static ALIASES: LazyLock<Aliases> = LazyLock::new(|| Aliases::new(&[]).unwrap());

/// Checks each record that it takes, and keeps the incidents.
#[derive(Default)]
pub struct Checked {
    pub incidents: Vec<Incident>,
    rejected: u64,
}

fn check(record: &dyn Record) {
    let mut out = String::new();
    write_feature(&mut out, record, record.shape().into(), Instant::MAX);
    let read: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(read["id"], record.id());
    assert!(record.interval().start() <= record.interval().end());
}

impl Sink for Checked {
    fn row(&mut self, row: Row) -> ControlFlow<()> {
        match row {
            Row::Incident(incident) => {
                check(&*incident);
                self.incidents.push(*incident);
            }
            Row::Region(region) => check(&*region),
            Row::Control(observation) => check(&*observation),
            Row::Dataset(_) | Row::Corridor(_) | Row::Retracted { .. } => {}
        }
        ControlFlow::Continue(())
    }

    fn reject(&mut self, rejection: Rejection) -> ControlFlow<()> {
        assert!(!rejection.reason.is_empty());
        self.rejected += 1;
        ControlFlow::Continue(())
    }
}

/// Imports bytes over no regions; every row is taken, folded or reported. `None` where the file as a whole is refused.
pub fn read(bytes: &[u8], format: Option<Format>, order: Option<DateOrder>) -> Option<(Summary, Checked)> {
    let nowhere = Gazetteer::new(&[]);
    let mut context = Context::new(&nowhere, &ALIASES, Instant::from_millis(0));
    context.date_order = order;
    let mut sink = Checked::default();
    let summary = import(bytes, "fuzz.csv", format, &context, &mut sink).ok()?;
    assert_eq!(summary.rows, summary.accepted + summary.rejected + summary.folded);
    assert_eq!(summary.rejected, sink.rejected);
    Some((summary, sink))
}

/// The format that a number stands for; any number past the list leaves it to be found.
pub fn format_of(number: u8) -> Option<Format> {
    Format::ALL.get(usize::from(number)).map(|(format, _)| *format)
}

//! Any file in any format: no bytes panic, every row is taken or reported, and what is taken can be written as JSON.
#![no_main]

use std::ops::ControlFlow;
use std::sync::LazyLock;

use harmattan::domain::{Instant, Record};
use harmattan::import::{Aliases, Context, Format, Gazetteer, Rejection, Row, Sink, import};
use harmattan::tiles::geojson::write_feature;
use libfuzzer_sys::fuzz_target;

static ALIASES: LazyLock<Aliases> = LazyLock::new(|| Aliases::new(&[]).unwrap());

struct Written;

impl Written {
    fn check(record: &dyn Record) {
        let mut out = String::new();
        write_feature(&mut out, record, record.shape().into(), Instant::MAX);
        let read: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(read["id"], record.id());
        assert!(record.interval().start() <= record.interval().end());
    }
}

impl Sink for Written {
    fn row(&mut self, row: Row) -> ControlFlow<()> {
        match row {
            Row::Incident(incident) => Self::check(&*incident),
            Row::Region(region) => Self::check(&*region),
            Row::Control(observation) => Self::check(&*observation),
            Row::Dataset(_) | Row::Corridor(_) => {}
        }
        ControlFlow::Continue(())
    }

    fn reject(&mut self, rejection: Rejection) -> ControlFlow<()> {
        assert!(!rejection.reason.is_empty());
        ControlFlow::Continue(())
    }
}

fuzz_target!(|input: (u8, &[u8])| {
    let (format, bytes) = input;
    // Any number past the list leaves the format to be found.
    let format = Format::ALL.get(usize::from(format)).map(|(format, _)| *format);
    let nowhere = Gazetteer::new(&[]);
    let context = Context::new(&nowhere, &ALIASES, Instant::from_millis(0));
    let _ = import(bytes, "fuzz.csv", format, &context, &mut Written);
});

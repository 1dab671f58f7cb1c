//! Any file in any format: no bytes panic, every row is taken or reported, and what is taken can be written as JSON.
#![no_main]

use harmattan_fuzz::{format_of, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &[u8])| {
    let (format, bytes) = input;
    let _ = read(bytes, format_of(format), None);
});

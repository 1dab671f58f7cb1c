//! Rows of a table under the header of each format: whatever stands in them, each is taken or reported, and the row before
//! them is not lost.
#![no_main]

use harmattan::import::Format;
use harmattan_fuzz::read;
use libfuzzer_sys::fuzz_target;

/// For each format its columns and a row that is taken.
const TABLES: &[(Format, &str, &str)] = &[
    (
        Format::Csv,
        "id,date,date_end,date_precision,country,lon,lat,geo_precision,event_type,actor1,actor2,deaths,fatalities_low,fatalities_high,place,title,notes,source,confidence,known_at",
        "0,2024-05-06,,day,Mali,-4.2,14.5,1,battle,JNIM,FAMA,3,2,4,Konna,,,Radio,0.5,2024-05-07",
    ),
    (
        Format::Ucdp,
        "id,date_start,date_end,date_prec,type_of_violence,side_a,side_b,country,where_prec,latitude,longitude,best,low,high,where_coordinates,adm_1,source_article",
        "0,2023-05-01,2023-05-01,1,1,Government of Mali,JNIM,Mali,1,13.4,-6.2,3,2,5,Segou town,Segou region,Radio",
    ),
    (
        Format::Acled,
        "event_id_cnty,event_date,time_precision,event_type,sub_event_type,actor1,actor2,country,location,latitude,longitude,geo_precision,source,notes,fatalities,timestamp",
        "X0,22 February 2019,1,Battles,Armed clash,JNIM,FAMA,Mali,Konna,14.9,-3.9,1,Radio,A note.,3,1551000000",
    ),
    (
        Format::Acled,
        "event_id_cnty,event_date,time_precision,event_type,sub_event_type,actor1,country,location,latitude,longitude,geo_precision,source,notes,fatalities,timestamp",
        "X0,2024-03-01,1,Battles,Armed clash,JNIM,Mali,Konna,14.9,-3.9,1,Radio,A note.,6,1711900000",
    ),
    (
        Format::Control,
        "id,place,country,actor,status,blockade,blockade_by,valid_from,valid_to,date_precision,last_confirmed,known_at,confidence,population,source,longitude,latitude",
        "0,Konna,ML,FAMA,control,none,,2015-01-01,2022-05-31,year,,2022-06-01T00:00:00Z,0.8,30000,Agency,-3.9,14.9",
    ),
    (
        Format::Corridors,
        "corridor_id,name,waypoints,target,status,valid_from,valid_to,actor,confidence,source,class",
        "r1,A-B,A -1 12; B -2 12.5,B,open,2020-01-01,2021-12-31,,0.8,Agency,trunk",
    ),
];

fuzz_target!(|input: (u8, &[u8])| {
    let (number, rows) = input;
    let (format, header, first) = TABLES[usize::from(number) % TABLES.len()];
    let text = [header.as_bytes(), b"\n", first.as_bytes(), b"\n", rows].concat();
    // UTF-16 without a mark is guessed from the first bytes, which are plain here, so the table is always one.
    let (summary, _) = read(&text, Some(format), None).expect("a table with its header");
    assert!(summary.accepted >= 1, "the first row was lost: {summary:?}");
});

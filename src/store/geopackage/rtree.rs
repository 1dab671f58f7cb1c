//! Building the spatial index of a table at once, in place of a row at a time.
//!
//! SQLite's R-tree takes some nine microseconds a row, whatever the order, and its nodes push the table's pages out of the
//! cache; packed from sorted boxes it takes one. The nodes are written as the module lays them out (sqlite.org/rtree.html §3.3
//! and the head of `rtree.c`): a table of nodes, of which number 1 is the root, the node of each row, the parent of each node.

use rusqlite::{Connection, params};

use super::StoreError;
use super::geometry;

/// Bytes before the first cell: the depth, which only the root has, and the number of cells.
const HEAD_BYTES: usize = 4;

/// Bytes of a cell: a number of eight, and the box as four floats.
const CELL_BYTES: usize = 24;

/// The node at the top.
const ROOT: i64 = 1;

/// A box with the number of its row, or of the node below.
#[derive(Debug, Clone, Copy)]
struct Entry {
    id: i64,
    /// minx, maxx, miny, maxy.
    bounds: [f32; 4],
}

impl Entry {
    fn x(&self) -> f32 {
        self.bounds[0] / 2.0 + self.bounds[1] / 2.0
    }

    fn y(&self) -> f32 {
        self.bounds[2] / 2.0 + self.bounds[3] / 2.0
    }
}

/// Makes the index of a table anew from its geometries.
///
/// # Errors
/// [`StoreError`] when SQLite cannot read or write.
pub(super) fn rebuild(connection: &Connection, table: &str) -> Result<(), StoreError> {
    let mut level = boxes(connection, table)?;
    let index = format!("rtree_{table}_geom");
    let size = format!("SELECT length(data) FROM {index}_node WHERE nodeno = 1");
    let size: i64 = connection.query_row(&size, [], |row| row.get(0))?;
    let size = usize::try_from(size).unwrap_or(0);
    let capacity = (size.saturating_sub(HEAD_BYTES) / CELL_BYTES).max(2);
    // Some room, so that the next row that comes does not split its node.
    let filled = (capacity * 7 / 8).max(2);
    for part in ["node", "parent", "rowid"] {
        connection.execute(&format!("DELETE FROM {index}_{part}"), [])?;
    }
    let mut put_node = connection.prepare(&format!("INSERT INTO {index}_node (nodeno, data) VALUES (?1, ?2)"))?;
    let mut put_parent = connection.prepare(&format!("INSERT INTO {index}_parent (nodeno, parentnode) VALUES (?1, ?2)"))?;
    let mut homes = Vec::with_capacity(level.len());
    let (mut next, mut depth) = (ROOT + 1, 0u16);
    let mut parents: Vec<(i64, i64)> = Vec::new();
    loop {
        let above = if depth == 0 { &mut homes } else { &mut parents };
        if level.len() <= capacity {
            above.extend(level.iter().map(|entry| (entry.id, ROOT)));
            put_node.execute(params![ROOT, node(size, depth, &level)])?;
            break;
        }
        tile(&mut level, filled);
        let mut nodes = Vec::with_capacity(level.len() / filled + 1);
        for cells in level.chunks(filled) {
            above.extend(cells.iter().map(|entry| (entry.id, next)));
            put_node.execute(params![next, node(size, 0, cells)])?;
            nodes.push(Entry { id: next, bounds: around(cells) });
            next += 1;
        }
        (level, depth) = (nodes, depth + 1);
    }
    for (child, parent) in parents {
        put_parent.execute([child, parent])?;
    }
    homes.sort_unstable();
    let mut put_row = connection.prepare(&format!("INSERT INTO {index}_rowid (rowid, nodeno) VALUES (?1, ?2)"))?;
    for (row, home) in homes {
        put_row.execute([row, home])?;
    }
    Ok(())
}

/// The boxes of all rows that have a place.
fn boxes(connection: &Connection, table: &str) -> Result<Vec<Entry>, StoreError> {
    let mut statement = connection.prepare(&format!("SELECT fid, geom FROM {table} WHERE geom NOTNULL"))?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let blob = row.get_ref(1)?.as_blob().unwrap_or_default();
        if let Some([west, east, south, north]) = geometry::bounds(blob) {
            found.push(Entry { id: row.get(0)?, bounds: [below(west), above(east), below(south), above(north)] });
        }
    }
    Ok(found)
}

/// The greatest float that is not above the number: a box must not leave out what it is around.
#[allow(clippy::cast_possible_truncation, reason = "what is lost is given back")]
fn below(number: f64) -> f32 {
    let float = number as f32;
    if f64::from(float) > number { float.next_down() } else { float }
}

/// The least float that is not below the number.
#[allow(clippy::cast_possible_truncation, reason = "what is lost is given back")]
fn above(number: f64) -> f32 {
    let float = number as f32;
    if f64::from(float) < number { float.next_up() } else { float }
}

/// Puts boxes in an order in which those that follow one another, a node's fill of them, lie together: slices from west to
/// east, and each from south to north (Leutenegger, Lopez, Edgington 1997, "STR", doi:10.1109/ICDE.1997.582015).
fn tile(entries: &mut [Entry], filled: usize) {
    let nodes = entries.len().div_ceil(filled);
    let slices = (nodes - 1).isqrt() + 1;
    entries.sort_unstable_by(|a, b| a.x().total_cmp(&b.x()));
    for slice in entries.chunks_mut(nodes.div_ceil(slices) * filled) {
        slice.sort_unstable_by(|a, b| a.y().total_cmp(&b.y()));
    }
}

/// The box around boxes.
fn around(entries: &[Entry]) -> [f32; 4] {
    let empty = [f32::INFINITY, f32::NEG_INFINITY, f32::INFINITY, f32::NEG_INFINITY];
    entries.iter().fold(empty, |[w, e, s, n], Entry { bounds: [west, east, south, north], .. }| {
        [w.min(*west), e.max(*east), s.min(*south), n.max(*north)]
    })
}

/// A node as it is kept: big-endian, filled up with zeros.
fn node(size: usize, depth: u16, cells: &[Entry]) -> Vec<u8> {
    let mut out = Vec::with_capacity(size);
    out.extend(depth.to_be_bytes());
    out.extend(u16::try_from(cells.len()).unwrap_or(u16::MAX).to_be_bytes());
    for cell in cells {
        out.extend(cell.id.to_be_bytes());
        out.extend(cell.bounds.iter().flat_map(|bound| bound.to_be_bytes()));
    }
    out.resize(size, 0);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Position, Shape};

    /// A table with an index and as many points, of which one in ten has no place.
    fn table(points: i64) -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        let tables = "CREATE TABLE t (fid INTEGER PRIMARY KEY, geom BLOB); CREATE VIRTUAL TABLE rtree_t_geom USING rtree(id, minx, maxx, miny, maxy);";
        connection.execute_batch(tables).unwrap();
        let mut put = connection.prepare("INSERT INTO t VALUES (?1, ?2)").unwrap();
        for fid in 1..=points {
            let at = |step: i64, span: i64| f64::from(i32::try_from(fid * step % span).unwrap()) / 7.0;
            let position = Position::new(at(7_919, 100) - 5.0, at(104_729, 77)).unwrap();
            let blob = geometry::encode(Shape::Point(position)).filter(|_| fid % 10 != 0);
            put.execute(params![fid, blob]).unwrap();
        }
        drop(put);
        connection
    }

    fn ids(connection: &Connection, condition: &str) -> Vec<i64> {
        let mut statement = connection.prepare(&format!("SELECT id FROM rtree_t_geom WHERE {condition} ORDER BY id")).unwrap();
        let ids = statement.query_map([], |row| row.get(0)).unwrap();
        ids.collect::<Result<_, _>>().unwrap()
    }

    fn fault(connection: &Connection) -> String {
        connection.query_row("SELECT rtreecheck('rtree_t_geom')", [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn an_index_of_any_depth_is_sound_and_finds_what_one_made_row_by_row_finds() {
        // A root alone, one that is full, and up to four levels.
        for points in [0, 1, 10, 51, 56, 57, 60, 2_300, 5_000, 130_000] {
            let connection = table(points);
            rebuild(&connection, "t").unwrap();
            assert_eq!(fault(&connection), "ok", "{points}");
            let box_of = "minx >= -1 AND maxx <= 3.5 AND miny >= 2 AND maxy <= 4";
            let (all, some) = (ids(&connection, "1"), ids(&connection, box_of));
            assert_eq!(i64::try_from(all.len()).unwrap(), points - points / 10);
            if points > 5_000 {
                continue;
            }
            connection.execute_batch("DELETE FROM rtree_t_geom").unwrap();
            for entry in boxes(&connection, "t").unwrap() {
                let [west, east, south, north] = entry.bounds;
                connection
                    .execute("INSERT INTO rtree_t_geom VALUES (?1, ?2, ?3, ?4, ?5)", params![entry.id, west, east, south, north])
                    .unwrap();
            }
            assert_eq!((ids(&connection, "1"), ids(&connection, box_of)), (all, some), "{points}");
        }
    }

    #[test]
    fn rows_come_and_go_after_it() {
        let connection = table(3_000);
        rebuild(&connection, "t").unwrap();
        for fid in 3_001..3_500 {
            connection.execute("INSERT INTO rtree_t_geom VALUES (?1, 1, 1, 1, 1)", [fid]).unwrap();
        }
        connection.execute("DELETE FROM rtree_t_geom WHERE id % 3 = 0", []).unwrap();
        assert_eq!(fault(&connection), "ok");
        rebuild(&connection, "t").unwrap();
        assert_eq!((fault(&connection).as_str(), ids(&connection, "1").len()), ("ok", 2_700));
    }

    #[test]
    fn a_box_holds_what_it_is_around() {
        for number in [0.1, -0.1, 14.5, -179.999_999_9, 1e-40, 0.0] {
            assert!(f64::from(below(number)) <= number && number <= f64::from(above(number)), "{number}");
        }
    }
}

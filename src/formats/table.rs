//! A table of typed columns as an Arrow IPC stream, for programs that compute with it: small integers, words and points under codes.

use arrow_array::types::{Int8Type, Int16Type, Int32Type};
use arrow_array::{
    ArrayRef, DictionaryArray, Int8Array, Int16Array, Int32Array, PrimitiveArray, RecordBatch, StringArray, StructArray,
    UInt8Array, UInt32Array,
};
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{DataType, Field, Schema};
use std::collections::HashMap;
use std::sync::Arc;

use super::FormatError;

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub enum Column<'a> {
    /// Whole numbers.
    Int32(Vec<i32>),
    /// Small whole numbers.
    UInt8(Vec<u8>),
    /// Counts; `None` is null.
    UInt32(Vec<Option<u32>>),
    /// Words under codes; `u32::MAX` is null.
    Words {
        /// A code a row.
        codes: Vec<u32>,
        /// What they stand for.
        words: Vec<&'a str>,
    },
    /// Pairs of whole numbers under codes, with their names; `u32::MAX` is null.
    Pairs {
        /// A code a row.
        codes: Vec<u32>,
        /// What they are called.
        names: [&'a str; 2],
        /// What they stand for.
        pairs: Vec<(i32, i32)>,
    },
}

/// Writes columns of equal length as a stream of one batch. `metadata` goes into the schema.
///
/// # Errors
/// [`FormatError`] when the columns differ in length or there are more codes than 31 bits count.
pub fn arrow_stream(columns: Vec<(&str, Column<'_>)>, metadata: HashMap<String, String>) -> Result<Vec<u8>, FormatError> {
    let mut fields = Vec::new();
    let mut arrays = Vec::new();
    for (name, column) in columns {
        let array = array(column)?;
        fields.push(Field::new(name, array.data_type().clone(), true));
        arrays.push(array);
    }
    let schema = Arc::new(Schema::new(fields).with_metadata(metadata));
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays)?;
    let mut out = Vec::with_capacity(batch.get_array_memory_size());
    let mut writer = StreamWriter::try_new(&mut out, &schema)?;
    writer.write(&batch)?;
    writer.finish()?;
    drop(writer);
    Ok(out)
}

fn array(column: Column<'_>) -> Result<ArrayRef, FormatError> {
    Ok(match column {
        Column::Int32(numbers) => Arc::new(Int32Array::from(numbers)),
        Column::UInt8(numbers) => Arc::new(UInt8Array::from(numbers)),
        Column::UInt32(numbers) => Arc::new(UInt32Array::from(numbers)),
        Column::Words { codes, words } => dictionary(&codes, words.len(), Arc::new(StringArray::from(words)))?,
        Column::Pairs { codes, names, pairs } => {
            let (first, second): (Vec<i32>, Vec<i32>) = pairs.iter().copied().unzip();
            let member = |name: &str, numbers: Vec<i32>| {
                let array: ArrayRef = Arc::new(Int32Array::from(numbers));
                (Arc::new(Field::new(name, DataType::Int32, false)), array)
            };
            let members = vec![member(names[0], first), member(names[1], second)];
            dictionary(&codes, pairs.len(), Arc::new(StructArray::from(members)))?
        }
    })
}

/// Codes over values, in as few bytes as the number of values needs.
fn dictionary(codes: &[u32], count: usize, values: ArrayRef) -> Result<ArrayRef, FormatError> {
    fn keys<T: arrow_array::ArrowPrimitiveType>(codes: &[u32]) -> PrimitiveArray<T>
    where
        T::Native: TryFrom<u32>,
    {
        codes.iter().map(|code| T::Native::try_from(*code).ok().filter(|_| *code != u32::MAX)).collect()
    }
    Ok(match count {
        0..=127 => {
            let keys: Int8Array = keys::<Int8Type>(codes);
            Arc::new(DictionaryArray::<Int8Type>::try_new(keys, values)?)
        }
        128..=32_767 => {
            let keys: Int16Array = keys::<Int16Type>(codes);
            Arc::new(DictionaryArray::<Int16Type>::try_new(keys, values)?)
        }
        _ => {
            let keys: Int32Array = keys::<Int32Type>(codes);
            Arc::new(DictionaryArray::<Int32Type>::try_new(keys, values)?)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::Array as _;
    use arrow_ipc::reader::StreamReader;

    #[test]
    fn columns_read_back_as_they_were() {
        let columns = vec![
            ("day", Column::Int32(vec![1, 2, 3])),
            ("deaths", Column::UInt32(vec![Some(1), None, Some(0)])),
            ("actor", Column::Words { codes: vec![1, u32::MAX, 0], words: vec!["JNIM", "FAMA"] }),
            ("position", Column::Pairs { codes: vec![0, 0, u32::MAX], names: ["x", "y"], pairs: vec![(-80_029, 126_392)] }),
        ];
        let bytes = arrow_stream(columns, HashMap::from([("told".to_owned(), "so".to_owned())])).unwrap();
        let mut reader = StreamReader::try_new(&bytes[..], None).unwrap();
        assert_eq!(reader.schema().metadata()["told"], "so");
        let batch = reader.next().unwrap().unwrap();
        assert!(reader.next().is_none());
        let words = batch.column(2).as_any().downcast_ref::<DictionaryArray<Int8Type>>().unwrap();
        assert_eq!((words.len(), words.null_count(), words.keys().value(0)), (3, 1, 1));
        assert_eq!((batch.column(1).null_count(), batch.column(3).null_count()), (1, 1));
    }

    #[test]
    fn columns_of_unequal_length_are_refused() {
        let columns = vec![("a", Column::Int32(vec![1])), ("b", Column::Int32(vec![]))];
        assert!(arrow_stream(columns, HashMap::new()).is_err());
    }
}

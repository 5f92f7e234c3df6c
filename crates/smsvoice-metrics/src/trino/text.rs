//! Texts in parts, and numbers in other bases. Trino's meaning.

use super::row_function::{Answer, Answered, Gives, Row, RowFunction, Takes};

pub(super) fn functions() -> Vec<RowFunction> {
    use Takes::{Int, Text};
    let function = RowFunction::new;
    vec![
        function("split", &[Text, Text, Int], 2, Gives::Texts, split),
        function("split_part", &[Text, Text, Int], 3, Gives::Text, split_part),
        function("split_to_map", &[Text, Text, Text], 3, Gives::TextMap, split_to_map),
        function("hamming_distance", &[Text, Text], 2, Gives::Int, hamming_distance),
        function("to_base", &[Int, Int], 2, Gives::Text, to_base),
        function("from_base", &[Text, Int], 2, Gives::Int, from_base),
    ]
}

fn delimiter<'a>(row: &Row<'a>, at: usize) -> Result<&'a str, String> {
    Some(row.text(at)).filter(|delimiter| !delimiter.is_empty()).ok_or_else(|| "the delimiter is empty".to_owned())
}

fn split(row: &Row<'_>) -> Answered {
    let delimiter = delimiter(row, 1)?;
    let limit = row.int_or(2, i64::MAX);
    let limit = usize::try_from(limit).ok().filter(|limit| *limit > 0).ok_or("the limit has to be positive")?;
    Ok(Answer::Texts(row.text(0).splitn(limit, delimiter).map(|part| Some(part.to_owned())).collect()))
}

fn split_part(row: &Row<'_>) -> Answered {
    let place = usize::try_from(row.int(2)).ok().filter(|place| *place > 0).ok_or("parts are counted from 1 on")?;
    let part = row.text(0).split(delimiter(row, 1)?).nth(place - 1);
    Ok(part.map_or(Answer::Null, |part| Answer::Text(part.to_owned())))
}

fn split_to_map(row: &Row<'_>) -> Answered {
    let (between, within) = (delimiter(row, 1)?, delimiter(row, 2)?);
    let mut pairs: Vec<(String, String)> = Vec::new();
    for entry in row.text(0).split(between).filter(|entry| !entry.is_empty()) {
        let (key, value) = entry.split_once(within).ok_or_else(|| format!("{entry:?} has no {within:?}"))?;
        if pairs.iter().any(|(known, _)| known == key) {
            return Err(format!("the key {key:?} comes twice"));
        }
        pairs.push((key.to_owned(), value.to_owned()));
    }
    Ok(Answer::TextMap(pairs))
}

fn hamming_distance(row: &Row<'_>) -> Answered {
    let (one, other) = (row.text(0), row.text(1));
    if one.chars().count() != other.chars().count() {
        return Err("the texts are not equally long".to_owned());
    }
    Ok(Answer::Int(one.chars().zip(other.chars()).filter(|(one, other)| one != other).count() as i64))
}

fn radix(row: &Row<'_>) -> Result<u32, String> {
    u32::try_from(row.int(1))
        .ok()
        .filter(|radix| (2..=36).contains(radix))
        .ok_or_else(|| "a base is from 2 to 36".into())
}

fn to_base(row: &Row<'_>) -> Answered {
    let (radix, value) = (radix(row)?, row.int(0));
    let (mut rest, mut digits) = (value.unsigned_abs(), Vec::new());
    while rest > 0 || digits.is_empty() {
        digits.extend(char::from_digit((rest % u64::from(radix)) as u32, radix));
        rest /= u64::from(radix);
    }
    digits.extend((value < 0).then_some('-'));
    Ok(Answer::Text(digits.into_iter().rev().collect()))
}

fn from_base(row: &Row<'_>) -> Answered {
    i64::from_str_radix(row.text(0), radix(row)?).map(Answer::Int).map_err(|error| error.to_string())
}

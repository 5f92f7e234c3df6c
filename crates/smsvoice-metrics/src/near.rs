//! Names that are near to one that does not exist.

/// How alike two names have to be, from 0 (not at all) to 1 (the same).
const ALIKE: f64 = 0.8;

/// How many near names are told.
const MOST: usize = 3;

/// The names that are most like `name`, the nearest first. Upper and lower case are alike.
pub fn names<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let name = name.to_lowercase();
    let mut alike: Vec<(f64, &str)> = known
        .into_iter()
        .map(|known| (strsim::jaro_winkler(&name, &known.to_lowercase()), known))
        .filter(|(likeness, _)| *likeness > ALIKE)
        .collect();
    alike.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(other.1)));
    alike.dedup_by_key(|(_, known)| *known);
    alike.into_iter().take(MOST).map(|(_, known)| known).collect()
}

/// `; did you mean …?` for the end of a sentence, or nothing where no name is near.
pub(crate) fn question<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    match &names(name, known)[..] {
        [] => String::new(),
        [nearest, ..] if nearest.eq_ignore_ascii_case(name) => format!("; did you mean {nearest}?"),
        near => format!("; did you mean {}?", near.join(" or ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_told_and_others_are_not() {
        let known = ["country", "carrier", "channel", "context"];
        assert_eq!(names("contry", known)[0], "country");
        assert_eq!(names("CARRIER_", known)[0], "carrier");
        assert_eq!(names("zzz", known), [""; 0]);
        assert_eq!(question("chanel", ["channel", "hour"]), "; did you mean channel?");
    }
}

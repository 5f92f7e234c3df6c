//! Where each country's tile is. Drawn by hand: neighbours are near each other, north is up, and that is all it promises.

/// Tiles side by side.
pub(super) const COLUMNS: usize = 30;
/// Tiles upon each other.
pub(super) const ROWS: usize = WORLD.len();

/// Two letters a tile, a space between tiles; two dots where there is sea.
const WORLD: [&str; 17] = [
    ".. .. .. .. .. .. .. .. .. GL .. .. .. .. .. SJ .. .. .. .. .. .. .. .. .. .. .. .. .. ..",
    ".. .. .. .. .. .. .. .. .. .. .. IS .. .. NO SE FI EE RU .. .. .. .. .. .. .. .. .. .. ..",
    ".. CA .. .. .. .. .. PM .. .. IE GB FO DK AX LV LT BY KZ KG MN .. .. .. .. .. .. .. .. ..",
    ".. US .. .. .. .. .. BM .. .. IM JE NL DE PL CZ SK UA GE UZ TJ CN KP KR JP .. .. .. .. ..",
    ".. MX .. .. .. .. BS .. .. .. GG FR BE LU AT HU MD RO AM TM AF NP BT HK TW .. .. .. .. ..",
    ".. .. GT BZ CU TC KY .. .. .. PT ES AD CH LI SI HR RS BG AZ PK IN BD MO .. MP GU MH .. ..",
    ".. .. SV HN JM HT DO PR VI .. GI MC SM IT VA BA ME MK TR IR .. LK MM LA VN PH PW FM .. ..",
    ".. .. NI CR .. AI VG MF BL .. MA DZ TN MT AL XK GR CY SY IQ KW .. MV TH KH .. .. KI NR ..",
    ".. .. .. PA AW MS AG KN GP .. EH LY EG SD .. IL PS LB JO SA BH QA IO MY BN SG .. TV TK ..",
    ".. .. CO VE CW DM MQ LC BB CV MR ML NE TD SS ER DJ YE AE OM .. .. .. ID TL PG SB WS AS ..",
    ".. .. EC GY BQ GD VC TT .. SN GM BF NG CM CF ET SO .. .. .. .. .. .. CX CC .. VU FJ WF ..",
    ".. .. PE BR SR GF SX .. .. GW GN CI GH GQ CG UG KE SC .. .. .. .. .. .. AU .. NC TO NU ..",
    ".. .. BO PY .. .. .. .. .. SL LR TG BJ GA CD RW TZ KM YT .. .. .. .. .. NF .. NZ CK PF ..",
    ".. .. CL UY .. .. .. .. .. .. SH AO ST ZM BI MW MZ MU RE .. .. .. .. .. .. .. .. .. PN ..",
    ".. .. AR .. .. .. .. .. .. .. .. NA BW ZW .. MG .. .. .. .. .. .. .. .. .. .. .. .. .. ..",
    ".. .. FK .. .. .. .. .. .. .. .. ZA LS SZ .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. ..",
    ".. .. GS .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. TF .. .. .. .. .. HM .. .. .. .. AQ",
];

/// All tiles: code, column, line.
pub(super) fn all() -> impl Iterator<Item = (&'static str, usize, usize)> {
    WORLD.iter().enumerate().flat_map(|(line, codes)| {
        let tiles = codes.split(' ').enumerate().filter(|(_, code)| *code != "..");
        tiles.map(move |(column, code)| (code, column, line))
    })
}

/// The column and the line of a country's tile; none if it has none.
pub(super) fn place(code: &str) -> Option<(usize, usize)> {
    all().find(|(known, ..)| *known == code).map(|(_, column, line)| (column, line))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_tile_is_one_country_s_alone() {
        let codes: Vec<_> = all().map(|(code, ..)| code).collect();
        let different: BTreeSet<_> = codes.iter().collect();
        let mut sorted = codes.clone();
        sorted.sort_unstable();
        assert_eq!(codes.len(), different.len(), "{sorted:?}");
        assert!(codes.len() > 235, "{}", codes.len());
        assert!(WORLD.iter().all(|line| line.split(' ').count() == COLUMNS));
        assert!(place("DE").is_some() && place("XX").is_none());
    }
}

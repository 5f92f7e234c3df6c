//! The one table of countries: carriers with their real network codes, tariffs in millionths of a US dollar.

use crate::country::{Carrier, Country, Receipts, Tariff, Tariffs};
use crate::rest_of_world::REST_OF_WORLD;

macro_rules! countries {
    ($($iso:literal $name:literal [$($prefix:literal)+]
       text($text:literal $estimate:literal $fee:literal) voice($voice:literal)
       $(mms($mms:literal $mms_fee:literal))? $(rcs($rich:literal $basic:literal $rcs_fee:literal))?
       receipts $receipts:ident pace $pace:literal trouble $trouble:literal traffic $traffic:literal:
       $($mcc:literal $mnc:literal $carrier:literal $share:literal),+;)*) => {
        /// The countries whose tariffs and carriers are known, the ones with the most traffic first.
        pub const COUNTRIES: &[Country] = &[$(Country {
            iso: $iso,
            name: $name,
            prefixes: &[$($prefix),+],
            carriers: &[$((Carrier { mcc: $mcc, mnc: $mnc, name: $carrier }, $share)),+],
            tariffs: Tariffs {
                text: Tariff::of_micros($text, $estimate, $fee),
                voice: Tariff::of_micros($voice, 0, 0),
                media: countries!(@media $($mms $mms_fee)?),
                rcs: countries!(@rcs $($rich $basic $rcs_fee)?),
            },
            receipts: Receipts::$receipts,
            pace_percent: $pace,
            trouble_percent: $trouble,
            traffic: $traffic,
        },)*];
    };
    (@media) => { None };
    (@media $price:literal $fee:literal) => { Some(Tariff::of_micros($price, $fee, $fee)) };
    (@rcs) => { None };
    (@rcs $rich:literal $basic:literal $fee:literal) => {
        Some((Tariff::of_micros($rich, $fee, $fee), Tariff::of_micros($basic, $fee, $fee)))
    };
}

countries! {
    "US" "United States" ["1"]
        text(5810 3020 3000) voice(13000) mms(19500 2660) rcs(7000 3000 4940) receipts Either pace 100 trouble 100 traffic 340:
        "310" "800" "T-mobile USA Inc." 33, "311" "480" "Verizon Wireless" 37, "310" "410" "AT&T Mobility" 30;
    "CA" "Canada" ["1204" "1226" "1236" "1249" "1250" "1257" "1263" "1289" "1306" "1343" "1354" "1365" "1367" "1368" "1382" "1387"
            "1403" "1416" "1418" "1428" "1431" "1437" "1438" "1450" "1460" "1468" "1474" "1506" "1514" "1519" "1548" "1579"
            "1581" "1584" "1587" "1604" "1613" "1639" "1647" "1672" "1683" "1705" "1709" "1742" "1753" "1778" "1780" "1782"
            "1807" "1819" "1825" "1867" "1873" "1879" "1902" "1905" "1942" "1273" "1600" "1622" "1633"]
        text(5810 7670 6000) voice(14000) mms(19500 7300) rcs(7000 3000 6000) receipts Handset pace 90 trouble 70 traffic 120:
        "302" "610" "Bell Cellular Inc. / Aliant Telecom" 31, "302" "720" "Rogers" 33, "302" "220" "Telus Mobility" 28,
        "302" "490" "Freedom Mobile" 8;
    "GB" "United Kingdom" ["44"]
        text(43790 0 0) voice(16000) rcs(38000 21000 0) receipts Handset pace 90 trouble 80 traffic 90:
        "234" "30" "EE" 32, "234" "10" "O2" 28, "234" "15" "Vodafone" 23, "234" "20" "Three" 17;
    "FR" "France" ["33"]
        text(67900 0 0) voice(19000) rcs(52000 31000 0) receipts Handset pace 110 trouble 90 traffic 60:
        "208" "01" "Orange" 38, "208" "10" "SFR" 24, "208" "20" "Bouygues Telecom" 20, "208" "15" "Free Mobile" 18;
    "DE" "Germany" ["49"]
        text(97720 0 0) voice(18000) rcs(71000 44000 0) receipts Handset pace 100 trouble 75 traffic 60:
        "262" "01" "Telekom Deutschland" 36, "262" "02" "Vodafone" 31, "262" "03" "Telefónica Germany" 33;
    "AU" "Australia" ["61"]
        text(35800 0 0) voice(24000) receipts Handset pace 120 trouble 85 traffic 45:
        "505" "01" "Telstra" 46, "505" "02" "Optus" 31, "505" "03" "Vodafone Australia" 23;
    "ES" "Spain" ["34"]
        text(60870 0 0) voice(17000) rcs(48000 29000 0) receipts Carrier pace 100 trouble 110 traffic 40:
        "214" "05" "Movistar" 22, "214" "07" "Movistar" 17, "214" "01" "Vodafone" 22, "214" "03" "Orange" 27, "214" "04" "Yoigo" 12;
    "IT" "Italy" ["39"]
        text(77300 0 0) voice(21000) receipts Handset pace 130 trouble 120 traffic 35:
        "222" "01" "TIM" 30, "222" "10" "Vodafone" 26, "222" "88" "WindTre" 30, "222" "50" "Iliad" 14;
    "NL" "Netherlands" ["31"]
        text(92700 0 0) voice(19000) receipts Handset pace 80 trouble 60 traffic 25:
        "204" "08" "KPN" 38, "204" "04" "Vodafone" 30, "204" "16" "Odido" 32;
    "SE" "Sweden" ["46"]
        text(51400 0 0) voice(18000) receipts Handset pace 70 trouble 50 traffic 25:
        "240" "01" "Telia" 35, "240" "07" "Tele2" 28, "240" "08" "Telenor" 19, "240" "02" "3" 18;
    "IE" "Ireland" ["353"]
        text(60100 0 0) voice(18000) receipts Handset pace 90 trouble 80 traffic 20:
        "272" "01" "Vodafone" 34, "272" "05" "Three" 42, "272" "03" "Eir" 24;
    "PL" "Poland" ["48"]
        text(29800 0 0) voice(20000) receipts Carrier pace 110 trouble 120 traffic 18:
        "260" "01" "Plus" 25, "260" "02" "T-Mobile" 24, "260" "03" "Orange" 26, "260" "06" "Play" 25;
    "BE" "Belgium" ["32"]
        text(86400 0 0) voice(21000) receipts Handset pace 100 trouble 80 traffic 14:
        "206" "01" "Proximus" 42, "206" "10" "Orange" 30, "206" "20" "BASE" 28;
    "CH" "Switzerland" ["41"]
        text(62400 0 0) voice(22000) receipts Handset pace 80 trouble 60 traffic 14:
        "228" "01" "Swisscom" 57, "228" "02" "Sunrise" 26, "228" "03" "Salt" 17;
    "AT" "Austria" ["43"]
        text(88300 0 0) voice(21000) receipts Handset pace 90 trouble 70 traffic 12:
        "232" "01" "A1" 39, "232" "03" "Magenta" 33, "232" "05" "3" 28;
    "PT" "Portugal" ["351"]
        text(40100 0 0) voice(20000) receipts Either pace 110 trouble 110 traffic 10:
        "268" "06" "MEO" 42, "268" "01" "Vodafone" 31, "268" "03" "NOS" 27;
    "NO" "Norway" ["47"]
        text(66500 0 0) voice(19000) receipts Handset pace 70 trouble 60 traffic 10:
        "242" "01" "Telenor" 48, "242" "02" "Telia" 36, "242" "14" "ice" 16;
    "DK" "Denmark" ["45"]
        text(44800 0 0) voice(19000) receipts Handset pace 70 trouble 60 traffic 10:
        "238" "01" "TDC" 40, "238" "02" "Telenor" 22, "238" "20" "Telia" 19, "238" "06" "3" 19;
    "FI" "Finland" ["358"]
        text(72100 0 0) voice(19000) receipts Carrier pace 80 trouble 70 traffic 9:
        "244" "05" "Elisa" 39, "244" "91" "Telia" 33, "244" "12" "DNA" 28;
    "RO" "Romania" ["40"]
        text(50900 0 0) voice(23000) receipts Either pace 150 trouble 160 traffic 9:
        "226" "10" "Orange" 37, "226" "01" "Vodafone" 29, "226" "05" "Digi" 22, "226" "03" "Telekom" 12;
    "CZ" "Czechia" ["420"]
        text(55200 0 0) voice(22000) receipts Handset pace 100 trouble 90 traffic 8:
        "230" "01" "T-Mobile" 40, "230" "02" "O2" 35, "230" "03" "Vodafone" 25;
    "HU" "Hungary" ["36"]
        text(80700 0 0) voice(23000) receipts Carrier pace 120 trouble 110 traffic 7:
        "216" "30" "Magyar Telekom" 46, "216" "01" "Yettel" 28, "216" "70" "Vodafone" 26;
    "PR" "Puerto Rico" ["1787" "1939"]
        text(5810 3020 3000) voice(15000) mms(19500 2660) receipts Either pace 130 trouble 140 traffic 8:
        "330" "110" "Claro Puerto Rico" 100;
    "DO" "Dominican Republic" ["1809" "1829" "1849"]
        text(47600 0 0) voice(31000) receipts Carrier pace 220 trouble 300 traffic 7:
        "370" "02" "Claro" 58, "370" "01" "Altice" 36, "370" "04" "Viva" 6;
    "JM" "Jamaica" ["1658" "1876"]
        text(63900 0 0) voice(34000) receipts Carrier pace 200 trouble 260 traffic 6:
        "338" "050" "Digicel" 63, "338" "180" "Flow" 37;
    "CL" "Chile" ["56"]
        text(51200 0 0) voice(26000) receipts Either pace 180 trouble 220 traffic 9:
        "730" "01" "Entel" 33, "730" "02" "Movistar" 25, "730" "03" "Claro" 21, "730" "09" "WOM" 21;
    "TW" "Taiwan" ["886"]
        text(44600 0 0) voice(28000) receipts Carrier pace 140 trouble 150 traffic 9:
        "466" "92" "Chunghwa Telecom" 37, "466" "97" "Taiwan Mobile" 33, "466" "01" "Far EasTone" 30;
    "HK" "Hong Kong" ["852"]
        text(53300 0 0) voice(25000) receipts Carrier pace 100 trouble 120 traffic 9:
        "454" "00" "CSL" 35, "454" "03" "3" 27, "454" "12" "CMHK" 24, "454" "06" "SmarTone" 14;
    "EE" "Estonia" ["372"]
        text(71800 0 0) voice(20000) receipts Handset pace 80 trouble 70 traffic 4:
        "248" "01" "Telia" 43, "248" "02" "Elisa" 32, "248" "03" "Tele2" 25;
    "LU" "Luxembourg" ["352"]
        text(83600 0 0) voice(22000) receipts Handset pace 80 trouble 70 traffic 3:
        "270" "01" "POST" 53, "270" "77" "Tango" 30, "270" "99" "Orange" 17;
    "JE" "Jersey" ["441534" "447509" "447797" "447829" "447937"]
        text(43790 0 0) voice(16000) receipts Handset pace 90 trouble 80 traffic 2:
        "234" "50" "JT" 55, "234" "55" "Sure" 45;

    // Countries without fictional numbers: priced and recognised, never generated.
    "JP" "Japan" ["81"] text(74510 0 0) voice(27000) receipts Handset pace 100 trouble 70 traffic 0:
        "440" "10" "NTT DOCOMO" 40, "440" "54" "KDDI" 31, "440" "20" "SoftBank" 22, "440" "11" "Rakuten Mobile" 7;
    "IN" "India" ["91"] text(44000 0 0) voice(22000) receipts Handset pace 160 trouble 220 traffic 0:
        "404" "10" "Airtel" 38, "404" "20" "Vodafone Idea" 22, "405" "840" "Jio" 40;
    "BR" "Brazil" ["55"] text(24000 0 0) voice(27000) receipts Either pace 140 trouble 180 traffic 0:
        "724" "06" "Vivo" 39, "724" "05" "Claro" 34, "724" "03" "TIM" 27;
    "MX" "Mexico" ["52"] text(34900 0 0) voice(24000) receipts Either pace 140 trouble 170 traffic 0:
        "334" "020" "Telcel" 61, "334" "050" "AT&T" 17, "334" "030" "Movistar" 22;
    "SG" "Singapore" ["65"] text(43100 0 0) voice(23000) receipts Handset pace 80 trouble 60 traffic 0:
        "525" "01" "Singtel" 46, "525" "05" "StarHub" 27, "525" "03" "M1" 27;
    "NZ" "New Zealand" ["64"] text(85900 0 0) voice(25000) receipts Handset pace 100 trouble 80 traffic 0:
        "530" "05" "Spark" 39, "530" "01" "One NZ" 35, "530" "24" "2degrees" 26;
    "ZA" "South Africa" ["27"] text(26300 0 0) voice(29000) receipts Either pace 150 trouble 170 traffic 0:
        "655" "01" "Vodacom" 45, "655" "10" "MTN" 33, "655" "07" "Cell C" 12, "655" "02" "Telkom" 10;
    "KR" "South Korea" ["82"] text(31200 0 0) voice(26000) receipts Carrier pace 90 trouble 90 traffic 0:
        "450" "05" "SK Telecom" 45, "450" "08" "KT" 30, "450" "06" "LG U+" 25;
    "IL" "Israel" ["972"] text(95700 0 0) voice(26000) receipts Handset pace 110 trouble 100 traffic 0:
        "425" "01" "Partner" 30, "425" "02" "Cellcom" 36, "425" "03" "Pelephone" 34;
    "TR" "Türkiye" ["90"] text(19500 0 0) voice(27000) receipts Handset pace 130 trouble 140 traffic 0:
        "286" "01" "Turkcell" 44, "286" "02" "Vodafone" 29, "286" "03" "Türk Telekom" 27;
    "GR" "Greece" ["30"] text(66800 0 0) voice(22000) receipts Handset pace 120 trouble 110 traffic 0:
        "202" "01" "Cosmote" 52, "202" "05" "Vodafone" 28, "202" "10" "Nova" 20;
    "PH" "Philippines" ["63"] text(46200 0 0) voice(33000) receipts Either pace 170 trouble 230 traffic 0:
        "515" "02" "Globe" 47, "515" "03" "Smart" 53;
    "ID" "Indonesia" ["62"] text(52300 0 0) voice(35000) receipts Either pace 180 trouble 260 traffic 0:
        "510" "10" "Telkomsel" 49, "510" "01" "Indosat" 30, "510" "11" "XL" 21;
    "NG" "Nigeria" ["234"] text(47900 0 0) voice(39000) receipts Carrier pace 220 trouble 320 traffic 0:
        "621" "30" "MTN" 39, "621" "20" "Airtel" 31, "621" "50" "Glo" 30;
    "KE" "Kenya" ["254"] text(39400 0 0) voice(38000) receipts Carrier pace 190 trouble 240 traffic 0:
        "639" "02" "Safaricom" 68, "639" "03" "Airtel" 32;
    "CO" "Colombia" ["57"] text(13300 0 0) voice(29000) receipts Either pace 160 trouble 190 traffic 0:
        "732" "101" "Claro" 55, "732" "123" "Movistar" 25, "732" "103" "Tigo" 20;
    "AE" "United Arab Emirates" ["971"] text(36200 0 0) voice(41000) receipts Handset pace 110 trouble 120 traffic 0:
        "424" "02" "Etisalat" 60, "424" "03" "du" 40;
}

impl Country {
    /// Every country and territory with numbers of its own: those of [`COUNTRIES`], then the rest of the world.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        COUNTRIES.iter().chain(REST_OF_WORLD)
    }

    /// The country of an ISO 3166-1 alpha-2 code.
    pub fn by_iso(iso: &str) -> Option<&'static Self> {
        Self::all().find(|country| country.iso == iso)
    }

    /// The country of an E.164 number (`+16135550123`); none if no country has its code. Mobile numbers of territories that
    /// share a code with a larger country (Åland, Svalbard, the Vatican) count as that country where they cannot be told apart.
    pub fn of_number(number: &str) -> Option<&'static Self> {
        let digits = number.strip_prefix('+')?;
        let match_length = |country: &Self| {
            country.prefixes.iter().filter(|prefix| digits.starts_with(**prefix)).map(|prefix| prefix.len()).max()
        };
        let matches = Self::all().filter_map(|country| Some((match_length(country)?, country)));
        matches.max_by_key(|(length, _)| *length).map(|(_, country)| country)
    }
}

//! The rest of the world: every country and territory that has numbers of its own under the plan of ITU-T E.164 and is not in
//! the table of countries with known tariffs. Their tariffs are one default, their carriers are not known.
//!
//! Territories whose numbers cannot be told from a larger one's (Saint-Martin's from Guadeloupe's, say) have no row.

use crate::country::{Country, Receipts, Tariff, Tariffs};

/// What a message costs where no tariff is known, in millionths of a US dollar: of the usual order, not a price.
const TEXT_MICROS: i64 = 50_000;
/// The same of a begun minute of a call.
const VOICE_MICROS: i64 = 30_000;

macro_rules! rest {
    ($($iso:literal $name:literal $($prefix:literal)+;)*) => {
        /// In order of their codes.
        pub(crate) const REST_OF_WORLD: &[Country] = &[$(Country {
            iso: $iso,
            name: $name,
            prefixes: &[$($prefix),+],
            carriers: &[],
            tariffs: Tariffs {
                text: Tariff::of_micros(TEXT_MICROS, 0, 0),
                voice: Tariff::of_micros(VOICE_MICROS, 0, 0),
                media: None,
                rcs: None,
            },
            receipts: Receipts::Either,
            pace_percent: 150,
            trouble_percent: 150,
            traffic: 0,
        },)*];
    };
}

rest! {
    "AC" "Ascension Island" "247";
    "AD" "Andorra" "376";
    "AF" "Afghanistan" "93";
    "AG" "Antigua and Barbuda" "1268";
    "AI" "Anguilla" "1264";
    "AL" "Albania" "355";
    "AM" "Armenia" "374";
    "AO" "Angola" "244";
    "AQ" "Antarctica" "6721";
    "AR" "Argentina" "54";
    "AS" "American Samoa" "1684";
    "AW" "Aruba" "297";
    "AX" "Åland Islands" "35818";
    "AZ" "Azerbaijan" "994";
    "BA" "Bosnia and Herzegovina" "387";
    "BB" "Barbados" "1246";
    "BD" "Bangladesh" "880";
    "BF" "Burkina Faso" "226";
    "BG" "Bulgaria" "359";
    "BH" "Bahrain" "973";
    "BI" "Burundi" "257";
    "BJ" "Benin" "229";
    "BM" "Bermuda" "1441";
    "BN" "Brunei" "673";
    "BO" "Bolivia" "591";
    "BQ" "Bonaire, Sint Eustatius and Saba" "5993" "5994" "5997";
    "BS" "Bahamas" "1242";
    "BT" "Bhutan" "975";
    "BW" "Botswana" "267";
    "BY" "Belarus" "375";
    "BZ" "Belize" "501";
    "CC" "Cocos Islands" "6189162";
    "CD" "Congo (Kinshasa)" "243";
    "CF" "Central African Republic" "236";
    "CG" "Congo (Brazzaville)" "242";
    "CI" "Côte d'Ivoire" "225";
    "CK" "Cook Islands" "682";
    "CM" "Cameroon" "237";
    "CN" "China" "86";
    "CR" "Costa Rica" "506";
    "CU" "Cuba" "53";
    "CV" "Cape Verde" "238";
    "CW" "Curaçao" "5999";
    "CX" "Christmas Island" "6189164";
    "CY" "Cyprus" "357";
    "DJ" "Djibouti" "253";
    "DM" "Dominica" "1767";
    "DZ" "Algeria" "213";
    "EC" "Ecuador" "593";
    "EG" "Egypt" "20";
    "EH" "Western Sahara" "2125288" "2125289";
    "ER" "Eritrea" "291";
    "ET" "Ethiopia" "251";
    "FJ" "Fiji" "679";
    "FK" "Falkland Islands" "500";
    "FM" "Micronesia" "691";
    "FO" "Faroe Islands" "298";
    "GA" "Gabon" "241";
    "GD" "Grenada" "1473";
    "GE" "Georgia" "995";
    "GF" "French Guiana" "594";
    "GG" "Guernsey" "441481" "447781" "447839" "447911";
    "GH" "Ghana" "233";
    "GI" "Gibraltar" "350";
    "GL" "Greenland" "299";
    "GM" "Gambia" "220";
    "GN" "Guinea" "224";
    "GP" "Guadeloupe" "590";
    "GQ" "Equatorial Guinea" "240";
    "GT" "Guatemala" "502";
    "GU" "Guam" "1671";
    "GW" "Guinea-Bissau" "245";
    "GY" "Guyana" "592";
    "HN" "Honduras" "504";
    "HR" "Croatia" "385";
    "HT" "Haiti" "509";
    "IM" "Isle Of Man" "441624" "447457" "447524" "447624" "447924";
    "IO" "British Indian Ocean Territory" "246";
    "IQ" "Iraq" "964";
    "IR" "Iran" "98";
    "IS" "Iceland" "354";
    "JO" "Jordan" "962";
    "KG" "Kyrgyzstan" "996";
    "KH" "Cambodia" "855";
    "KI" "Kiribati" "686";
    "KM" "Comoros" "269";
    "KN" "Saint Kitts And Nevis" "1869";
    "KP" "North Korea" "850";
    "KW" "Kuwait" "965";
    "KY" "Cayman Islands" "1345";
    "KZ" "Kazakhstan" "76" "77";
    "LA" "Laos" "856";
    "LB" "Lebanon" "961";
    "LC" "Saint Lucia" "1758";
    "LI" "Liechtenstein" "423";
    "LK" "Sri Lanka" "94";
    "LR" "Liberia" "231";
    "LS" "Lesotho" "266";
    "LT" "Lithuania" "370";
    "LV" "Latvia" "371";
    "LY" "Libya" "218";
    "MA" "Morocco" "212";
    "MC" "Monaco" "377";
    "MD" "Moldova" "373";
    "ME" "Montenegro" "382";
    "MG" "Madagascar" "261";
    "MH" "Marshall Islands" "692";
    "MK" "Macedonia" "389";
    "ML" "Mali" "223";
    "MM" "Myanmar" "95";
    "MN" "Mongolia" "976";
    "MO" "Macao" "853";
    "MP" "Northern Mariana Islands" "1670";
    "MQ" "Martinique" "596";
    "MR" "Mauritania" "222";
    "MS" "Montserrat" "1664";
    "MT" "Malta" "356";
    "MU" "Mauritius" "230";
    "MV" "Maldives" "960";
    "MW" "Malawi" "265";
    "MY" "Malaysia" "60";
    "MZ" "Mozambique" "258";
    "NA" "Namibia" "264";
    "NC" "New Caledonia" "687";
    "NE" "Niger" "227";
    "NF" "Norfolk Island" "6723";
    "NI" "Nicaragua" "505";
    "NP" "Nepal" "977";
    "NR" "Nauru" "674";
    "NU" "Niue" "683";
    "OM" "Oman" "968";
    "PA" "Panama" "507";
    "PE" "Peru" "51";
    "PF" "French Polynesia" "689";
    "PG" "Papua New Guinea" "675";
    "PK" "Pakistan" "92";
    "PM" "Saint Pierre And Miquelon" "508";
    "PS" "Palestine" "970";
    "PW" "Palau" "680";
    "PY" "Paraguay" "595";
    "QA" "Qatar" "974";
    "RE" "Reunion" "262";
    "RS" "Serbia" "381";
    "RU" "Russia" "7";
    "RW" "Rwanda" "250";
    "SA" "Saudi Arabia" "966";
    "SB" "Solomon Islands" "677";
    "SC" "Seychelles" "248";
    "SD" "Sudan" "249";
    "SH" "Saint Helena" "290";
    "SI" "Slovenia" "386";
    "SJ" "Svalbard And Jan Mayen" "4779";
    "SK" "Slovakia" "421";
    "SL" "Sierra Leone" "232";
    "SM" "San Marino" "378";
    "SN" "Senegal" "221";
    "SO" "Somalia" "252";
    "SR" "Suriname" "597";
    "SS" "South Sudan" "211";
    "ST" "Sao Tome And Principe" "239";
    "SV" "El Salvador" "503";
    "SX" "Sint Maarten (Dutch part)" "1721";
    "SY" "Syria" "963";
    "SZ" "Swaziland" "268";
    "TA" "Tristan da Cunha" "2908";
    "TC" "Turks And Caicos Islands" "1649";
    "TD" "Chad" "235";
    "TG" "Togo" "228";
    "TH" "Thailand" "66";
    "TJ" "Tajikistan" "992";
    "TK" "Tokelau" "690";
    "TL" "Timor-Leste" "670";
    "TM" "Turkmenistan" "993";
    "TN" "Tunisia" "216";
    "TO" "Tonga" "676";
    "TT" "Trinidad and Tobago" "1868";
    "TV" "Tuvalu" "688";
    "TZ" "Tanzania" "255";
    "UA" "Ukraine" "380";
    "UG" "Uganda" "256";
    "UY" "Uruguay" "598";
    "UZ" "Uzbekistan" "998";
    "VA" "Vatican" "3906698";
    "VC" "Saint Vincent And The Grenadines" "1784";
    "VE" "Venezuela" "58";
    "VG" "British Virgin Islands" "1284";
    "VI" "U.S. Virgin Islands" "1340";
    "VN" "Vietnam" "84";
    "VU" "Vanuatu" "678";
    "WF" "Wallis And Futuna" "681";
    "WS" "Samoa" "685";
    "XK" "Kosovo" "383";
    "YE" "Yemen" "967";
    "YT" "Mayotte" "262269" "262639";
    "ZM" "Zambia" "260";
    "ZW" "Zimbabwe" "263";
}

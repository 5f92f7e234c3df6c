//! Small closed sets of words: an enumeration whose values are written and read as one word each.

/// Defines such an enumeration. What is read from an event stays text, since AWS may add a word at any time; these are the
/// words that this version knows.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$item:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$item])* $variant,)* }

        impl $name {
            /// All of them, in the order of their definition.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its word, as the events or the lake spell it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// The value whose word this is; none if this version knows no such word.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.as_str() == word)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = <String as serde::Deserialize>::deserialize(deserializer)?;
                Self::from_word(&word).ok_or_else(|| serde::de::Error::unknown_variant(&word, &[$($word,)*]))
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use crate::{Channel, Encoding, MessageType};

    #[test]
    fn a_word_is_written_and_read_back_and_an_unknown_one_is_refused() {
        for &channel in Channel::ALL {
            let json = serde_json::to_string(&channel).unwrap();
            assert_eq!(json, format!("\"{channel}\""));
            assert_eq!(serde_json::from_str::<Channel>(&json).unwrap(), channel);
        }
        assert_eq!(MessageType::from_word("PROMOTIONAL"), Some(MessageType::Promotional));
        assert_eq!(Encoding::from_word("gsm"), None, "words are exact");
        let error = serde_json::from_str::<Encoding>("\"UTF-8\"").unwrap_err().to_string();
        assert!(error.contains("unknown variant `UTF-8`, expected `GSM` or `UNICODE`"), "{error}");
    }
}

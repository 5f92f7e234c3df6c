//! What a message is for and in which alphabet it travels, in the words that AWS has for it today. An event keeps the
//! text that it came with: [`MessageType::from_word`] and [`Encoding::from_word`] say whether it is one of these.

words! {
    /// What a message is for.
    MessageType {
        /// Something the recipient waits for: a one-time password, say.
        Transactional = "TRANSACTIONAL",
        /// Marketing.
        Promotional = "PROMOTIONAL",
    }
}

words! {
    /// The alphabet of a message's body.
    Encoding {
        /// The GSM 7-bit alphabet (3GPP TS 23.038): 160 characters in a message of one part.
        Gsm = "GSM",
        /// UCS-2: 70 characters in a message of one part.
        Unicode = "UNICODE",
    }
}

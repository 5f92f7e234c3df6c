//! What a message's life would be: seeded lives of messages as events, with chosen faults and their truth.

//! How events get into the lake: envelope, events, lake, reply.

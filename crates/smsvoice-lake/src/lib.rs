//! Where events rest: partitioned Parquet in any object store, and the quarantine.

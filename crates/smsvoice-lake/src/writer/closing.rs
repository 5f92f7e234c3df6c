//! When files are closed: those that are full, and others while all open ones together take too much memory.

use std::cmp::Reverse;

use crate::partition::Partition;

/// When files are closed. How many bytes an open file holds of its rows stands under "Memory is bounded" in the crate's
/// README.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WriterLimits {
    /// Rows after which a file is closed.
    pub file_rows: usize,
    /// Rows in all open files after which one is closed before it is full. This bounds memory. Each open file counts as
    /// 64 rows beside those it has.
    pub open_rows: usize,
    /// Rows that all open files together may hold uncompressed. Beyond that the largest pages are compressed, short as
    /// they are. This bounds memory where there are many partitions.
    pub page_rows: usize,
    /// Open files after which the largest are closed, down to half as many. This bounds memory where nearly every row has a
    /// partition of its own.
    pub open_files: usize,
}

impl Default for WriterLimits {
    /// Files of about 12 MiB; at most about 150 MiB in all open files, and as many of them as there are partitions.
    fn default() -> Self {
        Self { file_rows: 1 << 18, open_rows: 1 << 19, page_rows: 1 << 18, open_files: usize::MAX }
    }
}

/// What an open file counts beside its rows: each of its forty columns has a few buffers.
pub(super) const OPEN_FILE_ROWS: usize = 64;

/// The share of [`OpenFileSize::recent`] that is forgotten with every batch: an eighth.
const FORGOTTEN: usize = 8;

/// How large an open file is, and how fast it grows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct OpenFileSize {
    /// What it holds in memory, in rows, with [`OPEN_FILE_ROWS`].
    pub(super) weight: usize,
    /// Rows that it got recently: of each batch, the fewer the more batches came after it.
    pub(super) recent: usize,
}

/// What `recent` is once another batch has gone by.
pub(super) fn recent_after_a_batch(recent: usize) -> usize {
    recent - recent.div_ceil(FORGOTTEN)
}

/// In which order files are closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    /// It has as many rows as a file may have: closed in any case.
    Full,
    /// Large, and it hardly grows any more; yesterday's file, as a rule. To close it costs least, since few rows will
    /// come that want another file.
    Resting,
    /// Any other.
    Growing,
}

impl WriterLimits {
    /// Which of the open files are to be closed now: the full ones, and then, while all together weigh too much, those
    /// that rest and those that grow, the largest first.
    pub(super) fn due(self, open: impl Iterator<Item = (Partition, OpenFileSize)> + Clone) -> Vec<Partition> {
        let sizes = open.clone().map(|(_, size)| size.weight);
        let (mut together, mut count) = sizes.clone().fold((0, 0), |(sum, count), size| (sum + size, count + 1));
        let most = if count > self.open_files { self.open_files / 2 } else { usize::MAX };
        if together < self.file_rows && count <= most {
            return Vec::new();
        }
        let largest = sizes.max().unwrap_or_default();
        let mut files: Vec<_> = open
            .map(|(partition, size)| (self.turn(size, largest), Reverse(size.weight), Reverse(partition)))
            .collect();
        files.sort_unstable();
        let mut closed = Vec::new();
        for (turn, Reverse(weight), Reverse(partition)) in files {
            if turn != Turn::Full && together <= self.open_rows && count <= most {
                break;
            }
            together -= weight;
            count -= 1;
            closed.push(partition);
        }
        closed
    }

    fn turn(self, size: OpenFileSize, largest: usize) -> Turn {
        if size.weight >= self.file_rows + OPEN_FILE_ROWS {
            Turn::Full
        } else if size.recent * 2 * FORGOTTEN < size.weight && size.weight * 4 >= largest {
            Turn::Resting
        } else {
            Turn::Growing
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use smsvoice_event::Channel;

    use super::*;

    const LIMITS: WriterLimits = WriterLimits { file_rows: 1000, open_rows: 2000, page_rows: 0, open_files: 4 };

    fn closed(files: &[(usize, usize)]) -> Vec<usize> {
        let partition = |at: usize| Partition {
            channel: Channel::Text,
            date: NaiveDate::from_num_days_from_ce_opt(at as i32 + 1).unwrap(),
        };
        let open = files
            .iter()
            .enumerate()
            .map(|(at, (weight, recent))| (partition(at), OpenFileSize { weight: *weight, recent: *recent }));
        let closed = LIMITS.due(open);
        closed.iter().map(|one| (0..files.len()).find(|at| partition(*at) == *one).unwrap()).collect()
    }

    #[test]
    fn full_files_are_closed_whatever_the_others_are() {
        assert_eq!(closed(&[(10, 0), (1064, 1064), (1063, 0)]), [1]);
    }

    #[test]
    fn of_too_many_rows_a_large_file_that_rests_is_closed_first() {
        assert_eq!(closed(&[(900, 900), (700, 0), (500, 500)]), [1]);
        assert_eq!(closed(&[(900, 900), (100, 0), (1001, 500)]), [2], "a small one that rests is not worth it");
    }

    #[test]
    fn files_are_closed_only_until_the_rest_fits() {
        assert_eq!(closed(&[(900, 900), (901, 901), (902, 902)]), [2]);
        assert_eq!(closed(&[(600, 600), (600, 600)]), Vec::<usize>::new());
    }

    #[test]
    fn of_too_many_files_the_largest_are_closed_until_half_as_many_are_open() {
        assert_eq!(closed(&[(65, 1), (70, 1), (66, 1), (80, 1)]), Vec::<usize>::new());
        assert_eq!(closed(&[(65, 1), (70, 1), (66, 1), (80, 1), (67, 1)]), [3, 1, 4]);
    }
}
